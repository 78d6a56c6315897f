import { ListExecutionsCommand, SFNClient } from '@aws-sdk/client-sfn';
import { inferenceSettings } from '../../../lib/training/batch-inference/runtime/inference-settings';
import { jobFailures } from '../../../lib/training/batch-inference/runtime/map-results';
import { S3Folder } from '../../../lib/training/batch-inference/runtime/s3-folder';
import { watchRuns } from '../../../lib/training/batch-inference/runtime/watch-runs';
import { FakeS3 } from '../../registry/support/fake-s3';

/**
 * Files of the result writer, of the form of AWS's documentation (names, fields, and texts of Batch; values are ours).
 * https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultwriter.html
 */
const FOLDER = 'claims/map/ad9b5f27-090b-3ac6-9beb-243cd77144a7';
const child = (job: string, changed: object) => ({
  ExecutionArn: `arn:aws:states:us-east-2:111122223333:execution:csvProcess/Infer:${job}`,
  Input: JSON.stringify({ job, work: 's3://b/work', failures: 's3://b/failures', inputs: 1 }),
  InputDetails: { Included: true },
  Name: job,
  OutputDetails: { Included: true },
  RedriveCount: 0,
  RedriveStatus: 'REDRIVABLE',
  StartDate: '2026-11-28T01:49:50.099Z',
  StateMachineArn: 'arn:aws:states:us-east-2:111122223333:stateMachine:csvProcess/Infer',
  Status: 'FAILED',
  StopDate: '2026-11-28T01:49:50.163Z',
  ...changed,
});
const cause = (changed: object, container: object = {}) => ({
  Error: 'States.TaskFailed',
  Cause: JSON.stringify({
    Attempts: [{ Container: { ExitCode: 1 }, StatusReason: 'Essential container in task exited' }],
    JobId: '0a1b',
    JobName: 'claims',
    Status: 'FAILED',
    StatusReason: 'Essential container in task exited',
    Container: { Command: ['python', 'score.py'], ExitCode: 1, LogStreamName: 'job/default/0a1b', Vcpus: 4, ...container },
    ...changed,
  }),
});

function written(files: Readonly<Record<string, readonly object[]>>): S3Folder {
  const s3 = new FakeS3();
  const named = (status: string) => Object.keys(files).filter((name) => name.startsWith(status)).map((name) => ({ Key: `${FOLDER}/${name}`, Size: 2 }));
  s3.objects.set(`b/${FOLDER}/manifest.json`, {
    body: JSON.stringify({
      DestinationBucket: 'b',
      MapRunArn: 'arn:aws:states:us-east-2:111122223333:mapRun:csvProcess/Infer:ad9b5f27-090b-3ac6-9beb-243cd77144a7',
      ResultFiles: { FAILED: named('FAILED'), PENDING: named('PENDING'), SUCCEEDED: [] },
    }),
  });
  Object.entries(files).forEach(([name, body]) => { s3.objects.set(`b/${FOLDER}/${name}`, { body: JSON.stringify(body) }); });
  return new S3Folder(s3.client(), 'b');
}

describe('what the distributed map wrote', () => {
  test.each<[string, object, object]>([
    ['a program that failed', cause({}), { reason: 'EXIT_1', jobId: '0a1b', logStream: 'job/default/0a1b' }],
    ['one that wanted too much memory', cause({}, { ExitCode: 137, Reason: 'OutOfMemoryError: Container killed due to memory usage' }),
      { reason: 'OUT_OF_MEMORY' }],
    ['an image that is gone', cause({}, { ExitCode: undefined, Reason: 'CannotPullContainerError: manifest unknown' }), { reason: 'IMAGE_NOT_PULLED' }],
    ['a machine that was taken away too often', cause({ StatusReason: 'Host EC2 (instance i-0a) terminated.' }), { reason: 'MACHINE_LOST' }],
    ['a job that took too long', cause({ StatusReason: 'Job attempt duration exceeded timeout' }), { reason: 'TIMED_OUT' }],
    ['a job that never started', cause({ Container: undefined }), { reason: 'JOB_FAILED', jobId: '0a1b' }],
    ['a job that Batch refused', { Error: 'Batch.ClientException', Cause: 'no such queue' }, { reason: 'NOT_SUBMITTED' }],
    ['a cause that was cut', { Error: 'States.TaskFailed', Cause: '{"JobId":"0a1b","Contai' }, { reason: 'JOB_FAILED' }],
    ['an item that was stopped', { Status: 'ABORTED' }, { reason: 'STOPPED' }],
    ['an item that ran out of time', { Status: 'TIMED_OUT' }, { reason: 'TIMED_OUT' }],
  ])('of %s becomes one word, and nothing of its command', async (_, changed, expected) => {
    const failures = await jobFailures(written({ 'FAILED_0.json': [child('000001', changed)] }), 'claims/map');
    expect([...failures!]).toEqual([['000001', expect.objectContaining(expected)]]);
    expect(JSON.stringify([...failures!])).not.toContain('score.py');
  });

  test('is read from every file, and what was never begun as well', async () => {
    const failures = await jobFailures(written({
      'FAILED_0.json': [child('000001', cause({}))],
      'FAILED_1.json': [child('000002', cause({}))],
      'PENDING_0.json': [{ Input: JSON.stringify({ job: '000003' }), InputDetails: { Included: true }, Name: '3', Status: 'PENDING' }],
    }), 'claims/map');
    expect([...failures!].map(([job, { reason }]) => [job, reason]).sort()).toEqual([['000001', 'EXIT_1'], ['000002', 'EXIT_1'], ['000003', 'NOT_STARTED']]);
  });

  test('says nothing of items that are not told, and nothing at all when there is nothing', async () => {
    expect(await jobFailures(written({ 'FAILED_0.json': [child('x', { Input: undefined }), child('x', { Input: 'cut…' })] }), 'claims/map')).toEqual(new Map());
    expect(await jobFailures(new S3Folder(new FakeS3().client(), 'b'), 'claims/map')).toBeUndefined();
  });
});

