import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, aws_applicationautoscaling as appscaling, CfnParameter, CfnResource, Duration, Lazy, Stack, TimeZone } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as fc from 'fast-check';
import { MlInstanceType } from '../../../lib/core';
import { EndpointScaling, GuardedEndpointProps, InvocationTrackingOptions, VariantHosting } from '../../../lib/serving';
import { strictReport } from '../../../tools/strict-synth';
import { waitsFor } from '../../support/dependencies';
import { ENV, openFindings } from '../../support/judged';
import { guardedEndpoint } from '../../support/model-supplies';

let app: App;
let stack: Stack;
beforeEach(() => {
  app = new App();
  stack = new Stack(app, 'Test', { env: ENV });
});

type Options = Omit<InvocationTrackingOptions, 'invocationsPerInstance'>;
type Scale = (options: Options) => EndpointScaling;

const TARGET = 600;
const WAYS: readonly [string, string, Scale][] = [
  ['SageMakerVariantInvocationsPerInstance', 'EndpointScaling.onInvocations',
    (options) => EndpointScaling.targetTrackingOnInvocations({ ...options, invocationsPerInstance: TARGET })],
  ['SageMakerVariantConcurrentRequestsPerModelHighResolution', 'EndpointScaling.onConcurrency',
    (options) => EndpointScaling.targetTrackingOnConcurrency({ ...options, concurrentRequestsPerInstance: TARGET })],
];
const BOUNDS = { min: 2, max: 3 };
const REASON = 'Quotas and subnets were sized for the whole fleet.';
const tracked = (changed: Partial<Options> = {}) => WAYS[0][2]({ ...BOUNDS, ...changed });
const at = (min: number, max: number) => ({ schedule: appscaling.Schedule.rate(Duration.hours(1)), min, max });

function templateOf(changed: Partial<GuardedEndpointProps> = {}): Template {
  guardedEndpoint(stack, { endpointName: 'churn', scaling: tracked(), ...changed });
  return Template.fromStack(stack);
}

function resourceOf(scaling: EndpointScaling, id: string): CfnResource {
  return guardedEndpoint(stack, { scaling }).node.findChild('Scaling').node.findChild(id) as CfnResource;
}

describe.each(WAYS)('%s', (metric, stepped, scale) => {
  test('is what Application Auto Scaling keeps at the target, with our cooldowns', () => {
    const template = templateOf({ scaling: scale(BOUNDS) });
    template.resourceCountIs('AWS::ApplicationAutoScaling::ScalingPolicy', 1);
    template.hasResourceProperties('AWS::ApplicationAutoScaling::ScalingPolicy', {
      PolicyType: 'TargetTrackingScaling',
      StepScalingPolicyConfiguration: Match.absent(),
      TargetTrackingScalingPolicyConfiguration: {
        PredefinedMetricSpecification: { PredefinedMetricType: metric },
        TargetValue: TARGET,
        ScaleOutCooldown: 300,
        ScaleInCooldown: 300,
      },
    });
  });

  test('takes cooldowns', () => {
    templateOf({ scaling: scale({ ...BOUNDS, scaleOutCooldown: Duration.seconds(0), scaleInCooldown: Duration.hours(1) }) })
      .hasResourceProperties('AWS::ApplicationAutoScaling::ScalingPolicy', {
        TargetTrackingScalingPolicyConfiguration: Match.objectLike({ ScaleOutCooldown: 0, ScaleInCooldown: 3600 }),
      });
  });

  test('names the stepped way out when its bounds are further apart than one action may move', () => {
    expect(() => scale({ min: 2, max: 8 })).toThrow('`max` must be at most 3 for `min` 2, because target tracking crosses its bounds in one '
      + `action: got 8; use ${stepped}, which moves a quarter of the fleet or one instance at a time, or say in \`largerStepsAccepted\` why`);
  });

  test('has no finding, in strict validation either', () => {
    const report = strictReport((options) => {
      const judged = new App(options);
      guardedEndpoint(new Stack(judged, 'Test', { env: ENV }), { scaling: scale({ ...BOUNDS, max: 9, largerStepsAccepted: REASON }) });
      return judged;
    }, mkdtempSync(join(tmpdir(), 'tracking-')));
    expect(report.error).toBeUndefined();
    expect(report.open).toEqual([]);
    expect(openFindings((judged) => guardedEndpoint(judged, { scaling: scale(BOUNDS) }))).toEqual([]);
  });
});

test('the alarms are Application Auto Scaling\'s own, so there are none of ours', () => {
  const names = Object.values(templateOf().findResources('AWS::CloudWatch::Alarm')).map(({ Properties }) => Properties.AlarmName as string);
  expect(names.filter((name) => name.includes('Scale'))).toEqual([]);
  expect(names).toContain('churn/KillSwitch');
});

