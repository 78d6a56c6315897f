import { REPLAYED_HEADER } from '../../../lib/registry/runtime/contract';
import { Call } from '../../../rehearsal/aws/dynamodb/fake-dynamodb';
import { person, session } from '../support/callers';
import { accessDenied, conflict, connectionReset, inProgress, throttled, timeout } from '../support/dynamodb-errors';
import { AUDIT_TABLE, codeOf, REGISTRY_TABLE, RegistryBench } from '../support/registry-bench';

let bench: RegistryBench;
beforeEach(async () => {
  bench = new RegistryBench();
  await bench.approved('fraud', 'one');
  await bench.approved('fraud', 'two');
  bench.dynamodb.calls.length = 0;
});

const bob = (client?: string) => bench.as(person('bob'), client);
const promote = (revision = 1, body: object = {}) => bob().act('promote', 'fraud', revision, { key: 'key-1', body });
const records = () => bench.dynamodb.items(AUDIT_TABLE).length;
const PROMOTED = { revision: 1, production: 1, rev: 5, auditSequence: 5 };

/** Throws at the first so many transactions: before they are done, or after. */
function failing(when: 'before' | 'after', error: () => Error, times = 1): void {
  let left = times;
  bench.dynamodb.hooks[when] = ({ name }: Call) => {
    if (name === 'TransactWriteItems' && left-- > 0) {
      throw error();
    }
  };
}

