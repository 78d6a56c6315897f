import * as fc from 'fast-check';
import { ask, Execution } from './release-run';
import { serving, V1 } from './releases';
import { SimulatedAccount } from './simulated-account';
import { releaseWriter } from '../../../../lib/serving/progressive/runtime/release-writer';

/** What an invocation that ends in the middle looks like from outside. */
class Crash extends Error {}

export interface Plan {
  /** Which call, counted over all services, and whether it has had its effect. */
  readonly crashes: readonly { readonly at: number; readonly done: boolean }[];
  readonly sick: boolean;
  readonly silent: boolean;
  readonly alarmAt?: number;
  readonly first: boolean;
}

export async function scene({ first, sick, silent }: Pick<Plan, 'first' | 'sick' | 'silent'>): Promise<SimulatedAccount> {
  const account = new SimulatedAccount();
  if (!first) {
    account.serve().plant(serving());
  } else {
    account.production = [];
  }
  await account.deploy();
  account.updatesFail = silent;
  account.traffic = (slot) => ({ requests: slot === 'Stable' ? 900 : 100, errors: slot === 'Candidate' && sick ? 50 : 0 });
  return account;
}

/** A release under a plan of accidents, after which everything that must hold is looked at. */
export async function survived(plan: Plan): Promise<{ account: SimulatedAccount; calls: number }> {
  const account = await scene(plan);
  const { view } = await ask(account, 'start', { body: { revision: 2 } });
  let calls = 0;
  const accident = (done: boolean) => () => {
    watch(account);
    if (plan.crashes.some((crash) => crash.at === calls && crash.done === done)) {
      calls += 1;
      throw new Crash('the function ended here');
    }
    calls += done ? 1 : 0;
  };
  account.before = accident(false);
  account.after = accident(true);
  account.dynamodb.hooks = { before: accident(false), after: accident(true) };
  let turns = 0;
  const execution = new Execution(account, (view.release as { releaseId: string }).releaseId, async () => {
    if (turns++ === plan.alarmAt) {
      await releaseWriter(
        { do: 'alarm', alarmName: 'fraud-errors', state: 'ALARM', at: new Date(account.now).toISOString() }, `event-${turns}`, account.world('alarm')).catch(() => undefined);
    }
  });
  const { outcome } = await execution.run();
  account.dynamodb.hooks = {};
  account.before = () => undefined;
  const head = await account.head();
  expect(head.release!.outcome).toBe(outcome);
  expect(head.auditSequence).toBe(account.dynamodb.items('audit').length + (plan.first ? 0 : 1));
  account.chain();
  if (outcome === 'HALTED') {
    expect(account.named('Publish').length).toBeGreaterThan(0);
  } else if (!plan.first) {
    expect(account.weights()).toEqual(outcome === 'SUCCEEDED' ? { Stable: 100 } : { Stable: expect.any(Number) });
    expect(account.endpoints.get('fraud')!.config).toBe(head.stable!.configName);
    expect(outcome === 'SUCCEEDED' ? head.stable!.revision : head.stable).toEqual(outcome === 'SUCCEEDED' ? 2 : V1);
    expect(account.production[0]).toBe(outcome === 'SUCCEEDED' ? 2 : 1);
    expect(account.holds).toEqual([]);
  } else if (outcome !== 'SUCCEEDED') {
    expect(account.endpoints.size).toBe(0);
  }
  return { account, calls };
}

/** At every moment: somebody takes requests, and what stable is made from is there. */
function watch(account: SimulatedAccount): void {
  const endpoint = account.endpoints.get('fraud');
  if (endpoint === undefined || endpoint.variants.length === 0) {
    return;
  }
  expect(endpoint.variants.reduce((sum, { weight }) => sum + weight, 0)).toBeGreaterThan(0);
  if (account.configs.has('config-1')) {
    expect(account.models.has('model-1')).toBe(true);
  }
}

const crash = fc.record({ at: fc.integer({ min: 0, max: 220 }), done: fc.boolean() });
export const PLANS: fc.Arbitrary<Plan> = fc.record({
  crashes: fc.array(crash, { maxLength: 4 }),
  sick: fc.boolean(),
  silent: fc.boolean(),
  first: fc.boolean(),
  alarmAt: fc.option(fc.integer({ min: 0, max: 12 }), { nil: undefined }),
});
