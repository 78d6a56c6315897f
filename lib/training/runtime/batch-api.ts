import * as z from 'zod';
import { Credentials, signedHeaders } from './signed-request';

/** A job that waits. */
const Job = z.object({ jobId: z.string(), createdAt: z.number().optional() });
const JobPage = z.object({ jobSummaryList: z.array(Job), nextToken: z.string().nullish() });
const Snapshot = z.object({
  frontOfQueue: z.object({ jobs: z.array(z.object({ earliestTimeAtPosition: z.number().nullish() })).nullish() }).nullish(),
  queueUtilization: z.object({
    totalCapacityUsage: z.array(z.object({ capacityUnit: z.string(), quantity: z.number() })).nullish(),
  }).nullish(),
});
const Environments = z.object({
  computeEnvironments: z.array(z.object({
    computeResources: z.object({ desiredvCpus: z.number().nullish() }).nullish(),
  })),
});

export type RunnableJob = z.infer<typeof Job>;
export type QueueSnapshot = z.infer<typeof Snapshot>;

/** The three questions that the sampler asks. */
export interface BatchApi {
  /** One page of the jobs that could run and do not. */
  listRunnable(jobQueue: string, nextToken?: string): Promise<{ jobs: readonly RunnableJob[]; nextToken?: string }>;
  /** What is first in the queue, and what its jobs hold. */
  snapshot(jobQueue: string): Promise<QueueSnapshot>;
  /** The vCPUs that are started. */
  provisionedVcpus(computeEnvironments: readonly string[]): Promise<number>;
}

/** How a request leaves: `fetch`, or a stand-in. */
export type Send = (url: string, init: { method: 'POST'; headers: Record<string, string>; body: string; signal: AbortSignal }) =>
Promise<{ readonly ok: boolean; readonly status: number; text(): Promise<string> }>;

export interface BatchAccess {
  readonly region: string;
  readonly credentials: Credentials;
  readonly send: Send;
  readonly now: () => Date;
}

const TIMEOUT_MS = 10_000;

/** Batch, over its REST protocol. https://docs.aws.amazon.com/batch/latest/APIReference/API_Operations.html */
export function batchApi({ region, credentials, send, now }: BatchAccess): BatchApi {
  const host = `batch.${region}.${region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com'}`;

  async function call<T>(operation: string, request: object, answer: z.ZodType<T>): Promise<T> {
    const path = `/v1/${operation}`;
    const body = JSON.stringify(request);
    const headers = signedHeaders({ service: 'batch', region, host, path, body }, credentials, now());
    const response = await send(`https://${host}${path}`, { method: 'POST', headers, body, signal: AbortSignal.timeout(TIMEOUT_MS) });
    const text = await response.text();
    if (!response.ok) {
      throw new Error(`Batch answered ${operation} with ${response.status}: ${text.slice(0, 500)}`);
    }
    return answer.parse(JSON.parse(text));
  }

  return {
    async listRunnable(jobQueue, nextToken) {
      const page = await call('listjobs', { jobQueue, jobStatus: 'RUNNABLE', maxResults: 1000, nextToken }, JobPage);
      return { jobs: page.jobSummaryList, nextToken: page.nextToken ?? undefined };
    },
    async snapshot(jobQueue) {
      return call('getjobqueuesnapshot', { jobQueue }, Snapshot);
    },
    async provisionedVcpus(computeEnvironments) {
      const answer = await call('describecomputeenvironments', { computeEnvironments }, Environments);
      return answer.computeEnvironments.reduce((sum, { computeResources }) => sum + (computeResources?.desiredvCpus ?? 0), 0);
    },
  };
}
