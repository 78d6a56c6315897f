import { ask, Execution } from './release-run';
import { ALICE, BOB, canary, serving, V1 } from './releases';
import { awsError, SimulatedAccount } from './simulated-account';

let account: SimulatedAccount;

beforeEach(async () => {
  account = new SimulatedAccount().serve();
  await account.deploy();
  account.plant(serving());
});

const start = (own: Parameters<typeof ask>[2] = {}) => ask(account, 'start', { body: { revision: 2 }, ...own });

test('a start is an execution with the name of the release, and the answer shows it', async () => {
  const { status, view } = await start({ body: { revision: 2, changeTicket: 'CHG-7' } });
  expect(status).toBe(202);
  expect(view).toMatchObject({
    endpoint: 'fraud',
    emergencyStop: 'off',
    failuresInARow: 0,
    stable: { revision: 1, configName: 'config-1' },
    release: {
      releaseId: 'fraud.1',
      kind: 'release',
      state: 'PENDING',
      revision: 2,
      previousRevision: 1,
      requester: ALICE.arn,
      candidatePercent: 0,
      stage: 0,
      startedAt: '2026-11-20T12:00:00.000Z',
      stages: [{ kind: 'canary', percent: 10 }, { kind: 'full' }],
    },
  });
  expect(JSON.stringify(view)).not.toContain(ALICE.person);
  expect(account.named('StartExecution')).toEqual([{
    stateMachineArn: 'arn:aws:states:eu-west-1:111122223333:stateMachine:release', name: 'fraud.1', input: '{"endpoint":"fraud","releaseId":"fraud.1"}',
  }]);
  expect(account.mutations()).toEqual([]);
  const record = JSON.parse(account.lines[0]) as object;
  expect(record).toMatchObject({
    action: 'endpoint.release.start',
    actor: ALICE.arn,
    environment: 'test',
    tenant: 'default',
    model: 'fraud-detection',
    version: 2,
    previousVersion: 1,
    changeTicket: 'CHG-7',
    outcome: 'SUCCEEDED',
    rollbackTarget: 1,
    sequence: 2,
  });
});

describe('a start is refused, and no endpoint is called,', () => {
  test.each([
    ['while the emergency stop is on', () => account.switch('on'), 'STOPPED'],
    ['while the emergency stop cannot be read', () => { account.stop = awsError('AccessDeniedException'); }, 'STOPPED'],
    ['while the emergency stop makes no sense', () => { account.stop = 'off'; }, 'STOPPED'],
    ['while the emergency stop says more than it should', () => { account.stop = '{"state":"off","by":"a","person":"b","at":"2026-11-20T12:00:00Z","x":1}'; }, 'STOPPED'],
    ['while an alarm is raised', () => account.alarms.set('fraud-errors', 'ALARM'), 'BASELINE_UNHEALTHY'],
    ['when an alarm is not there', () => account.alarms.delete('fraud-errors'), 'BASELINE_UNHEALTHY'],
    ['when the alarms cannot be read', () => { account.before = (call) => { if (call === 'DescribeAlarms') { throw awsError('AccessDenied'); } }; }, 'BASELINE_UNHEALTHY'],
    ['of a version that nobody approved', () => account.versions.set(2, 'Pending'), 'NOT_APPROVED'],
    ['of a version that is not there', () => account.versions.delete(2), 'NOT_APPROVED'],
    ['when the registry does not answer', () => { account.registryDown = true; }, 'BUSY'],
    ['while another release is live', () => account.plant(canary()), 'CONFLICT'],
  ])('%s', async (_name, scene, code) => {
    scene();
    const rows = account.dynamodb.items('audit').length;
    expect((await start()).view).toMatchObject({ code });
    expect(account.mutations()).toEqual([]);
    expect(account.named('StartExecution')).toEqual([]);
    expect(account.dynamodb.items('audit')).toHaveLength(rows);
    expect(JSON.parse(account.lines[account.lines.length - 1]!)).toMatchObject({ action: 'endpoint.release.start', actor: ALICE.arn });
  });
});

test('an alarm without data is no sick baseline', async () => {
  account.alarms.set('fraud-errors', 'INSUFFICIENT_DATA');
  expect((await start()).status).toBe(202);
});

