import fc from 'fast-check';
import { HOUR, SimulatedSageMaker } from './simulated-sagemaker';
import { pruneConfigs, PruneOrder } from '../../../../lib/serving/guarded/runtime/prune-configs';
import { Postponed, Pruned } from '../../../../lib/serving/runtime/prune';

const ORDER: PruneOrder = { endpointName: 'churn', wantedConfig: 'Config-6', previousConfig: 'Config-5' };
// orders of events; the sweep tries 600 of each
const RUNS = Number(process.env.PRUNE_RUNS ?? 60);
const DELETIONS = new Set(['DeleteEndpointConfig', 'DeleteModel']);

/**
 * An endpoint after its sixth deployment, two days apart from each other, each with a model of its own but for the second,
 * which only changed the configuration; another endpoint on its second; and configurations of other people.
 */
function sixDeployments(): SimulatedSageMaker {
  const world = new SimulatedSageMaker();
  for (const number of [1, 2, 3, 4, 5, 6]) {
    const model = number === 2 ? 'Model-1' : `Model-${number}`;
    world.model(model, 'churn').config(`Config-${number}`, [model], 'churn');
    world.now += 48 * HOUR;
  }
  world.create('churn', 'Config-6');
  world.model('Model-fraud', 'fraud').config('Config-fraud', ['Model-fraud'], 'fraud').create('fraud', 'Config-fraud');
  world.model('Model-nobody').config('Config-nobody', ['Model-nobody']);
  world.now += 48 * HOUR;
  return world;
}

async function prune(
  world: SimulatedSageMaker, order = ORDER, outOfTime = () => false,
): Promise<Pruned & { postponed?: string }> {
  const pruned: Pruned = { configs: [], models: [] };
  try {
    await pruneConfigs(order, { sagemaker: world.api(), now: () => world.now, outOfTime }, pruned);
  } catch (error) {
    if (error instanceof Postponed) {
      return { ...pruned, postponed: error.message };
    }
    throw error;
  }
  return pruned;
}

const left = (world: SimulatedSageMaker) => ({
  configs: [...world.configs.keys()].sort(), models: [...world.models.keys()].sort(),
});

test('deletes all but the newest three, and the models only they named', async () => {
  const world = sixDeployments();
  expect(await prune(world)).toEqual({ configs: ['Config-1', 'Config-2', 'Config-3'], models: ['Model-1', 'Model-3'] });
  expect(left(world)).toEqual({
    configs: ['Config-4', 'Config-5', 'Config-6', 'Config-fraud', 'Config-nobody'],
    models: ['Model-4', 'Model-5', 'Model-6', 'Model-fraud', 'Model-nobody'],
  });
});

test('finds nothing to do the second time', async () => {
  const world = sixDeployments();
  await prune(world);
  expect(await prune(world)).toEqual({ configs: [], models: [] });
});

test('keeps a configuration that an endpoint of another stack serves, and its model', async () => {
  const world = sixDeployments().create('shadowing', 'Config-1');
  expect(await prune(world)).toEqual({ configs: ['Config-2', 'Config-3'], models: ['Model-3'] });
});

test('keeps a configuration that an endpoint of another stack is moving to', async () => {
  const world = sixDeployments();
  world.update('fraud', 'Config-3');
  expect(await prune(world)).toEqual({ configs: ['Config-1', 'Config-2'], models: ['Model-1'] });
});

test('keeps what a rollback of this deployment needs, however old', async () => {
  const world = sixDeployments();
  expect(await prune(world, { ...ORDER, previousConfig: 'Config-1' })).toEqual({ configs: ['Config-2', 'Config-3'], models: ['Model-3'] });
});

test('keeps a model that somebody\'s own configuration names, as shadow too', async () => {
  const world = sixDeployments().config('by-hand', ['Model-nobody'], undefined, ['Model-1']);
  expect((await prune(world)).models).toEqual(['Model-3']);
});

test('keeps all models while an endpoint serves a configuration that is gone', async () => {
  const world = sixDeployments().create('orphan', 'Config-vanished');
  expect(await prune(world)).toEqual({ configs: ['Config-1', 'Config-2', 'Config-3'], models: [] });
});