describe('bounds', () => {
  test.each([[2, 2], [2, 3], [3, 4], [4, 5], [7, 8], [8, 10], [11, 13], [12, 15], [100, 125]])('%p to %p is one step', (min, max) => {
    expect(() => tracked({ min, max })).not.toThrow();
  });

  test.each([[2, 4, 3], [3, 5, 4], [4, 6, 5], [7, 9, 8], [8, 11, 10], [11, 14, 13], [12, 16, 15], [100, 126, 125]])(
    '%p to %p is more than one, which ends at %p', (min, max, most) => {
      expect(() => tracked({ min, max })).toThrow(`\`max\` must be at most ${most} for \`min\` ${min}`);
    });

  test('what is accepted without a reason moves at most a quarter, or one instance, up and down', () => {
    let accepted = 0;
    fc.assert(fc.property(fc.integer({ min: 2, max: 400 }), fc.integer({ min: 0, max: 150 }), (min, reach) => {
      try {
        tracked({ min, max: min + reach });
      } catch {
        return;
      }
      accepted += 1;
      expect(reach).toBeLessThanOrEqual(Math.max(1, min * 0.25));
      expect(reach).toBeLessThanOrEqual(Math.max(1, (min + reach) * 0.25));
    }));
    expect(accepted).toBeGreaterThan(0);
  });

  test.each([[at(3, 4)], [at(2, 2)], [at(3, 3)]])('of a schedule may be one step apart: %j', (schedule) => {
    expect(() => tracked({ schedules: [schedule] })).not.toThrow();
  });

  test('of a schedule must be one step apart', () => {
    expect(() => tracked({ schedules: [at(3, 3), at(2, 4)] })).toThrow('`schedules[1].max` must be at most 3 for `schedules[1].min` 2');
  });

  test('are named together with everything else that is wrong', () => {
    expect(() => tracked({ min: 1, max: 9, scaleOutCooldown: Duration.hours(2) }))
      .toThrow(/`scaleOutCooldown`[^]*`min`[^]*`max` must be at most 2/);
  });

  test('that are none are not judged as steps too', () => {
    for (const bounds of [{ min: NaN, max: 9 }, { min: 9, max: 2 }]) {
      expect(() => tracked(bounds)).toThrow('`max` must not be below `min`');
      expect(() => tracked(bounds)).not.toThrow('must be at most');
    }
  });
});

describe('larger steps', () => {
  const accepting = (largerStepsAccepted: string, changed: Partial<Options> = {}) =>
    tracked({ max: 20, largerStepsAccepted, ...changed });

  test('are taken with a reason, which stays in the template', () => {
    templateOf({ scaling: accepting(REASON) }).hasResource('AWS::ApplicationAutoScaling::ScalingPolicy', {
      Metadata: Match.objectLike({ 'cdk-ml-platform:largerStepsAccepted': REASON }),
    });
  });

  test('are in no template whose bounds are one step apart', () => {
    const [{ Metadata: metadata = {} }] = Object.values(templateOf().findResources('AWS::ApplicationAutoScaling::ScalingPolicy'));
    expect(Object.keys(metadata as object)).not.toContain('cdk-ml-platform:largerStepsAccepted');
  });

  test.each([20, 500])('take a reason of %p characters', (length) => {
    expect(() => accepting('x'.repeat(length))).not.toThrow();
  });

  test.each([
    ['', 'in 20 characters or more'],
    ['x'.repeat(19), 'in 20 characters or more'],
    [`${' '.repeat(30)}ok`, 'in 20 characters or more'],
    ['x'.repeat(501), 'must have at most 500 characters'],
    ['{{resolve:secretsmanager:reason}}', 'must not hold {{resolve:'],
    [`${REASON}\u0000`, 'must hold no control characters'],
    [true as unknown as string, 'must be text'],
  ])('do not take the reason %j', (reason, message) => {
    expect(() => accepting(reason)).toThrow(/`largerStepsAccepted`/);
    expect(() => accepting(reason)).toThrow(message);
  });

  test('excuse no schedule that jumps: it can be put in steps', () => {
    expect(() => accepting(REASON, { schedules: [at(10, 20)] })).toThrow('`schedules` must move `min` by at most a quarter');
  });
});

