import { ProblemCode } from '../../../lib/registry/runtime/contract';
import { SOMEBODY, withAwsEnvironment } from '../support/aws-environment';
import { DONE, json, problem, StubRegistry } from '../support/stub-registry';
import { run, Surroundings } from '../support/test-world';

let registry: StubRegistry;
beforeAll(async () => { registry = await StubRegistry.start(); });
afterAll(() => registry.stop());
withAwsEnvironment(() => SOMEBODY);

const promote = (args: string[] = [], surroundings: Surroundings = {}) =>
  run(['model', 'promote', 'fraud', '3', ...registry.flags, ...args], surroundings);
const keys = () => new Set(registry.asked.map(({ key }) => key));
const BUSY = { status: 503, body: '{"message":"Service Unavailable"}' };

describe('a request', () => {
  beforeEach(() => registry.willAnswer(json(DONE)));

  test('goes to the path of its tenant, model and version, with what was said and a key of its own', async () => {
    await promote(['--tenant', 'team-a', '--change-ticket', 'CHG-1', '--expected-rev', '7']);
    expect(registry.asked).toEqual([expect.objectContaining({
      line: 'POST /tenants/team-a/models/fraud/versions/3/promote', body: { changeTicket: 'CHG-1', expectedRev: 7 },
    })]);
    expect(registry.asked[0].key).toMatch(/^[0-9a-f-]{36}$/);
    await promote();
    expect(registry.asked[1].key).not.toBe(registry.asked[0].key);
  });

  test('takes the key that is given', async () => {
    await promote(['--request-key', 'release-42']);
    expect([...keys()]).toEqual(['release-42']);
  });

  test('says that it was done before, when the registry says so', async () => {
    registry.willAnswer(json(DONE, 200, { 'idempotent-replayed': 'true' }));
    expect(await promote()).toMatchObject({ exitCode: 0, err: expect.stringContaining('done before') });
  });
});

describe('a request that gets no answer', () => {
  test.each([
    ['a gateway that is busy', BUSY],
    ['a registry that is busy', problem(503, 'BUSY', 'try again')],
    ['too many requests', { status: 429, body: '{"message":"Too Many Requests"}' }],
    ['a failure', { status: 500, body: '{"message":"Internal Server Error"}' }],
    ['a closed connection', 'cut' as const],
  ])('is tried again with the same key, after %s', async (_what, trouble) => {
    registry.willAnswer(trouble, trouble, json(DONE));
    expect(await promote()).toMatchObject({ exitCode: 0, err: '' });
    expect(registry.asked).toHaveLength(3);
    expect(keys().size).toBe(1);
  });

  test('is tried four times; then the outcome is unknown, and the key is printed', async () => {
    registry.willAnswer('cut');
    const { exitCode, err } = await promote();
    expect(exitCode).toBe(6);
    expect(registry.asked).toHaveLength(4);
    expect(err).toContain('it may be done');
    expect(err).toContain(`--request-key ${registry.asked[0].key}`);
    registry.willAnswer(BUSY);
    expect(await promote()).toMatchObject({ exitCode: 6, err: expect.stringContaining('OUTCOME_UNKNOWN') });
  });

  test('may be done, although in the end nobody could be reached', async () => {
    registry.willAnswer('cut');
    const late = await StubRegistry.start();
    late.willAnswer('cut');
    const gone = run(['model', 'promote', 'fraud', '3', ...late.flags]);
    while (late.asked.length === 0) {
      await new Promise((resolve) => { setTimeout(resolve, 5); });
    }
    await late.stop();
    expect(await gone).toMatchObject({ exitCode: 6, err: expect.stringContaining('OUTCOME_UNKNOWN') });
  });

  test('was not sent, if nobody listens: nothing was changed', async () => {
    const gone = await StubRegistry.start();
    const { flags } = gone;
    await gone.stop();
    const { exitCode, err } = await run(['model', 'promote', 'fraud', '3', ...flags]);
    expect(exitCode).toBe(6);
    expect(err).toContain('nothing was changed');
  });

  test.each([
    ['may not any more', json({ message: 'The security token included in the request is expired' }, 403)],
    ['asks too often', { status: 429, body: '{"message":"Too Many Requests"}' }],
    ['comes to another place', json({ message: 'Not Found' }, 404)],
  ])('may be done, although whoever asks %s at the next try', async (_what, reply) => {
    registry.willAnswer(BUSY, reply);
    const { exitCode, err } = await promote();
    expect(exitCode).toBe(6);
    expect(err).toContain('OUTCOME_UNKNOWN');
  });

  test('is not done, when a gateway that was asked too often is gone then', async () => {
    const gone = await StubRegistry.start();
    gone.willAnswer({ status: 429, body: '{}' });
    const asked = run(['model', 'promote', 'fraud', '3', ...gone.flags], { sleep: () => gone.stop() });
    expect(await asked).toMatchObject({ exitCode: 6, err: expect.stringContaining('nothing was changed') });
  });

  test.each([['0', 1], ['7', 7_000], ['3600', 10_000], ['soon', 1]])('waits at least as long as it is told: %s', async (seconds, least) => {
    const waits: number[] = [];
    registry.willAnswer({ ...BUSY, headers: { 'retry-after': seconds } }, json(DONE));
    await promote([], { sleep: async (ms) => { waits.push(ms); } });
    expect(waits).toHaveLength(1);
    expect(waits[0]).toBeGreaterThanOrEqual(least);
    expect(waits[0]).toBeLessThanOrEqual(Math.max(least, 600));
  });

  test('of a reader that nobody hears is no change that did not happen', async () => {
    const gone = await StubRegistry.start();
    const { flags } = gone;
    await gone.stop();
    const { exitCode, err } = await run(['model', 'history', 'fraud', ...flags]);
    expect(exitCode).toBe(6);
    expect(err).toContain('is there a network, and is the address right?\n     UNREACHABLE');
    expect(err).not.toContain('changed');
  });

  test('of a reader asks for no key', async () => {
    registry.willAnswer(BUSY);
    const { exitCode, err } = await run(['model', 'history', 'fraud', ...registry.flags]);
    expect(exitCode).toBe(6);
    expect(err).not.toContain('request-key');
    expect(err).toContain('try again later');
  });
});

