import {
  BatchGetCommand, BatchWriteCommand, DeleteCommand, GetCommand, PutCommand, QueryCommand, ScanCommand, TransactWriteCommand,
  UpdateCommand, UpdateCommandInput,
} from '@aws-sdk/lib-dynamodb';
import { FakeDynamoDb } from '../../../rehearsal/aws/dynamodb/fake-dynamodb';
import { throttled, timeout } from '../../registry/support/dynamodb-errors';

let db: FakeDynamoDb;
beforeEach(() => { db = new FakeDynamoDb('t', 'u'); });

type Write = NonNullable<TransactWriteCommand['input']['TransactItems']>[number];
const client = () => db.client();
const put = (sk: string, more: object = {}): Write => ({ Put: { TableName: 't', Item: { pk: 'p', sk, ...more } } });
const transact = (...TransactItems: Write[]) => client().send(new TransactWriteCommand({ TransactItems }));
const get = async (sk: string, ConsistentRead = true) =>
  (await client().send(new GetCommand({ TableName: 't', Key: { pk: 'p', sk }, ConsistentRead }))).Item;
const onlyNew = (sk: string): Write => ({
  Put: { TableName: 't', Item: { pk: 'p', sk }, ConditionExpression: 'attribute_not_exists(#pk)', ExpressionAttributeNames: { '#pk': 'pk' } },
});

describe('a transaction', () => {
  test('writes all or nothing, and says by position what failed', async () => {
    await transact(put('b'));
    await expect(transact(onlyNew('a'), onlyNew('b'), onlyNew('c'))).rejects.toMatchObject({
      name: 'TransactionCanceledException', CancellationReasons: [{ Code: 'None' }, { Code: 'ConditionalCheckFailed' }, { Code: 'None' }],
    });
    expect(db.items('t')).toEqual([{ pk: 'p', sk: 'b' }]);
    await transact(onlyNew('a'), onlyNew('c'));
    expect(db.items('t').map(({ sk }) => sk)).toEqual(['a', 'b', 'c']);
  });

  test.each<[string, Write[]]>([
    ['names an item twice', [put('a'), onlyNew('a')]],
    ['has no item', []],
    ['has 101 items', Array.from({ length: 101 }, (_each, place) => put(`i${place}`))],
    ['has an item of more than 400 KB', [put('a', { text: 'x'.repeat(400 * 1024) })]],
    ['is larger than 4 MB', Array.from({ length: 11 }, (_each, place) => put(`i${place}`, { text: 'x'.repeat(390 * 1024) }))],
    ['has an item without a sort key', [{ Put: { TableName: 't', Item: { pk: 'p' } } }]],
    ['has an empty key', [put('')]],
    ['neither puts nor checks', [{}]],
  ])('is refused when it %s', async (_what, writes) => {
    await expect(transact(...writes)).rejects.toMatchObject({ name: 'ValidationException' });
    expect(db.items('t')).toEqual([]);
  });

  test('takes 100 items, and an item just below 400 KB', async () => {
    await transact(...Array.from({ length: 100 }, (_each, place) => put(`i${place}`)));
    await transact(put('a', { x: 'x'.repeat(400 * 1024 - 7) })); // the keys with their names, and the name of x: seven bytes
    await expect(transact(put('a', { x: 'x'.repeat(400 * 1024 - 6) }))).rejects.toMatchObject({ name: 'ValidationException' });
  });

  test.each([{ value: undefined }, { value: { inner: undefined } }, { value: new Date(0) }, { value: NaN }, { value: 2 ** 60 }])(
    'refuses what a document client would: %j', async (more) => {
      await expect(transact(put('a', more))).rejects.toThrow();
    });

  test('updates attributes and leaves the others', async () => {
    await transact(put('a', { state: 'Pending', image: 'i' }));
    await transact({
      Update: {
        TableName: 't',
        Key: { pk: 'p', sk: 'a' },
        UpdateExpression: 'SET #s = :s, #by = :by',
        ConditionExpression: '#s = :was',
        ExpressionAttributeNames: { '#s': 'state', '#by': 'by' },
        ExpressionAttributeValues: { ':s': 'Approved', ':by': 'bob', ':was': 'Pending' },
      },
    });
    expect(await get('a')).toEqual({ pk: 'p', sk: 'a', state: 'Approved', image: 'i', by: 'bob' });
  });
});

