import { SOMEBODY, withAwsEnvironment } from '../support/aws-environment';
import { json, StubRegistry } from '../support/stub-registry';
import { cells, run } from '../support/test-world';
import { pageOf, trailOf } from '../support/trail';

const NOW = Date.parse('2026-11-20T09:00:00.000Z');
const BOB = 'arn:aws:iam::111122223333:role/Bob';
const TRAIL = trailOf('fraud', [
  { version: 1 },
  { version: 1, action: 'model.approve', actor: BOB, changeTicket: 'CHG-1' },
  { version: 2 },
  { version: 1, action: 'model.promote', actor: BOB },
]);

let registry: StubRegistry;
beforeAll(async () => { registry = await StubRegistry.start(); });
afterAll(() => registry.stop());
withAwsEnvironment(() => SOMEBODY);

const query = (...args: string[]) => run(['audit', 'query', ...registry.flags, ...args], { now: NOW });
/** What was shown, by number. */
async function shown(...args: string[]): Promise<unknown[]> {
  registry.willAnswer(json(pageOf(TRAIL)));
  const { records } = JSON.parse((await query('--model', 'fraud', '--json', ...args)).out) as { records: { sequence: number }[] };
  return records.map(({ sequence }) => sequence);
}

test('an action that no record has is a slip, and not an answer', async () => {
  const { exitCode, out, err } = await query('--model', 'fraud', '--action', 'promot');
  expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' });
  expect(err).toContain('It must be one of register, approve, reject, revoke, emergency-revoke, promote, rollback, retire, hold, unhold.');
});

test('the records of a model are a table, oldest first', async () => {
  registry.willAnswer(json(pageOf(TRAIL.slice(0, 2), TRAIL, 2)), json(pageOf(TRAIL.slice(2), TRAIL)));
  const { exitCode, out } = await query('--model', 'fraud');
  expect(exitCode).toBe(0);
  const rows = cells(out);
  expect(rows[0]).toEqual(['TIME', 'MODEL', 'ACTION', 'VERSION', 'BEFORE', 'ACTOR', 'TICKET', 'OUTCOME']);
  expect(rows[2]).toEqual(['2026-11-20T08:01:00.000Z', 'fraud', 'approve', '1', '111122223333:role/Bob', 'CHG-1', 'SUCCEEDED']);
  expect(rows).toHaveLength(5);
  expect(registry.asked.map(({ line }) => line)).toEqual([
    'GET /tenants/default/models/fraud/audit?limit=100', 'GET /tenants/default/models/fraud/audit?limit=100&after=2',
  ]);
});

test.each<[string[], number[]]>([
  [[], [1, 2, 3, 4]],
  [['--action', 'approve'], [2]],
  [['--action', 'model.promote'], [4]],
  [['--actor', 'Bob'], [2, 4]],
  [['--version', '2'], [3]],
  [['--since', '2026-11-20T08:02:00Z'], [3, 4]],
  [['--since', '59m'], [2, 3, 4]],
  [['--since', '1d'], [1, 2, 3, 4]],
  [['--until', '2026-11-20T08:01:00.000Z'], [1, 2]],
  [['--until', '58m', '--actor', 'Bob'], [2]],
  [['--since', '2026-11-20', '--until', '2026-11-20'], [1, 2, 3, 4]],
  [['--until', '2026-11-19'], []],
  [['--limit', '2'], [3, 4]],
  [['--limit', '0'], []],
])('%j shows %j', async (args, expected) => {
  expect(await shown(...args)).toEqual(expected);
});

test('without a model, all models are asked, and the records are in the order of time', async () => {
  const other = trailOf('churn', [{ timestamp: '2026-11-20T08:01:30.000Z' }]);
  registry.willAnswer(
    json({ models: [{ model: 'churn', since: 'x' }, { model: 'fraud', since: 'x' }] }), json(pageOf(other)), json(pageOf(TRAIL)),
  );
  expect(cells((await query()).out).slice(1).map(([, model]) => model)).toEqual(['fraud', 'fraud', 'churn', 'fraud', 'fraud']);
});

test('rows that nobody can read are not silently left out', async () => {
  registry.willAnswer(json(pageOf([{ sequence: 1, record: 'what?', hash: 'x' }, ...TRAIL.slice(1)], TRAIL)));
  const { exitCode, out, err } = await query('--model', 'fraud');
  expect(exitCode).toBe(0);
  expect(cells(out)).toHaveLength(4);
  expect(err).toContain('WARNING: 1 of the rows cannot be read');
});

test.each([['--since', 'yesterday'], ['--since', '2026-13-01'], ['--since', '2026-11-20T08:00'], ['--version', 'latest'], ['--limit', '-1']])(
  '%s %s is refused', async (...args) => {
    expect(await query(...args)).toMatchObject({ exitCode: 2 });
  });
