import { AddressServer } from '../support/address-server';
import { SOMEBODY, withAwsEnvironment } from '../support/aws-environment';
import { json, StubRegistry } from '../support/stub-registry';
import { run } from '../support/test-world';

let server: StubRegistry;
let addresses: AddressServer;
beforeAll(async () => {
  server = await StubRegistry.start();
  addresses = await AddressServer.start();
});
afterAll(() => Promise.all([server.stop(), addresses.stop()]));
withAwsEnvironment(() => ({ ...SOMEBODY, AWS_REGION: 'eu-west-1', AWS_ENDPOINT_URL_SSM: addresses.url }));

const RELEASE = {
  releaseId: 'fraud.12',
  kind: 'release',
  revision: 7,
  previousRevision: 6,
  requester: 'arn:aws:iam::111122223333:role/Releaser',
  startedAt: '2026-11-28T08:00:00.000Z',
  state: 'RUNNING',
  stage: 1,
  stages: [
    { kind: 'canary', percent: 1, bakeSeconds: 1800 },
    { kind: 'canary', percent: 10, bakeSeconds: 7200 },
    { kind: 'full', percent: 100, bakeSeconds: 3600 },
  ],
  candidatePercent: 10,
  healthySeconds: 4200,
};
const status = (release: object | undefined = {}, more: object = {}) => json({
  endpoint: 'fraud',
  rev: 40,
  stable: { revision: 6, configName: 'fraud-0a1b-11-stable' },
  ...(release === undefined ? {} : { release: { ...RELEASE, ...release } }),
  failuresInARow: 0,
  emergencyStop: 'off',
  ...more,
});
const mlp = (...args: string[]) => run([...args, ...server.flags]);

test('start asks the desk for a version, once, and says how to look on', async () => {
  server.willAnswer({ ...status({ state: 'PENDING' }), status: 202 });
  const { exitCode, out } = await mlp('release', 'start', 'fraud', '7', '--change-ticket', 'CHG-1', '--request-key', 'key-1');
  expect(exitCode).toBe(0);
  expect(out).toBe('release fraud.12 of version 7 is on its way; mlp release status fraud --wait\n');
  expect(server.asked).toEqual([expect.objectContaining({
    line: 'POST /endpoints/fraud/releases', key: 'key-1', body: { revision: 7, changeTicket: 'CHG-1' },
  })]);
});

test.each([
  [['abort', 'fraud', 'fraud.12'], 'POST /endpoints/fraud/abort', { releaseId: 'fraud.12' }],
  [['rollback', 'fraud'], 'POST /endpoints/fraud/rollback', {}],
  [['allow', 'fraud', '8'], 'POST /endpoints/fraud/allow', { revision: 8 }],
])('%j', async (args, line, body) => {
  server.willAnswer(status());
  expect(await mlp('release', ...args)).toMatchObject({ exitCode: 0, err: '' });
  expect(server.asked).toEqual([expect.objectContaining({ line, body, key: expect.stringMatching(/^[0-9a-f-]{36}$/) })]);
});

test('status shows what serves, how far each stage is, and the last verdict', async () => {
  server.willAnswer(status({ verdict: { verdict: 'Healthy', reason: '4,120 requests', at: '2026-11-28T10:00:00.000Z' } }));
  expect((await mlp('release', 'status', 'fraud')).out).toBe([
    'endpoint        fraud',
    'stable          version 6 on fraud-0a1b-11-stable',
    'emergency stop  off',
    'release         fraud.12: version 7 in place of 6, RUNNING',
    'asked by        111122223333:role/Releaser at 2026-11-28T08:00:00.000Z',
    'last verdict    Healthy at 2026-11-28T10:00:00.000Z: 4,120 requests',
    'STAGE  KIND    REQUESTS  BAKE TIME  PROGRESS',
    '    1  canary       1 %     30 min  passed',
    '    2  canary      10 %        2 h  1 h 10 min of 2 h healthy',
    '    3  full       100 %        1 h',
    '',
  ].join('\n'));
});