describe('the watcher', () => {
  const NOW = Date.parse('2026-11-28T22:00:00Z');
  const REQUEST = { stateMachineArn: 'arn:aws:states:eu-west-1:111122223333:stateMachine:m', name: 'claims' };
  const sfn = (pages: readonly object[]) => {
    const asked: unknown[] = [];
    const client = {
      send: async (command: ListExecutionsCommand) => {
        asked.push(command.input);
        return Promise.resolve(pages[asked.length - 1]);
      },
    };
    return { client: client as unknown as Pick<SFNClient, 'send'>, asked };
  };

  test('measures since when the oldest execution runs, on whatever page it is', async () => {
    const minutesAgo = (minutes: number) => ({ startDate: new Date(NOW - minutes * 60_000) });
    const { client, asked } = sfn([{ executions: [minutesAgo(5)], nextToken: 'more' }, { executions: [minutesAgo(90), minutesAgo(20)] }]);
    expect(JSON.parse(await watchRuns(client, REQUEST, NOW))).toMatchObject({
      InferenceRunningAge: 5400,
      BatchInference: 'claims',
      _aws: { CloudWatchMetrics: [{ Namespace: 'MlPlatform/Training', Dimensions: [['BatchInference']], Metrics: [{ Name: 'InferenceRunningAge', Unit: 'Seconds' }] }] },
    });
    expect(asked).toEqual([
      { ...REQUEST, name: undefined, statusFilter: 'RUNNING', maxResults: 1000, nextToken: undefined },
      { ...REQUEST, name: undefined, statusFilter: 'RUNNING', maxResults: 1000, nextToken: 'more' },
    ].map(({ name: _name, ...input }) => input));
  });

  test('measures 0 when none runs, and nothing when it cannot know', async () => {
    expect(JSON.parse(await watchRuns(sfn([{ executions: [] }]).client, REQUEST, NOW))).toMatchObject({ InferenceRunningAge: 0 });
    await expect(watchRuns(sfn([{}]).client, REQUEST, NOW)).rejects.toThrow('Step Functions does not tell which executions run');
  });
});

describe('the handlers', () => {
  const environment = { ...process.env };
  afterEach(() => { process.env = { ...environment }; jest.resetModules(); });
  const ENVIRONMENT = {
    INFERENCE_NAME: 'claims',
    INPUT_BUCKET: 'in',
    INPUT_PREFIX: 'a/',
    OUTPUT_BUCKET: 'out',
    OUTPUT_PREFIX: 'b/',
    INPUTS_PER_JOB: '7',
    TOLERATED_PERCENT: '0',
    PROGRAM_IMAGE: 'image@sha256:1',
    PROGRAM_SETTINGS_HASH: 'x',
    RUNBOOK: 'article',
    AWS_REGION: 'eu-west-1',
  };

  interface Module { readonly handler: (event: unknown) => Promise<unknown> }
  const load = (name: string) => jest.requireActual<Module>(`../../../lib/training/batch-inference/runtime/${name}.lambda`);

  test.each(['inference-planner', 'inference-reporter', 'inference-watcher'])('%s refuses an event that no state machine or schedule of ours sends', async (name) => {
    Object.assign(process.env, ENVIRONMENT);
    const { handler } = load(name);
    await expect(handler({})).rejects.toThrow('invalid_type');
  });

  test('do not start without what the construct says', () => {
    Object.assign(process.env, { ...ENVIRONMENT, PROGRAM_IMAGE: '' });
    expect(() => load('inference-planner')).toThrow('PROGRAM_IMAGE is missing');
  });

  test('know a program by image, model, settings, input folder and suffix, and by nothing else', () => {
    const fingerprint = (changed: Record<string, string> = {}) => {
      process.env = { ...environment, ...ENVIRONMENT, ...changed };
      return inferenceSettings().fingerprint;
    };
    const others: Record<string, string>[] = [
      { PROGRAM_IMAGE: 'other' }, { PROGRAM_MODEL: 's3://m' }, { PROGRAM_SETTINGS_HASH: 'y' }, { INPUT_PREFIX: 'c/' }, { OUTPUT_SUFFIX: '.x' },
    ];
    expect(new Set([fingerprint(), ...others.map(fingerprint)]).size).toBe(6);
    expect(fingerprint({ INPUTS_PER_JOB: '9', TOLERATED_PERCENT: '5' })).toBe(fingerprint());
  });
});
