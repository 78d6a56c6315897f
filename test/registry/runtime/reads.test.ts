import { AuditPage, Verb } from '../../../lib/registry/runtime/contract';
import { person } from '../support/callers';
import { AUDIT_TABLE, codeOf, RegistryBench } from '../support/registry-bench';

let bench: RegistryBench;
beforeEach(() => { bench = new RegistryBench(); });

const ann = () => bench.as(person('ann'));
const at = (rest: string) => `/tenants/default/models/${rest}`;
const read = async (target: string) => (await ann().get(target)).body;

async function serve(count: number, model = 'fraud'): Promise<void> {
  for (let number = 1; number <= count; number++) {
    await ann().act('promote', model, await bench.approved(model, `content ${number}`));
  }
}

/** All pages of a list. */
async function pages(target: string): Promise<Readonly<Record<string, unknown>>[]> {
  const found = [await read(target)];
  for (let next = found[0].next; next !== undefined; next = found.at(-1)?.next) {
    found.push(await read(`${target}&after=${encodeURIComponent(String(next))}`));
  }
  return found;
}

describe('what is in production', () => {
  test('is told in one read, without the version', async () => {
    await serve(2);
    bench.dynamodb.calls.length = 0;
    const { image, artifact, artifactSha256 } = bench.supplies('fraud', 'content 2');
    expect(await read(at('fraud/production'))).toEqual({ model: 'fraud', rev: 6, revision: 2, image, artifact, artifactSha256 });
    expect(bench.dynamodb.calls.map(({ name }) => name)).toEqual(['GetItem']);
    expect(bench.dynamodb.calls[0].input).toMatchObject({ ConsistentRead: true });
  });

  test('is nothing before the first promotion, which is another answer than no model', async () => {
    await bench.approved('fraud', 'one');
    expect(await ann().get(at('fraud/production'))).toMatchObject({ status: 404, body: { detail: 'fraud has nothing in production' } });
    expect(await ann().get(at('churn/production'))).toMatchObject({ status: 404, body: { detail: 'there is no model churn' } });
  });
});

describe('a list', () => {
  test('shows the newest versions first, and where each is used', async () => {
    await serve(2);
    await bench.approved('fraud', 'three');
    await ann().act('hold', 'fraud', 3, { body: { release: 'r-1', as: 'rollout' } });
    const { versions } = await read(at('fraud/versions'));
    expect(versions).toMatchObject([
      { revision: 3, usedAs: ['rollout'] }, { revision: 2, usedAs: ['production'] }, { revision: 1, usedAs: ['history'] },
    ]);
  });

  test.each([[1, [1, 1, 1, 1, 1]], [2, [2, 2, 1]], [4, [4, 1]], [5, [5]], [100, [5]]])(
    'comes in pages of %i: %j', async (limit, sizes) => {
      await serve(5);
      const found = await pages(at(`fraud/versions?limit=${limit}`));
      const listed = found.map(({ versions }) => (versions as { revision: number }[]).map(({ revision }) => revision));
      expect(listed.map(({ length }) => length)).toEqual(sizes);
      expect(listed.flat()).toEqual([5, 4, 3, 2, 1]);
    });

  test('of models is by name, page by page, each once', async () => {
    for (const model of ['fraud', 'churn', 'fraud-2', 'abc']) {
      await ann().register(model, bench.supplies(model));
      await ann().register(model, bench.supplies(model, 'two'));
    }
    const found = await pages('/tenants/default/models?limit=3');
    expect(found.map(({ models }) => (models as { model: string }[]).map(({ model }) => model))).toEqual([['abc', 'churn', 'fraud'], ['fraud-2']]);
    expect(found[0].models).toContainEqual({ model: 'abc', since: '2026-11-20T12:00:00.000Z' });
  });

  test('hides by which id the registrant is known', async () => {
    await serve(1);
    expect(JSON.stringify([await read(at('fraud/versions')), await read(at('fraud/versions/1'))])).not.toContain('registrantPerson');
    const { differences } = await read(at('fraud/diff?from=1&to=1'));
    expect(differences).toEqual([]);
  });
});

