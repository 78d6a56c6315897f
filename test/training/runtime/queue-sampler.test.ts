import { Readable } from 'node:stream';
import { BatchClient } from '@aws-sdk/client-batch';
import { BatchApi, QueueSnapshot } from '../../../lib/training/runtime/batch-api';
import { handler } from '../../../lib/training/runtime/queue-sampler.lambda';
import { embedded, read, sampleOf } from '../../../lib/training/runtime/sample-queue';

const NOW = Date.parse('2026-11-20T20:00:00Z');
const QUEUE = 'arn:aws:batch:eu-west-1:111122223333:job-queue/gpu';
const MINUTE = 60_000;
const EMPTY: QueueSnapshot = { frontOfQueue: { jobs: [] }, queueUtilization: { totalCapacityUsage: [] } };

interface Sent { readonly path: string; readonly body: Record<string, unknown> }

type Answers = Record<string, (body: Record<string, unknown>) => unknown>;

/** The SDK's own client over a wire that answers as far as the sampler asks. */
function batchWith(answers: Answers, status = 200): { api: BatchApi; sent: Sent[] } {
  const sent: Sent[] = [];
  const settings = {
    region: 'eu-west-1',
    credentials: { accessKeyId: 'A', secretAccessKey: 's' },
    maxAttempts: 1,
    requestHandler: {
      handle: async (request: { path: string; body: string | Uint8Array }) => {
        const text = typeof request.body === 'string' ? request.body : new TextDecoder().decode(request.body);
        const body = JSON.parse(text) as Record<string, unknown>;
        sent.push({ path: request.path, body });
        const answer = JSON.stringify(answers[request.path.split('/').pop()!]?.(body) ?? {});
        return Promise.resolve({ response: { statusCode: status, headers: {}, body: Readable.from([Buffer.from(answer)]) } });
      },
    },
  };
  return { api: new BatchApi(new BatchClient(settings as object)), sent };
}

describe('what is asked of Batch', () => {
  const pages = [{ jobs: ['a', 'b'], nextToken: 'more' }, { jobs: ['c'], nextToken: undefined }];
  const answers = {
    listjobs: ({ nextToken }: Record<string, unknown>) => {
      const { jobs, nextToken: next } = pages[nextToken === 'more' ? 1 : 0];
      return { jobSummaryList: jobs.map((jobId) => ({ jobId, jobName: jobId, createdAt: NOW - 5 * MINUTE, status: 'RUNNABLE' })), nextToken: next };
    },
    getjobqueuesnapshot: () => ({
      frontOfQueue: { jobs: [{ jobArn: 'a', earliestTimeAtPosition: NOW - 3 * MINUTE }], lastUpdatedAt: NOW },
      queueUtilization: { totalCapacityUsage: [{ capacityUnit: 'VCPU', quantity: 24 }] },
    }),
    describecomputeenvironments: () => ({
      computeEnvironments: [{ computeResources: { desiredvCpus: 32 } }, { computeResources: { desiredvCpus: 16 } }, {}],
    }),
  };

  test('is every page of what waits, the head of the queue, and what is started', async () => {
    const { api, sent } = batchWith(answers);
    const readings = await read(api, { jobQueue: QUEUE, computeEnvironments: ['spot', 'onDemand'] });
    expect(sampleOf(readings, NOW)).toEqual({
      RunnableJobs: 3, OldestRunnableAge: 300, HeadOfQueueAge: 180, ProvisionedVcpus: 48, IdleVcpus: 24, IdlePercent: 50,
    });
    expect(sent.map(({ path, body }) => [path, body])).toEqual([
      ['/v1/listjobs', { jobQueue: QUEUE, jobStatus: 'RUNNABLE', maxResults: 1000 }],
      ['/v1/listjobs', { jobQueue: QUEUE, jobStatus: 'RUNNABLE', maxResults: 1000, nextToken: 'more' }],
      ['/v1/getjobqueuesnapshot', { jobQueue: QUEUE }],
      ['/v1/describecomputeenvironments', { computeEnvironments: ['spot', 'onDemand'] }],
    ]);
  });

  test('ends after twenty pages, because deep is deep', async () => {
    const { api, sent } = batchWith({ ...answers, listjobs: () => ({ jobSummaryList: [], nextToken: 'more' }) });
    await read(api, { jobQueue: QUEUE, computeEnvironments: ['spot'] });
    expect(sent.filter(({ path }) => path.endsWith('listjobs'))).toHaveLength(20);
  });

  test('is a crash when it is refused: a missing sample raises an alarm, a zero would not', async () => {
    const { api } = batchWith({ listjobs: () => ({ message: 'not authorized' }) }, 403);
    await expect(read(api, { jobQueue: QUEUE, computeEnvironments: ['spot'] })).rejects.toThrow('not authorized');
  });

  test.each<[string, Answers, string]>([
    ['which jobs wait', { ...answers, listjobs: () => ({ jobs: [] }) }, 'Batch does not tell which jobs wait'],
    ['what is started', { ...answers, describecomputeenvironments: () => ({}) }, 'Batch does not tell what is started'],
  ])('is a crash when the answer does not say %s', async (_, changed, message) => {
    await expect(read(batchWith(changed).api, { jobQueue: QUEUE, computeEnvironments: ['spot'] })).rejects.toThrow(message);
  });
});

