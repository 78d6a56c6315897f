import fc from 'fast-check';
import { ConfigWorld, ModelWorld, planConfigs, planModels, QUIET_MILLISECONDS } from '../../../lib/serving/runtime/prune-plan';

const KEPT_CONFIGS = 3;
const NOW = 1_000 * QUIET_MILLISECONDS;
const days = (count: number) => NOW - count * QUIET_MILLISECONDS;
const five = [10, 8, 6, 4, 2].map((age, place) => ({ name: `cfg-${place + 1}`, createdAt: days(age), owner: 'churn' }));
const prunes = (changed: Partial<ConfigWorld> = {}) =>
  planConfigs({ endpointName: 'churn', now: NOW, configs: five, referenced: [], needed: [], kept: KEPT_CONFIGS, ...changed }).goes;

describe('configurations', () => {
  test('all but the newest three may go, oldest first', () => {
    expect(prunes()).toEqual(['cfg-1', 'cfg-2']);
  });

  test('three are kept', () => {
    expect(prunes({ configs: five.slice(2) })).toEqual([]);
  });

  test('what an endpoint references stays, in any case of letters', () => {
    expect(prunes({ referenced: ['cfg-1'] })).toEqual(['cfg-2']);
    expect(prunes({ referenced: ['CFG-2'] })).toEqual(['cfg-1']);
  });

  test('what the deployment needs stays', () => {
    expect(prunes({ needed: ['cfg-2'] })).toEqual(['cfg-1']);
  });

  test('those of another endpoint and of nobody neither go nor count', () => {
    const strangers = [{ name: 'other', createdAt: NOW, owner: 'fraud' }, { name: 'nobody', createdAt: 0 }];
    expect(prunes({ configs: [...five, ...strangers] })).toEqual(['cfg-1', 'cfg-2']);
  });

  test.each([[0, ['cfg-1', 'cfg-2']], [1, ['cfg-1']]])('one that was replaced a day ago less %i ms: %j', (less, expected) => {
    const configs = five.map((config) => config.name === 'cfg-3' ? { ...config, createdAt: days(1) + less } : config)
      .map((config) => ['cfg-4', 'cfg-5'].includes(config.name) ? { ...config, createdAt: NOW } : config);
    expect(prunes({ configs })).toEqual(expected);
  });

  test('the order in which they are listed does not matter, even when made in one moment', () => {
    const together = five.map((config) => ({ ...config, createdAt: days(5) }));
    expect(prunes({ configs: [...together].reverse() })).toEqual(prunes({ configs: together }));
  });
});

describe('with none of the newest kept', () => {
  test('the newest may go by its own age, the others by that of what took their place', () => {
    expect(prunes({ kept: 0 })).toEqual(['cfg-1', 'cfg-2', 'cfg-3', 'cfg-4', 'cfg-5']);
    const fresh = [...five, { name: 'cfg-6', createdAt: days(1) + 1, owner: 'churn' }];
    expect(prunes({ kept: 0, configs: fresh })).toEqual(['cfg-1', 'cfg-2', 'cfg-3', 'cfg-4']);
  });
});

test('a plan says of each that stays why it does', () => {
  const configs = [...five, { name: 'cfg-6', createdAt: days(0.5), owner: 'churn' }, { name: 'other', createdAt: 0, owner: 'fraud' }];
  const plan = planConfigs({ endpointName: 'churn', now: NOW, configs, referenced: ['cfg-2'], needed: ['cfg-1'], kept: 1 });
  expect(plan).toEqual({
    goes: ['cfg-3', 'cfg-4'],
    stays: [
      { name: 'cfg-1', why: 'it is needed' }, { name: 'cfg-2', why: 'an endpoint serves it or moves to it' },
      { name: 'cfg-5', why: 'it was replaced less than a day ago' }, { name: 'cfg-6', why: 'it is one of the newest 1' },
    ],
  });
});

