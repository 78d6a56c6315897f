import { AuditRecord } from '../../../lib/audit/audit-record';
import { isPassing } from '../../../lib/registry/runtime/failures';
import { person } from '../support/callers';
import { accessDenied, cancelled, connectionReset, conflict, inProgress, throttled, timeout, unreachable } from '../support/dynamodb-errors';
import { AUDIT_TABLE, codeOf, REGISTRY_TABLE, RegistryBench } from '../support/registry-bench';

let bench: RegistryBench;
beforeEach(() => { bench = new RegistryBench(); });

const ann = () => bench.as(person('ann'));
const register = () => ann().register('fraud', bench.supplies('fraud'));
const INTERNALS = /dynamodb|arn:|table|assumed-role|ConditionalCheck|ENOTFOUND|amazonaws\.com\/|\bat \//i;

const failAt = (wanted: string, error: () => Error) => {
  bench.dynamodb.hooks.before = ({ name }) => {
    if (name === wanted) {
      throw error();
    }
  };
};

describe('without permission', () => {
  test.each(['BatchGetItem', 'TransactWriteItems'])('for %s the caller learns nothing of the inside, and the log all', async (call) => {
    failAt(call, () => accessDenied(`dynamodb:${call}`));
    const answer = await register();
    expect(answer).toMatchObject({ status: 500, body: { code: 'INTERNAL', requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) } });
    expect(JSON.stringify(answer)).not.toMatch(INTERNALS);
    const logged = bench.logged.find(({ level }) => level === 'error');
    expect(logged?.details).toMatchObject({ requestId: answer.body.requestId, verb: 'register', runbook: 'Read docs/runbook.md.' });
    expect(String(logged?.details.error)).toContain(`is not authorized to perform: dynamodb:${call}`);
    expect(bench.dynamodb.counted()[call as 'BatchGetItem']).toBe(1);
    expect(bench.dynamodb.items(REGISTRY_TABLE)).toEqual([]);
  });

  test('the attempt is in the audit log as failed, and not counted as a refusal', async () => {
    failAt('TransactWriteItems', accessDenied);
    await register();
    expect(bench.lines.map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({ outcome: 'FAILED', action: 'model.register', reason: expect.stringMatching(/^INTERNAL: the registry failed/) }),
    ]);
    expect(bench.counts).toEqual([]);
  });

  test('a read says as little', async () => {
    await bench.approved('fraud', 'one');
    failAt('GetItem', () => accessDenied('dynamodb:GetItem'));
    const answer = await ann().get('/tenants/default/models/fraud/production');
    expect(answer.status).toBe(500);
    expect(JSON.stringify(answer)).not.toMatch(INTERNALS);
  });
});

describe('without a network', () => {
  test.each([['BatchGetItem'], ['TransactWriteItems']])('at %s the caller is told to come again', async (call) => {
    failAt(call, unreachable);
    const answer = await register();
    expect(answer).toMatchObject({ status: 503, headers: { 'retry-after': '2' }, body: { code: 'BUSY' } });
    expect(JSON.stringify(answer)).not.toMatch(INTERNALS);
    expect(bench.dynamodb.items(REGISTRY_TABLE)).toEqual([]);
  });

  test('a read is not repeated by us, and says when to come again', async () => {
    failAt('GetItem', unreachable);
    expect(await ann().get('/tenants/default/models/fraud/production')).toMatchObject({ status: 503, body: { code: 'BUSY' } });
    expect(bench.dynamodb.counted()).toEqual({ GetItem: 1 });
  });

  test('to S3 nothing is written', async () => {
    bench.s3.before = () => { throw unreachable(); };
    expect(codeOf(await register())).toBe('BUSY');
    expect(bench.dynamodb.items(REGISTRY_TABLE)).toEqual([]);
  });
});

