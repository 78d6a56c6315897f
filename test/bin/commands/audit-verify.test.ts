import { hashOf } from '../../../lib/audit/audit-record';
import { AuditRow } from '../../../lib/registry/runtime/contract';
import { SOMEBODY, withAwsEnvironment } from '../support/aws-environment';
import { failed, S3Server } from '../support/s3-server';
import { json, problem, StubRegistry } from '../support/stub-registry';
import { cells, run } from '../support/test-world';
import { pageOf, trailOf } from '../support/trail';

const NOW = Date.parse('2026-11-20T12:00:00.000Z');
const TRAIL = trailOf('fraud', [{}, {}, {}, {}, {}]);
const placeOf = (sequence: number) => `audit-bucket/audit/default/fraud/${String(sequence).padStart(10, '0')}.json`;

let registry: StubRegistry;
let s3: S3Server;
beforeAll(async () => {
  registry = await StubRegistry.start();
  s3 = await S3Server.start();
});
afterAll(() => Promise.all([registry.stop(), s3.stop()]));
beforeEach(() => {
  s3.objects.clear();
  s3.instead = undefined;
  copy(TRAIL);
  registry.willAnswer(json(pageOf(TRAIL)));
});
withAwsEnvironment(() => ({ ...SOMEBODY, AWS_ENDPOINT_URL_S3: s3.url }));

function copy(rows: readonly AuditRow[]): void {
  for (const { sequence, record } of rows) {
    s3.put(placeOf(sequence), record);
  }
}

const verify = (args: readonly string[] = [], now = NOW) =>
  run(['audit', 'verify', '--model', 'fraud', '--audit-bucket', 'audit-bucket', ...registry.flags, ...args], { now });
/** The second table: the findings. */
const findings = (out: string) => cells(out.split('\n\n')[1] ?? '').slice(1);

test('a trail that nobody touched is verified, copies of several pages included', async () => {
  const { exitCode, out, err } = await verify();
  expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' });
  expect(cells(out)).toEqual([['MODEL', 'ROWS', 'COPIES', 'FINDINGS'], ['fraud', '5', '5', '0']]);
});

test('an altered row is found, by its hash and by its copy', async () => {
  const record = TRAIL[2].record.replace('Trainer', 'Tralner');
  registry.willAnswer(json(pageOf(TRAIL.map((row) => row.sequence === 3 ? { ...row, record } : row), TRAIL)));
  const { exitCode, out, err } = await verify();
  expect(exitCode).toBe(1);
  expect(findings(out).map(([model, row, kind]) => [model, row, kind])).toEqual([['fraud', '3', 'ALTERED'], ['fraud', '3', 'COPY_DIFFERS']]);
  expect(err).toContain('2 findings in the audit trail');
});

test('a chain that was written anew is found by its copies', async () => {
  const anew = trailOf('fraud', [{}, { version: 99 }, {}, {}, {}]);
  registry.willAnswer(json(pageOf(anew)));
  expect((await verify()).exitCode).toBe(1);
});

test('without the copies it is not, and that is said loudly', async () => {
  registry.willAnswer(json(pageOf(trailOf('fraud', [{}, { version: 99 }, {}, {}, {}]))));
  const { exitCode, out, err } = await verify(['--no-copy']);
  expect(exitCode).toBe(0);
  expect(err).toMatch(/^WARNING: the copies are not compared/);
  expect(cells(out)[1]).toEqual(['fraud', '5', 'not compared', '0']);
});

test('a forged copy over a true one is found, and the true one is compared', async () => {
  s3.put(placeOf(2), '{"forged":true}');
  expect(findings((await verify()).out).map(([, row, kind]) => [row, kind])).toEqual([['2', 'COPY_OVERWRITTEN']]);
});

test('a hidden copy is found, and still compared', async () => {
  s3.hide(placeOf(2));
  expect(findings((await verify()).out).map(([, row, kind]) => [row, kind])).toEqual([['2', 'COPY_OVERWRITTEN']]);
});

test('a copy that is not there is found; so is something that is no copy', async () => {
  s3.objects.delete(placeOf(4));
  s3.put('audit-bucket/audit/default/fraud/notes', 'hello');
  expect(findings((await verify()).out)).toEqual([
    ['fraud', 'STRAY_COPY', 'the audit bucket holds audit/default/fraud/notes, which is no copy of a row'],
    ['fraud', '4', 'COPY_MISSING', 'the row has no copy'],
  ]);
});

test('the copies of a model with a longer name are not its own', async () => {
  s3.put('audit-bucket/audit/default/fraud-2/0000000009.json', '{}');
  expect((await verify()).exitCode).toBe(0);
});

test('a row of a minute ago needs no copy yet, which is said', async () => {
  s3.objects.delete(placeOf(5));
  const { exitCode, out } = await verify([], Date.parse('2026-11-20T08:05:00.000Z'));
  expect(exitCode).toBe(0);
  expect(out).toContain('1 row without a copy: younger than 2 minutes');
});

test('rows that are written meanwhile are no finding: the end is looked at again', async () => {
  registry.willAnswer(json(pageOf(TRAIL.slice(0, 4), TRAIL)), json(pageOf(TRAIL.slice(4), TRAIL)));
  expect((await verify()).exitCode).toBe(0);
  expect(registry.asked.map(({ line }) => line)).toEqual([
    'GET /tenants/default/models/fraud/audit?limit=100', 'GET /tenants/default/models/fraud/audit?limit=100&after=4',
  ]);
});

test('rows that stay away are truncated', async () => {
  const none = { ...pageOf(TRAIL), rows: [] };
  registry.willAnswer(json(pageOf(TRAIL.slice(0, 4), TRAIL)), json(none));
  const { exitCode, out } = await verify(['--no-copy']);
  expect(exitCode).toBe(1);
  expect(findings(out)[0].slice(1, 3)).toEqual(['5', 'TRUNCATED']);
});

