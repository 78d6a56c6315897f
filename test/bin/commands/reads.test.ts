import { HeadView } from '../../../lib/registry/runtime/contract';
import { SOMEBODY, withAwsEnvironment } from '../support/aws-environment';
import { IMAGE, json, StubRegistry, version } from '../support/stub-registry';
import { cells, run } from '../support/test-world';

let registry: StubRegistry;
beforeAll(async () => { registry = await StubRegistry.start(); });
afterAll(() => registry.stop());
withAwsEnvironment(() => SOMEBODY);

const model = (...args: string[]) => run(['model', ...args, ...registry.flags]);
const serving = (revision: number) => ({ revision, image: IMAGE, artifact: 's3://a/b', artifactSha256: 'b'.repeat(64) });
const HEAD: HeadView = {
  model: 'fraud',
  rev: 12,
  production: { ...serving(3), label: '1.2.0' },
  history: [serving(2), serving(1)],
  holds: [{ revision: 4, release: 'r-1', as: 'shadow' }],
};

test('list shows the versions of all pages', async () => {
  registry.willAnswer(
    json({ model: 'fraud', versions: [version({ revision: 2, usedAs: ['production'], label: '1.2.0' })], next: 2 }),
    json({ model: 'fraud', versions: [version({ revision: 1, state: 'Retired' })] }),
  );
  const { exitCode, out } = await model('list', 'fraud');
  expect(exitCode).toBe(0);
  expect(cells(out)).toEqual([
    ['REVISION', 'LABEL', 'STATE', 'USED AS', 'ARTIFACT', 'IMAGE', 'REGISTERED', 'BY'],
    ['2', '1.2.0', 'Pending', 'production', 'bbbbbbbbbbbb', 'scorer@aaaaaaaaaaaa', '2026-11-20T08:00:00.000Z', '111122223333:role/Trainer'],
    ['1', 'Retired', 'bbbbbbbbbbbb', 'scorer@aaaaaaaaaaaa', '2026-11-20T08:00:00.000Z', '111122223333:role/Trainer'],
  ]);
  expect(registry.asked.map(({ line }) => line)).toEqual([
    'GET /tenants/default/models/fraud/versions?limit=100', 'GET /tenants/default/models/fraud/versions?limit=100&after=2',
  ]);
});

test('a registry that answers in circles is left', async () => {
  registry.willAnswer(json({ model: 'fraud', versions: [], next: 2 }));
  expect(await model('list', 'fraud')).toMatchObject({ exitCode: 6, err: expect.stringContaining('in circles') });
});

test('history shows what is in production, what was before, and the rev', async () => {
  registry.willAnswer(json(HEAD));
  const { out } = await model('history', 'fraud');
  expect(cells(out)).toEqual([
    ['PLACE', 'REVISION', 'LABEL', 'ARTIFACT', 'IMAGE'],
    ['production', '3', '1.2.0', 'bbbbbbbbbbbb', 'scorer@aaaaaaaaaaaa'],
    ['1 before', '2', 'bbbbbbbbbbbb', 'scorer@aaaaaaaaaaaa'],
    ['2 before', '1', 'bbbbbbbbbbbb', 'scorer@aaaaaaaaaaaa'],
    ['release r-1 uses version 4 as shadow'],
    ['fraud is at rev 12'],
  ]);
});

test('--json is the answer of the registry', async () => {
  registry.willAnswer(json(HEAD));
  expect(JSON.parse((await model('history', 'fraud', '--json')).out)).toEqual(HEAD);
});

test('describe shows everything that is known, and nothing else', async () => {
  registry.willAnswer(json(version({
    lineage: { datasets: ['s3://data/a/', 's3://data/b/'] }, evaluation: { accuracy: 0, bias: 0.02, p99LatencyMs: 120, dataset: 's3://data/test/' },
  })));
  const { out } = await model('describe', 'fraud', '3');
  expect(out).toMatch(/^accuracy +0$/m);
  expect(out).toMatch(/^p99 latency +120 ms$/m);
  expect(out).toMatch(/^data sets +s3:\/\/data\/a\/, s3:\/\/data\/b\/$/m);
  expect(out).not.toMatch(/undefined|commit|decided/);
});