test('status says why a release went back, and how fast', async () => {
  server.willAnswer(status({
    state: 'ROLLED_BACK',
    latch: { cause: 'alarm', reason: 'fraud/Candidate/ErrorBurst', at: '2026-11-28T10:00:00.000Z' },
    restoreSeconds: 42,
    lockedSeconds: 600,
    endedAt: '2026-11-28T10:20:00.000Z',
  }, { failuresInARow: 2, emergencyStop: 'on' }));
  const { exitCode, out } = await mlp('release', 'status', 'fraud');
  expect(exitCode).toBe(0);
  expect(out).toContain('went back         alarm at 2026-11-28T10:00:00.000Z: fraud/Candidate/ErrorBurst');
  expect(out).toContain('in 42 s, and 10 min in which SageMaker held the endpoint locked');
  expect(out).toContain('2: the next release needs `mlp release allow` by another person');
  expect(out).toContain('ON: nothing goes forward');
});

test('status of an endpoint to which nothing was released', async () => {
  server.willAnswer(json({ endpoint: 'fraud', rev: 0, failuresInARow: 0, emergencyStop: 'off' }));
  expect((await mlp('release', 'status', 'fraud')).out).toMatch(/stable +nothing yet[^]*release +none yet/);
});

test('status --wait stays until the release is over, and its exit code says how it ended', async () => {
  server.willAnswer(status(), status({ state: 'WATCHING', candidatePercent: 100 }), status({ state: 'SUCCEEDED' }));
  expect(await mlp('release', 'status', 'fraud', '--wait')).toMatchObject({ exitCode: 0 });
  expect(server.asked).toHaveLength(3);
  server.willAnswer(status(), status({ state: 'HALTED' }));
  expect(await mlp('release', 'status', 'fraud', '--wait')).toMatchObject({
    exitCode: 1, err: expect.stringContaining('release fraud.12 ended HALTED; mlp release history fraud says why'),
  });
});

test('status --wait does not take the next release for the one that it waits for', async () => {
  server.willAnswer(status(), status({ releaseId: 'fraud.13', revision: 8, state: 'SUCCEEDED' }));
  const { exitCode, err } = await mlp('release', 'status', 'fraud', '--wait');
  expect(exitCode).toBe(4);
  expect(err).toContain('release fraud.12 is over and fraud.13 came after it; mlp release history fraud says how it ended');
});

test('status --wait outlasts a desk that does not answer for some minutes, and says when it does not come back', async () => {
  const silent = { status: 503, body: '{"message":"Service Unavailable"}' };
  const tries = (looks: number) => Array.from({ length: 4 * looks }, () => silent);
  server.willAnswer(status(), ...tries(20), status({ state: 'WATCHING' }), ...tries(20), status({ state: 'SUCCEEDED' }));
  expect(await mlp('release', 'status', 'fraud', '--wait')).toMatchObject({ exitCode: 0 });
  server.willAnswer(status(), silent);
  const { exitCode, err } = await mlp('release', 'status', 'fraud', '--wait');
  expect(exitCode).toBe(6);
  expect(err).toContain('does not answer');
  expect(server.asked).toHaveLength(1 + 4 * 41);
});

test('history shows audit records, page by page', async () => {
  const row = (sequence: number, action: string) => ({
    sequence,
    hash: 'a'.repeat(64),
    record: JSON.stringify({ timestamp: '2026-11-28T08:00:00.000Z', actor: 'states.amazonaws.com', action, outcome: 'SUCCEEDED', version: 7 }),
  });
  server.willAnswer(
    json({ rows: [row(1, 'endpoint.release.start')], headSequence: 2, headHash: '', next: 1 }),
    json({ rows: [row(2, 'endpoint.release.close')], headSequence: 2, headHash: '' }),
  );
  const { out } = await mlp('release', 'history', 'fraud');
  expect(out).toMatch(/endpoint\.release\.start +SUCCEEDED +7 +states\.amazonaws\.com[^]*endpoint\.release\.close/);
  expect(server.asked.map(({ line }) => line)).toEqual(['GET /endpoints/fraud/history?limit=100', 'GET /endpoints/fraud/history?limit=100&after=1']);
});

