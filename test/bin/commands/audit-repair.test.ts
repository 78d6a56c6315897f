import { AuditRow } from '../../../lib/registry/runtime/contract';
import { SOMEBODY, withAwsEnvironment } from '../support/aws-environment';
import { failed, S3Server } from '../support/s3-server';
import { json, StubRegistry } from '../support/stub-registry';
import { cells, run } from '../support/test-world';
import { pageOf, trailOf } from '../support/trail';

const NOW = Date.parse('2026-11-20T12:00:00.000Z');
const TRAIL = trailOf('fraud', [{}, {}, {}, {}, {}]);
const placeOf = (sequence: number, model = 'fraud') => `audit-bucket/audit/default/${model}/${String(sequence).padStart(10, '0')}.json`;

let registry: StubRegistry;
let s3: S3Server;
beforeAll(async () => {
  registry = await StubRegistry.start();
  s3 = await S3Server.start();
});
afterAll(() => Promise.all([registry.stop(), s3.stop()]));
beforeEach(() => {
  s3.objects.clear();
  s3.requests.length = 0;
  s3.instead = undefined;
  registry.willAnswer(json(pageOf(TRAIL)));
  copied(1, 3);
});
withAwsEnvironment(() => ({ ...SOMEBODY, AWS_ENDPOINT_URL_S3: s3.url }));

function copied(...sequences: number[]): void {
  sequences.forEach((sequence) => { s3.put(placeOf(sequence), TRAIL[sequence - 1].record); });
}

const repair = (args: readonly string[] = [], now = NOW) =>
  run(['audit', 'repair', '--model', 'fraud', '--audit-bucket', 'audit-bucket', ...registry.flags, ...args], { now });
const verify = () => run(['audit', 'verify', '--model', 'fraud', '--audit-bucket', 'audit-bucket', ...registry.flags], { now: NOW });
const puts = () => s3.requests.filter((request) => request.startsWith('PUT ')).map((request) => Number(/(\d+)\.json/.exec(request)?.[1]));
/** The second table: what came of each copy. */
const copies = (out: string) => cells(out.split('\n\n')[1] ?? '').slice(1);

test('makes what is missing, in order, byte for byte, and nothing else; then the trail is whole', async () => {
  const { exitCode, out, err } = await repair();
  expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' });
  expect(cells(out.split('\n\n')[0])).toEqual([['MODEL', 'ROWS', 'MISSING', 'MADE', 'OTHER FINDINGS'], ['fraud', '5', '3', '3', '0']]);
  expect(copies(out)).toEqual([['fraud', '2', 'made'], ['fraud', '4', 'made'], ['fraud', '5', 'made'], ['their events were not sent: tell who waits for them']]);
  expect(puts()).toEqual([2, 4, 5]);
  expect([2, 4, 5].map((sequence) => s3.text(placeOf(sequence)))).toEqual([1, 3, 4].map((place) => TRAIL[place].record));
  expect((await verify()).exitCode).toBe(0);
});

test('a second time has nothing to do', async () => {
  await repair();
  s3.requests.length = 0;
  const { exitCode, out } = await repair();
  expect(exitCode).toBe(0);
  expect(cells(out)).toEqual([['MODEL', 'ROWS', 'MISSING', 'MADE', 'OTHER FINDINGS'], ['fraud', '5', '0', '0', '0']]);
  expect(puts()).toEqual([]);
});

test('with --dry-run only shows it', async () => {
  const { exitCode, out } = await repair(['--dry-run']);
  expect(exitCode).toBe(0);
  expect(copies(out)).toEqual([['fraud', '2', 'missing'], ['fraud', '4', 'missing'], ['fraud', '5', 'missing'], ['nothing was made (--dry-run)']]);
  expect(puts()).toEqual([]);
});

test('finds missing what verify finds missing, and leaves what is too new to the journal', async () => {
  const { exitCode, out } = await repair([], Date.parse('2026-11-20T08:05:30.000Z'));
  expect(exitCode).toBe(0);
  expect(puts()).toEqual([2, 4]);
  expect(out).toContain('1 row without a copy: too young to be given up');
});

test('asks S3 to write over nothing, and to compare what arrives', async () => {
  const headers: Record<string, unknown>[] = [];
  s3.instead = (request) => {
    if (request.method === 'PUT') {
      headers.push(request.headers);
    }
    return undefined;
  };
  await repair();
  expect(headers).toHaveLength(3);
  headers.forEach((each) => expect(each).toMatchObject({
    'if-none-match': '*', 'x-amz-checksum-sha256': expect.any(String), 'content-type': 'application/json', 'x-amz-meta-made-by': 'mlp-audit-repair',
  }));
});

