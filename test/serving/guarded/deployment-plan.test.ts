import { App, CfnParameter, Duration, Lazy, Stack } from 'aws-cdk-lib';
import * as fc from 'fast-check';
import { DeploymentPlan } from '../../../lib/serving';

const DETECTION = { fastestDetection: 4, slowestDetection: 7 };

let stack: Stack;
beforeEach(() => { stack = new Stack(new App(), 'Test'); });

interface RenderedSize {
  readonly type: string;
  readonly value: number;
}

interface RenderedPolicy {
  readonly maximumExecutionTimeoutInSeconds: number;
  readonly maximumBatchSize?: RenderedSize;
  readonly trafficRoutingConfiguration?: { readonly canarySize?: RenderedSize; readonly linearStepSize?: RenderedSize };
}

function rendered(plan: DeploymentPlan, instanceCount = 4): Record<string, RenderedPolicy> {
  return stack.resolve(plan._render(stack, { instanceCount, ...DETECTION }));
}

describe('each plan renders one policy', () => {
  test('all at once: no share, one bake before the old fleet goes', () => {
    expect(rendered(DeploymentPlan.allAtOnce())).toEqual({
      blueGreenUpdatePolicy: {
        trafficRoutingConfiguration: { type: 'ALL_AT_ONCE', waitIntervalInSeconds: 0 },
        terminationWaitInSeconds: 600,
        maximumExecutionTimeoutInSeconds: 4200,
      },
    });
  });

  test('canary: one instance first, unless told otherwise', () => {
    expect(rendered(DeploymentPlan.canary())).toEqual({
      blueGreenUpdatePolicy: {
        trafficRoutingConfiguration: {
          type: 'CANARY', waitIntervalInSeconds: 600, canarySize: { type: 'INSTANCE_COUNT', value: 1 },
        },
        terminationWaitInSeconds: 600,
        maximumExecutionTimeoutInSeconds: 4800,
      },
    });
  });

  test('linear: as many waits as steps', () => {
    expect(rendered(DeploymentPlan.linear({ stepPercent: 25, bakeTime: Duration.minutes(10) }))).toEqual({
      blueGreenUpdatePolicy: {
        trafficRoutingConfiguration: {
          type: 'LINEAR', waitIntervalInSeconds: 600, linearStepSize: { type: 'CAPACITY_PERCENT', value: 25 },
        },
        terminationWaitInSeconds: 600,
        maximumExecutionTimeoutInSeconds: 4 * 600 + 600 + 3600,
      },
    });
  });

  test('rolling: batches, no second fleet, all old capacity back at once', () => {
    expect(rendered(DeploymentPlan.rolling({ batchInstances: 2 }))).toEqual({
      rollingUpdatePolicy: {
        maximumBatchSize: { type: 'INSTANCE_COUNT', value: 2 }, waitIntervalInSeconds: 600, maximumExecutionTimeoutInSeconds: 4800,
      },
    });
  });
});