describe('the same request key', () => {
  test('with the same body gets the first answer again, and nothing is written', async () => {
    const first = await promote();
    await bob().act('promote', 'fraud', 2);
    const before = records();
    const second = await promote();
    expect(second).toMatchObject({ status: first.status, body: first.body, headers: { [REPLAYED_HEADER]: 'true' } });
    expect(first.headers).not.toHaveProperty(REPLAYED_HEADER);
    expect(records()).toBe(before);
  });

  test('gets the answer also when the request would be refused now', async () => {
    const first = await promote(1, { expectedRev: 4 });
    expect(await promote(1, { expectedRev: 4 })).toMatchObject({ status: 200, body: first.body });
  });

  test('of a registration gets its 201 again, though the artifact is gone since', async () => {
    const supplies = bench.supplies('fraud', 'three');
    const register = () => bob().register('fraud', supplies, 'default', 'key-2');
    const first = await register();
    bench.s3.objects.clear();
    expect(await register()).toMatchObject({ status: 201, body: first.body });
  });

  test('does not mind in which order fields stand', async () => {
    const send = (body: string) => bob().act('promote', 'fraud', 1, { key: 'key-1', body });
    await send('{"changeTicket":"C-1","expectedRev":4}');
    expect((await send('{ "expectedRev": 4, "changeTicket": "C-1" }')).headers).toHaveProperty(REPLAYED_HEADER);
  });

  test.each<[string, () => Promise<unknown>]>([
    ['another body', () => promote(1, { changeTicket: 'CHG-1' })],
    ['another version', () => promote(2)],
    ['another verb', () => bob().act('revoke', 'fraud', 1, { key: 'key-1' })],
    ['another person', () => bench.as(person('carol')).act('promote', 'fraud', 1, { key: 'key-1' })],
  ])('with %s is a conflict, and nothing is written', async (_what, again) => {
    await promote();
    const before = records();
    expect(await again()).toMatchObject({ status: 409, body: { code: 'REQUEST_KEY_REUSED' } });
    expect(records()).toBe(before);
  });

  test('of the same role in another session is the same person', async () => {
    await bench.as(session('deploy', 'run-1')).act('promote', 'fraud', 1, { key: 'key-1' });
    expect((await bench.as(session('deploy', 'run-2')).act('promote', 'fraud', 1, { key: 'key-1' })).headers).toHaveProperty(REPLAYED_HEADER);
  });

  test('is another key for another model', async () => {
    await bench.approved('churn', 'one');
    await promote();
    expect((await bob().act('promote', 'churn', 1, { key: 'key-1' })).status).toBe(200);
  });

  test('after a refusal is free: nothing was done', async () => {
    expect(codeOf(await bob().rollback('fraud', { key: 'key-1' }))).toBe('REFUSED');
    expect((await promote()).status).toBe(200);
  });

  test('is kept for thirty days, with the hash of the request and its answer', async () => {
    await promote();
    const row = bench.dynamodb.items(REGISTRY_TABLE).find(({ sk }) => sk === 'IDEM#key-1');
    expect(row).toMatchObject({ answer: PROMOTED, bodyHash: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(Number(row?.expiresAt) - Math.floor(bench.now / 1000)).toBe(30 * 24 * 3600);
  });
});

describe('a lost answer', () => {
  test.each<[string, () => Error]>([['timeout', timeout], ['connection reset', connectionReset]])(
    'to a transaction that was done is found by its key: %s', async (_what, error) => {
      failing('after', error);
      expect((await promote()).body).toMatchObject(PROMOTED);
      expect(records()).toBe(5);
      expect(bench.dynamodb.counted()).toEqual({ BatchGetItem: 2, TransactWriteItems: 1 });
    });

  test.each<[string, () => Error]>([['timeout', timeout], ['connection reset', connectionReset], ['under way', inProgress]])(
    'to a transaction that was not done makes it come again: %s', async (_what, error) => {
      failing('before', error);
      expect((await promote()).body).toMatchObject(PROMOTED);
      expect(records()).toBe(5);
      expect(bench.dynamodb.counted()).toEqual({ BatchGetItem: 2, TransactWriteItems: 2 });
    });

  test('is looked up before anything else is read or written', async () => {
    failing('after', timeout);
    await promote();
    const [, , second] = bench.dynamodb.calls;
    const keys = (second.input as { RequestItems: Record<string, { Keys: { sk: string }[] }> }).RequestItems[REGISTRY_TABLE].Keys;
    expect(keys[0].sk).toBe('IDEM#key-1');
  });

  test('of a handler that crashed right after the transaction is there for the retry', async () => {
    failing('after', accessDenied); // nothing that the loop would retry: as good as a crash
    expect((await promote()).status).toBe(500);
    bench.dynamodb.hooks = {};
    expect(await promote()).toMatchObject({ status: 200, body: PROMOTED, headers: { [REPLAYED_HEADER]: 'true' } });
    expect(records()).toBe(5);
  });

  test('of a handler that crashed right before the transaction leaves nothing behind', async () => {
    failing('before', accessDenied);
    await promote();
    bench.dynamodb.hooks = {};
    expect(records()).toBe(4);
    const again = await promote();
    expect(again).toMatchObject({ status: 200, body: PROMOTED });
    expect(again.headers).not.toHaveProperty(REPLAYED_HEADER);
  });

  test('of an approval that crashed between tag and transaction is made good by the retry', async () => {
    const supplies = bench.supplies('fraud', 'three');
    await bench.as(person('ann')).register('fraud', supplies);
    failing('before', accessDenied);
    expect((await bob().approve('fraud', 3, 'default', {}, 'key-3')).status).toBe(500);
    expect(bench.ecr.tags(supplies.image)).toEqual(['release-default.fraud.3']);
    bench.dynamodb.hooks = {};
    expect((await bob().approve('fraud', 3, 'default', {}, 'key-3')).body).toMatchObject({ state: 'Approved' });
  });
});

describe('when DynamoDB is short of throughput', () => {
  test.each<[string, () => Error]>([['throttled', throttled], ['conflicting', () => conflict(4)]])(
    'a transaction that is %s comes again with the same key, later', async (_what, error) => {
      failing('before', error, 3);
      const started = bench.now;
      expect((await promote()).body).toMatchObject(PROMOTED);
      expect(bench.now).toBeGreaterThan(started);
      const keys = bench.dynamodb.calls.filter(({ name }) => name === 'TransactWriteItems').map(({ input }) =>
        (input as { TransactItems: { Put?: { Item: { sk: string } } }[] }).TransactItems.map(({ Put }) => Put?.Item.sk)
          .filter((sk) => sk?.startsWith('IDEM#')));
      expect(keys).toEqual(Array.from({ length: 4 }, () => ['IDEM#key-1']));
    });

  test('for good, the caller is told to come back, and that the same key is safe', async () => {
    failing('before', throttled, Infinity);
    const answer = await promote();
    expect(answer).toMatchObject({ status: 503, headers: { 'retry-after': '2' }, body: { code: 'BUSY' } });
    expect(answer.body.detail).toContain('with the same request key');
    expect(records()).toBe(4);
  });

  test('the loop gives up before API Gateway does', async () => {
    failing('before', () => { bench.now += 3000; return timeout(); }, Infinity);
    const started = bench.now;
    await promote();
    expect(bench.now - started).toBeLessThan(25_000);
  });

  test('keys that were left unprocessed are read again, and no others', async () => {
    let calls = 0;
    bench.dynamodb.hooks.processed = () => ++calls === 1 ? 1 : 3;
    expect((await promote()).body).toMatchObject(PROMOTED);
    const asked = bench.dynamodb.calls.filter(({ name }) => name === 'BatchGetItem').map(({ input }) =>
      (input as { RequestItems: Record<string, { Keys: unknown[] }> }).RequestItems[REGISTRY_TABLE].Keys.length);
    expect(asked).toEqual([3, 2]);
  });

  test('keys that are never processed are an answer to come back', async () => {
    bench.dynamodb.hooks.processed = () => 0;
    expect(codeOf(await promote())).toBe('BUSY');
    expect(codeOf(await bob().get('/tenants/default/models/fraud/versions/1'))).toBe('BUSY');
  });
});
