import { App, aws_applicationautoscaling as appscaling, CfnParameter, CfnResource, Duration, Lazy, Stack, TimeZone } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import * as fc from 'fast-check';
import { MlInstanceType } from '../../../lib/core';
import { EndpointScaling, GuardedEndpointProps, InvocationScalingOptions, VariantHosting } from '../../../lib/serving';
import { waitsFor } from '../../support/dependencies';
import { ENV, openFindings } from '../../support/judged';
import { guardedEndpoint } from '../../support/model-supplies';

let app: App;
let stack: Stack;
beforeEach(() => {
  app = new App();
  stack = new Stack(app, 'Test', { env: ENV });
});

const OPTIONS = { min: 2, max: 8, invocationsPerInstance: 600 };
const scaled = (changed: Partial<InvocationScalingOptions> = {}) => EndpointScaling.onInvocations({ ...OPTIONS, ...changed });

function templateOf(changed: Partial<GuardedEndpointProps> = {}): Template {
  guardedEndpoint(stack, { endpointName: 'churn', scaling: scaled(), ...changed });
  return Template.fromStack(stack);
}

test('the one variant is registered between its bounds, after the endpoint is there', () => {
  const template = templateOf();
  template.hasResourceProperties('AWS::ApplicationAutoScaling::ScalableTarget', {
    ServiceNamespace: 'sagemaker',
    ScalableDimension: 'sagemaker:variant:DesiredInstanceCount',
    ResourceId: 'endpoint/churn/variant/Stable',
    MinCapacity: 2,
    MaxCapacity: 8,
  });
  const [target] = Object.keys(template.findResources('AWS::ApplicationAutoScaling::ScalableTarget'));
  const [endpoint] = Object.keys(template.findResources('AWS::SageMaker::Endpoint'));
  expect(waitsFor(template, target, endpoint)).toBe(true);
});

test('an update keeps the counts that scaling has reached, and starts at the minimum', () => {
  const template = templateOf();
  template.hasResourceProperties('AWS::SageMaker::Endpoint', { RetainAllVariantProperties: true });
  template.hasResourceProperties('AWS::SageMaker::EndpointConfig', { ProductionVariants: [Match.objectLike({ InitialInstanceCount: 2 })] });
});

test('without scaling an update sets the count the template says', () => {
  templateOf({ scaling: undefined }).hasResourceProperties('AWS::SageMaker::Endpoint', { RetainAllVariantProperties: Match.absent() });
});

test.each([['Out', 25], ['In', -25]])('one action of %s moves a quarter of the fleet, or one instance', (_, adjustment) => {
  templateOf().hasResourceProperties('AWS::ApplicationAutoScaling::ScalingPolicy', {
    PolicyType: 'StepScaling',
    StepScalingPolicyConfiguration: {
      AdjustmentType: 'PercentChangeInCapacity',
      MinAdjustmentMagnitude: 1,
      Cooldown: 300,
      StepAdjustments: [Match.objectLike({ ScalingAdjustment: adjustment })],
    },
  });
});

test('more requests per instance than the target, three minutes in a row, add instances', () => {
  templateOf().hasResourceProperties('AWS::CloudWatch::Alarm', {
    AlarmName: 'churn/ScaleOut',
    Namespace: 'AWS/SageMaker',
    MetricName: 'InvocationsPerInstance',
    Statistic: 'Sum',
    Period: 60,
    Threshold: 600,
    EvaluationPeriods: 3,
    ComparisonOperator: 'GreaterThanThreshold',
    TreatMissingData: 'notBreaching',
    AlarmActions: [{ Ref: Match.stringLikeRegexp('ScalingOut') }],
  });
});

test('less than a smaller fleet could take, or nothing at all, a quarter of an hour long, removes instances', () => {
  templateOf().hasResourceProperties('AWS::CloudWatch::Alarm', {
    AlarmName: 'churn/ScaleIn',
    Threshold: 600,
    EvaluationPeriods: 15,
    ComparisonOperator: 'LessThanThreshold',
    TreatMissingData: 'breaching',
    Metrics: Match.arrayWith([Match.objectLike({ Expression: 'observed / 0.6' })]),
    AlarmActions: [{ Ref: Match.stringLikeRegexp('ScalingIn') }],
  });
});

test('removing instances never takes the rest above the target: the fleet does not swing', () => {
  fc.assert(fc.property(fc.integer({ min: 3, max: 400 }), fc.double({ min: 0, max: 1, noNaN: true }), (count, share) => {
    const load = share * 0.6; // below the threshold, per instance and as a share of the target
    const removed = Math.max(1, Math.floor(count * 0.25));
    expect(load * count / (count - removed)).toBeLessThanOrEqual(0.9 + 1e-9);
  }));
});