describe('a share comes to whole instances', () => {
  test.each([
    [2, { instances: 1 }], [2, { percent: 50 }], [4, { percent: 25 }], [10, { percent: 10 }], [10, { instances: 5 }],
    [100, { percent: 1 }],
  ])('of %p instances a canary may take %p', (count, size) => {
    expect(() => rendered(DeploymentPlan.canary(size), count)).not.toThrow();
  });

  test.each([
    [2, { percent: 10 }, '10 % of 2 instances, which is 0.2; the smallest share of 2 instances is 1 (50 %)'],
    [2, { instances: 2 }, '2 of 2 instances; the smallest share of 2 instances is 1 (50 %)'],
    [3, { percent: 50 }, '50 % of 3 instances, which is 1.5; the smallest share of 3 instances is 1 (33.33 %)'],
    [10, { percent: 51 }, '51 % of 10 instances, which is 5.1'],
    [10, { instances: 6 }, '6 of 10 instances'],
    [99, { percent: 1 }, '1 % of 99 instances, which is 0.99'],
  ])('of %p instances a canary may not take %p', (count, size, got) => {
    expect(() => rendered(DeploymentPlan.canary(size), count)).toThrow(`got ${got}`);
  });

  test('an impossible share points to the progressive endpoint', () => {
    expect(() => rendered(DeploymentPlan.canary({ percent: 10 }), 2))
      .toThrow('`percent` of a canary must come to whole instances, at most 50 % of the fleet: got 10 % of 2 instances, which is 0.2; '
        + 'the smallest share of 2 instances is 1 (50 %), or release a share of requests with a progressive endpoint');
  });

  test.each([[2, 1], [4, 1], [10, 1], [10, 5]])('of %p instances a linear step may be %p', (count, stepInstances) => {
    expect(() => rendered(DeploymentPlan.linear({ stepInstances }), count)).not.toThrow();
  });

  test.each([[11, 1, 'smallest share of 11 instances is 2'], [10, 6, 'smallest share of 10 instances is 1']])(
    'of %p instances a linear step may not be %p', (count, stepInstances, hint) => {
      expect(() => rendered(DeploymentPlan.linear({ stepInstances }), count)).toThrow(hint);
    });

  test.each([[20, 1], [2, 1], [40, 2]])('of %p instances a rolling batch may be %p', (count, batchInstances) => {
    expect(() => rendered(DeploymentPlan.rolling({ batchInstances }), count)).not.toThrow();
  });

  test.each([[21, 1], [4, 3]])('of %p instances a rolling batch may not be %p', (count, batchInstances) => {
    expect(() => rendered(DeploymentPlan.rolling({ batchInstances }), count)).toThrow('`batchInstances` of a rolling batch');
  });

  test('one instance has no half', () => {
    expect(() => rendered(DeploymentPlan.canary(), 1)).toThrow('one instance has no such share; give the endpoint more instances');
  });

  test.each([
    ['canary', () => DeploymentPlan.canary({ instances: 1, percent: 50 })],
    ['linear', () => DeploymentPlan.linear({ stepInstances: 1, stepPercent: 50 })],
    ['rolling', () => DeploymentPlan.rolling({ batchInstances: 1, batchPercent: 50 })],
  ])('%s takes a share once', (_, make) => {
    expect(make).toThrow('say the same thing');
  });

  test.each([0, -1, 1.5, NaN, Infinity])('fails for a canary of %p instances', (instances) => {
    expect(() => DeploymentPlan.canary({ instances })).toThrow(`got ${instances}`);
  });

  test.each([0, 101, 12.5, NaN])('fails for a canary of %p percent', (percent) => {
    expect(() => DeploymentPlan.canary({ percent })).toThrow(`got ${percent}`);
  });
});

describe('waits fit SageMaker and the alarms', () => {
  test.each([0, 3600])('a wait of %p seconds is allowed', (seconds) => {
    const wait = Duration.seconds(seconds);
    expect(() => DeploymentPlan.canary({ bakeTime: wait, finalBakeTime: wait })).not.toThrow();
  });

  test.each([
    ['bakeTime', { bakeTime: Duration.seconds(3601) }], ['finalBakeTime', { finalBakeTime: Duration.minutes(61) }],
  ])('fails for a %s above one hour', (prop, options) => {
    expect(() => DeploymentPlan.canary(options)).toThrow(`\`${prop}\` must be a whole number from 0 to 3600 seconds`);
  });

  test('names both waits when both are wrong', () => {
    const options = { bakeTime: Duration.hours(2), finalBakeTime: Duration.hours(3) };
    expect(() => DeploymentPlan.canary(options)).toThrow(/`bakeTime`.*7200[^]*`finalBakeTime`.*10800/);
  });

  test.each([599, 28_801])('fails for a whole of %p seconds', (seconds) => {
    expect(() => DeploymentPlan.canary({ maximumDuration: Duration.seconds(seconds) })).toThrow('from 600 to 28800 seconds');
  });

  test('the whole leaves ten minutes beside the bakes', () => {
    const plan = (seconds: number) => DeploymentPlan.canary({ maximumDuration: Duration.seconds(seconds) });
    expect(() => rendered(plan(1800))).not.toThrow();
    expect(() => rendered(plan(1799))).toThrow('which come to 1200 seconds: got 1799; give at least 1800');
  });

  test('steps that take longer than eight hours are refused without a `maximumDuration` too', () => {
    expect(() => rendered(DeploymentPlan.rolling({ batchPercent: 5, bakeTime: Duration.minutes(30) }), 20)).toThrow('`maximumDuration`');
  });

  test.each([
    ['bakeTime', 'fastest', DeploymentPlan.canary({ bakeTime: Duration.seconds(239) })],
    ['finalBakeTime', 'slowest', DeploymentPlan.canary({ finalBakeTime: Duration.seconds(419) })],
    ['bakeTime', 'slowest', DeploymentPlan.allAtOnce({ bakeTime: Duration.seconds(419) })],
    ['bakeTime', 'slowest', DeploymentPlan.rolling({ bakeTime: Duration.seconds(419) })],
    ['bakeTime', 'fastest', DeploymentPlan.linear({ bakeTime: Duration.seconds(239) })],
  ])('fails for a %s that ends before the %s alarm can fire', (prop, which, plan) => {
    expect(() => rendered(plan)).toThrow(`\`${prop}\` must outlast the ${which} rollback trigger`);
  });

  test('a bake of exactly the detection time is enough', () => {
    const plan = DeploymentPlan.canary({ bakeTime: Duration.minutes(4), finalBakeTime: Duration.minutes(7) });
    expect(() => rendered(plan)).not.toThrow();
  });
});