test.each<[string, (world: SimulatedSageMaker) => void, string]>([
  ['is updating', (world) => world.update('churn', 'Config-6'), 'is Updating'],
  ['shows a deployment though it is InService', (world) => { world.endpoints.get('churn')!.pending = 'Config-3'; }, 'moves to Config-3'],
  ['was rolled back', (world) => { world.endpoints.get('churn')!.config = 'Config-5'; }, 'serves Config-5 and not Config-6'],
  ['failed', (world) => { world.endpoints.get('churn')!.status = 'Failed'; }, 'is Failed'],
  ['is gone', (world) => { world.endpoints.delete('churn'); }, 'is gone'],
])('deletes nothing while the endpoint %s', async (_, happen, reason) => {
  const world = sixDeployments();
  happen(world);
  const before = left(world);
  expect(await prune(world)).toEqual({ configs: [], models: [], postponed: `the endpoint ${reason}` });
  expect(left(world)).toEqual(before);
});

test('stops when the endpoint begins to move in between', async () => {
  const world = sixDeployments();
  world.after = (call) => { if (call === 'DeleteEndpointConfig') { world.update('churn', 'Config-6'); } };
  expect(await prune(world)).toEqual({ configs: ['Config-1'], models: [], postponed: 'the endpoint is Updating' });
});

test('keeps what an endpoint turned to after the plan was made', async () => {
  const world = sixDeployments();
  world.after = (call) => { if (call === 'ListTags') { world.endpoints.get('fraud')!.config = 'Config-2'; } };
  expect((await prune(world)).configs).toEqual(['Config-1', 'Config-3']);
  expect(world.missing()).toEqual([]);
});

test('does not act on what it saw before its time was over', async () => {
  const looks = async (allowed: number) => {
    const world = sixDeployments();
    const seen = () => world.calls.filter((call) => call === 'DescribeEndpoint').length;
    return prune(world, ORDER, () => seen() > allowed);
  };
  const late = 'there was no time left';
  // each look at two endpoints: the first allows the plan, each further one a deletion
  expect(await looks(1)).toEqual({ configs: [], models: [], postponed: late });
  expect(await looks(3)).toEqual({ configs: [], models: [], postponed: late });
  expect(await looks(4)).toEqual({ configs: ['Config-1'], models: [], postponed: late });
  expect(await looks(9)).toMatchObject({ configs: ['Config-1', 'Config-2', 'Config-3'], models: [], postponed: late });
});

test('reads every endpoint before every deletion, its own as the last', async () => {
  const world = sixDeployments();
  await prune(world);
  const places = world.calls.flatMap((call, place) => DELETIONS.has(call) ? [place] : []);
  expect(places).toHaveLength(5);
  for (const place of places) {
    expect(world.calls.slice(place - 3, place)).toEqual(['ListEndpoints', 'DescribeEndpoint', 'DescribeEndpoint']);
  }
});

test('reads no foreign configuration when it has no model to delete', async () => {
  const world = sixDeployments();
  await prune(world);
  world.calls.length = 0;
  world.config('foreign', ['Model-nobody']);
  await prune(world);
  expect(world.calls.filter((call) => call === 'DescribeEndpointConfig').length).toBeLessThanOrEqual(1 + 5);
});

describe('a crash', () => {
  class Crash extends Error {}
  const whole = async () => {
    const world = sixDeployments();
    await prune(world);
    return { calls: world.calls.length, left: left(world) };
  };

  test.each(['before', 'after'] as const)('%s any call loses nothing that is needed, and the next run ends the work', async (side) => {
    const { calls, left: expected } = await whole();
    expect(calls).toBeGreaterThan(30);
    for (let point = 1; point <= calls; point++) {
      const world = sixDeployments();
      world[side] = () => {
        if (world.calls.length === point) {
          throw new Crash();
        }
      };
      await expect(prune(world)).rejects.toThrow(Crash);
      expect({ point, missing: world.missing() }).toEqual({ point, missing: [] });
      world[side] = () => undefined;
      expect(await prune(world)).not.toHaveProperty('postponed');
      expect({ point, left: left(world) }).toEqual({ point, left: expected });
    }
  });
});