describe('what the registry refuses becomes an exit code', () => {
  test.each<[ProblemCode, number, number]>([
    ['BAD_REQUEST', 400, 1],
    ['FOUR_EYES', 403, 1],
    ['REFUSED', 422, 1],
    ['TOO_LARGE', 413, 1],
    ['NOT_FOUND', 404, 3],
    ['CONFLICT', 409, 4],
    ['STALE_REV', 409, 4],
    ['REQUEST_KEY_REUSED', 409, 4],
    ['UNKNOWN_ACTOR', 403, 5],
    ['BUSY', 503, 6],
    ['INTERNAL', 500, 6],
  ])('%s', async (code, status, exitCode) => {
    registry.willAnswer(problem(status, code, 'because of this'));
    const { exitCode: left, err, out } = await promote();
    expect(left).toBe(exitCode);
    expect(err).toContain('mlp: because of this');
    expect(err).toContain(`${code}, request request-1`);
    expect(out).toBe('');
  });

  test('a code that is not known yet is a refusal', async () => {
    registry.willAnswer({ status: 422, body: '{"status":422,"code":"constructor","detail":"new","requestId":"r"}' });
    expect(await promote()).toMatchObject({ exitCode: 1 });
  });

  test('the present rev is shown', async () => {
    registry.willAnswer(problem(409, 'STALE_REV', 'the model is at rev 9, not 7', { rev: 9 }));
    expect(await promote(['--expected-rev', '7'])).toMatchObject({ exitCode: 4, err: expect.stringContaining('present rev 9') });
  });

  test('with --json, a failure is a line of JSON', async () => {
    registry.willAnswer(problem(409, 'STALE_REV', 'stale', { rev: 9 }));
    const { err, out } = await promote(['--json', '--request-key', 'k']);
    expect(err.trimEnd().split('\n')).toHaveLength(1);
    expect(JSON.parse(err)).toEqual({ error: { code: 'STALE_REV', message: 'stale', exitCode: 4, requestKey: 'k', requestId: 'request-1', rev: 9 } });
    expect(out).toBe('');
  });

  test('several problems are a line each, and none looks like a line of ours', async () => {
    registry.willAnswer(problem(400, 'BAD_REQUEST', 'one\nmlp: two'));
    expect((await promote()).err.split('\n').slice(0, 2)).toEqual(['mlp: one', '     mlp: two']);
  });
});

