import { aws_cloudwatch as cw, aws_sagemaker as sagemaker, Duration, Stack } from 'aws-cdk-lib';
import { bothWays, endpoint, ENV, overridden, without } from './baselines';
import { Claim, Mistake, nobody, refused, Topic } from './mistake';
import { GuardedEndpointProps, RollbackTrigger } from '../../lib/serving';

type Triggers = (stack: Stack) => RollbackTrigger[];

function triggers(title: string, rollbackOn: Triggers, claim: Claim, changed: Partial<GuardedEndpointProps> = {}): Mistake {
  return { title, make: (stack) => endpoint(stack, { rollbackOn: rollbackOn(stack), ...changed }), claim };
}

/** An alarm as a user would bring it: sound but for what a mistake changes. */
function brought(stack: Stack, changed: Partial<cw.CfnAlarmProps> = {}, id = 'Brought'): cw.CfnAlarm {
  return new cw.CfnAlarm(stack, id, {
    namespace: 'AWS/SageMaker',
    metricName: 'Invocation5XXErrors',
    dimensions: [{ name: 'EndpointName', value: NAME }, { name: 'VariantName', value: 'Stable' }],
    statistic: 'Average',
    period: 60,
    evaluationPeriods: 3,
    threshold: 0.02,
    comparisonOperator: 'GreaterThanThreshold',
    treatMissingData: 'notBreaching',
    alarmActions: [stack.formatArn({ service: 'sns', resource: 'pager' })],
    ...changed,
  });
}

const NAME = 'churn';
const RATE = 'Endpoint/Rollback/ErrorRate/Resource';
const useBrought = (changed: Partial<cw.CfnAlarmProps>): Triggers => (stack) => [RollbackTrigger.alarm(brought(stack, changed))];
const named: Partial<GuardedEndpointProps> = { endpointName: NAME };
const NO_ACTION = ['HIPAA.Security-CloudWatchAlarmAction', 'NIST.800.53.R5-CloudWatchAlarmAction'];
const JUDGE_BROUGHT = 'judge alarms of the same app: ';
const JUDGE_RENDERED = 'judge the rendered alarm: ';

function override(title: string, property: string, value: unknown, claim: Claim): Mistake {
  return { title, make: overridden(endpoint, RATE, property, value), claim };
}

