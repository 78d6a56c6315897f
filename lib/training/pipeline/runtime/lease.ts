import { DescribeExecutionCommand } from '@aws-sdk/client-sfn';
import { LEASE_LOST } from './contract';
import { LeaseRow, Ledger } from './ledger';
import { Known, nameOf, PipelineWorld } from './pipeline-world';

/** Who wants the pipeline, and for what. */
export interface Claim {
  readonly execution: string;
  readonly wish: string;
  readonly leaseSeconds: number;
}

export type Turn = 'TAKEN' | 'WAIT' | 'SKIPPED' | 'BUSY';

interface Decision {
  readonly turn: Turn;
  /** How the row has to be, when it changes. */
  readonly after?: Omit<LeaseRow, 'written'>;
}

/** DescribeExecution lags behind: an execution that is younger may seem not to exist. */
const GRACE_MS = 60_000;
const TRIES = 5;

/**
 * Pure: who is next. One execution holds the pipeline; one waits, and when its turn comes it sees all data that arrived
 * meanwhile, so that whoever wants the same needs not wait too.
 */
export function decide(
  row: Omit<LeaseRow, 'written'>, claim: Claim, now: number, seemsOver: (execution: string) => boolean,
): Decision {
  const { holder, since = 0, until = 0, waiter, waiterSince = 0, waiterWish } = row;
  const waiting = waiter === undefined ? {} : { waiter, waiterSince, waiterWish };
  const gone = (execution: string, from: number) => now - from > GRACE_MS && seemsOver(execution);
  if (holder === undefined || holder === claim.execution || until <= now || gone(holder, since)) {
    return {
      turn: 'TAKEN',
      after: {
        ...(waiter === claim.execution ? {} : waiting),
        holder: claim.execution,
        since: holder === claim.execution ? since : now,
        until: now + claim.leaseSeconds * 1000,
      },
    };
  }
  if (waiter === undefined || waiter === claim.execution || gone(waiter, waiterSince)) {
    const from = waiter === claim.execution ? waiterSince : now;
    return { turn: 'WAIT', after: { holder, since, until, waiter: claim.execution, waiterSince: from, waiterWish: claim.wish } };
  }
  return { turn: waiterWish === claim.wish ? 'SKIPPED' : 'BUSY' };
}

/** Pure: the row without an execution, or nothing if it is not in it. */
export function without(row: LeaseRow, execution: string): Omit<LeaseRow, 'written'> | undefined {
  const { written: _written, ...rest } = row;
  if (row.holder !== execution && row.waiter !== execution) {
    return undefined;
  }
  return {
    ...rest,
    ...(row.holder === execution ? { holder: undefined, since: undefined, until: undefined } : {}),
    ...(row.waiter === execution ? { waiter: undefined, waiterSince: undefined, waiterWish: undefined } : {}),
  };
}

/** Takes the pipeline, or the place of who waits. */
export async function claimPipeline(claim: Claim, world: PipelineWorld): Promise<Turn> {
  const ledger = new Ledger(world);
  for (let attempt = 1; attempt <= TRIES; attempt += 1) {
    const row = await ledger.lease();
    const over = await whoIsOver([row?.holder, row?.waiter], claim.execution, world);
    const { turn, after } = decide(row ?? {}, claim, world.now(), (execution) => over.has(execution));
    if (after === undefined || await ledger.putLease(row, after)) {
      return turn;
    }
  }
  throw new Error('other executions kept changing the lease of this pipeline; Step Functions tries again');
}

/** Gives up whatever an execution has of the pipeline. Whether it held it. */
export async function leavePipeline(execution: string, world: PipelineWorld): Promise<boolean> {
  return (await givenUp(execution, world))?.holder === execution;
}

/** Gives up the place of who waits. Whether it waited. */
export async function stopWaiting(execution: string, world: PipelineWorld): Promise<boolean> {
  return (await givenUp(execution, world))?.waiter === execution;
}

/** The row as it was when the execution was still in it, or nothing if it was not. */
async function givenUp(execution: string, world: PipelineWorld): Promise<LeaseRow | undefined> {
  const ledger = new Ledger(world);
  for (let attempt = 1; attempt <= TRIES; attempt += 1) {
    const row = await ledger.lease();
    const after = row === undefined ? undefined : without(row, execution);
    if (after === undefined) {
      return undefined;
    }
    if (await ledger.putLease(row, after)) {
      return row;
    }
  }
  throw new Error('other executions kept changing the lease of this pipeline; Step Functions tries again');
}

/** An execution that lost the pipeline, because it was thought dead or was redriven, must not go on. */
export async function insist(execution: string, world: PipelineWorld): Promise<void> {
  const holder = (await new Ledger(world).lease())?.holder;
  if (holder !== execution) {
    throw new Known(LEASE_LOST, 'this execution does not hold the pipeline any more; start a new one: it goes on where this one stopped');
  }
}

async function whoIsOver(
  executions: readonly (string | undefined)[], me: string, world: PipelineWorld,
): Promise<ReadonlySet<string>> {
  const over = new Set<string>();
  for (const execution of new Set(executions)) {
    if (execution !== undefined && execution !== me && await isOver(execution, world)) {
      over.add(execution);
    }
  }
  return over;
}

/** Without the definition, which only the holders of the key may read. */
export async function isOver(executionArn: string, world: PipelineWorld): Promise<boolean> {
  try {
    const { status } = await world.executions.send(new DescribeExecutionCommand({ executionArn, includedData: 'METADATA_ONLY' }));
    return status !== 'RUNNING';
  } catch (error) {
    if (nameOf(error) === 'ExecutionDoesNotExist') {
      return true; // Step Functions forgets executions after 90 days
    }
    throw error;
  }
}
