import { Duration, Lazy } from 'aws-cdk-lib';
import { endpoint } from './baselines';
import { Claim, Mistake, refused, refusedAtSynth, Topic } from './mistake';
import { MlInstanceType } from '../../lib/core';
import { DeploymentPlan, GuardedEndpointProps } from '../../lib/serving';

type Changed = Partial<GuardedEndpointProps>;

/** A plan, and the fleet it does not fit. Plans judge themselves, so they are made as late as the endpoint. */
function plan(title: string, deployment: () => DeploymentPlan, claim: Claim, changed: Changed = {}): Mistake {
  return { title, make: (stack) => endpoint(stack, { deployment: deployment(), ...changed }), claim };
}

const asNumber = (value: unknown) => value as number; // what plain JavaScript, or `any`, would let through

export const DEPLOYMENT: Topic = {
  title: 'Deployment plan and fleet',
  mistakes: [
    plan('a canary of 1 % of 2 instances', () => DeploymentPlan.canary({ percent: 1 }),
      refused('ShareNotExpressible', 'percent', 'or release a share of requests with a progressive endpoint')),
    plan('a canary of 10 % of 2 instances', () => DeploymentPlan.canary({ percent: 10 }),
      refused('ShareNotExpressible', 'percent', 'the smallest share of 2 instances is 1 (50 %)')),
    plan('a canary of 2 of 3 instances', () => DeploymentPlan.canary({ instances: 2 }),
      refused('ShareNotExpressible', 'instances', 'the smallest share of 3 instances is 1'), { instanceCount: 3 }),
    plan('a canary in instances and in percent', () => DeploymentPlan.canary({ instances: 1, percent: 50 }),
      refused('ShareGivenTwice', 'percent', 'give one')),
    plan('a percentage as text', () => DeploymentPlan.canary({ percent: asNumber('50') }),
      refused('ShareOutOfRange', 'percent', 'a whole number from 1 to 100')),
    plan('a linear step of 5 % of 20 instances', () => DeploymentPlan.linear({ stepPercent: 5 }),
      refused('ShareNotExpressible', 'stepPercent', 'the smallest share of 20 instances is 2 (10 %)'), { instanceCount: 20 }),
    plan('a rolling batch of 60 % of 10 instances', () => DeploymentPlan.rolling({ batchPercent: 60 }),
      refused('ShareNotExpressible', 'batchPercent', 'the smallest share of 10 instances is 1 (10 %)'), { instanceCount: 10 }),
    plan('a bake of two hours', () => DeploymentPlan.canary({ bakeTime: Duration.hours(2) }),
      refused('BakeTimeOutOfRange', 'bakeTime', 'from 0 to 3600 seconds')),
    plan('a bake that ends before the fastest alarm can fire', () => DeploymentPlan.canary({ bakeTime: Duration.minutes(3) }),
      refused('BakeTimeShorterThanDetection', 'bakeTime', 'give at least Duration.minutes(4), or a quicker trigger')),
    plan('a final bake that ends before the slowest alarm can fire', () => DeploymentPlan.canary({ finalBakeTime: Duration.minutes(5) }),
      refused('BakeTimeShorterThanDetection', 'finalBakeTime', 'give at least Duration.minutes(7), or a quicker trigger')),
    plan('a lazy bake that turns out too long', () => DeploymentPlan.canary({
      bakeTime: Duration.seconds(Lazy.number({ produce: () => 4000 })),
    }), refusedAtSynth('bakeTime', 'from 0 to 3600 seconds', { rules: ['F3034'] })),
    plan('all at once without a bake', () => DeploymentPlan.allAtOnce({ bakeTime: Duration.seconds(0) }),
      refused('BakeTimeShorterThanDetection', 'bakeTime', 'give at least Duration.minutes(7), or a quicker trigger')),
    plan('bakes that add up to more than the deployment may take', () => DeploymentPlan.canary({
      bakeTime: Duration.minutes(50), finalBakeTime: Duration.minutes(50), maximumDuration: Duration.hours(1),
    }), refused('MaximumDurationTooShort', 'maximumDuration', 'give at least 6600')),
    plan('linear steps that bake for ten hours', () => DeploymentPlan.linear({ stepPercent: 10, bakeTime: Duration.hours(1) }),
      refused('MaximumDurationTooShort', 'maximumDuration', 'shorten the bake times or take larger steps'), { instanceCount: 10 }),
    plan('a deployment of nine hours', () => DeploymentPlan.canary({ maximumDuration: Duration.hours(9) }),
      refused('MaximumDurationOutOfRange', 'maximumDuration', 'from 600 to 28800 seconds')),
    fleet('one instance', () => ({ instanceCount: 1 }),
      refused('InstanceCount', 'instanceCount', 'a whole number of at least 2')),
    fleet('a lazy instance count that turns out to be one', () => ({ instanceCount: Lazy.number({ produce: () => 1 }) }),
      refusedAtSynth('instanceCount', 'a whole number of at least 2')),
    fleet('Inf1, for which SageMaker drops the guardrails', () => ({ instanceType: MlInstanceType.INF1_XLARGE }),
      refused('NoGuardrails', 'instanceType', 'choose an Inf2 type')),
    fleet('an instance type without `ml.`', () => ({ instanceType: MlInstanceType.of('m5.xlarge') }),
      refused('InstanceTypeName', 'name', 'try ml.m5.large')),
    fleet('a misspelt size', () => ({ instanceType: MlInstanceType.of('ml.m5.xlagre') }),
      refused('InstanceTypeName', 'name', 'look up the sizes of the family')),
    fleet('a lazy instance type that turns out misspelt', () => ({
      instanceType: MlInstanceType.of(Lazy.string({ produce: () => 'ml.m5.xlagre' })),
    }), refusedAtSynth('name', 'look up the sizes of the family', { rules: ['W3030'] })),
    fleet('a family that nobody has heard of', () => ({ instanceType: MlInstanceType.of('ml.m99.xlarge') }), { rules: ['W3030'] }),
  ],
};

function fleet(title: string, changed: () => Changed, claim: Claim): Mistake {
  return { title, make: (stack) => endpoint(stack, changed()), claim };
}