describe('lineage', () => {
  const commit = 'c'.repeat(40);
  const dataset = 's3://data/train/2026-11';
  beforeEach(async () => {
    for (const [model, content] of [['fraud', 'one'], ['fraud', 'two'], ['churn', 'one']]) {
      await ann().register(model, { ...bench.supplies(model, content), lineage: { commit, datasets: [dataset, 's3://data/other'] } });
    }
    await ann().register('fraud', bench.supplies('fraud', 'three'));
  });

  test.each([`commit=${commit}`, `dataset=${encodeURIComponent(dataset)}`, 'dataset=s3%3A%2F%2Fdata%2Fother'])('is found by %s', async (origin) => {
    const all = [{ model: 'churn', revision: 1 }, { model: 'fraud', revision: 1 }, { model: 'fraud', revision: 2 }];
    expect(await read(`/tenants/default/lineage?${origin}`)).toEqual({ versions: all });
    const found = await pages(`/tenants/default/lineage?${origin}&limit=2`);
    expect(found.map(({ versions }) => versions)).toEqual([all.slice(0, 2), all.slice(2)]);
  });

  test('is empty for what nobody used, and for another tenant', async () => {
    expect(await read(`/tenants/default/lineage?commit=${'d'.repeat(40)}`)).toEqual({ versions: [] });
    expect(await read(`/tenants/acme/lineage?commit=${commit}`)).toEqual({ versions: [] });
  });

  test.each(['', `commit=${commit}&dataset=s3://data/x`, 'commit=main', 'dataset=data', `commit=${commit}&after=fraud`, `commit=${commit}&x=1`])(
    'is not searched by %j', async (query) => {
      expect(codeOf(await ann().get(`/tenants/default/lineage?${query}`))).toBe('BAD_REQUEST');
    });
});

describe('a difference', () => {
  test('is told field by field, with the side that lacks one left out', async () => {
    await ann().register('fraud', { ...bench.supplies('fraud', 'one'), label: '1.0.0', lineage: { datasets: ['s3://data/a'] } });
    await ann().register('fraud', {
      ...bench.supplies('fraud', 'one'),
      lineage: { datasets: ['s3://data/a', 's3://data/b'], parent: 1 },
      evaluation: { accuracy: 0.9, bias: 0, p99LatencyMs: 20, dataset: 's3://data/test' },
    });
    const { from, to, differences } = await read(at('fraud/diff?from=1&to=2'));
    expect([from, to]).toEqual([1, 2]);
    expect(differences).toEqual([
      { field: 'evaluation.accuracy', to: 0.9 },
      { field: 'evaluation.bias', to: 0 },
      { field: 'evaluation.dataset', to: 's3://data/test' },
      { field: 'evaluation.p99LatencyMs', to: 20 },
      { field: 'label', from: '1.0.0' },
      { field: 'lineage.datasets', from: ['s3://data/a'], to: ['s3://data/a', 's3://data/b'] },
      { field: 'lineage.parent', to: 1 },
    ]);
  });

  test.each(['from=1&to=7', 'from=7&to=1', 'from=7&to=7'])('needs both versions: %s', async (query) => {
    await serve(1);
    expect(await ann().get(at(`fraud/diff?${query}`))).toMatchObject({ status: 404, body: { detail: 'fraud has no version 7' } });
  });

  test.each(['from=1', 'to=1', 'from=1&to=latest', 'from=1&to=1&to=2', 'from=a&to=b'])('is not asked for by %s', async (query) => {
    expect(codeOf(await ann().get(at(`fraud/diff?${query}`)))).toBe('BAD_REQUEST');
  });
});

