import { Command } from 'commander';
import { Finding, verifyChain } from '../cli/audit-chain';
import { makeCopy } from '../cli/audit-copies';
import { counted, modelsOf, readTrail, Trail } from '../cli/audit-trail';
import { example } from '../cli/example';
import { ExitCode } from '../cli/exit-code';
import { Failure } from '../cli/failure';
import { CommonOptions, modelArgument, withCommonOptions } from '../cli/options';
import { Progress } from '../cli/progress';
import { Session } from '../cli/session';
import { World } from '../cli/world';

interface RepairOptions extends CommonOptions {
  readonly model?: string;
  readonly dryRun?: boolean;
}

/** What came of a model. Documented in bin/README.md. */
interface Repaired {
  readonly model: string;
  readonly rows: number;
  /** Rows without a copy, as `audit verify` finds them. */
  readonly missing: readonly number[];
  readonly made: readonly number[];
  /** Copies that somebody else made meanwhile. */
  readonly wereThere: readonly number[];
  readonly tooNew: number;
  /** Everything else that `audit verify` finds. As long as there is something, nothing is made. */
  readonly findings: readonly Finding[];
}

const WAY_OUT = 'give --audit-bucket';

export function addAuditRepair(audit: Command, world: World): void {
  const command = audit.command('repair').summary('make copies that were given up')
    .description('Makes the copies of audit records that are missing in the audit bucket, in order, from the rows of the audit table. It finds them as '
      + '`audit verify` does, never writes over anything, and leaves a model alone in whose trail anything else is wrong. A copy cannot be taken back: look '
      + 'with --dry-run first. Events of these records are not sent again.')
    .optionsGroup('What is repaired:')
    .option('--model <model>', 'only this model (default: all of the tenant)', modelArgument)
    .option('--dry-run', 'show what would be made, and make nothing')
    .action((options: RepairOptions) => repair(new Session(world, options)));
  example(withCommonOptions(command), 'mlp audit repair --model fraud-detection --dry-run');
}

async function repair(session: Session<RepairOptions>): Promise<void> {
  await session.bucket('auditBucket', WAY_OUT);
  const repaired: Repaired[] = [];
  for (const model of await modelsOf(session)) {
    repaired.push(await session.progress(`repairing ${model}`, (progress) => repairModel(session, model, repaired, progress)));
  }
  session.show({ dryRun: session.options.dryRun === true, models: repaired }, () => print(session, repaired));
  const damaged = repaired.filter(({ findings }) => findings.length > 0);
  if (damaged.length > 0) {
    throw new Failure(ExitCode.REFUSED, 'AUDIT_TRAIL_DAMAGED', `${damaged.map(({ model }) => model).join(', ')}: more is wrong than missing copies, so `
      + 'none was made there; run mlp audit verify, and see audit-rows-changed in the runbook');
  }
}

async function repairModel(
  session: Session<RepairOptions>, model: string, before: readonly Repaired[], progress: Progress,
): Promise<Repaired> {
  const trail = await readTrail(session, model, WAY_OUT, progress);
  const { findings, tooNew } = verifyChain(trail.chain, trail.copies, session.world.now());
  const missing = findings.filter(({ kind }) => kind === 'COPY_MISSING').map(({ sequence }) => sequence);
  const others = findings.filter(({ kind }) => kind !== 'COPY_MISSING');
  const made: number[] = [];
  const wereThere: number[] = [];
  const nothing = session.options.dryRun === true || others.length > 0;
  for (const sequence of nothing ? [] : missing) {
    const sofar = before.reduce((sum, each) => sum + each.made.length, made.length);
    const outcome = await interruptible(session, sofar, () => makeCopy(trail.place, sequence, recordOf(trail, sequence)));
    (outcome === 'made' ? made : wereThere).push(sequence);
    progress.update(`${made.length} of ${missing.length} copies of ${model}`);
  }
  return { model, rows: trail.chain.rows.length, missing, made, wereThere, tooNew, findings: others };
}

/** Verified rows are in order and there once each. */
function recordOf({ chain }: Trail, sequence: number): string {
  return chain.rows[sequence - 1].record;
}

/** Says, when it does not come to its end, how far it got: what is made stays. */
async function interruptible<T>({ world }: Session, made: number, act: () => Promise<T>): Promise<T> {
  const before = `${counted(made, 'copy was', 'copies were')} made before, and the same command makes the others`;
  world.underway.note = `interrupted: ${before}`;
  try {
    return await act();
  } catch (error) {
    throw error instanceof Failure ? new Failure(error.exitCode, error.code, `${error.message}; ${before}`, error.facts) : error;
  } finally {
    world.underway.note = undefined;
  }
}

function print({ terminal, options: { tenant, dryRun = false } }: Session<RepairOptions>, all: readonly Repaired[]): void {
  terminal.table([
    { head: 'MODEL', of: ({ model }) => model },
    { head: 'ROWS', of: ({ rows }) => rows, right: true },
    { head: 'MISSING', of: ({ missing }) => missing.length, right: true },
    { head: 'MADE', of: ({ made }) => made.length, right: true },
    { head: 'OTHER FINDINGS', of: ({ findings }) => findings.length, right: true },
  ], all, `${tenant} has no model`);
  const copies = all.flatMap(({ model, missing, made, wereThere }) => missing.map((sequence) => ({
    model, sequence, what: made.includes(sequence) ? 'made' : wereThere.includes(sequence) ? 'somebody else made it meanwhile' : 'missing',
  })));
  if (copies.length > 0) {
    terminal.say('');
    terminal.table([
      { head: 'MODEL', of: ({ model }) => model },
      { head: 'ROW', of: ({ sequence }) => sequence, right: true },
      { head: 'COPY', of: ({ what }) => what },
    ], copies, '');
  }
  const tooNew = all.reduce((sum, each) => sum + each.tooNew, 0);
  if (tooNew > 0) {
    terminal.say(`${counted(tooNew, 'row')} without a copy: too young to be given up`);
  }
  if (dryRun) {
    terminal.say('nothing was made (--dry-run)');
  } else if (all.some(({ made }) => made.length > 0)) {
    terminal.say('their events were not sent: tell who waits for them');
  }
}
