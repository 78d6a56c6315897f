import { createHash } from 'node:crypto';
import * as z from 'zod';
import { INPUT_REFUSED, Plan, Run } from './contract';
import { DataObject, dataObjects, inputHashOf, objectAt, writeManifest } from './data-objects';
import { record } from './deed';
import { claimPipeline, stopWaiting } from './lease';
import { Ledger, RunRow } from './ledger';
import { Known, PipelineWorld } from './pipeline-world';
import { runOf } from './run';

/** What an execution is started with; all of it may be left out. */
const Request = z.strictObject({
  /** Values for parameters that the pipeline declares. */
  parameters: z.record(z.string(), z.string().max(2048)).default({}),
  /** Any text that was not used before: trains although the input was registered already. */
  again: z.string().min(1).max(128).optional(),
  /** What started it, for the record. */
  startedBy: z.string().max(64).optional(),
});

export interface Beginning {
  readonly verdict: 'VALIDATE' | 'EVALUATE' | 'REGISTER' | 'UNCHANGED' | 'WAIT' | 'SKIPPED' | 'BUSY';
  readonly run: Run;
  /** Of what was registered before. */
  readonly revision?: number;
}

/** What there is to train with, and how far that has come. */
interface Seen {
  readonly objects: readonly DataObject[];
  readonly inputHash: string;
  readonly before?: RunRow;
}

/**
 * Finds out what the execution is about, whether somebody did it already, and whose turn it is. An execution that ended between
 * two states left in the ledger how far it came: the next one with the same input goes on there.
 */
export async function begin(execution: string, plan: Plan, input: unknown, world: PipelineWorld): Promise<Beginning> {
  const started = world.now();
  const request = requestOf(input, plan);
  const parameters = { ...plan.parameters, ...request.parameters };
  const ledger = new Ledger(world);
  const look = async (): Promise<Seen> => {
    const objects = await dataObjects(plan.data, world);
    const inputHash = inputHashOf(objects, plan.identity, parameters, request.again);
    return { objects, inputHash, before: await ledger.run(inputHash) };
  };
  let seen = await look();
  // who came while this one waited was sent home, because it would see their data: so it looks again when nobody is any longer
  if (seen.before?.stage === 'REGISTERED' && await stopWaiting(execution, world)) {
    seen = await look();
  }
  const tell = (beginning: Beginning): Beginning => {
    record({
      execution,
      model: plan.model,
      tenant: plan.tenant,
      action: 'training.run.begin',
      started,
      outcome: 'SUCCEEDED',
      version: beginning.revision,
      reason: `next: ${beginning.verdict}`,
      details: {
        inputHash: seen.inputHash, startedBy: request.startedBy ?? 'hand', objects: seen.objects.length, training: beginning.run.training,
      },
    }, world);
    return beginning;
  };
  if (seen.before?.stage === 'REGISTERED') {
    return tell({ verdict: 'UNCHANGED', run: runOf(plan, seen.inputHash, seen.before, parameters), revision: seen.before.revision });
  }
  const wish = createHash('sha256').update(JSON.stringify([plan.identity, parameters, request.again ?? null])).digest('hex');
  const turn = await claimPipeline({ execution, wish, leaseSeconds: plan.leaseSeconds }, world);
  if (turn !== 'TAKEN') {
    const waiting = { verdict: turn, run: runOf(plan, seen.inputHash, seen.before, parameters) };
    return turn === 'WAIT' ? waiting : tell(waiting); // a look every five minutes is no act
  }
  seen = await look();
  const row = await resumed(seen, ledger, world);
  const run = runOf(plan, seen.inputHash, row, parameters);
  await writeManifest(run.manifest, plan.data, seen.objects, world);
  return tell({ verdict: NEXT[row.stage], run, revision: row.revision });
}

const NEXT = { STARTED: 'VALIDATE', TRAINED: 'EVALUATE', EVALUATED: 'REGISTER', REGISTERED: 'UNCHANGED' } as const;

function requestOf(input: unknown, plan: Plan): z.infer<typeof Request> {
  const { success, data: request, error } = Request.safeParse(input);
  if (!success) {
    throw new Known(INPUT_REFUSED, `the input of the execution is not as it should be: ${
      error.issues.map(({ path, message }) => `${path.join('.') || 'the whole'}: ${message}`).join('; ')}`);
  }
  const unknown = Object.keys(request.parameters).filter((name) => !Object.hasOwn(plan.parameters, name));
  if (unknown.length > 0) {
    throw new Known(INPUT_REFUSED,
      `the pipeline declares no parameter ${unknown.join(', ')}; it declares ${Object.keys(plan.parameters).join(', ') || 'none'}`);
  }
  return request;
}

/** How far this input has come, read while nobody else can change it. A model that expired is trained anew. */
async function resumed({ inputHash, before: row }: Seen, ledger: Ledger, world: PipelineWorld): Promise<RunRow> {
  if (row?.stage === 'STARTED' || row?.stage === 'REGISTERED' || (row !== undefined && await objectAt(row.model ?? '', world) !== undefined)) {
    return row;
  }
  const after = { stage: 'STARTED' as const, training: (row?.training ?? 0) + 1 };
  if (!await ledger.putRun(inputHash, row, after)) {
    throw new Error('another execution changed the record of this run; Step Functions tries again');
  }
  return { ...after, written: (row?.written ?? 0) + 1 };
}
