import {
  BatchClient, DescribeComputeEnvironmentsCommand, GetJobQueueSnapshotCommand, GetJobQueueSnapshotCommandOutput, JobSummary,
  ListJobsCommand,
} from '@aws-sdk/client-batch';

/** A job that waits. */
export type RunnableJob = Pick<JobSummary, 'createdAt'>;
export type QueueSnapshot = Pick<GetJobQueueSnapshotCommandOutput, 'frontOfQueue' | 'queueUtilization'>;

const CALL_MILLISECONDS = 10_000;

/** The three questions that the sampler asks of Batch. An answer without what was asked for is a failure, not a zero. */
export class BatchApi {
  constructor(private readonly client: Pick<BatchClient, 'send'>) {}

  /** One page of the jobs that could run and do not. */
  public async listRunnable(jobQueue: string, nextToken?: string): Promise<{ jobs: readonly RunnableJob[]; nextToken?: string }> {
    const command = new ListJobsCommand({ jobQueue, jobStatus: 'RUNNABLE', maxResults: 1000, nextToken });
    const { jobSummaryList: jobs, nextToken: next } = await this.client.send(command, inTime());
    return { jobs: told(jobs, 'which jobs wait'), nextToken: next };
  }

  /** What is first in the queue, and what its jobs hold. */
  public async snapshot(jobQueue: string): Promise<QueueSnapshot> {
    return this.client.send(new GetJobQueueSnapshotCommand({ jobQueue }), inTime());
  }

  /** The vCPUs that are started. */
  public async provisionedVcpus(computeEnvironments: readonly string[]): Promise<number> {
    const command = new DescribeComputeEnvironmentsCommand({ computeEnvironments: [...computeEnvironments] });
    const { computeEnvironments: found } = await this.client.send(command, inTime());
    return told(found, 'what is started').reduce((sum, { computeResources }) => sum + (computeResources?.desiredvCpus ?? 0), 0);
  }
}

function inTime(): { abortSignal: AbortSignal } {
  return { abortSignal: AbortSignal.timeout(CALL_MILLISECONDS) };
}

function told<T>(answer: T | undefined, what: string): T {
  if (answer === undefined) {
    throw new Error(`Batch does not tell ${what}`);
  }
  return answer;
}