describe('a request key', () => {
  test('makes a start happen once, and starts what a crash left unstarted', async () => {
    account.before = (call) => {
      if (call === 'StartExecution') {
        throw awsError('ServiceUnavailable', 'down', 503);
      }
    };
    expect((await start({ key: 'k1' })).view.code).toBe('BUSY');
    account.before = () => undefined;
    const { status, view } = await start({ key: 'k1' });
    expect(status).toBe(202);
    expect(view).toMatchObject({ release: { releaseId: 'fraud.1', state: 'PENDING' } });
    expect(account.named('StartExecution').filter(({ name }) => String(name) === 'fraud.1')).not.toHaveLength(0);
    expect((await account.head()).nextRelease).toBe(2);
  });

  test('that is used for another request, or by another person, is refused', async () => {
    await start({ key: 'k1' });
    expect((await start({ key: 'k1', body: { revision: 1 } })).view.code).toBe('REQUEST_KEY_REUSED');
    expect((await start({ key: 'k1', actor: BOB })).view.code).toBe('REQUEST_KEY_REUSED');
  });

  test('brings back the answer of then, also long after', async () => {
    const first = await start({ key: 'k1' });
    await new Execution(account, 'fraud.1').run();
    expect((await start({ key: 'k1' })).view).toEqual(first.view);
    expect((await account.head()).release!.outcome).toBe('SUCCEEDED');
  });

  test('an execution that exists already is the one', async () => {
    account.before = (call) => {
      if (call === 'StartExecution') {
        throw awsError('ExecutionAlreadyExists');
      }
    };
    expect((await start()).status).toBe(202);
  });
});

test('of two starts at the same moment, one is live', async () => {
  const answers = await Promise.all([start(), start({ actor: BOB })]);
  expect(answers.map(({ status }) => status).sort()).toEqual([202, 409]);
  expect((await account.head()).nextRelease).toBe(2);
});

describe('an abort', () => {
  test.each([
    ['without a live release', serving(), 'fraud.1', 'NOTHING_LIVE'], ['of another release', canary(), 'fraud.2', 'STALE_STEP'],
  ])('%s changes nothing', async (_name, head, releaseId, code) => {
    account.plant(head);
    const { status, view } = await ask(account, 'abort', { body: { releaseId } });
    expect({ status, code: view.code }).toEqual({ status: 409, code });
    expect(account.calls.filter(({ name }) => !/^(GetParameter|PutEvents)$/.test(name))).toEqual([]);
    expect(account.weights()).toEqual({ Stable: 1 });
  });

  test('latches, and has the writer act at once; a second one changes nothing more', async () => {
    account.plant(canary());
    const rev = (await account.head()).rev;
    const { view } = await ask(account, 'abort', { body: { releaseId: 'fraud.1' }, actor: BOB });
    expect(view).toMatchObject({ release: { state: 'ROLLING_BACK', latch: { cause: 'abort' }, candidatePercent: 0 } });
    expect(account.named('Invoke')).toMatchObject([{ InvocationType: 'Event', FunctionName: expect.stringContaining(':writer:1') }]);
    expect(account.named('StartExecution')).toEqual([]);
    await ask(account, 'abort', { body: { releaseId: 'fraud.1' } });
    expect((await account.head()).rev).toBe(rev + 1);
  });

  test('of a release that no execution has begun has one begin, which closes it', async () => {
    account.before = (call) => {
      if (call === 'StartExecution') {
        throw awsError('AccessDeniedException');
      }
    };
    expect((await start()).view.code).toBe('INTERNAL');
    account.before = () => undefined;
    account.calls.length = 0;
    await ask(account, 'abort', { body: { releaseId: 'fraud.1' } });
    expect(account.named('StartExecution')).toHaveLength(1);
    const execution = new Execution(account, 'fraud.1');
    expect(await execution.run()).toMatchObject({ outcome: 'ABORTED' });
    expect(account.mutations()).toEqual([]);
    expect((await account.head()).failuresInARow).toBe(0);
  });
});

