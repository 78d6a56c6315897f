import { aws_cloudwatch as cw, aws_sns as sns } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { runbook } from './runbook';

/** An alarm that an article of the runbook is named after. */
export interface WantedAlarm {
  readonly id: string;
  /** One sentence: what happened. */
  readonly description: string;
  readonly metric: cw.IMetric;
  /** It fires above. */
  readonly threshold: number;
  readonly periods?: number;
  readonly datapoints?: number;
  /** It fires below, and when there is nothing to be seen. */
  readonly wantsData?: boolean;
}

/** Where it belongs, and who is told. */
export interface ToldAlarmProps {
  /** Before its name, which stays: people search for it. */
  readonly prefix: string;
  readonly topic: sns.ITopicRef;
}

/** Makes an alarm with a stable name, one sentence and a link to its article. */
export function createToldAlarm(scope: Construct, wanted: WantedAlarm, { prefix, topic }: ToldAlarmProps): cw.Alarm {
  const { id, description, metric, threshold, periods = 1, datapoints, wantsData = false } = wanted;
  const alarm = new cw.Alarm(scope, id, {
    alarmName: `${prefix}/${id}`,
    alarmDescription: `${description} ${runbook(id)}`,
    metric,
    threshold,
    comparisonOperator: wantsData ? cw.ComparisonOperator.LESS_THAN_THRESHOLD : cw.ComparisonOperator.GREATER_THAN_THRESHOLD,
    evaluationPeriods: periods,
    datapointsToAlarm: datapoints ?? periods,
    treatMissingData: wantsData ? cw.TreatMissingData.BREACHING : cw.TreatMissingData.NOT_BREACHING,
  });
  alarm.addAlarmAction({ bind: () => ({ alarmActionArn: topic.topicRef.topicArn }) });
  return alarm;
}