test('requests under way can be followed instead', () => {
  const scaling = EndpointScaling.onConcurrency({ min: 2, max: 4, concurrentRequestsPerInstance: 5 });
  templateOf({ scaling }).hasResourceProperties('AWS::CloudWatch::Alarm', {
    AlarmName: 'churn/ScaleOut', MetricName: 'ConcurrentRequestsPerModel', Statistic: 'Maximum', Threshold: 5,
  });
});

test('a schedule changes the bounds at its time', () => {
  const schedule = appscaling.Schedule.cron({ hour: '7', minute: '30' });
  templateOf({ scaling: scaled({ schedules: [{ schedule, timeZone: TimeZone.EUROPE_BERLIN, min: 3, max: 8 }] }) })
    .hasResourceProperties('AWS::ApplicationAutoScaling::ScalableTarget', {
      ScheduledActions: [{
        ScheduledActionName: 'Bounds1',
        Schedule: 'cron(30 7 * * ? *)',
        Timezone: 'Europe/Berlin',
        ScalableTargetAction: { MinCapacity: 3, MaxCapacity: 8 },
      }],
    });
});

describe('the verifier judges a scaled fleet', () => {
  const at = (min: number, max: number) => ({ schedule: appscaling.Schedule.rate(Duration.hours(1)), min, max });
  const wanted = (variant: object) => ({ Retained: true, Variants: [Match.objectLike(variant)] });

  test('by its bounds', () => {
    templateOf().hasResourceProperties('Custom::DeploymentVerifier', wanted({ MinInstances: 2, MaxInstances: 8 }));
  });

  test('by the widest bounds of any schedule: a deployment may meet the fleet at any hour', () => {
    templateOf({ scaling: scaled({ min: 3, schedules: [at(2, 8), at(4, 10)] }) })
      .hasResourceProperties('Custom::DeploymentVerifier', wanted({ InstanceCount: 3, MinInstances: 2, MaxInstances: 10 }));
  });

  test('by no bounds, when one of several is a token', () => {
    const max = new CfnParameter(stack, 'Max', { type: 'Number' }).valueAsNumber;
    templateOf({ scaling: scaled({ schedules: [at(3, max)] }) }).hasResourceProperties('Custom::DeploymentVerifier',
      wanted({ MinInstances: Match.absent(), MaxInstances: Match.absent() }));
  });
});

describe('an override fails at synth', () => {
  const STEPS = 'StepScalingPolicyConfiguration';

  test.each([
    ['Target', 'MinCapacity', 0],
    ['Target', 'MaxCapacity', 80],
    ['Target', 'ResourceId', 'endpoint/other/variant/Stable'],
    ['Target', 'ScalableDimension', 'sagemaker:variant:DesiredProvisionedConcurrency'],
    ['Out', `${STEPS}.AdjustmentType`, 'ExactCapacity'],
    ['Out', `${STEPS}.MinAdjustmentMagnitude`, 5],
    ['In', `${STEPS}.StepAdjustments`, [{ MetricIntervalUpperBound: 0, ScalingAdjustment: -100 }]],
  ])('of %s: %s', (id, property, value) => {
    const { node } = guardedEndpoint(stack, { scaling: scaled() }).node.findChild('Scaling');
    (node.findChild(id) as CfnResource).addPropertyOverride(property, value);
    expect(() => app.synth()).toThrow(`\`${property}\` must stay as it was made`);
  });

  const at = { schedule: appscaling.Schedule.rate(Duration.hours(1)), min: 3, max: 8 };
  const action = (MinCapacity: number) => ({
    ScheduledActionName: 'Bounds1', Schedule: 'rate(1 hour)', ScalableTargetAction: { MinCapacity, MaxCapacity: 8 },
  });

  test.each([
    ['changed', [at], [action(8)], 'ScheduledActions.0.ScalableTargetAction'],
    ['added', [at], [action(3), action(8)], 'ScheduledActions.1'],
    ['added to none', undefined, [action(8)], 'ScheduledActions.0'],
    ['lost', [at], [], 'ScheduledActions.0.ScalableTargetAction'],
  ])('also when a schedule is %s', (_, schedules, actions, property) => {
    const { node } = guardedEndpoint(stack, { scaling: scaled({ schedules }) }).node.findChild('Scaling');
    (node.findChild('Target') as CfnResource).addPropertyOverride('ScheduledActions', actions);
    expect(() => app.synth()).toThrow(`\`${property}\` must stay as it was made`);
  });

  test('also when scaling no longer waits for the endpoint', () => {
    const { node } = guardedEndpoint(stack, { scaling: scaled() }).node.findChild('Scaling');
    (node.findChild('Target') as CfnResource).addDeletionOverride('DependsOn');
    expect(() => app.synth()).toThrow('`DependsOn` must name \'Test/Endpoint/Resource\', because what does not exist yet cannot be scaled');
  });

  test('but a cooldown may be set by one', () => {
    const { node } = guardedEndpoint(stack, { scaling: scaled() }).node.findChild('Scaling');
    (node.findChild('Out') as CfnResource).addPropertyOverride(`${STEPS}.Cooldown`, 60);
    expect(() => app.synth()).not.toThrow();
  });
});