describe('the audit trail', () => {
  test('comes in order, page by page, with what the head says of its end', async () => {
    await serve(4);
    const found = await pages(at('fraud/audit?limit=5'));
    const rows = found.flatMap((page) => page.rows as { sequence: number; hash: string }[]);
    expect(found.map((page) => (page.rows as unknown[]).length)).toEqual([5, 5, 2]);
    expect(rows.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 12 }, (_each, place) => place + 1));
    expect(found.every((page) => page.headSequence === 12 && page.headHash === rows[11].hash)).toBe(true);
  });

  test.each([12, 13, 9999999999])('is empty after %i of 12', async (after) => {
    await serve(4);
    expect(await read(at(`fraud/audit?after=${after}`))).toMatchObject({ rows: [], headSequence: 12 });
  });

  describe('that somebody damaged is shown, for an error would hide it', () => {
    const rowOf = (sequence: number) => bench.dynamodb.items(AUDIT_TABLE)[sequence - 1];
    beforeEach(() => serve(4));

    test.each<[string, object]>([
      ['no record', { record: null }], ['a hash that is none', { hash: 7 }], ['another number', { sequence: 99 }],
      ['a number that is none', { sequence: 'three' }],
    ])('a row with %s', async (_what, damage) => {
      bench.dynamodb.plant(AUDIT_TABLE, { ...rowOf(3), ...damage });
      const { rows } = await read(at('fraud/audit')) as unknown as AuditPage;
      expect(rows.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
      expect(rows.every(({ record, hash }) => typeof record === 'string' && typeof hash === 'string')).toBe(true);
    });

    test.each(['AUDIT#0000000003x', 'AUDIT#0000000003\u0000', 'AUDIT#000000000x', 'AUDIT#000000000\u{1f600}'])(
      'a row more, at %j, and the pages go on', async (sk) => {
        bench.dynamodb.plant(AUDIT_TABLE, { ...rowOf(3), sk });
        expect((await read(at('fraud/audit'))).rows).toHaveLength(13);
        for (const limit of [1, 2, 3, 4]) {
          const found = await pages(at(`fraud/audit?limit=${limit}`));
          const sequences = found.flatMap((page) => (page.rows as { sequence: number }[]).map(({ sequence }) => sequence));
          expect(sequences).toEqual(expect.arrayContaining([1, 2, 3, 10, 11, 12]));
        }
      });
  });

  test('ends where the head of the same answer ends, though somebody writes meanwhile', async () => {
    await serve(1);
    bench.dynamodb.hooks.before = async ({ name, client }) => {
      if (name === 'Query' && client === 'client') {
        await bench.as(person('bob'), 'bob').register('fraud', bench.supplies('fraud', 'two'));
      }
    };
    expect(await read(at('fraud/audit'))).toMatchObject({ rows: [{ sequence: 1 }, { sequence: 2 }, { sequence: 3 }], headSequence: 3 });
    expect((await read(at('fraud/versions'))).versions).toHaveLength(2); // of then three
  });
});

describe('a query', () => {
  test.each([
    'models?limit=0', 'models?limit=101', 'models?limit=1.5', 'models?limit=ten', 'models?limit=', 'models?after=A', 'models?x=1',
    'models/fraud/versions?after=0', 'models/fraud/production?limit=1', 'models/fraud/history?x=', 'models/fraud/versions/1?revision=2',
    'models/fraud/audit?after=-1', 'models?limit=1&limit=2',
  ])('that nobody understands is refused: %s', async (target) => {
    expect(codeOf(await ann().get(`/tenants/default/${target}`))).toBe('BAD_REQUEST');
    expect(bench.dynamodb.calls).toEqual([]);
  });

  test.each(['history', 'versions', 'audit', 'versions/1', 'diff?from=1&to=1'])('about a model that is not there finds nothing: %s', async (rest) => {
    expect(codeOf(await ann().get(at(`fraud/${rest}`)))).toBe('NOT_FOUND');
  });
});

