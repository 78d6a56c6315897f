import { Verb } from '../lib/registry/runtime/contract';
import { Call } from '../rehearsal/aws/dynamodb/fake-dynamodb';
import { person } from '../test/registry/support/callers';
import { Answer, RegistryBench } from '../test/registry/support/registry-bench';

/** What one request of a caller costs, when nobody else is in its way. */
export interface VerbCost {
  readonly verb: Verb;
  /** Requests by name, in the order in which they came. */
  readonly requests: readonly Call['name'][];
  /** Items in its transaction; 0 if it writes nothing. */
  readonly items: number;
  /** Calls of S3 and ECR by name: they are looked at, and tagged, outside of the tables. */
  readonly outside: readonly string[];
}

const MODEL = '/tenants/default/models/fraud';
const COMMIT = 'c'.repeat(40);
/** One of each, on a model with production, history and versions to decide on. */
const REQUESTS: readonly (readonly [Verb, (bench: RegistryBench) => Promise<Answer>])[] = [
  ['register', async (bench) => bench.as(person('ann')).register('fraud', {
    ...bench.supplies('fraud', 'new'), label: '9.0.0', lineage: { commit: COMMIT, datasets: ['s3://data/new'] },
  })],
  ['approve', async (bench) => {
    const { image, artifactSha256 } = bench.supplies('fraud', 'pending');
    return bench.as(person('bob')).act('approve', 'fraud', 4, { body: { image, artifactSha256 } });
  }],
  ['reject', async (bench) => bench.as(person('bob')).act('reject', 'fraud', 4)],
  ['revoke', async (bench) => bench.as(person('bob')).act('revoke', 'fraud', 3)],
  ['emergency-revoke', async (bench) => bench.as(person('bob')).act('emergency-revoke', 'fraud', 2, { body: { changeTicket: 'INC-1' } })],
  ['promote', async (bench) => bench.as(person('bob')).act('promote', 'fraud', 3)],
  ['rollback', async (bench) => bench.as(person('bob')).rollback('fraud')],
  ['retire', async (bench) => bench.as(person('bob')).act('retire', 'fraud', 3)],
  ['hold', async (bench) => bench.as(person('bob')).act('hold', 'fraud', 3, { body: { release: 'blue', as: 'shadow' } })],
  ['unhold', async (bench) => bench.as(person('bob')).act('unhold', 'fraud', 2, { body: { release: 'green' } })],
  ['production', async (bench) => bench.as(person('ann')).get(`${MODEL}/production`)],
  ['history', async (bench) => bench.as(person('ann')).get(`${MODEL}/history`)],
  ['describe', async (bench) => bench.as(person('ann')).get(`${MODEL}/versions/1`)],
  ['list', async (bench) => bench.as(person('ann')).get(`${MODEL}/versions`)],
  ['diff', async (bench) => bench.as(person('ann')).get(`${MODEL}/diff?from=1&to=2`)],
  ['audit', async (bench) => bench.as(person('ann')).get(`${MODEL}/audit`)],
  ['models', async (bench) => bench.as(person('ann')).get('/tenants/default/models')],
  ['find', async (bench) => bench.as(person('ann')).get(`/tenants/default/lineage?commit=${COMMIT}`)],
];

/** Sends each request to a registry of its own, through the real handler over the fake, and counts. */
export async function costsPerVerb(): Promise<VerbCost[]> {
  const costs: VerbCost[] = [];
  for (const [verb, send] of REQUESTS) {
    const bench = await furnished(verb);
    const before = bench.dynamodb.calls.length;
    const others = [bench.s3, bench.ecr].map(({ calls }) => ({ calls, from: calls.length }));
    const { status, body } = await send(bench);
    if (status >= 300) {
      throw new Error(`${verb} was answered with ${status}: ${JSON.stringify(body)}`);
    }
    const calls = bench.dynamodb.calls.slice(before);
    const items = calls.map(({ input }) => (input as { TransactItems?: readonly unknown[] }).TransactItems?.length ?? 0);
    costs.push({
      verb,
      requests: calls.map(({ name }) => name),
      items: items.reduce((sum, each) => sum + each, 0),
      outside: others.flatMap((other) => other.calls.slice(other.from)),
    });
  }
  return costs;
}

/** Version 2 in production, 1 before it, 3 approved, 4 pending. */
async function furnished(verb: Verb): Promise<RegistryBench> {
  const bench = new RegistryBench();
  for (const content of ['one', 'two', 'three']) {
    await bench.approved('fraud', content);
  }
  await bench.as(person('ann')).register('fraud', bench.supplies('fraud', 'pending'));
  for (const revision of [1, 2]) {
    await bench.as(person('bob')).act('promote', 'fraud', revision);
  }
  if (verb === 'unhold') {
    await bench.as(person('bob')).act('hold', 'fraud', 2, { body: { release: 'green', as: 'rollout' } });
  }
  return bench;
}
