import * as z from 'zod';
import { Plan, PlannedJob } from './contract';
import { InferenceWorld } from './inference-world';
import { JobFailure, jobFailures, jobsOf } from './map-results';
import { RunFolder } from './run-folder';
import { linesIn, S3Folder } from './s3-folder';

/** A line of the manifest of failed inputs. */
export interface FailedInput {
  readonly input: string;
  readonly output: string;
  /** One word: the program's own, or what became of its job. */
  readonly reason: string;
  readonly jobId?: string;
  readonly logStream?: string;
}

/** How many jobs are looked at together. */
const AT_ONCE = 16;
/** A program's reason is a word, so that it can hold no data. */
const WORD = /^[A-Z][A-Z0-9_]{0,63}$/;
const NO_WORD = 'REASON_NOT_A_WORD';

const Work = z.object({ input: z.string(), output: z.string() });
const Said = z.object({ input: z.string(), reason: z.string() });

/**
 * The inputs of an attempt that have no output now, whatever anybody says of their jobs, in order. Reasons are looked for with
 * the program, then with the job; a job that succeeded and left something out has none.
 */
export async function failedInputs(plan: Plan, folder: RunFolder, { stores }: InferenceWorld): Promise<FailedInput[]> {
  const { output } = stores;
  const done = new Set<string>();
  for await (const { key } of output.list(folder.results)) {
    done.add(folder.uri(key));
  }
  const jobs = await jobsOf(output, plan.itemsKey);
  const failures = await jobFailures(output, plan.mapPrefix);
  const unexplained: JobFailure = { reason: failures === undefined ? 'MAP_ENDED_EARLY' : 'OUTPUT_MISSING' };
  const failed: FailedInput[] = [];
  for (let from = 0; from < jobs.length; from += AT_ONCE) {
    const some = await Promise.all(jobs.slice(from, from + AT_ONCE).map(async ({ job }) =>
      failedOf(job, folder, output, done, failures?.get(job) ?? unexplained)));
    some.forEach((each) => { failed.push(...each); });
  }
  return failed;
}

async function failedOf(
  job: PlannedJob['job'], folder: RunFolder, output: S3Folder, done: ReadonlySet<string>, failure: JobFailure,
): Promise<FailedInput[]> {
  const work = linesIn(await output.read(folder.work(job))).map((line) => Work.parse(JSON.parse(line)));
  const missing = work.filter(({ output: wanted }) => !done.has(wanted));
  if (missing.length === 0) {
    return [];
  }
  const said = saidBy(await output.readIfThere(folder.failures(job)) ?? '');
  return missing.map(({ input, output: wanted }) => ({
    input, output: wanted, ...failure, ...said.has(input) ? { reason: said.get(input)! } : {},
  }));
}

/** What a program says of its inputs; lines that cannot be read say nothing. */
function saidBy(text: string): Map<string, string> {
  return new Map(linesIn(text).flatMap((line) => {
    const { data } = Said.safeParse(parsedOr(line));
    return data === undefined ? [] : [[data.input, WORD.test(data.reason) ? data.reason : NO_WORD]];
  }));
}

function parsedOr(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