test('all models of a tenant are verified', async () => {
  const churn = trailOf('churn', [{}]);
  registry.willAnswer(json({ models: [{ model: 'churn', since: 'x' }, { model: 'fraud', since: 'x' }] }), json(pageOf(churn)), json(pageOf(TRAIL)));
  s3.put('audit-bucket/audit/default/churn/0000000001.json', churn[0].record);
  const { exitCode, out } = await run(['audit', 'verify', '--audit-bucket', 'audit-bucket', ...registry.flags], { now: NOW });
  expect(exitCode).toBe(0);
  expect(cells(out).slice(1)).toEqual([['churn', '1', '1', '0'], ['fraud', '5', '5', '0']]);
});

describe('a model that the registry knows no more', () => {
  const GONE = problem(404, 'NOT_FOUND', 'there is no model fraud');

  test('is found by its copies, when it is named', async () => {
    registry.willAnswer(GONE);
    const { exitCode, out, err } = await verify();
    expect(exitCode).toBe(1);
    expect(findings(out).map(([, row, kind]) => [row, kind])).toEqual([
      ['HEAD_MISSING', 'the registry knows no such model, and there are copies of its records'],
      ...[1, 2, 3, 4, 5].map((row) => [String(row), 'COPY_WITHOUT_ROW']),
    ]);
    expect(err).toContain('6 findings');
  });

  test('is found by its copies among all models, however many have copies', async () => {
    for (const other of ['a', 'b', 'c']) {
      s3.put(`audit-bucket/audit/default/${other}-model/0000000001.json`, '{}');
    }
    const none = json({ rows: [], headSequence: 0, headHash: '0'.repeat(64) });
    registry.willAnswer(json({ models: [] }), none, none, none, GONE);
    const { exitCode, out } = await run(['audit', 'verify', '--audit-bucket', 'audit-bucket', ...registry.flags], { now: NOW });
    expect(exitCode).toBe(1);
    expect(cells(out.split('\n\n')[0]).slice(1).map(([name]) => name)).toEqual(['a-model', 'b-model', 'c-model', 'fraud']);
    expect(out).toContain('HEAD_MISSING');
  });

  test('is no model at all, when there is nothing of it', async () => {
    s3.objects.clear();
    registry.willAnswer(GONE);
    expect(await verify()).toMatchObject({ exitCode: 3, out: '', err: expect.stringContaining('there is no model fraud') });
  });

  test('cannot be found without the copies', async () => {
    registry.willAnswer(GONE);
    expect(await verify(['--no-copy'])).toMatchObject({ exitCode: 3 });
  });
});

test('what is no model among the copies of a tenant is left out: nobody could ask for it', async () => {
  s3.put('audit-bucket/audit/default/No Model/x', '{}');
  registry.willAnswer(json({ models: [{ model: 'fraud', since: 'x' }] }), json(pageOf(TRAIL)));
  const { exitCode, out } = await run(['audit', 'verify', '--audit-bucket', 'audit-bucket', ...registry.flags], { now: NOW });
  expect(exitCode).toBe(0);
  expect(cells(out).slice(1)).toEqual([['fraud', '5', '5', '0']]);
});

test('with --json there are findings on stdout, and the failure on stderr', async () => {
  registry.willAnswer(json(pageOf(TRAIL.slice(0, 4), TRAIL)), json({ ...pageOf(TRAIL), rows: [] }));
  const { out, err } = await verify(['--json']);
  expect(JSON.parse(out)).toEqual({
    verified: false,
    copiesCompared: true,
    models: [{
      model: 'fraud',
      rows: 4,
      headSequence: 5,
      copies: 5,
      tooNew: 0,
      findings: [
        { sequence: 5, kind: 'TRUNCATED', detail: expect.any(String) },
        { sequence: 5, kind: 'COPY_WITHOUT_ROW', detail: expect.any(String) },
      ],
    }],
  });
  expect(JSON.parse(err)).toMatchObject({ error: { code: 'AUDIT_TRAIL_DAMAGED', exitCode: 1 } });
});

test('hostile bytes of a record never reach the terminal', async () => {
  const record = JSON.stringify({ ...JSON.parse(TRAIL[0].record) as object, model: '\u001b[2J\u202e' });
  registry.willAnswer(json(pageOf([{ sequence: 1, record, hash: hashOf(record) }])));
  s3.put('audit-bucket/audit/default/fraud/bell', 'x');
  const { out } = await verify();
  expect(out).toContain('FOREIGN');
  expect(out).not.toMatch(/[^\P{C}\n]/u);
});

test('copies that the caller may not read are no verdict', async () => {
  s3.instead = () => failed(403, 'AccessDenied');
  expect(await verify()).toMatchObject({ exitCode: 5, out: '', err: expect.stringContaining('not allowed to list the copies') });
  s3.instead = ({ url }) => url.searchParams.has('versionId') ? failed(403, 'AccessDenied') : undefined;
  expect(await verify()).toMatchObject({ exitCode: 5, out: '', err: expect.stringContaining('not allowed to read s3://audit-bucket/audit') });
});

test('a bucket that is not there is no verdict', async () => {
  s3.instead = () => failed(404, 'NoSuchBucket');
  expect(await verify()).toMatchObject({ exitCode: 3, out: '' });
});

test('without a bucket, nothing is verified', async () => {
  expect(await run(['audit', 'verify', '--model', 'fraud', ...registry.flags])).toMatchObject({ exitCode: 2, err: expect.stringContaining('--no-copy') });
});