describe('a condition', () => {
  const holds = async (ConditionExpression: string, values?: object, names: object = {}) => {
    await transact(put('a', { n: 5, text: 'fraud', map: { image: 'i', sha: 's' } }));
    const used = [...ConditionExpression.matchAll(/#(\w+)/g)].map(([alias, name]) => [alias, name]);
    try {
      await transact({
        ConditionCheck: {
          TableName: 't',
          Key: { pk: 'p', sk: 'a' },
          ConditionExpression,
          ExpressionAttributeNames: { ...Object.fromEntries(used), ...names },
          ...(values === undefined ? {} : { ExpressionAttributeValues: values as Record<string, unknown> }),
        },
      });
      return true;
    } catch (error) {
      if ((error as Error).name === 'TransactionCanceledException') {
        return false;
      }
      throw error;
    }
  };

  test.each<[string, object | undefined, boolean]>([
    ['#n = :v', { ':v': 5 }, true], ['#n = :v', { ':v': '5' }, false], ['#n <> :v', { ':v': '5' }, true], ['#n < :v', { ':v': 6 }, true],
    ['#n < :v', { ':v': '6' }, false], ['#n >= :v', { ':v': 5 }, true], ['#n BETWEEN :a AND :b', { ':a': 5, ':b': 5 }, true],
    ['#gone = :v', { ':v': 5 }, false], ['#gone <> :v', { ':v': 5 }, true], ['attribute_exists(#gone)', undefined, false],
    ['attribute_not_exists(#map.#image)', undefined, false], ['#map = :m', { ':m': { sha: 's', image: 'i' } }, true],
    ['#map = :m', { ':m': { image: 'i' } }, false], ['begins_with(#text, :v)', { ':v': 'fr' }, true], ['begins_with(#n, :v)', { ':v': '5' }, false],
    ['NOT #n = :v AND #n = :v OR #n = :v', { ':v': 5 }, true], ['NOT (#n = :v OR #gone = :v)', { ':v': 5 }, false],
  ])('%s with %j: %s', async (expression, values, expected) => {
    expect(await holds(expression, values)).toBe(expected);
  });

  test.each<[string, object]>([
    ['n = :v', { ':v': 5 }], ['#n = 5', {}], ['#n', {}], ['size(#text) > :v', { ':v': 1 }], ['#n IN (:v)', { ':v': 5 }], ['#n = :v;', { ':v': 5 }],
    ['#n = :v extra', { ':v': 5 }], ['#n = :missing', {}], ['#n = :v', { ':v': 5, ':unused': 1 }], ['contains(#text, :v)', { ':v': 'f' }],
    ['#n = :v AND', { ':v': 5 }],
  ])('that this fake does not know, or DynamoDB would refuse, throws: %s', async (expression, values) => {
    await expect(holds(expression, values)).rejects.toMatchObject({ name: 'ValidationException' });
  });

  test('with a name that is not used is refused', async () => {
    await expect(holds('#n = :v', { ':v': 5 }, { '#unused': 'x' })).rejects.toThrow('unused');
  });
});

describe('a read', () => {
  test('that is not consistent sees the table as it was some writes ago', async () => {
    await transact(put('a', { n: 1 }));
    await transact(put('a', { n: 2 }), put('b'));
    await transact(put('c'));
    const n = async (consistent: boolean) => (await get('a', consistent))?.n;
    expect([await n(true), await n(false)]).toEqual([2, 2]);
    db.lag = 2;
    expect([await n(true), await n(false)]).toEqual([2, 1]);
    db.lag = 3;
    expect([await n(true), await n(false)]).toEqual([2, undefined]);
    const query = new ScanCommand({ TableName: 't' });
    expect((await client().send(query)).Items).toEqual([]);
  });

  test('hands out copies', async () => {
    await transact(put('a', { list: [1] }));
    ((await get('a'))?.list as number[]).push(2);
    expect(await get('a')).toMatchObject({ list: [1] });
  });

  test('of a batch takes each key once, and may leave some for later', async () => {
    await transact(put('a'), put('b'));
    const batch = (...keys: string[]) => client().send(new BatchGetCommand({ RequestItems: { t: { Keys: keys.map((sk) => ({ pk: 'p', sk })) } } }));
    expect((await batch('a', 'x', 'b')).Responses).toEqual({ t: [{ pk: 'p', sk: 'a' }, { pk: 'p', sk: 'b' }] });
    await expect(batch('a', 'a')).rejects.toMatchObject({ name: 'ValidationException' });
    db.hooks.processed = () => 1;
    expect(await batch('a', 'b')).toMatchObject({
      Responses: { t: [{ sk: 'a' }] }, UnprocessedKeys: { t: { Keys: [{ pk: 'p', sk: 'b' }] } },
    });
  });

  test('of a table that does not exist fails', async () => {
    await expect(client().send(new GetCommand({ TableName: 'x', Key: { pk: 'p', sk: 's' } }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });
});

describe('a query', () => {
  const query = (more: object = {}) => client().send(new QueryCommand({
    TableName: 't',
    KeyConditionExpression: '#pk = :pk AND #sk BETWEEN :low AND :high',
    ConsistentRead: true,
    ExpressionAttributeNames: { '#pk': 'pk', '#sk': 'sk' },
    ExpressionAttributeValues: { ':pk': 'p', ':low': 'b', ':high': 'd' },
    ...more,
  }));
  const names = (items: object[] | undefined) => items?.map((item) => (item as { sk: string }).sk);
  beforeEach(() => transact(...['a', 'c', 'b', 'd', 'e'].map((sk) => put(sk))));

  test('finds a range of one partition in order, forwards and backwards', async () => {
    db.plant('t', { pk: 'q', sk: 'c' });
    expect(names((await query()).Items)).toEqual(['b', 'c', 'd']);
    expect(names((await query({ ScanIndexForward: false })).Items)).toEqual(['d', 'c', 'b']);
  });

  test('ends a page at its limit, and names a last key though nothing may come after it', async () => {
    const first = await query({ Limit: 2 });
    expect([names(first.Items), first.LastEvaluatedKey]).toEqual([['b', 'c'], { pk: 'p', sk: 'c' }]);
    expect(names((await query({ Limit: 2, ExclusiveStartKey: first.LastEvaluatedKey })).Items)).toEqual(['d']);
    expect((await query({ Limit: 3 })).LastEvaluatedKey).toEqual({ pk: 'p', sk: 'd' });
    expect((await query({ Limit: 4 })).LastEvaluatedKey).toBeUndefined();
  });

  test('ends a page at 1 MB', async () => {
    await transact(...['b', 'c', 'd'].map((sk) => put(sk, { text: 'x'.repeat(399 * 1024) })));
    await transact(put('bb', { text: 'x'.repeat(399 * 1024) }));
    const { Items, LastEvaluatedKey } = await query();
    expect([names(Items), LastEvaluatedKey]).toEqual([['b', 'bb', 'c'], { pk: 'p', sk: 'c' }]);
  });

  test('of a scan filters after the page is cut', async () => {
    const { Items, Count, ScannedCount, LastEvaluatedKey } = await client().send(new ScanCommand({
      TableName: 't', Limit: 3, FilterExpression: '#sk = :b', ExpressionAttributeNames: { '#sk': 'sk' }, ExpressionAttributeValues: { ':b': 'b' },
    }));
    expect([names(Items), Count, ScannedCount, LastEvaluatedKey]).toEqual([['b'], 1, 3, { pk: 'p', sk: 'c' }]);
  });
});

describe('the hooks', () => {
  test('before a call keep it from being done, after it only from being heard of', async () => {
    db.hooks.before = () => { throw throttled(); };
    await expect(transact(put('a'))).rejects.toMatchObject({ name: 'ProvisionedThroughputExceededException' });
    expect(db.items('t')).toEqual([]);
    db.hooks = { after: () => { throw timeout(); } };
    await expect(transact(put('a'))).rejects.toMatchObject({ name: 'TimeoutError' });
    expect(db.items('t')).toHaveLength(1);
  });

  test('may hold one client up while another goes on', async () => {
    let go: () => void = () => undefined;
    db.hooks.before = ({ client: name }) => name === 'slow' ? new Promise<void>((resolve) => { go = resolve; }) : undefined;
    const put1 = (n: number) => new PutCommand({ TableName: 't', Item: { pk: 'p', sk: 'a', n } });
    const slow = db.client('slow').send(put1(1));
    await db.client('fast').send(put1(2));
    expect(db.items('t')).toMatchObject([{ n: 2 }]);
    go();
    await slow;
    expect(db.items('t')).toMatchObject([{ n: 1 }]);
    expect(db.writes.map(([{ before, after }]) => [before?.n, after?.n])).toEqual([[undefined, 2], [2, 1]]);
    expect(db.counted()).toEqual({ PutItem: 2 });
  });
});

describe('an update', () => {
  const update = (UpdateExpression: string, more: Partial<UpdateCommandInput> = {}) => client().send(new UpdateCommand({
    TableName: 't', Key: { pk: 'p', sk: 'a' }, UpdateExpression, ReturnValues: 'ALL_NEW', ...more,
  }));
  const names = (...all: string[]) => ({ ExpressionAttributeNames: Object.fromEntries(all.map((name) => [`#${name}`, name])) });

  test('makes the item where there is none, counts, and takes attributes away', async () => {
    const { Attributes: first } = await update('SET #n = if_not_exists(#n, :zero) + :one, #m = :map', {
      ...names('n', 'm'), ExpressionAttributeValues: { ':zero': 0, ':one': 1, ':map': { x: 1, y: 2 } },
    });
    expect(first).toEqual({ pk: 'p', sk: 'a', n: 1, m: { x: 1, y: 2 } });
    const { Attributes: second } = await update('SET #n = #n - :two, #m.#x = #n REMOVE #m.#y', {
      ...names('n', 'm', 'x', 'y'), ExpressionAttributeValues: { ':two': 2 },
    });
    expect(second).toEqual({ pk: 'p', sk: 'a', n: -1, m: { x: 1 } }); // every value is of the item as it was
  });

  test('shows the item that its condition fails on, if asked', async () => {
    await transact(put('a', { n: 1 }));
    const refused = update('SET #n = :two', {
      ConditionExpression: '#n = :two', ...names('n'), ExpressionAttributeValues: { ':two': 2 }, ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });
    await expect(refused).rejects.toMatchObject({ name: 'ConditionalCheckFailedException', Item: { n: 1 } });
    expect(await get('a')).toEqual({ pk: 'p', sk: 'a', n: 1 });
  });

  test.each(['SET #n = #missing', 'SET #n = #text + :two', 'ADD #n :two', 'SET #text.#n = :two'])('%s is refused', async (expression) => {
    await transact(put('a', { text: 'x' }));
    const used = ['n', 'missing', 'text'].filter((name) => expression.includes(`#${name}`));
    const values = expression.includes(':two') ? { ExpressionAttributeValues: { ':two': 2 } } : {};
    await expect(update(expression, { ...names(...used), ...values })).rejects.toMatchObject({ name: 'ValidationException' });
  });
});

test('a deletion takes the item away, if its condition holds', async () => {
  await transact(put('a', { n: 1 }));
  const remove = (n: number) => client().send(new DeleteCommand({
    TableName: 't', Key: { pk: 'p', sk: 'a' }, ConditionExpression: '#n = :n', ExpressionAttributeNames: { '#n': 'n' }, ExpressionAttributeValues: { ':n': n },
  }));
  await expect(remove(2)).rejects.toMatchObject({ name: 'ConditionalCheckFailedException' });
  expect(db.items('t')).toHaveLength(1);
  await remove(1);
  expect(db.items('t')).toEqual([]);
});

test('a command that no handler uses throws', async () => {
  await expect(client().send(new BatchWriteCommand({ RequestItems: {} }))).rejects.toThrow('knows no BatchWriteCommand');
});