test('history says how many records somebody made into something else, and shows the others', async () => {
  const row = (sequence: number, record: string) => ({ sequence, hash: 'a'.repeat(64), record });
  const good = JSON.stringify({ timestamp: '2026-11-28T08:00:00.000Z', actor: 'states.amazonaws.com', action: 'endpoint.release.close', outcome: 'SUCCEEDED' });
  server.willAnswer(json({ rows: [row(1, 'no JSON'), row(2, '{"action":7}'), row(3, good)], headSequence: 3, headHash: '' }));
  const { exitCode, out, err } = await mlp('release', 'history', 'fraud');
  expect(exitCode).toBe(0);
  expect(out).toContain('endpoint.release.close');
  expect(err).toContain('WARNING: 2 of the rows cannot be read as records');
  expect(JSON.parse((await mlp('release', 'history', 'fraud', '--json')).out)).toEqual({ endpoint: 'fraud', records: [JSON.parse(good)], unreadable: 2 });
});

test.each([
  [['start', 'fraud', 'latest'], 'must not say `latest`'],
  [['start', 'Fraud', '7'], 'must be 2 to 63 characters of a-z'],
  [['abort', 'fraud', '12'], 'must be the id of a release, such as fraud-detection.12'],
  [['abort', 'fraud'], "missing required argument 'release'"],
])('%j is refused before anything is sent', async (args, sentence) => {
  server.willAnswer(status());
  expect(await mlp('release', ...args)).toMatchObject({ exitCode: 2, err: expect.stringContaining(sentence) });
  expect(server.asked).toEqual([]);
});

test.each([
  [409, 'CONFLICT', 'release fraud.11 is live', 4],
  [409, 'STOPPED', 'the emergency stop is on', 1],
  [409, 'BASELINE_UNHEALTHY', 'fraud/Candidate/ErrorRate is in ALARM', 1],
  [404, 'NOTHING_LIVE', 'there is no live release', 3],
  [403, 'UNKNOWN_ACTOR', 'not signed', 5],
])('what the desk refuses with %i %s', async (code, name, detail, exitCode) => {
  server.willAnswer(json({ status: code, code: name, detail, requestId: 'request-1' }, code));
  expect(await mlp('release', 'start', 'fraud', '7')).toMatchObject({ exitCode, err: expect.stringContaining(`mlp: ${detail}\n     ${name}`) });
});

test('the desk of an endpoint is found by the endpoint\'s own SSM parameter, and the message says so when there is none', async () => {
  addresses.parameters.set('/ml-platform/releases/fraud', JSON.stringify({ url: server.url, region: 'eu-west-1', environment: 'production' }));
  server.willAnswer(status());
  expect(await run(['release', 'status', 'fraud'])).toMatchObject({ exitCode: 0 });
  expect(await run(['release', 'status', 'churn'])).toMatchObject({
    exitCode: 3, err: expect.stringContaining('there is no SSM parameter /ml-platform/releases/churn in eu-west-1'),
  });
});

describe('mlp stop', () => {
  const BY = { by: 'arn:aws:iam::111122223333:role/OnCall', at: '2026-11-28T10:00:00.000Z' };

  test.each([
    ['on', 'POST /stop', { state: 'on', ...BY }, 'the emergency stop is ON: nothing goes forward; 111122223333:role/OnCall switched it at 2026-11-28T10:00:00.000Z\n'],
    ['off', 'POST /clear', { state: 'off', ...BY }, 'the emergency stop is off; 111122223333:role/OnCall switched it at 2026-11-28T10:00:00.000Z\n'],
    ['status', 'GET /stop', { state: 'unreadable' }, 'the emergency stop is UNREADABLE: nothing goes forward\n'],
  ])('%s', async (verb, line, answer, said) => {
    server.willAnswer(json(answer));
    expect(await mlp('stop', verb)).toMatchObject({ exitCode: 0, out: said });
    expect(server.asked).toEqual([expect.objectContaining({ line })]);
  });

  test('is found by its name', async () => {
    addresses.parameters.set('/ml-platform/stop/staging', JSON.stringify({ url: server.url, region: 'eu-west-1', environment: 'staging' }));
    server.willAnswer(json({ state: 'off', ...BY }));
    expect(await run(['stop', 'status', '--name', 'staging'])).toMatchObject({ exitCode: 0 });
  });

  test('off by the person who stopped is refused', async () => {
    server.willAnswer(json({ status: 403, code: 'SECOND_PERSON_NEEDED', detail: 'somebody else has to switch it off', requestId: 'request-1' }, 403));
    expect(await mlp('stop', 'off')).toMatchObject({ exitCode: 1, err: expect.stringContaining('somebody else has to switch it off') });
  });
});
