import { Call } from '../../../rehearsal/aws/dynamodb/fake-dynamodb';
import { person } from '../support/callers';
import { brokenAt } from '../support/commands';
import { AUDIT_TABLE, codeOf, REGISTRY_TABLE, RegistryBench } from '../support/registry-bench';

let bench: RegistryBench;
beforeEach(() => { bench = new RegistryBench(); });

const bob = (client = 'bob') => bench.as(person('bob'), client);
const records = () => bench.dynamodb.items(AUDIT_TABLE).map(({ record }) => String(record));
const sixteen = <T>(act: (number: number) => Promise<T>) => Promise.all(Array.from({ length: 16 }, (_each, place) => act(place)));

/** Lets nobody write before so many have read what they decide on. */
function together(clients: number): void {
  let waiting: (() => void)[] = [];
  let readers = 0;
  bench.dynamodb.hooks.after = ({ name }: Call) => {
    if (name !== 'BatchGetItem' || readers >= clients) {
      return undefined;
    }
    readers++;
    if (readers === clients) {
      waiting.forEach((go) => { go(); });
      waiting = [];
      return undefined;
    }
    return new Promise<void>((resolve) => { waiting.push(resolve); });
  };
}

/** Does something between one call of a client and its next, once. */
function between(client: string, call: Call['name'], act: () => Promise<unknown>, when: 'before' | 'after' | 'betweenItems'): void {
  let done = false;
  bench.dynamodb.hooks[when] = async (each: Call) => {
    if (each.client === client && each.name === call && !done) {
      done = true;
      await act();
    }
  };
}

test('of sixteen clients that promote with the same expected rev one wins, and one record says so', async () => {
  await bench.approved('fraud', 'one');
  together(16);
  const answers = await sixteen((place) => bob(`client ${place}`).act('promote', 'fraud', 1, { body: { expectedRev: 2 } }));
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  const losers = answers.filter(({ status }) => status !== 200);
  expect(losers.map(codeOf)).toEqual(Array.from({ length: 15 }, () => 'STALE_REV'));
  expect(losers.map(({ body }) => body.rev)).toEqual(Array.from({ length: 15 }, () => 3));
  expect(records()).toHaveLength(3);
});

test('of sixteen clients that register each gets a revision of its own', async () => {
  together(16);
  const answers = await sixteen((place) => bob(`client ${place}`).register('fraud', bench.supplies('fraud', `content ${place}`)));
  expect(answers.map(({ body }) => body.revision).sort((one, other) => Number(one) - Number(other)))
    .toEqual(Array.from({ length: 16 }, (_each, place) => place + 1));
  expect(brokenAt(records())).toBeUndefined();
});

test('sixteen requests with one key are one change, and all get its answer', async () => {
  await bench.approved('fraud', 'one');
  together(16);
  const answers = await sixteen((place) => bob(`client ${place}`).act('promote', 'fraud', 1, { key: 'the-same' }));
  expect(new Set(answers.map(({ status, body }) => JSON.stringify([status, body]))).size).toBe(1);
  expect(answers[0].status).toBe(200);
  expect(answers.filter(({ headers }) => 'idempotent-replayed' in headers)).toHaveLength(15);
  expect(records()).toHaveLength(3);
});

test('of two versions that claim one label at once one gets it', async () => {
  together(2);
  const answers = await Promise.all(['one', 'two'].map(async (content) =>
    bob(content).register('fraud', { ...bench.supplies('fraud', content), label: '1.0.0' })));
  expect(answers.map(({ status }) => status).sort()).toEqual([201, 409]);
});

test.each([[2, 'STALE_REV'], [1, 'STALE_REV'], [4, 'STALE_REV'], [3, undefined]])(
  'a client that has seen rev %i of rev 3 is answered %s', async (expectedRev, code) => {
    await bench.approved('fraud', 'one');
    await bench.as(person('ann')).register('fraud', bench.supplies('fraud', 'two'));
    const before = records().length;
    const answer = await bob().act('promote', 'fraud', 1, { body: { expectedRev } });
    expect(codeOf(answer)).toBe(code);
    expect(records().length - before).toBe(code === undefined ? 1 : 0);
  });

test('without an expected rev a client that lost a race decides anew', async () => {
  await bench.approved('fraud', 'one');
  const two = await bench.approved('fraud', 'two');
  between('bob', 'TransactWriteItems', () => bob('other').act('promote', 'fraud', two), 'before');
  expect((await bob().act('promote', 'fraud', 1)).body).toMatchObject({ production: 1, previous: two, rev: 6 });
});

