import { aws_cloudwatch as cw, Duration, Lazy, Stack } from 'aws-cdk-lib';
import { progressiveEndpoint } from './baselines';
import { Claim, Mistake, nobody, refused, refusedAtSynth, Topic } from './mistake';
import { ModelRegistry } from '../../lib/registry';
import { ProgressiveEndpointProps, ReleasePlan, ReleasePlanOptions, ReleaseStage, RollbackTrigger } from '../../lib/serving';

function props(title: string, changed: (stack: Stack) => Partial<ProgressiveEndpointProps>, claim: Claim): Mistake {
  return { title, make: (stack) => progressiveEndpoint(stack, changed(stack)), claim };
}

function plan(title: string, changed: (stack: Stack) => Partial<ReleasePlanOptions>, claim: Claim): Mistake {
  return props(title, (stack) => ({ release: ReleasePlan.of({ stages: [ReleaseStage.full()], ...changed(stack) }) }), claim);
}

const canary = (percent: number, bakeTime = Duration.minutes(30)) => ReleaseStage.canary({ percent, bakeTime });
const full = () => ReleaseStage.full();

function alarm(stack: Stack, changed: Partial<cw.AlarmProps>): RollbackTrigger {
  const metric = new cw.Metric({ namespace: 'Ours', metricName: 'Answers' });
  return RollbackTrigger.alarm(new cw.Alarm(stack, 'Brought', { metric, threshold: 1, evaluationPeriods: 1, ...changed }));
}

export const RELEASES: Topic = {
  title: 'Releases',
  mistakes: [
    plan('half of all requests in a canary', () => ({ stages: [canary(50), full()] }),
      refused('CanaryPercent', 'percent', 'at most 10 % of requests before an A/B stage')),
    plan('a canary without requests', () => ({ stages: [canary(0), full()] }), refused('CanaryPercent', 'percent', 'from 0.01 to 10')),
    plan('a share that becomes 20 % only at synth', () => ({
      stages: [ReleaseStage.canary({ percent: Lazy.number({ produce: () => 20 }) }), full()],
    }), refusedAtSynth('stages[0].percent', 'go on with ReleaseStage.full()')),
    plan('no stage at all', () => ({ stages: [] }), refused('StageCount', 'stages', 'hold 1 to 10 stages')),
    plan('a plan that never gives everything', () => ({ stages: [canary(1), canary(10)] }),
      refused('LastStageFull', 'stages', 'end with ReleaseStage.full()')),
    plan('a canary after everything', () => ({ stages: [full(), canary(1)] }), refused('LastStageFull', 'stages', 'nowhere else')),
    plan('a share that falls', () => ({ stages: [canary(10), canary(5), full()] }),
      refused('StagesMustRise', 'stages', 'remove or reorder a stage')),
    plan('a bake of no time', () => ({ stages: [canary(1, Duration.seconds(0)), full()] }),
      refused('StageBakeTime', 'bakeTime', 'from a minute to 7 days')),
    plan('a bake of two weeks', () => ({ stages: [canary(1, Duration.days(14)), full()] }),
      refused('StageBakeTime', 'bakeTime', 'from a minute to 7 days')),
    plan('a bake that ends before its triggers can fire', () => ({ stages: [canary(1, Duration.minutes(5)), full()] }),
      refused('BakeTimeShorterThanDetection', 'stages[0].bakeTime', 'or a quicker trigger')),
    plan('a plan of more than a month', () => ({
      stages: [...[1, 2, 3, 4, 5].map((percent) => canary(percent, Duration.days(7))), full()],
    }), refused('PlanTooLong', 'stages', 'shorten a `bakeTime`')),
    plan('nothing that would bring a release back', () => ({ rollbackOn: [] }),
      refused('RollbackTriggerCount', 'rollbackOn', 'leave it out for RollbackTrigger.defaults()')),
    plan('a trigger twice', () => ({ rollbackOn: [RollbackTrigger.errorRateAbove(), RollbackTrigger.errorRateAbove()] }),
      refused('RollbackTriggerTwice', 'rollbackOn', 'name each trigger once')),
    plan('a look each twenty seconds', () => ({ tick: Duration.seconds(20) }),
      refused('ExecutionHistory', 'tick', 'give a longer `tick` or a shorter `updateDeadline`')),
    plan('a verdict from no requests', () => ({ minimumSamples: 0 }), refused('MinimumSamples', 'minimumSamples', 'from 1 to 1000000')),
    plan('a stage that may stand still for a month', () => ({ maximumHold: Duration.days(30) }),
      refused('MaximumHold', 'maximumHold', 'from 3600 to 604800 seconds')),
    plan('an update that may take a minute', () => ({ updateDeadline: Duration.minutes(1) }),
      refused('UpdateDeadline', 'updateDeadline', 'from 600 to 14400 seconds')),
    plan('an alarm that was silenced', (stack) => ({ rollbackOn: [alarm(stack, { actionsEnabled: false })] }),
      refusedAtSynth('ActionsEnabled', 'take the trigger out instead', {
        packs: ['HIPAA.Security', 'NIST.800.53.R5'].map((pack) => `${pack}-CloudWatchAlarmAction`),
      })),
    props('one machine', () => ({ instanceCount: 1 }), refused('InstanceCount', 'instanceCount', 'one instance is one Availability Zone')),
    props('a name in capitals', () => ({ endpointName: 'Churn' }), refused('EndpointName', 'endpointName', 'characters of a-z, 0-9 and -')),
    props('a name that only the deployment knows', () => ({ endpointName: Lazy.string({ produce: () => 'churn' }) }),
      refused('EndpointNameToken', 'endpointName', 'must be written out')),
    props('a secret in the environment', () => ({ environment: { API_KEY: 'k' } }),
      refused('EnvironmentName', 'environment', 'let the caller send it')),
    props('a registry without its stores', (stack) => ({
      model: ModelRegistry.fromAttributes(stack, 'Bare', { apiId: 'abcdefghij' }).model('churn'),
    }), refused('StoresUnknown', 'artifacts', 'give them to ModelRegistry.fromAttributes')),
    props('a tag of AWS', () => ({ tags: { 'aws:team': 'fraud' } }), refused('TagKey', 'tags', 'which AWS keeps for itself')),
    props('a threshold that callers feel before the trigger does', () => ({
      release: ReleasePlan.of({ stages: [full()], rollbackOn: [RollbackTrigger.errorRateAbove({ percent: 60 })] }),
    }), nobody('say how many failed requests callers accept: only they know')),
  ],
};
