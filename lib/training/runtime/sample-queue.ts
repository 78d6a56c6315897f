import { BatchApi, QueueSnapshot, RunnableJob } from './batch-api';
import { QUEUE_DIMENSION, SAMPLED, SampleRequest } from './contract';
import { embeddedMetrics } from './embedded-metrics';

/** More pages than this say only that the queue is very deep; the age is then of the jobs that were read. */
const MOST_PAGES = 20;

/** What a queue looks like at one moment, by the names of the metrics. What could not be known is absent. */
export type Sample = Partial<Record<typeof SAMPLED[keyof typeof SAMPLED], number>>;

/** Everything the sampler reads. */
export interface Readings {
  readonly runnable: readonly RunnableJob[];
  readonly snapshot: QueueSnapshot;
  readonly provisionedVcpus: number;
}

/** Asks Batch. */
export async function read(api: BatchApi, { jobQueue, computeEnvironments }: SampleRequest): Promise<Readings> {
  const runnable: RunnableJob[] = [];
  let nextToken: string | undefined;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const answer = await api.listRunnable(jobQueue, nextToken);
    runnable.push(...answer.jobs);
    nextToken = answer.nextToken;
    if (nextToken === undefined) {
      break;
    }
  }
  return { runnable, snapshot: await api.snapshot(jobQueue), provisionedVcpus: await api.provisionedVcpus(computeEnvironments) };
}

/** Pure: same readings, same sample. */
export function sampleOf({ runnable, snapshot, provisionedVcpus }: Readings, now: number): Sample {
  const created = runnable.flatMap(({ createdAt }) => createdAt ?? []);
  const head = snapshot.frontOfQueue?.jobs?.[0]?.earliestTimeAtPosition;
  return {
    [SAMPLED.runnableJobs]: runnable.length,
    [SAMPLED.oldestRunnableAge]: created.length === 0 ? 0 : age(created.reduce((one, other) => Math.min(one, other)), now),
    [SAMPLED.headOfQueueAge]: head === undefined ? 0 : age(head, now),
    [SAMPLED.provisionedVcpus]: provisionedVcpus,
    ...idle(snapshot, provisionedVcpus),
  };
}

/** Nothing when Batch does not say what is held: an unknown use must not read as idle. */
function idle({ queueUtilization }: QueueSnapshot, provisioned: number): Sample {
  const usage = queueUtilization?.totalCapacityUsage;
  if (usage === undefined) {
    return {};
  }
  const held = usage.filter(({ capacityUnit }) => capacityUnit?.toUpperCase() === 'VCPU')
    .reduce((sum, { quantity }) => sum + (quantity ?? 0), 0);
  const free = Math.max(0, provisioned - held);
  return { [SAMPLED.idleVcpus]: free, ...(provisioned > 0 ? { [SAMPLED.idlePercent]: (100 * free) / provisioned } : {}) };
}

function age(since: number, now: number): number {
  return Math.max(0, Math.round((now - since) / 1000));
}

/** The sample as a log line from which CloudWatch makes metrics. */
export function embedded(sample: Sample, jobQueue: string, now: number): string {
  return embeddedMetrics({ [QUEUE_DIMENSION]: jobQueue }, sample, now);
}
