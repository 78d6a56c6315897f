import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, aws_applicationautoscaling as scaling, Duration, Lazy, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { bothWays, busyEndpoint, endpoint, ENV, overridden, without } from './baselines';
import { Claim, Mistake, nobody, refused, refusedAtSynth, Topic } from './mistake';
import { MlInstanceType } from '../../lib/core';
import {
  EndpointScaling, GuardedEndpointProps, InvocationScalingOptions, InvocationTrackingOptions, VariantHosting,
} from '../../lib/serving';

type Changed = Partial<GuardedEndpointProps>;

const SOUND: InvocationScalingOptions = { min: 2, max: 8, invocationsPerInstance: 600 };
/** One step apart, as target tracking wants it. */
const NARROW: InvocationTrackingOptions = { min: 2, max: 3, invocationsPerInstance: 600 };

function props(title: string, changed: () => Changed, claim: Claim): Mistake {
  return { title, make: (stack) => endpoint(stack, changed()), claim };
}

function scaled(title: string, options: Partial<InvocationScalingOptions>, claim: Claim, changed: Changed = {}): Mistake {
  return props(title, () => ({ scaling: EndpointScaling.onInvocations({ ...SOUND, ...options }), ...changed }), claim);
}

function tracked(title: string, options: Partial<InvocationTrackingOptions>, claim: Claim): Mistake {
  return props(title, () => ({ scaling: EndpointScaling.targetTrackingOnInvocations({ ...NARROW, ...options }) }), claim);
}

export function trackedEndpoint(stack: Stack): void {
  endpoint(stack, { scaling: EndpointScaling.targetTrackingOnInvocations(NARROW) });
}

const nightly = (min: number, max: number) => ({ schedule: scaling.Schedule.cron({ hour: '1', minute: '0' }), min, max });

/** A new machine for an endpoint that is deployed and autoscaled; `deployed` is the folder to compare with. */
function newMachine(title: string, deployed: () => string | undefined, claim: Claim, changed: Changed = {}): Mistake {
  return {
    title,
    make: (stack) => {
      stack.node.setContext(DEPLOYED, deployed());
      busyEndpoint(stack, { instanceType: MlInstanceType.of('ml.c5.xlarge'), ...changed });
    },
    claim,
  };
}

/** What a pipeline puts there before it synthesizes. */
function folderWithDeployed(): string {
  const before = new Stack(new App(), 'Test', { env: ENV });
  busyEndpoint(before);
  const folder = mkdtempSync(join(tmpdir(), 'deployed-'));
  writeFileSync(join(folder, 'Test.template.json'), JSON.stringify(Template.fromStack(before).toJSON()));
  return folder;
}

const DEPLOYED = 'cdk-ml-platform:deployedTemplates';
const TARGET = 'Endpoint/Scaling/Target';
const OUT = 'Endpoint/Scaling/Out';
const TRACKING = 'Endpoint/Scaling/Tracking';
const STEPS = 'StepScalingPolicyConfiguration';
const CONFIGURATION = 'TargetTrackingScalingPolicyConfiguration';
const METRIC = `${CONFIGURATION}.PredefinedMetricSpecification`;
const TELLS_NOBODY = ['HIPAA.Security-CloudWatchAlarmAction', 'NIST.800.53.R5-CloudWatchAlarmAction'];

function override(title: string, path: string, property: string, value: unknown, claim: Claim): Mistake {
  return { title: `${title}, by an override`, make: overridden(busyEndpoint, path, property, value), claim };
}

function trackedOverride(title: string, property: string, value: unknown, claim: Claim, path = TRACKING): Mistake {
  return { title: `${title}, by an override`, make: overridden(trackedEndpoint, path, property, value), claim };
}