describe('what API Gateway refuses', () => {
  test.each([
    ['Forbidden', 'ask the owner of the registry for the grant'],
    ['Credential should be scoped to a valid region.', '--region'],
    ['The security token included in the request is expired', 'log in again'],
  ])('says what to do: %s', async (message, wayOut) => {
    registry.willAnswer(json({ message }, 403));
    expect(await promote()).toMatchObject({ exitCode: 5, err: expect.stringContaining(wayOut) });
  });

  test('for a clock that is wrong, says by how much', async () => {
    registry.willAnswer(json({ message: 'Forbidden' }, 403));
    expect(await promote([], { now: Date.now() + 600_000 })).toMatchObject({ exitCode: 5, err: expect.stringContaining('clock is 10 minutes fast') });
    expect(await promote([], { now: Date.now() - 600_000 })).toMatchObject({ exitCode: 5, err: expect.stringContaining('10 minutes slow') });
  });

  test('a path that it does not know is no registry', async () => {
    registry.willAnswer(json({ message: 'Not Found' }, 404));
    expect(await promote()).toMatchObject({ exitCode: 3, err: expect.stringContaining('URL of a registry') });
  });
});

describe('an answer that is none', () => {
  test.each([
    ['HTML', { status: 200, body: '<html>log in</html>' }],
    ['nothing', { status: 200 }],
    ['JSON of something else', json({ hello: 'world' })],
    ['a redirect', { status: 302, headers: { location: 'https://example.com/' } }],
    ['a status that nobody uses', { status: 418, body: 'teapot' }],
  ])('leaves the outcome unknown: %s', async (_what, reply) => {
    registry.willAnswer(reply);
    const { exitCode, err } = await promote();
    expect(exitCode).toBe(6);
    expect(err).toContain('NOT_UNDERSTOOD');
    expect(err).toContain('--request-key');
    expect(registry.asked).toHaveLength(1);
  });

  test('is not read to its end if it has none', async () => {
    registry.willAnswer({ status: 200, body: Buffer.alloc(9_000_000, 'x') });
    expect(await promote()).toMatchObject({ exitCode: 6, err: expect.stringContaining('ANSWER_TOO_LARGE') });
  });

  test('may have more than we know, which --json shows', async () => {
    registry.willAnswer(json({ ...DONE, novelty: { a: 1 } }));
    const { out } = await promote(['--json', '--request-key', 'k']);
    expect(JSON.parse(out)).toEqual({ ...DONE, novelty: { a: 1 }, requestKey: 'k' });
  });
});

describe('hostile bytes of an answer', () => {
  const HOSTILE = '\u001b]0;owned\u0007\u001b[2J\u202e\r\n';

  test('of a problem never reach the terminal', async () => {
    registry.willAnswer(problem(422, 'REFUSED', `no${HOSTILE}`, { requestId: HOSTILE }));
    const { err } = await promote(['--debug'], { tty: true });
    expect(err).not.toMatch(/[^\P{C}\n]/u);
    expect(err).toContain('\\u001b]0;owned\\u0007');
  });

  test('of an answer never reach the terminal, with --json neither', async () => {
    registry.willAnswer(json({ ...DONE, model: HOSTILE, [HOSTILE]: 1 }));
    expect((await promote()).out).not.toMatch(/[^\P{C}\n]/u);
    const { out } = await promote(['--json']);
    expect(out).not.toMatch(/[^\P{C}\n]/u);
    expect(JSON.parse(out)).toMatchObject({ model: HOSTILE });
  });

  test('of a table never reach the terminal', async () => {
    registry.willAnswer(json({ models: [{ model: `a${HOSTILE}`, since: HOSTILE }] }));
    expect((await run(['model', 'models', ...registry.flags])).out).not.toMatch(/[^\P{C}\n]/u);
  });
});

test('nothing secret is said with --debug', async () => {
  registry.willAnswer('cut');
  process.env.AWS_SESSION_TOKEN = 'a-session-token';
  const { err } = await promote(['--debug']);
  expect(err).toContain('debug: POST');
  expect(err).toContain('at ');
  expect(err).not.toMatch(/not-a-secret|a-session-token|AKIAIOSFODNN7EXAMPLE|Signature=/);
});
