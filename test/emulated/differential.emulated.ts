import { PutCommand, TransactWriteCommand } from '@aws-sdk/lib-dynamodb';
import * as fc from 'fast-check';
import { Moto } from './support/moto';
import { differingRows, Twin } from './support/twin';
import { RegistryWorld } from '../../lib/registry/runtime/registry-world';
import { Invariants } from '../registry/model/invariants';
import { Oracle, Real } from '../registry/model/registry-commands';
import { undisturbed, whole } from '../registry/model/registry-property';
import { person } from '../registry/support/callers';
import { AUDIT_TABLE, REGISTRY_TABLE, RegistryBench } from '../registry/support/registry-bench';

const RUNS = Number(process.env.EMULATED_RUNS ?? 12);
const SEED = Number(process.env.REGISTRY_SEED ?? Date.now() % 2 ** 31);

/** The real handler over the fake and moto at once. The rows of the fake are those that the model's checks read. */
class TwinBench extends RegistryBench {
  public readonly twin: Twin;

  constructor(moto: Moto) {
    super({ trustedSessionRoles: [] });
    this.twin = new Twin(this.dynamodb.client(), moto.dynamodb);
  }

  public override world(client?: string): RegistryWorld {
    return { ...super.world(client), dynamodb: this.twin.client() };
  }
}

const moto = new Moto();
/** Empty tables under the names that the fake has, for one run. */
async function inTables<T>(run: (bench: TwinBench) => Promise<T>): Promise<T> {
  const tables = [REGISTRY_TABLE, AUDIT_TABLE];
  await Promise.all(tables.map((table) => moto.createTable(table)));
  try {
    return await run(new TwinBench(moto));
  } finally {
    await Promise.all(tables.map((table) => moto.deleteTable(table)));
  }
}

/** Everything that can be read. Answers are made of what moto says, and each request is compared with the fake. */
async function readAll(bench: TwinBench): Promise<void> {
  const ask = async (target: string) => bench.as(person('ann')).get(target);
  for (const tenant of ['default', 'risk']) {
    await ask(`/tenants/${tenant}/models?limit=1`);
    for (const model of ['churn', 'fraud']) {
      const base = `/tenants/${tenant}/models/${model}`;
      for (const target of ['production', 'history', 'versions?limit=2', 'versions?after=3', 'versions/1', 'diff?from=1&to=2', 'audit?limit=4', 'audit?after=4']) {
        await ask(`${base}/${target}`);
      }
    }
  }
}

async function differences(bench: TwinBench): Promise<string[]> {
  const rows = await Promise.all([REGISTRY_TABLE, AUDIT_TABLE]
    .map(async (table) => differingRows(bench.dynamodb.items(table), await moto.rows(table))));
  return [...bench.twin.differences, ...rows.flat()].map(({ message }) => message);
}

test('whatever is asked, the fast fake and moto answer the same and hold the same rows', async () => {
  let compared = 0;
  const requests = fc.commands<Oracle, Real, false>([whole, undisturbed, undisturbed, undisturbed], { maxCommands: 24, size: 'max' });
  process.stdout.write(`fake and moto: ${RUNS} runs from seed ${SEED} (REGISTRY_SEED=${SEED} repeats them)\n`);
  await fc.assert(fc.asyncProperty(fc.scheduler(), requests, async (scheduler, commands) => inTables(async (bench) => {
    const real: Real = { bench, invariants: new Invariants(bench), scheduler, requests: 0 };
    await fc.asyncModelRun(() => ({ model: new Map(), real }), commands);
    await readAll(bench);
    expect(await differences(bench)).toEqual([]);
    compared += bench.twin.compared;
  })), { numRuns: RUNS, seed: SEED, endOnFailure: true });
  process.stdout.write(`fake and moto: ${compared} requests to DynamoDB compared\n`);
  expect(compared).toBeGreaterThan(RUNS * 20);
}, 300_000);