describe('in any order of events', () => {
  /** What CloudFormation may still turn to has to be there at every moment, and so has what the endpoints serve. */
  function watch(world: SimulatedSageMaker, needed: () => string[]): string[] {
    const problems: string[] = [];
    world.after = (call) => {
      problems.push(...[...world.missing(), ...needed().flatMap((config) => world.missingOf(config))].map((problem) => `${call}: ${problem}`));
    };
    return problems;
  }

  test.each<[string, boolean]>([['goes well', false], ['is rolled back', true]])(
    'two pruners and the next deployment, which %s', async (_, rolledBack) => {
      await fc.assert(fc.asyncProperty(fc.scheduler(), fc.nat(2), async (scheduler, shared) => {
        const world = sixDeployments();
        const problems = watch(world, () => ['Config-6']);
        world.before = async () => { await scheduler.schedule(Promise.resolve()); };
        const deployment = async () => {
          const step = () => scheduler.schedule(Promise.resolve());
          await step();
          const model = shared === 0 ? 'Model-6' : 'Model-7'; // not every deployment makes a model
          if (shared !== 0) {
            world.model(model, 'churn');
          }
          await step();
          world.config('Config-7', [model], 'churn');
          await step();
          world.update('churn', 'Config-7');
          await step();
          world.settle('churn', { rolledBack });
          await step();
          if (rolledBack || shared === 2) { // the stack failed: CloudFormation goes back to what it had
            world.update('churn', 'Config-6');
            await step();
            world.settle('churn');
          }
        };
        // Lambda delivers an event twice at times
        const all = Promise.all([prune(world), prune(world), deployment()]);
        await scheduler.waitFor(all);
        expect(problems).toEqual([]);
        expect(world.missing()).toEqual([]);
        expect(world.configs.has('Config-7')).toBe(true);
      }), { numRuns: RUNS });
    });

  test('two pruners alone do what one does', async () => {
    const alone = sixDeployments();
    await prune(alone);
    await fc.assert(fc.asyncProperty(fc.scheduler(), async (scheduler) => {
      const world = sixDeployments();
      world.before = async () => { await scheduler.schedule(Promise.resolve()); };
      await scheduler.waitFor(Promise.all([prune(world), prune(world)]));
      expect(left(world)).toEqual(left(alone));
    }), { numRuns: RUNS });
  });

  test('a pruner that was left behind by two deployments, and the pruner of the newest', async () => {
    await fc.assert(fc.asyncProperty(fc.scheduler(), async (scheduler) => {
      const world = sixDeployments();
      const problems = watch(world, () => ['Config-6']);
      world.before = async () => { await scheduler.schedule(Promise.resolve()); };
      const newest = async () => {
        for (const number of [7, 8]) {
          world.now += 48 * HOUR;
          world.model(`Model-${number}`, 'churn').config(`Config-${number}`, [`Model-${number}`], 'churn');
          await scheduler.schedule(Promise.resolve());
          world.update('churn', `Config-${number}`);
          await scheduler.schedule(Promise.resolve());
          world.settle('churn');
        }
        await prune(world, { endpointName: 'churn', wantedConfig: 'Config-8', previousConfig: 'Config-7' });
      };
      await scheduler.waitFor(Promise.all([prune(world), newest()]));
      expect(problems).toEqual([]);
      expect(left(world).configs).toEqual(expect.arrayContaining(['Config-6', 'Config-7', 'Config-8']));
    }), { numRuns: RUNS });
  });

  test('the watch sees a deletion of what is needed', async () => {
    const world = sixDeployments();
    const problems = watch(world, () => ['Config-5']);
    await world.api().deleteConfig('Config-5');
    await world.api().deleteModel('Model-6');
    expect(problems).toEqual(['DeleteEndpointConfig: Config-5 is gone', 'DeleteModel: Config-6 lost Model-6', 'DeleteModel: Config-6 lost Model-6',
      'DeleteModel: Config-5 is gone']);
  });
});