describe('what a request costs in DynamoDB', () => {
  const transition = { BatchGetItem: 1, TransactWriteItems: 1 };
  const COSTS: readonly [Verb, Record<string, number>][] = [
    ['register', transition], ['approve', transition], ['reject', transition], ['revoke', transition], ['promote', transition],
    ['rollback', { BatchGetItem: 1, GetItem: 1, TransactWriteItems: 1 }], ['retire', transition], ['hold', transition], ['unhold', transition],
    ['models', { Query: 1 }], ['find', { Query: 1 }], ['production', { GetItem: 1 }], ['list', { GetItem: 1, Query: 1 }],
    ['history', { GetItem: 1 }], ['describe', { BatchGetItem: 1 }], ['diff', { BatchGetItem: 1 }], ['audit', { GetItem: 1, Query: 1 }],
  ];
  const READS: Partial<Record<Verb, string>> = {
    models: '/tenants/default/models',
    find: `/tenants/default/lineage?commit=${'c'.repeat(40)}`,
    production: at('fraud/production'),
    list: at('fraud/versions'),
    history: at('fraud/history'),
    describe: at('fraud/versions/1'),
    diff: at('fraud/diff?from=1&to=2'),
    audit: at('fraud/audit'),
  };

  /** A model with two promoted versions, an approved third, and a pending fourth. */
  async function ask(verb: Verb): Promise<number> {
    const release = { body: { release: 'r-1', as: 'shadow' } };
    const { image, artifactSha256 } = bench.supplies('fraud', 'four');
    await serve(2);
    await bench.approved('fraud', 'three');
    await ann().register('fraud', bench.supplies('fraud', 'four'));
    if (verb === 'unhold') {
      await ann().act('hold', 'fraud', 3, release);
    }
    bench.dynamodb.calls.length = 0;
    const target = READS[verb];
    const { status } = target !== undefined ? await ann().get(target)
      : verb === 'register' ? await ann().register('fraud', bench.supplies('fraud', 'five'))
        : verb === 'rollback' ? await ann().rollback('fraud')
          : verb === 'approve' ? await bench.as(person('bob')).act(verb, 'fraud', 4, { body: { image, artifactSha256 } })
            : await ann().act(verb, 'fraud', verb === 'reject' ? 4 : 3, verb === 'hold' ? release
              : verb === 'unhold' ? { body: { release: 'r-1' } } : {});
    return status;
  }

  test.each(COSTS)('%s: %j', async (verb, cost) => {
    expect(await ask(verb)).toBeLessThan(300);
    expect(bench.dynamodb.counted()).toEqual(cost);
  });

  test('a refusal costs one more read, and writes nothing', async () => {
    await serve(1);
    bench.dynamodb.calls.length = 0;
    expect(codeOf(await ann().act('promote', 'fraud', 1))).toBe('CONFLICT');
    expect(bench.dynamodb.counted()).toEqual({ BatchGetItem: 2 });
  });

  test('a replay costs one read', async () => {
    await bench.approved('fraud', 'one');
    await ann().act('promote', 'fraud', 1, { key: 'k' });
    bench.dynamodb.calls.length = 0;
    await ann().act('promote', 'fraud', 1, { key: 'k' });
    expect(bench.dynamodb.counted()).toEqual({ BatchGetItem: 1 });
  });

  test('a transaction of a change writes four rows or checks them, and of a promotion as many', async () => {
    await serve(1);
    const transactions = bench.dynamodb.calls.filter(({ name }) => name === 'TransactWriteItems')
      .map(({ input }) => (input as { TransactItems: object[] }).TransactItems.map((item) => Object.keys(item)[0]));
    expect(transactions).toEqual([
      ['Put', 'Put', 'Put', 'Put', 'Put', 'Put'], // with the first version: the model in its list, and its name
      ['Put', 'Put', 'Put', 'Update'],
      ['Put', 'Put', 'Put', 'ConditionCheck'],
    ]);
  });
});