describe('the comparison can fail:', () => {
  const model = 'churn';
  const compare = (plant: (bench: TwinBench) => Promise<unknown>) => inTables(async (bench) => {
    await bench.as(person('ann')).register(model, bench.supplies(model));
    expect(await differences(bench)).toEqual([]);
    await plant(bench);
    return differences(bench);
  });

  test('a row that only the fake has', async () => {
    expect(await compare(async ({ dynamodb }) => { dynamodb.plant(REGISTRY_TABLE, { pk: 'a', sk: 'b' }); }))
      .toEqual([expect.stringMatching(/^a b: the fake says .*, moto says undefined$/)]);
  });

  test('a row that only moto has', async () => {
    expect(await compare(() => moto.dynamodb.send(new PutCommand({ TableName: AUDIT_TABLE, Item: { pk: 'a', sk: 'b' } }))))
      .toEqual([expect.stringMatching(/^a b: the fake says undefined, moto says /)]);
  });

  test('a row with another value, which a read shows as well', async () => {
    const found = await compare(async (bench) => {
      const [head] = bench.dynamodb.items(REGISTRY_TABLE).filter(({ sk }) => sk === 'HEAD');
      bench.dynamodb.plant(REGISTRY_TABLE, { ...head, nextRevision: 7 });
      await bench.as(person('ann')).get(`/tenants/default/models/${model}/history`);
    });
    expect(found).toEqual([expect.stringMatching(/^GetCommand: /), expect.stringMatching(/^TENANT#default#MODEL#churn HEAD: /)]);
  });

  test('a condition that only one of them holds to', async () => {
    const found = await compare(async ({ twin }) => {
      const names = { '#rev': 'rev' };
      const seen = { TableName: REGISTRY_TABLE, Key: { pk: 'TENANT#default#MODEL#churn', sk: 'HEAD' }, ConditionExpression: '#rev = :seen', ExpressionAttributeNames: names };
      const check = async () => twin.client().send(new TransactWriteCommand({
        TransactItems: [{ ConditionCheck: { ...seen, ExpressionAttributeValues: { ':seen': 1 } } }],
      }));
      await check();
      // behind the fake's back
      await moto.dynamodb.send(new TransactWriteCommand({
        TransactItems: [{ Update: { ...seen, UpdateExpression: 'SET #rev = :next', ExpressionAttributeValues: { ':seen': 1, ':next': 2 } } }],
      }));
      await expect(check()).rejects.toMatchObject({ name: 'TransactionCanceledException' });
    });
    expect(found[0]).toBe('TransactWriteCommand: the fake says {"answer":{}}, moto says {"error":"TransactionCanceledException",'
      + '"reasons":["ConditionalCheckFailed"]}');
  });
});

describe('what the fake and moto refuse alike:', () => {
  const item = (sk: string, more: object = {}) => ({ Put: { TableName: REGISTRY_TABLE, Item: { pk: 'a', sk, ...more } } });

  test.each([
    ['one item twice in a transaction', new TransactWriteCommand({ TransactItems: [item('one'), item('one')] })],
    ['101 items in a transaction', new TransactWriteCommand({ TransactItems: Array.from({ length: 101 }, (_, place) => item(`item ${place}`)) })],
    ['an item of more than 400 KB', new TransactWriteCommand({ TransactItems: [item('one', { text: 'x'.repeat(400 * 1024) })] })],
    ['a name that no expression uses', new TransactWriteCommand({
      TransactItems: [{ Put: { ...item('one').Put, ConditionExpression: 'attribute_not_exists(#pk)', ExpressionAttributeNames: { '#pk': 'pk', '#sk': 'sk' } } }],
    })],
  ])('%s', async (_name, command) => {
    await inTables(async (bench) => {
      await expect(bench.twin.client().send(command)).rejects.toMatchObject({ name: 'ValidationException' });
      expect(await differences(bench)).toEqual([]);
    });
  });
});
