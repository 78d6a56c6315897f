import * as z from 'zod';
import { PlannedJob } from './contract';
import { S3Folder } from './s3-folder';

/**
 * What the distributed map wrote about its items.
 *
 * `manifest.json` names files by status; each file is a list of child executions. FAILED are those that failed, ran out of
 * time or were stopped; PENDING those that never began, because the map ended before.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultwriter.html
 */
const Files = z.array(z.object({ Key: z.string() })).default([]);
const Manifest = z.object({ ResultFiles: z.object({ FAILED: Files, PENDING: Files }) });
const Child = z.object({
  Input: z.string().optional(),
  Status: z.string().optional(),
  Error: z.string().optional(),
  Cause: z.string().optional(),
});
type Child = z.infer<typeof Child>;
const Item = z.object({ job: z.string() });
/** What Batch says of a job; Step Functions cuts a cause that is too long. */
const Job = z.object({
  JobId: z.string().optional(),
  StatusReason: z.string().optional(),
  Container: z.object({
    ExitCode: z.number().optional(), Reason: z.string().optional(), LogStreamName: z.string().optional(),
  }).optional(),
});
type Job = z.infer<typeof Job>;

/** Why a job did not do what it had to. */
export interface JobFailure {
  /** One word, as in `EXIT_1`. */
  readonly reason: string;
  readonly jobId?: string;
  readonly logStream?: string;
}

/** Why jobs did not, by their numbers; those that succeeded are not in it. */
export type JobFailures = ReadonlyMap<string, JobFailure>;

/** Reads what became of the jobs of one attempt, or nothing if the map did not get as far as writing it. */
export async function jobFailures(output: S3Folder, mapPrefix: string): Promise<JobFailures | undefined> {
  const failures = new Map<string, JobFailure>();
  let written = false;
  for await (const { key } of output.list(`${mapPrefix}/`)) {
    if (key.endsWith('/manifest.json')) {
      const { ResultFiles: { FAILED: failed, PENDING: pending } } = Manifest.parse(JSON.parse(await output.read(key)));
      written = true;
      await readFiles(output, pending, failures, () => ({ reason: 'NOT_STARTED' }));
      await readFiles(output, failed, failures, failureOf);
    }
  }
  return written ? failures : undefined;
}

async function readFiles(
  output: S3Folder, files: z.infer<typeof Files>, failures: Map<string, JobFailure>, failure: (child: Child) => JobFailure,
): Promise<void> {
  for (const { Key: key } of files) {
    for (const child of z.array(Child).parse(JSON.parse(await output.read(key)))) {
      const job = jobOf(child);
      if (job !== undefined) {
        failures.set(job, failure(child));
      }
    }
  }
}

function jobOf({ Input: input = '' }: Child): string | undefined {
  return Item.safeParse(jsonOr(input)).data?.job;
}

/** Words of ours only: causes hold the whole job, with its command and environment. */
function failureOf({ Status: status, Error: error, Cause: cause = '' }: Child): JobFailure {
  if (status === 'ABORTED') {
    return { reason: 'STOPPED' };
  }
  if (status === 'TIMED_OUT') {
    return { reason: 'TIMED_OUT' };
  }
  const job = Job.safeParse(jsonOr(cause)).data;
  if (job?.JobId === undefined) {
    return { reason: error?.startsWith('Batch.') === true ? 'NOT_SUBMITTED' : 'JOB_FAILED' };
  }
  return { reason: reasonOf(job), jobId: job.JobId, logStream: job.Container?.LogStreamName };
}

/** https://docs.aws.amazon.com/batch/latest/userguide/job_retries.html has the words of Batch. */
function reasonOf({ StatusReason: status = '', Container: container = {} }: Job): string {
  if (status.startsWith('Host EC2')) {
    return 'MACHINE_LOST';
  }
  if (status.includes('exceeded timeout')) {
    return 'TIMED_OUT';
  }
  if (container.Reason?.startsWith('OutOfMemoryError') === true) {
    return 'OUT_OF_MEMORY';
  }
  if (container.Reason?.startsWith('CannotPullContainer') === true) {
    return 'IMAGE_NOT_PULLED';
  }
  return container.ExitCode === undefined ? 'JOB_FAILED' : `EXIT_${container.ExitCode}`;
}

function jsonOr(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The jobs of one attempt. */
export async function jobsOf(output: S3Folder, itemsKey: string): Promise<PlannedJob[]> {
  const PlannedJobs: z.ZodType<PlannedJob[]> = z.array(z.object({
    job: z.string(), work: z.string(), failures: z.string(), inputs: z.number(),
  }));
  return PlannedJobs.parse(JSON.parse(await output.read(itemsKey)));
}