describe('tokens', () => {
  test('a parameter passes through', () => {
    const seconds = new CfnParameter(stack, 'Bake', { type: 'Number' }).valueAsNumber;
    const size = new CfnParameter(stack, 'Size', { type: 'Number' }).valueAsNumber;
    const wait = Duration.seconds(seconds);
    const plan = DeploymentPlan.canary({ bakeTime: wait, instances: size, maximumDuration: wait });
    expect(rendered(plan)).toMatchObject({
      blueGreenUpdatePolicy: {
        maximumExecutionTimeoutInSeconds: { Ref: 'Bake' },
        trafficRoutingConfiguration: { waitIntervalInSeconds: { Ref: 'Bake' }, canarySize: { value: { Ref: 'Size' } } },
      },
    });
  });

  test('without known waits SageMaker chooses the whole', () => {
    const seconds = new CfnParameter(stack, 'Bake', { type: 'Number' }).valueAsNumber;
    expect(rendered(DeploymentPlan.canary({ bakeTime: Duration.seconds(seconds) })))
      .not.toHaveProperty('blueGreenUpdatePolicy.maximumExecutionTimeoutInSeconds');
  });

  test('a token in minutes cannot be converted, and the error says how to give it', () => {
    const minutes = new CfnParameter(stack, 'Bake', { type: 'Number' }).valueAsNumber;
    expect(() => DeploymentPlan.canary({ bakeTime: Duration.minutes(minutes) })).toThrow('give it as Duration.seconds(token)');
  });

  test('a lazy value is judged at synth', () => {
    rendered(DeploymentPlan.canary({ instances: Lazy.number({ produce: () => 3 }) }), 4);
    expect(() => App.of(stack)!.synth()).toThrow('got 3 of 4 instances');
  });
});

test('one plan serves two endpoints, and the first leaves nothing behind for the second', () => {
  const plan = DeploymentPlan.canary({ percent: 50 });
  expect(() => rendered(plan, 3)).toThrow('50 % of 3');
  expect(() => rendered(plan, 4)).not.toThrow();
});

test('whatever plan is accepted for a fleet, SageMaker\'s bounds hold for it', () => {
  const share = fc.oneof(
    fc.record({ instances: fc.integer({ min: 1, max: 60 }) }), fc.record({ percent: fc.integer({ min: 1, max: 100 }) }));
  const minutes = fc.integer({ min: 0, max: 60 });
  let accepted = 0;
  fc.assert(fc.property(fc.constantFrom('canary', 'linear', 'rolling'), share, minutes, minutes, fc.integer({ min: 1, max: 120 }),
    (kind, size, bake, finalBake, count) => {
      const waits = { bakeTime: Duration.minutes(bake), finalBakeTime: Duration.minutes(finalBake) };
      const { instances, percent } = size as { instances?: number; percent?: number };
      let config: Record<string, RenderedPolicy>;
      try {
        config = rendered({
          canary: () => DeploymentPlan.canary({ ...waits, instances, percent }),
          linear: () => DeploymentPlan.linear({ ...waits, stepInstances: instances, stepPercent: percent }),
          rolling: () => DeploymentPlan.rolling({ bakeTime: waits.bakeTime, batchInstances: instances, batchPercent: percent }),
        }[kind]!(), count);
      } catch (error) {
        expect(error).toMatchObject({ name: 'InvalidProps' });
        return;
      }
      accepted += 1;
      const [policy, ...others] = Object.values(config);
      expect(others).toEqual([]);
      const routing = policy.trafficRoutingConfiguration;
      const { type, value } = (policy.maximumBatchSize ?? routing?.canarySize ?? routing?.linearStepSize)!;
      const taken = type === 'INSTANCE_COUNT' ? value : value * count / 100;
      expect(Number.isInteger(taken)).toBe(true);
      expect(taken / count).toBeLessThanOrEqual(0.5);
      expect(taken / count).toBeGreaterThanOrEqual({ canary: 0, linear: 0.1, rolling: 0.05 }[kind]);
      const steps = kind === 'canary' ? 1 : Math.ceil(count / taken);
      const waiting = steps * bake * 60 + (kind === 'rolling' ? 0 : finalBake * 60);
      expect(policy.maximumExecutionTimeoutInSeconds).toBeGreaterThanOrEqual(waiting + 600);
      expect(policy.maximumExecutionTimeoutInSeconds).toBeLessThanOrEqual(28_800);
    }), { numRuns: 2000 });
  expect(accepted).toBeGreaterThan(100); // a plan that refuses everything would pass the rest
});