export const SCALING: Topic = {
  title: 'Scaling',
  mistakes: [
    scaled('scaling to one instance', { min: 1 }, refused('ScalingMinimum', 'min', 'at least 2')),
    scaled('a maximum below the minimum', { min: 4, max: 3 }, refused('ScalingBounds', 'max', 'min')),
    scaled('a target of nothing', { invocationsPerInstance: 0 }, refused('ScalingTarget', 'invocationsPerInstance', 'must be above 0')),
    scaled('a cooldown of two hours', { scaleOutCooldown: Duration.hours(2) }, refused('ScaleOutCooldown', 'scaleOutCooldown', 'from 0 to 3600')),
    scaled('a schedule that doubles the fleet at once', { max: 16, schedules: [nightly(8, 16)] },
      refused('ScheduleStep', 'schedules', 'put actions in between')),
    scaled('a burstable type that scales', {}, refused('BurstableScaling', 'scaling', 'must not be given with a burstable instance type'),
      { instanceType: MlInstanceType.T2_MEDIUM }),
    scaled('more instances than scaling allows', {}, refused('CountOutsideScaling', 'instanceCount', '2 to 8'), { instanceCount: 10 }),
    scaled('scaling twice', {}, refused('ScaledTwice', 'scaling', 'managedInstances'),
      { hosting: VariantHosting.of({ managedInstances: { min: 2, max: 4 } }) }),
    override('scaling to nothing', TARGET, 'MinCapacity', 0, refusedAtSynth('MinCapacity', 'drop the override')),
    override('ten times the fleet', TARGET, 'MaxCapacity', 80, refusedAtSynth('MaxCapacity', 'drop the override')),
    override('scaling of an endpoint by another name', TARGET, 'ResourceId', 'endpoint/other/variant/Stable',
      refusedAtSynth('ResourceId', 'drop the override')),
    override('a schedule that jumps', TARGET, 'ScheduledActions', [{
      ScheduledActionName: 'Jump', Schedule: 'cron(0 1 * * ? *)', ScalableTargetAction: { MinCapacity: 8, MaxCapacity: 8 },
    }], refusedAtSynth('ScheduledActions.0', 'drop the override')),
    override('a step that doubles the fleet', OUT, `${STEPS}.StepAdjustments.0.ScalingAdjustment`, 100,
      refusedAtSynth(`${STEPS}.StepAdjustments`, 'drop the override')),
    override('a step to a fixed count', OUT, `${STEPS}.AdjustmentType`, 'ExactCapacity',
      refusedAtSynth(`${STEPS}.AdjustmentType`, 'drop the override')),
    ...bothWays('an alarm that scales nothing', busyEndpoint, 'Endpoint/Scaling/ScaleOut/Resource', { AlarmActions: undefined }, TELLS_NOBODY),
    {
      title: 'an update that resets a scaled fleet, by an override',
      make: without(busyEndpoint, 'Endpoint/Resource', 'RetainAllVariantProperties'),
      claim: refusedAtSynth('RetainAllVariantProperties', 'drop the override'),
    },

    tracked('target tracking from 2 to 8 instances', { max: 8 }, refused('TargetTrackingStep', 'max', 'use EndpointScaling.onInvocations')),
    props('target tracking of requests under way from 2 to 8 instances', () => ({
      scaling: EndpointScaling.targetTrackingOnConcurrency({ min: 2, max: 8, concurrentRequestsPerInstance: 5 }),
    }), refused('TargetTrackingStep', 'max', 'use EndpointScaling.onConcurrency')),
    tracked('a schedule in which target tracking may double the fleet', { schedules: [nightly(2, 4)] },
      refused('TargetTrackingStep', 'schedules[0].max', 'use EndpointScaling.onInvocations')),
    tracked('a lazy maximum that turns out too far for target tracking', { max: Lazy.number({ produce: () => 8 }) },
      refusedAtSynth('max', 'use EndpointScaling.onInvocations')),
    tracked('larger steps that are accepted without a reason', { max: 8, largerStepsAccepted: 'accepted' },
      refused('LargerStepsAccepted', 'largerStepsAccepted', 'must give the reason')),
    tracked('a reason that would print a secret', { max: 8, largerStepsAccepted: '{{resolve:secretsmanager:reason}}' },
      refused('FreeText', 'largerStepsAccepted', 'pass the secret by its ARN')),
    tracked('larger steps that are accepted, and a schedule that jumps', {
      max: 8, largerStepsAccepted: 'Quotas and subnets were sized for eight.', schedules: [nightly(6, 8)],
    }, refused('ScheduleStep', 'schedules', 'put actions in between')),
    trackedOverride('bounds too far for target tracking', 'MaxCapacity', 8, refusedAtSynth('MaxCapacity', 'drop the override'), TARGET),
    trackedOverride('target tracking of a misspelt metric', `${METRIC}.PredefinedMetricType`, 'SageMakerVariantInvocationPerInstance',
      refusedAtSynth(METRIC, 'drop the override', { rules: ['W3030'] })),
    trackedOverride('target tracking of a metric that this endpoint does not have', `${METRIC}.PredefinedMetricType`,
      'SageMakerVariantProvisionedConcurrencyUtilization', refusedAtSynth(METRIC, 'drop the override')),
    trackedOverride('a misspelt kind of policy', 'PolicyType', 'TargetTracking', { rules: ['W3030'] }),
    {
      title: 'target tracking without a target, by an override',
      make: without(trackedEndpoint, TRACKING, `${CONFIGURATION}.TargetValue`),
      claim: { rules: ['F3003'] },
    },

    newMachine('a new machine while the variant is autoscaled', folderWithDeployed, refusedAtSynth('instanceType', 'deploy without `scaling`')),
    newMachine('a new machine in the deployment that drops scaling', folderWithDeployed,
      refusedAtSynth('instanceType', 'deploy without `scaling`'), { scaling: undefined }),
    newMachine('a new machine while the variant is autoscaled, and nothing to compare with', () => undefined,
      nobody(`give the deployed templates in the context \`${DEPLOYED}\`, or the deployment fails after it has begun`)),
    newMachine('a new machine, and a folder to compare with that is not there', () => 'deployd',
      refusedAtSynth(DEPLOYED, 'correct it or leave it out')),
  ],
};
