import { headKey, versionKey } from '../../../lib/registry/runtime/keys';
import { checkRetention, RetentionWorld } from '../../../lib/registry/runtime/retention';
import { FakeDynamoDb } from '../../../rehearsal/aws/dynamodb/fake-dynamodb';
import { FakeEcr } from '../support/fake-ecr';
import { FakeS3 } from '../support/fake-s3';

const TABLE = 'registry';

let dynamodb: FakeDynamoDb;
let s3: FakeS3;
let ecr: FakeEcr;
let measured: [string, number][];
let lines: string[];
let world: RetentionWorld;
beforeEach(() => {
  dynamodb = new FakeDynamoDb(TABLE, 'audit');
  s3 = new FakeS3();
  ecr = new FakeEcr();
  measured = [];
  lines = [];
  world = {
    dynamodb: dynamodb.client('retention'),
    s3: s3.client(),
    ecr: ecr.client(),
    registryTable: TABLE,
    environment: 'production',
    runbook: 'Runbook: there',
    now: () => Date.parse('2026-11-20T12:00:00.000Z'),
    write: (line) => { lines.push(line); },
    measure: (metric, value) => { measured.push([metric, value]); },
  };
});

interface Stored { readonly revision: number; readonly image: string; readonly artifact: string }

/** A version whose artifact and image exist. */
function stored(revision: number, model = 'churn'): Stored {
  return { revision, image: ecr.push(model, `image ${revision}`), artifact: s3.upload('artifacts', model, `artifact ${model} ${revision}`).uri };
}

function plantHead(model: string, production: Stored | undefined, history: Stored[] = [], holds: object[] = [], tenant = 'default'): void {
  dynamodb.plant(TABLE, {
    ...headKey(tenant, model),
    tenant,
    model,
    rev: 3,
    nextRevision: 9,
    history,
    holds,
    auditSequence: 3,
    auditHash: 'x',
    lastAt: 'x',
    ...production === undefined ? {} : { production },
  });
}

const line = () => JSON.parse(lines[0]) as Record<string, unknown>;
const losses = (version: Stored): Record<string, () => void> => ({
  artifact: () => { s3.objects.delete(version.artifact.slice('s3://'.length)); },
  image: () => { ecr.delete(version.image); },
});

test('everything there: says so, and measures that it has looked', async () => {
  plantHead('churn', stored(5), [stored(4), stored(3), stored(2)]);
  plantHead('fraud', stored(1, 'fraud'), [], [], 'bank');
  await checkRetention('r1', world);
  expect(measured).toEqual([['RetainedVersionsMissing', 0], ['RetainedVersionsChecked', 5]]);
  expect(line()).toMatchObject({ action: 'model.retention.check', outcome: 'AS_WANTED', actor: 'scheduler.amazonaws.com', details: { checked: 5 } });
});

test('an empty registry is a check that was done', async () => {
  await checkRetention('r1', world);
  expect(measured).toEqual([['RetainedVersionsMissing', 0], ['RetainedVersionsChecked', 0]]);
});

describe.each(['artifact', 'image'])('a lost %s', (part) => {
  test.each([['in production', 0], ['before it', 1], ['the third before it', 3]])('of the version %s is missing, by name', async (_, place) => {
    const versions = [stored(5), stored(4), stored(3), stored(2)];
    plantHead('churn', versions[0], versions.slice(1));
    losses(versions[place])[part]();
    await checkRetention('r1', world);
    expect(measured).toEqual([['RetainedVersionsMissing', 1], ['RetainedVersionsChecked', 4]]);
    expect(line()).toMatchObject({ outcome: 'NOT_AS_WANTED', details: { missing: [`default/churn/${versions[place].revision}:${part}`] } });
  });

  test('of a version that a release holds is missing too, though the head has no copy of it', async () => {
    const held = stored(6);
    dynamodb.plant(TABLE, { ...versionKey('default', 'churn', 6), ...held, state: 'Approved' });
    plantHead('churn', stored(5), [], [{ revision: 6, release: 'r', as: 'shadow' }]);
    losses(held)[part]();
    await checkRetention('r1', world);
    expect(measured).toEqual([['RetainedVersionsMissing', 1], ['RetainedVersionsChecked', 2]]);
  });
});