test('after two failures another person allows the next start', async () => {
  account.plant({ ...serving(), failuresInARow: 2 });
  expect((await start()).view.code).toBe('APPROVAL_NEEDED');
  expect((await ask(account, 'allow', { body: { revision: 2 }, actor: ALICE })).status).toBe(200);
  expect((await start()).view.code).toBe('SECOND_PERSON_NEEDED');
  expect((await ask(account, 'allow', { body: { revision: 2 }, actor: BOB })).status).toBe(200);
  expect((await start()).status).toBe(202);
});

test.each([
  ['nothing was released', [], V1], ['only one version was', [1], V1], ['the endpoint is not there', [1, 2], undefined],
])('there is nothing to go back to when %s', async (_name, production, stable) => {
  account.production = production;
  account.plant({ ...serving(), stable });
  expect((await ask(account, 'rollback')).view.code).toBe('NOTHING_TO_GO_BACK_TO');
});

describe('what a request must be like', () => {
  test.each([
    ['no revision', {}, 'revision'], ['a revision that is text', { revision: '2' }, "got '2'"], ['a strange field', { revision: 2, force: true }, 'must have no fields but revision'],
    ['a strange ticket', { revision: 2, changeTicket: 'a b' }, 'changeTicket'],
  ])('%s', async (_name, body, text) => {
    const { status, view } = await start({ body });
    expect({ status, code: view.code }).toEqual({ status: 400, code: 'BAD_REQUEST' });
    expect(view.detail).toContain(text);
    expect(JSON.parse(account.lines[0])).toMatchObject({ outcome: 'REFUSED', reason: 'BAD_REQUEST' }); // nothing that the caller wrote
  });

  test('a key without which it could happen twice', async () => {
    expect((await start({ key: '' })).view.code).toBe('BAD_REQUEST');
  });

  test('an endpoint that is deployed here', async () => {
    account = new SimulatedAccount();
    expect((await start()).view.code).toBe('NOT_FOUND');
    expect((await ask(account, 'status')).view.code).toBe('NOT_FOUND');
  });
});

test('an error that nobody planned for says nothing to the caller', async () => {
  account.dynamodb.hooks = { before: () => { throw awsError('AccessDeniedException', 'arn:aws:dynamodb:eu-west-1:111122223333:table/secret'); } };
  const { status, view } = await start();
  expect(status).toBe(500);
  expect(JSON.stringify(view)).not.toContain('secret');
  expect(account.logged).toContain('a request failed');
});

test('history shows the chain in pages, and what the head says of its end', async () => {
  await start();
  await new Execution(account, 'fraud.1').run();
  const { auditSequence, auditHash } = await account.head();
  const rows: { sequence: number; record: string; hash: string }[] = [];
  let after: number | undefined = 0;
  while (after !== undefined) {
    const { view } = await ask(account, 'history', { query: { limit: '5', after: String(after) } });
    expect(view).toMatchObject({ headSequence: auditSequence, headHash: auditHash });
    rows.push(...view.rows as unknown as typeof rows);
    after = view.next as unknown as number | undefined;
  }
  expect(rows.map(({ sequence }) => sequence)).toEqual(Array.from({ length: auditSequence - 1 }, (_none, place) => place + 2));
  expect(rows[rows.length - 1]!.hash).toBe(auditHash);
});

test.each(['0', '101', 'x', '-1'])('a page has no %p rows', async (limit) => {
  expect((await ask(account, 'history', { query: { limit } })).view.code).toBe('BAD_REQUEST');
});

test('status says how a release went', async () => {
  account.traffic = (slot) => ({ requests: 100, errors: slot === 'Candidate' ? 50 : 0 });
  await start();
  await new Execution(account, 'fraud.1').run();
  const { view } = await ask(account, 'status');
  expect(view).toMatchObject({
    failuresInARow: 1,
    release: {
      state: 'ROLLED_BACK',
      verdict: { verdict: 'Failed' },
      latch: { cause: 'verdict', reason: expect.stringContaining('over 2 % of requests failed') },
      candidatePercent: 0,
      lockedSeconds: 0,
      restoreSeconds: expect.any(Number),
      endedAt: expect.stringMatching(/Z$/),
    },
  });
});