test('a decision that the winner made wrong is refused on the second look', async () => {
  await bench.approved('fraud', 'one');
  between('bob', 'TransactWriteItems', () => bob('other').act('revoke', 'fraud', 1), 'before');
  expect(await bob().act('promote', 'fraud', 1)).toMatchObject({ status: 422, body: { detail: expect.stringContaining('is Revoked') } });
});

describe('rows that were not read at one moment', () => {
  test('let no version be approved twice', async () => {
    await bench.as(person('ann')).register('fraud', bench.supplies('fraud'));
    between('bob', 'BatchGetItem', () => bench.as(person('carol'), 'carol').approve('fraud', 1), 'betweenItems');
    const { image, artifactSha256 } = bench.supplies('fraud');
    const answer = await bob().act('approve', 'fraud', 1, { body: { image, artifactSha256 } });
    expect(codeOf(answer)).toBe('REFUSED');
    expect(records()).toHaveLength(2);
  });

  test('let no version be approved twice, in whatever order they were read', async () => {
    await bench.as(person('ann')).register('fraud', bench.supplies('fraud'));
    bench.dynamodb.backwards = true;
    between('bob', 'BatchGetItem', () => bench.as(person('carol'), 'carol').approve('fraud', 1), 'betweenItems');
    const { image, artifactSha256 } = bench.supplies('fraud');
    // the version is read as pending, then the head with the rev after its approval: only the version's own condition is left
    expect(codeOf(await bob().act('approve', 'fraud', 1, { body: { image, artifactSha256 } }))).toBe('REFUSED');
    expect(bench.dynamodb.counted().TransactWriteItems).toBe(3);
    expect(records()).toHaveLength(2);
  });

  test('let no version serve that lost its approval behind our back', async () => {
    await bench.approved('fraud', 'one');
    const version = bench.dynamodb.items(REGISTRY_TABLE).find(({ sk }) => sk === 'REV#0000000001')!;
    between('bob', 'TransactWriteItems', async () => {
      bench.dynamodb.plant(REGISTRY_TABLE, { ...version, state: 'Revoked' });
    }, 'before');
    expect(await bob().act('promote', 'fraud', 1)).toMatchObject({ status: 422, body: { code: 'REFUSED' } });
    expect(records()).toHaveLength(2);
  });

  test('make no refusal that was never true: a rollback whose target changed is decided anew', async () => {
    for (const content of ['one', 'two', 'three']) {
      await bob('setting').act('promote', 'fraud', await bench.approved('fraud', content));
    }
    // the head is read with version 2 as the target; then version 1 takes its place, and 2 is revoked, before 2 is read
    between('bob', 'GetItem', async () => {
      await bob('other').act('promote', 'fraud', 1);
      expect((await bob('other').act('revoke', 'fraud', 2)).status).toBe(200);
    }, 'before');
    expect(await bob().rollback('fraud')).toMatchObject({ status: 200, body: { production: 3, previous: 1 } });
  });

  test('make no refusal of a request that is done: its twin is found', async () => {
    await bench.approved('fraud', 'one');
    const request = (client: string) => bob(client).act('promote', 'fraud', 1, { key: 'twin' });
    // the request key is read first; then the twin is done; then the head shows what the twin did
    between('bob', 'BatchGetItem', () => request('twin'), 'betweenItems');
    expect(await request('bob')).toMatchObject({ status: 200, body: { production: 1 }, headers: { 'idempotent-replayed': 'true' } });
    expect(records()).toHaveLength(3);
  });
});

test('no decision rests on a read that may be old', async () => {
  await bench.approved('fraud', 'one');
  await bench.approved('fraud', 'two');
  bench.dynamodb.lag = 3;
  for (const revision of [1, 2]) {
    expect((await bob().act('promote', 'fraud', revision)).status).toBe(200);
  }
  expect((await bob().rollback('fraud')).body).toMatchObject({ production: 1, rev: 7 });
  expect((await bob().get('/tenants/default/models/fraud/production')).body).toMatchObject({ revision: 1 });
  expect((await bob().get('/tenants/default/models/fraud/audit')).body).toMatchObject({
    headSequence: 7, rows: Array.from({ length: 7 }, (_each, place) => ({ sequence: place + 1 })),
  });
  expect((await bob().get('/tenants/default/models/fraud/versions/2')).body).toMatchObject({ usedAs: ['history'] });
});
