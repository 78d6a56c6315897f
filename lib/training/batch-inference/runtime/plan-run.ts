import { recordDeed } from './audit-fields';
import { Plan, PlanEvent, PlannedJob } from './contract';
import { InferenceWorld } from './inference-world';
import { Input } from './inputs';
import { inChunks, inputsOf, PlannedRun, plannedRun } from './planned-run';
import { numbered, RunFolder } from './run-folder';
import { requestOf, RunRefused, RunRequest } from './run-request';
import { linesOf } from './s3-folder';

/** What a planner can write in its time. */
const MOST_JOBS = 200_000;
/** How many jobs are written together. */
const AT_ONCE = 16;

/**
 * Writes down what this execution has to do: the inputs of its run that have no output yet, so many to a job. Doing it again
 * for the same execution writes the same.
 */
export async function planRun({ request: given, execution, executionArn }: PlanEvent, world: InferenceWorld): Promise<Plan> {
  const started = world.now();
  try {
    const request = requestOf(given, execution, world.settings);
    const plan = await planned(request, execution, started, world);
    recordDeed({
      action: 'inference.run.start',
      outcome: 'SUCCEEDED',
      executionArn,
      started,
      details: { run: plan.run, inputs: plan.inputs, pending: plan.pending, jobs: plan.jobs },
    }, world);
    return plan;
  } catch (error) {
    recordDeed({
      action: 'inference.run.start',
      outcome: error instanceof RunRefused ? 'REFUSED' : 'FAILED',
      reason: `${error instanceof Error ? error.message : String(error)}. ${world.settings.runbook}`,
      executionArn,
      started,
    }, world);
    throw error;
  }
}

async function planned(request: RunRequest, execution: string, started: number, world: InferenceWorld): Promise<Plan> {
  const { settings, stores } = world;
  const folder = new RunFolder(settings, request.run, execution);
  const run = await plannedRun(folder, request, settings, stores);
  const jobs: PlannedJob[] = [];
  let pending = 0;
  for await (const some of inChunks(inChunks(withoutOutput(run, folder, world), settings.inputsPerJob), AT_ONCE)) {
    pending += some.reduce((sum, { length }) => sum + length, 0);
    const first = jobs.length;
    jobs.push(...await Promise.all(some.map(async (inputs, place) => writeJob(numbered(first + place), inputs, folder, world))));
    if (jobs.length > MOST_JOBS) {
      throw new RunRefused(`a run takes at most ${MOST_JOBS} jobs: give each more inputs (\`inputsPerJob\`)`);
    }
  }
  await stores.output.write(folder.items, JSON.stringify(jobs));
  return {
    run: request.run,
    attempt: execution,
    inputs: run.inputs,
    pending,
    jobs: jobs.length,
    itemsKey: folder.items,
    mapPrefix: folder.map,
    started,
  };
}

/** What is there is done: an output is one object, and S3 shows it whole or not at all. */
async function* withoutOutput(run: PlannedRun, folder: RunFolder, { stores }: InferenceWorld): AsyncGenerator<Input> {
  const done = new Set<string>();
  for await (const { key } of stores.output.list(folder.results)) {
    done.add(key);
  }
  for await (const input of inputsOf(run, stores)) {
    if (!done.has(folder.output(input.key))) {
      yield input;
    }
  }
}

async function writeJob(
  job: string, inputs: readonly Input[], folder: RunFolder, { settings, stores }: InferenceWorld,
): Promise<PlannedJob> {
  const key = folder.work(job);
  await stores.output.write(key, linesOf(inputs.map(({ key: input, etag }) => ({
    input: `s3://${settings.inputBucket}/${input}`, etag, output: folder.uri(folder.output(input)),
  }))));
  return { job, work: folder.uri(key), failures: folder.uri(folder.failures(job)), inputs: inputs.length };
}