describe('a sample', () => {
  test('of an empty queue without machines has no idle share', () => {
    expect(sampleOf({ runnable: [], snapshot: EMPTY, provisionedVcpus: 0 }, NOW)).toEqual({
      RunnableJobs: 0, OldestRunnableAge: 0, HeadOfQueueAge: 0, ProvisionedVcpus: 0, IdleVcpus: 0,
    });
  });

  test.each<[string, QueueSnapshot]>([['no utilization', {}], ['an utilization without usage', { queueUtilization: {} }]])(
    'with %s does not take what is unknown for idle', (_, snapshot) => {
      expect(sampleOf({ runnable: [], snapshot, provisionedVcpus: 64 }, NOW)).not.toHaveProperty('IdlePercent');
    });

  test('counts vCPUs and no other unit', () => {
    const usage = [{ capacityUnit: 'vcpu', quantity: 16 }, { capacityUnit: 'VCPU', quantity: 16 }, { capacityUnit: 'GPU', quantity: 99 }];
    expect(sampleOf({ runnable: [], snapshot: { queueUtilization: { totalCapacityUsage: usage } }, provisionedVcpus: 64 }, NOW))
      .toMatchObject({ IdleVcpus: 32, IdlePercent: 50 });
  });

  test('is never below zero: jobs hold what is about to start, and clocks differ', () => {
    const usage = [{ capacityUnit: 'VCPU', quantity: 100 }];
    const runnable = [{ createdAt: NOW + MINUTE }, {}];
    expect(sampleOf({ runnable, snapshot: { queueUtilization: { totalCapacityUsage: usage } }, provisionedVcpus: 64 }, NOW))
      .toMatchObject({ IdleVcpus: 0, IdlePercent: 0, OldestRunnableAge: 0, RunnableJobs: 2 });
  });

  test('is one line that CloudWatch reads as metrics of this queue', () => {
    const line = embedded({ RunnableJobs: 3, HeadOfQueueAge: 180, IdlePercent: 50 }, QUEUE, NOW);
    expect(line).not.toContain('\n');
    expect(JSON.parse(line)).toEqual({
      _aws: {
        Timestamp: NOW,
        CloudWatchMetrics: [{
          Namespace: 'MlPlatform/Training',
          Dimensions: [['JobQueue']],
          Metrics: [{ Name: 'RunnableJobs', Unit: 'Count' }, { Name: 'HeadOfQueueAge', Unit: 'Seconds' }, { Name: 'IdlePercent', Unit: 'Percent' }],
        }],
      },
      JobQueue: QUEUE,
      RunnableJobs: 3,
      HeadOfQueueAge: 180,
      IdlePercent: 50,
    });
  });
});

describe('the handler', () => {
  afterEach(() => { jest.restoreAllMocks(); });

  async function run(event: unknown): Promise<string[]> {
    const lines: string[] = [];
    jest.spyOn(process.stdout, 'write').mockImplementation((line) => { lines.push(String(line)); return true; });
    await handler(event);
    return lines;
  }

  test('writes one sample, in one line', async () => {
    const asked = jest.spyOn(BatchClient.prototype, 'send').mockImplementation(async () => Promise.resolve({ jobSummaryList: [], computeEnvironments: [] }));
    const lines = await run({ jobQueue: QUEUE, computeEnvironments: ['spot'] });
    expect(lines).toHaveLength(1);
    expect(JSON.parse(lines[0])).toMatchObject({ JobQueue: QUEUE, RunnableJobs: 0 });
    expect(asked).toHaveBeenCalledTimes(3);
  });

  test.each([[{}], [{ jobQueue: '', computeEnvironments: ['a'] }], [{ jobQueue: QUEUE, computeEnvironments: [] }], [undefined]])('crashes on %j', async (event) => {
    await expect(run(event)).rejects.toThrow();
  });
});
