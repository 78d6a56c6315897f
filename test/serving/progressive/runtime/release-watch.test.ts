import { after, canary, happening, MINUTE, serving, START, starting } from './releases';
import { awsError, SimulatedAccount } from './simulated-account';
import { releaseWatch } from '../../../../lib/serving/progressive/runtime/release-watch';

const PENDING = after(serving(), starting());
const INPUT = '{"endpoint":"fraud","releaseId":"fraud.1"}';

let account: SimulatedAccount;
beforeEach(() => {
  account = new SimulatedAccount();
  account.now = START + 5 * MINUTE;
});

const look = () => releaseWatch(account.now, account.world());
const started = () => account.named('StartExecution').map(({ name, input }) => `${String(name)} ${String(input)}`);
const ended = (minutes: number, status = 'ABORTED') => ({ status, stopDate: new Date(START + minutes * MINUTE), input: INPUT });
const RECOVERY = expect.stringContaining(JSON.stringify({ recover: { input: INPUT, status: 'ABORTED' } }));

test('a release that was written down and never started is started, under its own name', async () => {
  account.plant(PENDING);
  expect(await look()).toEqual(['fraud.1']);
  expect(started()).toEqual([`fraud.1 ${INPUT}`]);
});

test('one that was written down just now is left to the desk', async () => {
  account.plant(PENDING);
  account.now = START + MINUTE - 1;
  expect(await look()).toEqual([]);
  account.now += 1;
  expect(await look()).toEqual(['fraud.1']);
});

test.each([
  ['serves and has no release', serving()], ['had one that is over', after(canary(), happening({ kind: 'halt', reason: 'h' }))],
])('an endpoint that %s costs two reads and no call', async (_what, head) => {
  account.plant(head);
  expect(await look()).toEqual([]);
  expect(account.calls).toEqual([]);
});

describe('a release whose execution', () => {
  beforeEach(() => account.plant(canary()));

  test('runs is left alone, after one question', async () => {
    account.executions.set('fraud.1', { status: 'RUNNING' });
    expect(await look()).toEqual([]);
    expect(account.calls.map(({ name }) => name)).toEqual(['DescribeExecution']);
  });

  test.each(['ABORTED', 'FAILED', 'TIMED_OUT', 'SUCCEEDED'])('is %s is taken up by another', async (status) => {
    account.executions.set('fraud.1', ended(1, status));
    const [name] = await look();
    expect(name).toMatch(/^fraud\.1-[0-9a-z]{6}$/);
    expect(started()).toEqual([`${name} ${JSON.stringify({ recover: { input: INPUT, status } })}`]);
  });

  test('is not known any more is taken up too', async () => {
    expect(await look()).toHaveLength(1);
    expect(started()[0]).toContain('GONE');
  });

  test('ended just now is left to EventBridge', async () => {
    account.executions.set('fraud.1', ended(4.5));
    expect(await look()).toEqual([]);
  });

  test('was taken up already is left to that one, whatever it is called', async () => {
    account.executions.set('fraud.1', ended(1));
    account.executions.set('other.7', { status: 'RUNNING', input: '{"endpoint":"other","releaseId":"other.7"}' });
    account.executions.set('some-event', { status: 'RUNNING', input: JSON.stringify({ recover: { input: INPUT, status: 'ABORTED' } }) });
    expect(await look()).toEqual([]);
    expect(account.named('DescribeExecution').map(({ executionArn }) => String(executionArn).split(':').pop())).toEqual(['fraud.1', 'some-event']);
    account.executions.set('some-event', { status: 'RUNNING', input: JSON.stringify({ recover: { input: INPUT.replace('.1', '.2'), status: 'ABORTED' } }) });
    expect(await look()).toHaveLength(1);
  });

  test('is taken up once for each look, however often the look comes', async () => {
    account.executions.set('fraud.1', ended(1));
    const time = account.now;
    const names = [await look(), await releaseWatch(time, account.world())].flat();
    expect(new Set(names).size).toBe(1);
    account.before = (call) => { if (call === 'StartExecution') { throw awsError('ExecutionAlreadyExists'); } };
    expect(await look()).toHaveLength(1);
    expect(started()).toEqual(Array.from({ length: 3 }, () => RECOVERY));
  });
});

test('what cannot be looked at fails the look, after all others were looked at', async () => {
  account.plant(PENDING);
  account.dynamodb.plant('releases', { pk: 'ENDPOINTS', sk: 'ENDPOINT#broken', endpoint: 'broken' });
  account.dynamodb.plant('releases', JSON.parse(JSON.stringify({
    ...canary(), pk: 'ENDPOINT#broken', sk: 'HEAD', release: { ...canary().release, releaseId: 'broken.1' },
  })) as never);
  account.before = (call, { executionArn }) => {
    if (call === 'DescribeExecution' && String(executionArn).endsWith('broken.1')) {
      throw awsError('AccessDeniedException');
    }
  };
  await expect(look()).rejects.toMatchObject({ name: 'AccessDeniedException' });
  expect(started()).toEqual([`fraud.1 ${INPUT}`]);
});