test.each<[string, string, () => void]>([
  ['a row was altered', 'ALTERED', () => {
    const record = TRAIL[1].record.replace('Trainer', 'Tralner');
    registry.willAnswer(json(pageOf(TRAIL.map((row): AuditRow => row.sequence === 2 ? { ...row, record } : row), TRAIL)));
  }],
  ['the chain was written anew', 'COPY_DIFFERS', () => { registry.willAnswer(json(pageOf(trailOf('fraud', [{}, {}, { version: 9 }, {}, {}])))); }],
  ['rows are gone from the end', 'TRUNCATED', () => { registry.willAnswer(json(pageOf(TRAIL.slice(0, 4), TRAIL)), json({ ...pageOf(TRAIL), rows: [] })); }],
  ['something was written over a copy', 'COPY_OVERWRITTEN', () => { s3.put(placeOf(3), '{"forged":true}'); }],
  ['something else lies among the copies', 'STRAY_COPY', () => { s3.put('audit-bucket/audit/default/fraud/notes', 'x'); }],
])('makes nothing when %s', async (_what, kind, damage) => {
  damage();
  const { exitCode, out, err } = await repair(['--json']);
  expect(exitCode).toBe(1);
  expect(puts()).toEqual([]);
  expect(JSON.parse(out)).toMatchObject({ dryRun: false, models: [{ model: 'fraud', missing: expect.arrayContaining([2]), made: [] }] });
  expect(out).toContain(`"kind": "${kind}"`);
  expect(JSON.parse(err)).toMatchObject({ error: { code: 'AUDIT_TRAIL_DAMAGED', message: expect.stringMatching(/^fraud: more is wrong than missing copies/) } });
});

test('one model with damage does not hold up another', async () => {
  const churn = trailOf('churn', [{}]);
  s3.put(placeOf(3), 'forged');
  registry.willAnswer(json({ models: [{ model: 'fraud', since: 'x' }, { model: 'churn', since: 'x' }] }), json(pageOf(TRAIL)), json(pageOf(churn)));
  const { exitCode, out } = await run(['audit', 'repair', '--audit-bucket', 'audit-bucket', ...registry.flags], { now: NOW });
  expect(exitCode).toBe(1);
  expect(cells(out.split('\n\n')[0]).slice(1)).toEqual([['fraud', '5', '3', '0', '1'], ['churn', '1', '1', '1', '0']]);
  expect(s3.text(placeOf(1, 'churn'))).toBe(churn[0].record);
});

describe('when somebody makes a copy meanwhile', () => {
  const meanwhile = (text: string) => {
    s3.instead = ({ method, url }) => {
      if (method === 'PUT' && url.pathname.endsWith('0000000004.json') && s3.text(placeOf(4)) === undefined) {
        s3.put(placeOf(4), text);
      }
      return undefined;
    };
  };

  test('that says the same, that is fine', async () => {
    meanwhile(TRAIL[3].record);
    const { exitCode, out } = await repair();
    expect(exitCode).toBe(0);
    expect(copies(out)[1]).toEqual(['fraud', '4', 'somebody else made it meanwhile']);
    expect(s3.objects.get(placeOf(4))).toHaveLength(1);
  });

  test('that says something else, nothing more is made', async () => {
    meanwhile('{"forged":true}');
    const { exitCode, err } = await repair();
    expect(exitCode).toBe(1);
    expect(err).toMatch(/there is a copy at s3:\S+004\.json by now, and it says something else than row 4; see audit-c/);
    expect(err).toContain('; 1 copy was made before, and the same command makes the others');
    expect(puts()).toEqual([2, 4]);
  });
});

test('who may not write is told so, and how far it got', async () => {
  s3.instead = ({ method, url }) => method === 'PUT' && !url.pathname.endsWith('0000000002.json') ? failed(403, 'AccessDenied') : undefined;
  const { exitCode, out, err } = await repair();
  expect({ exitCode, out }).toEqual({ exitCode: 5, out: '' });
  expect(err).toMatch(/not allowed to make s3:\S+04\.json: .*; 1 copy was made before, and the same command makes the others/);
  expect(puts()).toEqual([2, 4]);
});

test('without a bucket, nothing is repaired', async () => {
  expect(await run(['audit', 'repair', '--model', 'fraud', ...registry.flags])).toMatchObject({ exitCode: 2, err: expect.stringContaining('give --audit-bucket') });
});