describe('bounds', () => {
  const at = (min: number, max = 40) => ({ schedule: appscaling.Schedule.rate(Duration.hours(1)), min, max });

  test.each([
    [{ min: 1 }, '`min` must be a whole number of at least 2: got 1'],
    [{ min: 2.5 }, '`min` must be a whole number'],
    [{ min: 9 }, '`max` must not be below `min`: got 8 below 9'],
    [{ invocationsPerInstance: 0 }, '`invocationsPerInstance` must be above 0: got 0'],
    [{ invocationsPerInstance: NaN }, '`invocationsPerInstance` must be above 0: got NaN'],
    [{ scaleOutCooldown: Duration.minutes(61) }, '`scaleOutCooldown` must be a whole number from 0 to 3600 seconds: got 3660'],
    [{ scaleInCooldown: Duration.minutes(61) }, '`scaleInCooldown`'],
    [{ max: 40, schedules: [at(1)] }, '`schedules[0].min` must be'],
    [{ max: 40, schedules: [at(4)] }, 'must move `min` by at most a quarter, or one instance, per action: got 2 -> 4; after 2 the next may be 3'],
    [{ max: 40, schedules: [at(3), at(4), at(5), at(6), at(7), at(8), at(11)] }, 'after 8 the next may be 10'],
    [{ max: 40, schedules: [at(2, 20)] }, 'must move `max`'],
  ])('%j is refused', (changed, message) => {
    expect(() => scaled(changed)).toThrow(message);
  });

  test.each([
    [{ min: 2, max: 2 }], [{ scaleOutCooldown: Duration.seconds(0) }], [{ max: 40, schedules: [at(3), at(4)] }],
    [{ min: 8, max: 40, schedules: [at(10), at(12)] }],
  ])('%j is taken', (changed) => {
    expect(() => scaled(changed)).not.toThrow();
  });

  test('all problems at once', () => {
    expect(() => scaled({ min: 1, max: 1, invocationsPerInstance: -1 })).toThrow(/`invocationsPerInstance`[^]*`min`[^]*`max`/);
  });

  test.each(['ml.t2.medium', 'ml.t2.xlarge'])('%s is burstable, and SageMaker does not scale it', (name) => {
    expect(() => templateOf({ instanceType: MlInstanceType.of(name) })).toThrow(`burstable instance type, which SageMaker does not scale: got '${name}'`);
  });

  test.each([9, 100])('%p instances lie outside', (instanceCount) => {
    expect(() => templateOf({ instanceCount })).toThrow(`\`instanceCount\` must lie between \`min\` and \`max\` of \`scaling\`, 2 to 8: got ${instanceCount}`);
  });

  test('SageMaker and we do not both scale', () => {
    const hosting = VariantHosting.of({ managedInstances: { min: 2, max: 4 } });
    expect(() => templateOf({ hosting })).toThrow('because they would undo each other');
  });
});

describe('tokens', () => {
  const number = (id: string) => new CfnParameter(stack, id, { type: 'Number' }).valueAsNumber;

  test('pass in every number', () => {
    const template = templateOf({ scaling: scaled({ min: number('Min'), max: number('Max'), invocationsPerInstance: number('Target') }) });
    template.hasResourceProperties('AWS::ApplicationAutoScaling::ScalableTarget', { MinCapacity: { Ref: 'Min' }, MaxCapacity: { Ref: 'Max' } });
    template.hasResourceProperties('AWS::CloudWatch::Alarm', { AlarmName: 'churn/ScaleIn', Threshold: { Ref: 'Target' } });
  });

  test('are judged at synth when they resolve', () => {
    guardedEndpoint(stack, { scaling: scaled({ min: Lazy.number({ produce: () => 1 }) }) });
    expect(() => app.synth()).toThrow('`min` must be a whole number of at least 2');
  });
});

test('five packs find nothing open', () => {
  expect(openFindings((judged) => guardedEndpoint(judged, { scaling: scaled() }))).toEqual([]);
});