export const ALARMS: Topic = {
  title: 'Rollback alarms',
  mistakes: [
    triggers('no trigger', () => [], refused('RollbackAlarmCount', 'rollbackOn', 'must hold 1 to 9 triggers')),
    triggers('eleven triggers', (stack) => Array.from({ length: 11 }, (_, index) => RollbackTrigger.alarm(brought(stack, {}, `No${index}`))),
      refused('RollbackAlarmCount', 'rollbackOn', 'must hold 1 to 9 triggers'), named),
    triggers('the same trigger twice', () => [RollbackTrigger.errorRateAbove(), RollbackTrigger.errorRateAbove({ percent: 3 })],
      refused('RollbackTriggerTwice', 'rollbackOn', 'must name each trigger once')),
    triggers('an error rate of 0 %', () => [RollbackTrigger.errorRateAbove({ percent: 0 })],
      refused('RatePercentOutOfRange', 'percent', 'must be above 0 and at most 100')),
    triggers('an error rate of 200 %', () => [RollbackTrigger.errorBurstAbove({ percent: 200 })],
      refused('RatePercentOutOfRange', 'percent', 'must be above 0 and at most 100')),
    triggers('a window of 15 minutes', () => [RollbackTrigger.errorRateAbove({ consecutiveMinutes: 15 })],
      refused('WindowOutOfRange', 'consecutiveMinutes', 'from 1 to 5 minutes')),
    triggers('a latency limit beyond what SageMaker waits for', () => [RollbackTrigger.p99LatencyAbove({ limit: Duration.minutes(2) })],
      refused('LatencyLimitOutOfRange', 'limit', 'from 0.001 to 60 seconds')),
    triggers('a composite alarm', (stack) => [RollbackTrigger.alarm(new cw.CompositeAlarm(stack, 'Composite', {
      alarmRule: cw.AlarmRule.fromBoolean(false),
    }))], refused('CompositeRollbackAlarm', 'alarm', 'name its parts, up to ten')),
    triggers('an alarm of another Region', (stack) => {
      const elsewhere = new Stack(stack.node.root, 'Elsewhere', { env: { ...ENV, region: 'us-east-1' } });
      return [RollbackTrigger.alarm(brought(elsewhere))];
    }, refused('RollbackAlarmElsewhere', 'rollbackOn', "must name alarms of the endpoint's own account and Region"), named),
    triggers('2 % written as 0.02', () => [RollbackTrigger.errorRateAbove({ percent: 0.02 })],
      nobody('a rate of 0.02 % is legal; the alarm is only too nervous')),

    triggers('a brought alarm that tells nobody', useBrought({ alarmActions: undefined }), { packs: NO_ACTION }, named),
    triggers('a brought alarm whose actions are off', useBrought({ actionsEnabled: false }), { packs: NO_ACTION }, named),
    triggers('a brought alarm with a period of 45 seconds', useBrought({ period: 45 }), nobody(`${JUDGE_BROUGHT}10, 20, 30 or whole minutes`), named),
    triggers('a brought alarm with a misspelt comparison', useBrought({ comparisonOperator: 'GreaterThenThreshold' }), { rules: ['W3030'] }, named),
    triggers('a brought alarm with a misspelt statistic', useBrought({ statistic: 'Avarage' }), { rules: ['W3030'] }, named),
    triggers('a brought alarm without a threshold', useBrought({ threshold: undefined }), nobody(`${JUDGE_BROUGHT}a threshold`), named),
    triggers('a brought alarm with more datapoints than periods', useBrought({ datapointsToAlarm: 5 }),
      nobody(`${JUDGE_BROUGHT}at most as many datapoints as periods`), named),
    triggers('a brought alarm on a name that no endpoint has', useBrought({
      dimensions: [{ name: 'EndpointName', value: 'chrun' }, { name: 'VariantName', value: 'Stable' }],
    }), nobody(`${JUDGE_BROUGHT}an \`EndpointName\` that is this endpoint's; of any other name there is no data`), named),
    triggers('a brought alarm over 1 on a rate that ends at 1', useBrought({ threshold: 1 }),
      nobody('SageMaker sends 0 or 1 for each request, so no average is above 1 and the alarm never fires'), named),
    triggers('a brought alarm on a metric that SageMaker does not send', useBrought({ metricName: 'Invocation5XXError' }),
      nobody(`${JUDGE_BROUGHT}the metrics of AWS/SageMaker; of any other there is no data`), named),
    triggers('a brought alarm to which silence is a breach', useBrought({ treatMissingData: 'breaching' }),
      nobody(`${JUDGE_BROUGHT}silence is no breach, or every deployment rolls back before its first request`), named),
    {
      title: 'a brought alarm that watches the endpoint by its attribute',
      make: (stack) => {
        const alarm = brought(stack);
        const made = endpoint(stack, { rollbackOn: [RollbackTrigger.alarm(alarm)] });
        const { attrEndpointName } = made.node.defaultChild as sagemaker.CfnEndpoint;
        alarm.dimensions = [{ name: 'EndpointName', value: attrEndpointName }];
      },
      claim: { rules: ['F3004'] },
    },

    ...bothWays('an alarm of ours that tells nobody', endpoint, RATE, { AlarmActions: undefined }, NO_ACTION),
    override('an alarm of ours with a period of 45 seconds', 'Metrics.1.MetricStat.Period', 45, nobody(`${JUDGE_RENDERED}10, 20, 30 or whole minutes`)),
    override('an alarm of ours to which silence is a breach', 'TreatMissingData', 'breaching',
      nobody(`${JUDGE_RENDERED}silence is no breach, or every deployment rolls back before its first request`)),
    override('an alarm of ours with a misspelt treatment of silence', 'TreatMissingData', 'notBreeching', { rules: ['W3030'] }),
    override('an alarm of ours that watches a fixed configuration', 'Metrics.1.MetricStat.Metric.Dimensions.0.Value', 'churn-config-1',
      nobody(`${JUDGE_RENDERED}the new fleet's configuration`)),
    override('an alarm of ours that watches another endpoint', 'Metrics.1.MetricStat.Metric.Dimensions.1.Value', 'chrun',
      nobody(`${JUDGE_RENDERED}this endpoint`)),
    override('an alarm of ours under a name of 300 characters', 'AlarmName', 'a'.repeat(300), { rules: ['F3033'] }),
    override('an alarm of ours with a formula that nobody can read', 'Metrics.0.Expression', 'IF(requests >', nobody('CloudWatch should refuse it in the deployment; untried')),
    { title: 'an alarm of ours without a threshold', make: without(endpoint, RATE, 'Threshold'), claim: nobody(`${JUDGE_RENDERED}a threshold`) },
    { title: 'an alarm of ours without a comparison', make: without(endpoint, RATE, 'ComparisonOperator'), claim: nobody(`${JUDGE_RENDERED}a comparison`) },
  ],
};