describe('models', () => {
  const world: ModelWorld = {
    endpointName: 'churn',
    now: NOW,
    models: [{ name: 'old', createdAt: days(3), owner: 'churn' }, { name: 'used', createdAt: days(3), owner: 'churn' }],
    configs: new Map([['cfg-5', ['used']], ['elsewhere', ['theirs']]]),
    referenced: ['cfg-5'],
    needed: [],
  };

  test('what no configuration names may go', () => {
    expect(planModels(world).goes).toEqual(['old']);
  });

  test('what is needed stays, though no configuration names it', () => {
    expect(planModels({ ...world, needed: ['OLD'] })).toEqual({
      goes: [], stays: [{ name: 'old', why: 'it is needed' }, { name: 'used', why: 'a configuration names it' }],
    });
  });

  test('what a configuration of somebody else names stays', () => {
    expect(planModels({ ...world, configs: new Map([...world.configs, ['by-hand', ['OLD']]]) }).goes).toEqual([]);
  });

  test('those of another endpoint and of nobody stay', () => {
    const strangers = [{ name: 'a', createdAt: 0, owner: 'fraud' }, { name: 'b', createdAt: 0 }];
    expect(planModels({ ...world, models: strangers }).goes).toEqual([]);
  });

  test.each([[0, ['old']], [1, []]])('one made a day ago less %i ms: %j', (less, expected) => {
    expect(planModels({ ...world, models: [{ name: 'old', createdAt: days(1) + less, owner: 'churn' }] }).goes).toEqual(expected);
  });

  test('all stay while an endpoint serves a configuration that is gone: nobody knows what it needs', () => {
    expect(planModels({ ...world, referenced: ['cfg-5', 'gone'] }).goes).toEqual([]);
  });
});

describe('whatever the world', () => {
  const name = fc.constantFrom<string>('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h');
  const owner = fc.option(fc.constantFrom('churn', 'churn', 'churn', 'fraud'), { nil: undefined });
  const record = fc.record({ name, createdAt: fc.integer({ min: 0, max: 8 }).map(days), owner });
  const unique = fc.uniqueArray(record, { selector: (one) => one.name, maxLength: 8 });
  const names = fc.array(name, { maxLength: 3 });

  test('no configuration goes that is referenced, needed, somebody else\'s, young, or among the newest three', () => {
    fc.assert(fc.property(unique, names, names, (configs, referenced, needed) => {
      const gone = prunes({ configs, referenced, needed });
      const own = configs.filter((config) => config.owner === 'churn').sort((a, b) => b.createdAt - a.createdAt);
      const left = own.filter((config) => !gone.includes(config.name));
      expect(gone.filter((one) => [...referenced, ...needed].includes(one))).toEqual([]);
      expect(gone.filter((one) => !own.some((config) => config.name === one))).toEqual([]);
      expect(left.length).toBeGreaterThanOrEqual(Math.min(KEPT_CONFIGS, own.length));
      const ages = own.filter((config) => gone.includes(config.name)).map(({ createdAt }) => createdAt);
      const youngestGone = Math.max(-Infinity, ...ages);
      expect(own.filter((config) => config.createdAt > youngestGone || left.includes(config)).length)
        .toBeGreaterThanOrEqual(Math.min(KEPT_CONFIGS, own.length));
      expect(youngestGone).toBeLessThanOrEqual(NOW - QUIET_MILLISECONDS);
    }), { numRuns: 500 });
  });

  test('what may go goes: planning again on what is left plans nothing', () => {
    fc.assert(fc.property(unique, names, names, (configs, referenced, needed) => {
      const gone = prunes({ configs, referenced, needed });
      expect(prunes({ configs: configs.filter((config) => !gone.includes(config.name)), referenced, needed })).toEqual([]);
    }), { numRuns: 500 });
  });

  test('no model goes that a configuration names', () => {
    const contents = fc.array(fc.tuple(name, fc.array(name, { maxLength: 3 })), { maxLength: 5 }).map((pairs) => new Map(pairs));
    fc.assert(fc.property(unique, contents, names, (models, configs, referenced) => {
      const gone = planModels({ endpointName: 'churn', now: NOW, models, configs, referenced, needed: [] }).goes;
      const named = [...configs.values()].flat();
      expect(gone.filter((one) => named.includes(one))).toEqual([]);
      expect(gone.every((one) => models.some((model) => model.name === one && model.owner === 'churn'))).toBe(true);
    }), { numRuns: 500 });
  });
});