test('production shows what serves', async () => {
  registry.willAnswer(json({ ...serving(3), model: 'fraud', rev: 12 }));
  expect((await model('production', 'fraud')).out).toMatch(/^revision +3$/m);
});

test('models shows the names', async () => {
  registry.willAnswer(json({ models: [{ model: 'churn', since: '2026-11-01T00:00:00.000Z' }] }));
  expect(cells((await model('models')).out)).toEqual([['MODEL', 'SINCE'], ['churn', '2026-11-01T00:00:00.000Z']]);
  registry.willAnswer(json({ models: [] }));
  expect((await model('models')).out).toContain('there is no model yet');
});

test('diff shows what differs', async () => {
  const differences = [{ field: 'label', from: '1.0.0', to: '1.1.0' }, { field: 'lineage.datasets', to: ['s3://a/b/', 's3://a/c/'] }];
  registry.willAnswer(json({ model: 'fraud', from: 1, to: 2, differences }));
  const { out } = await model('diff', 'fraud', '1', '2');
  expect(cells(out)).toEqual([
    ['label'], ['version 1', '1.0.0'], ['version 2', '1.1.0'],
    ['lineage.datasets'], ['version 1', '-'], ['version 2', 's3://a/b/, s3://a/c/'],
  ]);
  expect(registry.asked[0].line).toBe('GET /tenants/default/models/fraud/diff?from=1&to=2');
});

test('diff cuts nothing off: digests differ in their tails', async () => {
  const long = 'x'.repeat(300);
  registry.willAnswer(json({ model: 'fraud', from: 1, to: 2, differences: [{ field: 'image', from: `${long}1`, to: `${long}2` }] }));
  expect((await model('diff', 'fraud', '1', '2')).out).toContain(`${long}2\n`);
  registry.willAnswer(json({ model: 'fraud', from: 1, to: 2, differences: [] }));
  expect((await model('diff', 'fraud', '1', '2')).out).toContain('do not differ');
});

describe('find', () => {
  test('asks for a data set', async () => {
    registry.willAnswer(json({ versions: [{ model: 'fraud', revision: 3 }] }));
    expect(cells((await model('find', '--dataset', 's3://data/a b/')).out)).toEqual([['MODEL', 'REVISION'], ['fraud', '3']]);
    expect(registry.asked[0].line).toBe('GET /tenants/default/lineage?dataset=s3%3A%2F%2Fdata%2Fa%20b%2F&limit=100');
  });

  test.each([[[]], [['--dataset', 's3://a/b', '--commit', 'c'.repeat(40)]]])('needs one of data set and commit: %j', async (args) => {
    expect(await model('find', ...args)).toMatchObject({ exitCode: 2 });
  });
});

describe('a table', () => {
  beforeEach(() => registry.willAnswer(json(HEAD)));
  const history = (tty: boolean, env: Record<string, string> = {}) => run(['model', 'history', 'fraud', ...registry.flags], { tty, env });

  test('has bold heads for people', async () => {
    expect((await history(true)).out).toContain('\u001b[1mPLACE');
  });

  test.each<[string, boolean, Record<string, string>]>([
    ['a pipe', false, {}],
    ['NO_COLOR', true, { NO_COLOR: '1' }],
    ['a dumb terminal', true, { TERM: 'dumb' }],
  ])('has none for %s', async (_what, tty, env) => {
    expect((await history(tty, env)).out).not.toContain('\u001b');
  });

  test('has them with an empty NO_COLOR', async () => {
    expect((await history(true, { NO_COLOR: '' })).out).toContain('\u001b[1m');
  });
});

test('an enormous answer is a table of all of it, with bounded cells', async () => {
  const versions = Array.from({ length: 600 }, (_none, place) => version({ revision: 600 - place, label: 'x'.repeat(1_000) }));
  registry.willAnswer(json({ model: 'fraud', versions }));
  const { out } = await model('list', 'fraud');
  const rows = cells(out);
  expect(rows.filter(([revision]) => revision !== 'REVISION').map(([revision]) => Number(revision))).toEqual(versions.map(({ revision }) => revision));
  expect(rows).toHaveLength(603);
  expect(out.split('\n').every((line) => line.length < 400)).toBe(true);
});