describe('as with steps', () => {
  const stepped = EndpointScaling.onInvocations({ ...BOUNDS, invocationsPerInstance: TARGET });
  const schedules = [{ schedule: appscaling.Schedule.cron({ hour: '7' }), timeZone: TimeZone.EUROPE_BERLIN, min: 3, max: 4 }];

  function targetOf(scaling: EndpointScaling): unknown {
    const other = new Stack(new App(), 'Test', { env: ENV });
    guardedEndpoint(other, { endpointName: 'churn', scaling });
    return Template.fromStack(other).findResources('AWS::ApplicationAutoScaling::ScalableTarget');
  }

  test('the variant is registered, with its bounds and schedules', () => {
    expect(targetOf(tracked())).toEqual(targetOf(stepped));
    expect(targetOf(tracked({ schedules })))
      .toEqual(targetOf(EndpointScaling.onInvocations({ ...BOUNDS, schedules, invocationsPerInstance: TARGET })));
  });

  test('the variant is registered after the endpoint is there, and deregistered before it goes', () => {
    const template = templateOf();
    const [target] = Object.keys(template.findResources('AWS::ApplicationAutoScaling::ScalableTarget'));
    const [endpoint] = Object.keys(template.findResources('AWS::SageMaker::Endpoint'));
    const [policy] = Object.keys(template.findResources('AWS::ApplicationAutoScaling::ScalingPolicy'));
    expect(waitsFor(template, target, endpoint)).toBe(true);
    expect(waitsFor(template, policy, target)).toBe(true);
  });

  test('an update keeps the counts, and the verifier judges by the bounds', () => {
    const template = templateOf();
    template.hasResourceProperties('AWS::SageMaker::Endpoint', { RetainAllVariantProperties: true });
    template.hasResourceProperties('Custom::DeploymentVerifier', {
      Retained: true, Variants: [Match.objectLike({ InstanceCount: 2, MinInstances: 2, MaxInstances: 3 })],
    });
  });

  test.each<[string, Partial<GuardedEndpointProps>, string]>([
    ['a count outside of the bounds', { instanceCount: 4 }, '2 to 3: got 4'],
    ['a burstable type', { instanceType: MlInstanceType.of('ml.t2.medium') }, 'which SageMaker does not scale'],
    ['another who scales', { hosting: VariantHosting.of({ managedInstances: { min: 2, max: 4 } }) }, 'because they would undo each other'],
  ])('%s is refused', (_, changed, message) => {
    expect(() => templateOf(changed)).toThrow(message);
  });

  test.each([0, -1, NaN, Infinity])('a target of %p is refused', (target) => {
    expect(() => EndpointScaling.targetTrackingOnInvocations({ ...BOUNDS, invocationsPerInstance: target }))
      .toThrow(`\`invocationsPerInstance\` must be above 0: got ${target}`);
    expect(() => EndpointScaling.targetTrackingOnConcurrency({ ...BOUNDS, concurrentRequestsPerInstance: target }))
      .toThrow(`\`concurrentRequestsPerInstance\` must be above 0: got ${target}`);
  });
});

describe('tokens', () => {
  const number = (id: string) => new CfnParameter(stack, id, { type: 'Number' }).valueAsNumber;

  test('pass: bounds that only the deployment knows are not judged', () => {
    const scaling = EndpointScaling.targetTrackingOnInvocations({ min: number('Min'), max: number('Max'), invocationsPerInstance: number('Target') });
    const template = templateOf({ scaling });
    template.hasResourceProperties('AWS::ApplicationAutoScaling::ScalableTarget', { MinCapacity: { Ref: 'Min' }, MaxCapacity: { Ref: 'Max' } });
    template.hasResourceProperties('AWS::ApplicationAutoScaling::ScalingPolicy', {
      TargetTrackingScalingPolicyConfiguration: Match.objectLike({ TargetValue: { Ref: 'Target' } }),
    });
  });

  test('pass as a reason', () => {
    const reason = new CfnParameter(stack, 'Reason').valueAsString;
    templateOf({ scaling: tracked({ max: 9, largerStepsAccepted: reason }) }).hasResource('AWS::ApplicationAutoScaling::ScalingPolicy', {
      Metadata: Match.objectLike({ 'cdk-ml-platform:largerStepsAccepted': { Ref: 'Reason' } }),
    });
  });

  test.each<[string, () => Partial<Options>, string]>([
    ['bounds', () => ({ max: Lazy.number({ produce: () => 8 }) }), '`max` must be at most 3 for `min` 2'],
    ['reason', () => ({ largerStepsAccepted: Lazy.string({ produce: () => 'short' }) }), '`largerStepsAccepted` must give the reason'],
  ])('lazy %s are judged at synth', (_, changed, message) => {
    guardedEndpoint(stack, { scaling: tracked(changed()) });
    expect(() => app.synth()).toThrow(message);
  });
});

describe('an override fails at synth', () => {
  const CONFIGURATION = 'TargetTrackingScalingPolicyConfiguration';

  test.each([
    ['Tracking', `${CONFIGURATION}.PredefinedMetricSpecification.PredefinedMetricType`, 'SageMakerVariantProvisionedConcurrencyUtilization',
      `\`${CONFIGURATION}.PredefinedMetricSpecification\` must stay as it was made`],
    ['Target', 'MaxCapacity', 20, '`MaxCapacity` must stay as it was made, because `scaling` was checked for this variant and these bounds: got 20'],
  ])('of %s: %s', (id, property, value, message) => {
    resourceOf(tracked(), id).addPropertyOverride(property, value);
    expect(() => app.synth()).toThrow(message);
  });

  test('but what no prop says may be said by one', () => {
    resourceOf(tracked(), 'Tracking').addPropertyOverride(`${CONFIGURATION}.DisableScaleIn`, true);
    expect(() => app.synth()).not.toThrow();
  });
});