describe('when something is broken', () => {
  test.each([
    ['ValidationError', ['None', 'None', 'ValidationError']], ['ItemCollectionSizeLimitExceeded', ['ItemCollectionSizeLimitExceeded']],
    ['no reason', []],
  ])('a transaction that is cancelled for %s is an error, not a loop', async (_what, codes) => {
    failAt('TransactWriteItems', () => cancelled(codes));
    expect((await register()).status).toBe(500);
    expect(bench.dynamodb.counted().TransactWriteItems).toBe(1);
  });

  test('a head that is not as we write it is an error, not a guess', async () => {
    await register();
    const head = bench.dynamodb.items(REGISTRY_TABLE).find(({ sk }) => sk === 'HEAD')!;
    bench.dynamodb.plant(REGISTRY_TABLE, { ...head, rev: '1' });
    expect((await register()).status).toBe(500);
    expect((await ann().get('/tenants/default/models/fraud/history')).status).toBe(500);
  });

  test('a version in the history that is gone is an error that the log has', async () => {
    for (const content of ['one', 'two']) {
      await ann().act('promote', 'fraud', await bench.approved('fraud', content));
    }
    bench.dynamodb.remove(REGISTRY_TABLE, { pk: 'TENANT#default#MODEL#fraud', sk: 'REV#0000000001' });
    expect(codeOf(await ann().rollback('fraud'))).toBe('INTERNAL');
    expect(bench.logged.at(-1)).toMatchObject({ level: 'error' });
  });

  test('a row of 400 KB is refused by DynamoDB as a whole', async () => {
    await register();
    const head = bench.dynamodb.items(REGISTRY_TABLE).find(({ sk }) => sk === 'HEAD')!;
    const long = { revision: 1, image: 'x'.repeat(410 * 1024), artifact: 'a', artifactSha256: 'b' };
    bench.dynamodb.plant(REGISTRY_TABLE, { ...head, production: long });
    const before = bench.dynamodb.items(REGISTRY_TABLE);
    expect((await ann().register('fraud', bench.supplies('fraud', 'two'))).status).toBe(500);
    expect(bench.dynamodb.items(REGISTRY_TABLE)).toEqual(before);
    expect(bench.dynamodb.items(AUDIT_TABLE)).toHaveLength(1);
  });
});

test('the largest registration that is let in fits into one transaction and one row', async () => {
  const datasets = Array.from({ length: 50 }, (_each, place) => `s3://data/${'d'.repeat(1000)}/${place}`);
  const answer = await ann().register('fraud', { ...bench.supplies('fraud'), label: '1.0.0', lineage: { datasets, commit: 'a'.repeat(40) } });
  expect(answer.status).toBe(201);
  const [{ input }] = bench.dynamodb.calls.filter(({ name }) => name === 'TransactWriteItems');
  expect((input as { TransactItems: unknown[] }).TransactItems.length).toBeLessThanOrEqual(100);
});

test('time never goes back in the records, though the clock of a handler does', async () => {
  await bench.approved('fraud', 'one');
  bench.now -= 24 * 3_600_000;
  await bench.approved('fraud', 'two');
  bench.now += 48 * 3_600_000;
  await ann().act('promote', 'fraud', 1);
  const records = bench.dynamodb.items(AUDIT_TABLE).map(({ record }) => AuditRecord.parse(JSON.parse(String(record))));
  const times = records.map(({ timestamp }) => timestamp);
  expect(times).toEqual([...times].sort());
  expect(new Set(times).size).toBe(2);
  expect(records.every(({ durationMs }) => durationMs >= 0)).toBe(true);
});

describe('what passes by itself', () => {
  test.each([throttled(), timeout(), connectionReset(), unreachable(), inProgress(), { $metadata: { httpStatusCode: 503 } }])('is %s', (error) => {
    expect(isPassing(error)).toBe(true);
  });

  test.each([
    accessDenied(), conflict(3), new Error('x'), undefined, null, 'TimeoutError', { name: 7 }, { $metadata: { httpStatusCode: 400 } },
  ])('is not %s', (error) => {
    expect(isPassing(error)).toBe(false);
  });
});