test('a version that is nowhere in use may be gone', async () => {
  const retired = stored(1);
  dynamodb.plant(TABLE, { ...versionKey('default', 'churn', 1), ...retired, state: 'Retired' });
  plantHead('churn', stored(5));
  Object.values(losses(retired)).forEach((lose) => { lose(); });
  await checkRetention('r1', world);
  expect(measured[0]).toEqual(['RetainedVersionsMissing', 0]);
});

test('a version that is held and in production is looked at once', async () => {
  plantHead('churn', stored(5), [], [{ revision: 5, release: 'r', as: 'rollout' }, { revision: 5, release: 'r', as: 'shadow' }]);
  await checkRetention('r1', world);
  expect(measured[1]).toEqual(['RetainedVersionsChecked', 1]);
});

describe('what cannot be looked at', () => {
  test('is not called missing: the check goes on, fails, and does not count as done', async () => {
    plantHead('churn', stored(5), [stored(4)]);
    plantHead('fraud', stored(1, 'fraud'));
    const [lost] = [stored(2, 'pay')];
    plantHead('pay', lost);
    losses(lost).artifact();
    s3.before = (_, input) => {
      if ((input as { Key: string }).Key.startsWith('churn/')) throw Object.assign(new Error('no'), { name: 'AccessDenied' });
    };
    await expect(checkRetention('r1', world)).rejects.toThrow('2 versions could not be looked at, the first: default/churn/5:AccessDenied');
    expect(measured).toEqual([['RetainedVersionsMissing', 1]]);
    expect(line()).toMatchObject({ outcome: 'FAILED', details: { missing: ['default/pay/2:artifact'], unknown: ['default/churn/5:AccessDenied', 'default/churn/4:AccessDenied'] } });
  });

  test.each([
    ['an artifact that is no address', { artifact: 'nowhere' }], ['an image that is no address', { image: 'churn:latest' }],
  ])('%s', async (_, changed) => {
    plantHead('churn', { ...stored(5), ...changed });
    await expect(checkRetention('r1', world)).rejects.toThrow('default/churn/5:UnreadableAddress');
  });

  test('a held version that does not exist', async () => {
    plantHead('churn', undefined, [], [{ revision: 6, release: 'r', as: 'shadow' }]);
    await expect(checkRetention('r1', world)).rejects.toThrow('default/churn/6:');
  });

  test.each<[string, object]>([
    ['no history', { history: null }], ['a tenant that is none', { tenant: 7 }], ['a version in production that is none', { production: { revision: 1 } }],
  ])('a head with %s, which keeps nobody from looking at the others', async (_, damage) => {
    plantHead('churn', stored(5));
    dynamodb.plant(TABLE, { ...dynamodb.items(TABLE)[0], ...damage });
    const lost = stored(1, 'fraud');
    plantHead('fraud', lost);
    losses(lost).image();
    await expect(checkRetention('r1', world)).rejects.toThrow('1 versions could not be looked at, the first: TENANT#default#MODEL#churn:UnreadableHead');
    expect(measured).toEqual([['RetainedVersionsMissing', 1]]);
    expect(line()).toMatchObject({ outcome: 'FAILED', details: { missing: ['default/fraud/1:image'], unknown: ['TENANT#default#MODEL#churn:UnreadableHead'] } });
  });

  test('a table that cannot be read: no metric at all, so that the alarm for a missing check rings', async () => {
    dynamodb.hooks.before = () => { throw new Error('no'); };
    await expect(checkRetention('r1', world)).rejects.toThrow('no');
    expect(measured).toEqual([]);
  });
});

test('reads page after page, consistently', async () => {
  const asked: unknown[] = [];
  const pages = [
    { Items: [], LastEvaluatedKey: headKey('default', 'a') },
    { Items: [{ tenant: 'default', model: 'churn', production: stored(5), history: [], holds: [] }] },
  ];
  const send = async ({ input }: { input: unknown }) => {
    asked.push(input);
    return pages.shift();
  };
  await checkRetention('r1', { ...world, dynamodb: { send } as never });
  expect(asked).toEqual([
    expect.objectContaining({ ConsistentRead: true, ExclusiveStartKey: undefined }),
    expect.objectContaining({ ConsistentRead: true, ExclusiveStartKey: headKey('default', 'a') }),
  ]);
  expect(measured[1]).toEqual(['RetainedVersionsChecked', 1]);
});
