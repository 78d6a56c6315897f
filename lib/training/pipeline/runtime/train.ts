import { NO_MODEL, Plan, Run } from './contract';
import { objectAt } from './data-objects';
import { record } from './deed';
import { insist } from './lease';
import { Ledger } from './ledger';
import { Known, PipelineWorld } from './pipeline-world';
import { runOf } from './run';

const LARGEST_MODEL_BYTES = 5 * 1024 ** 3;

/** What a job of a training left behind. */
export interface Trained {
  readonly job: string;
  /** Where SageMaker put the model; a job on a queue puts it where it was told. */
  readonly model?: string;
}

/** Sees that the training left a model, and remembers that this input is trained. Answers the run with its model. */
export async function trained(
  execution: string, plan: Plan, run: Run, { job, model = run.model }: Trained, world: PipelineWorld,
): Promise<Run> {
  const started = world.now();
  await insist(execution, world);
  const etag = await etagOf(model, world);
  const ledger = new Ledger(world);
  const row = await ledger.run(run.inputHash);
  const after = { stage: 'TRAINED' as const, training: run.training, job, model, modelEtag: etag, commit: plan.registry.commit };
  if (!await ledger.putRun(run.inputHash, row, after)) {
    throw new Error('another execution changed the record of this run; Step Functions tries again');
  }
  record({
    execution,
    model: plan.model,
    tenant: plan.tenant,
    action: 'training.model.train',
    started,
    outcome: 'SUCCEEDED',
    details: { inputHash: run.inputHash, job, artifact: model, training: run.training },
  }, world);
  return { ...run, model };
}

async function etagOf(model: string, world: PipelineWorld): Promise<string> {
  const found = await objectAt(model, world);
  if (found === undefined) {
    throw new Known(NO_MODEL, `the training ended without ${model}; the job has to write it there`);
  }
  if (found.size > LARGEST_MODEL_BYTES) {
    throw new Known(NO_MODEL,
      `the model has ${found.size} bytes, and the pipeline publishes at most 5 GiB; register it with \`mlp model register\``);
  }
  return found.etag;
}

/** What the state machine does after a training that failed. */
export interface AfterFailure {
  readonly verdict: 'AGAIN' | 'NO_CAPACITY' | 'FAILED';
  /** With the next number, under which a training may be started. */
  readonly run: Run;
  readonly reason: string;
}

/** What a training that failed left in the state of the execution. */
export interface Failure {
  readonly failure?: { readonly Error?: string; readonly Cause?: string };
  /** Of SageMaker, when a job of that name was looked at. */
  readonly training?: { readonly FailureReason?: string; readonly SecondaryStatus?: string };
}

/** Words of Batch and SageMaker for a machine that was not to be had, or was taken away too often. */
const WANT_OF_MACHINES = new RegExp(['^Host EC2', 'CapacityError', 'Insufficient ?(?:Instance ?)?Capacity', 'no machine fitted it',
  'MaxWaitTimeExceeded', 'ResourceLimitExceeded', 'Interrupted'].join('|'), 'i');

/** Pure: whether a training failed because machines were wanting, and not because the program did. */
export function wantedMachines(failure: Failure): boolean {
  return WANT_OF_MACHINES.test(saidOf(failure)) || WANT_OF_MACHINES.test(failure.training?.SecondaryStatus ?? '');
}

/** Pure: what failed, in one line. */
export function reasonOf(failure: Failure): string {
  return `${failure.failure?.Error ?? 'no error'}: ${saidOf(failure)}`.slice(0, 500);
}

/** The last word of Batch, SageMaker or Lambda. A cause is the whole job, which also tells of attempts before the last. */
function saidOf({ failure: { Cause: cause = '' } = {}, training = {} }: Failure): string {
  try {
    const { StatusReason, FailureReason, errorMessage } = JSON.parse(cause) as Readonly<Record<string, unknown>>;
    const reason = StatusReason ?? FailureReason ?? errorMessage;
    return typeof reason === 'string' ? reason : training.FailureReason ?? cause;
  } catch {
    return training.FailureReason ?? cause; // a sentence, not the description of a job
  }
}

/** A training is over. Its name is used up, so the next one, now or in a later execution, gets another. */
export async function trainingFailed(
  execution: string, plan: Plan, run: Run, failure: Failure, world: PipelineWorld,
): Promise<AfterFailure> {
  const started = world.now();
  await insist(execution, world);
  const capacity = wantedMachines(failure);
  const ledger = new Ledger(world);
  const row = await ledger.run(run.inputHash);
  const training = run.training + 1;
  if (!await ledger.putRun(run.inputHash, row, { stage: 'STARTED', training })) {
    throw new Error('another execution changed the record of this run; Step Functions tries again');
  }
  // counted from the first training of this input, not of this execution: capacity that is never there must end
  const again = capacity && (training - 1) % plan.trainings !== 0;
  const reason = reasonOf(failure);
  record({
    execution,
    model: plan.model,
    tenant: plan.tenant,
    action: 'training.model.train',
    started,
    outcome: 'FAILED',
    reason,
    details: { inputHash: run.inputHash, training: run.training, capacity: capacity ? 'wanting' : 'not-the-cause' },
  }, world);
  return {
    verdict: again ? 'AGAIN' : capacity ? 'NO_CAPACITY' : 'FAILED',
    run: runOf(plan, run.inputHash, { training }, run.parameters),
    reason,
  };
}
