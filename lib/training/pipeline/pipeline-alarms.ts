import { aws_cloudwatch as cw, aws_sns as sns, aws_sqs as sqs, Duration, Tokenization } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { WATCH_MINUTES } from './pipeline-rules';
import { METRIC_RUN_MINUTES, PIPELINE_DIMENSION } from './runtime/contract';
import { runbook } from '../../core/runbook';
import { TRAINING_METRICS } from '../runtime/contract';

/** What the alarms of a pipeline are made from. */
export interface PipelineAlarmsProps {
  /** What alarm names begin with. */
  readonly name: string;
  readonly slowAfter: Duration;
  readonly topic: sns.ITopicRef;
  readonly executions: PipelineMetrics;
  readonly undelivered: sqs.IQueue;
}

/** What is measured of a pipeline. */
export interface PipelineMetrics {
  metricFailed(options?: cw.MetricOptions): cw.Metric;
  metricTimedOut(options?: cw.MetricOptions): cw.Metric;
  metricAborted(options?: cw.MetricOptions): cw.Metric;
}

interface Wanted {
  readonly description: string;
  readonly metric: cw.IMetric;
  readonly above: number;
  readonly silenceIsBad?: boolean;
}

/** For how many minutes the present execution has run; missing when nobody looks. */
export function runMinutes(name: string, options: cw.MetricOptions = {}): cw.Metric {
  return new cw.Metric({
    namespace: TRAINING_METRICS,
    metricName: METRIC_RUN_MINUTES,
    dimensionsMap: { [PIPELINE_DIMENSION]: name },
    statistic: 'Maximum',
    period: Duration.minutes(WATCH_MINUTES),
    ...options,
  });
}

/** The alarms of a pipeline. Each has an article in the runbook. */
export class PipelineAlarms extends Construct {
  public readonly alarms: cw.Alarm[];

  constructor(scope: Construct, id: string, private readonly props: PipelineAlarmsProps) {
    super(scope, id);
    this.alarms = Object.entries(this.wanted()).map(([name, wanted]) => this.createAlarm(name, wanted));
  }

  private wanted(): Record<string, Wanted> {
    const { name, slowAfter, executions, undelivered } = this.props;
    const minutes = slowAfter.toMinutes({ integral: false });
    return {
      TrainingPipelineFailed: {
        description: 'An execution failed; its last state says how.', metric: executions.metricFailed(), above: 0,
      },
      TrainingPipelineTimedOut: {
        description: 'An execution took longer than it may and was ended, with its job.', metric: executions.metricTimedOut(), above: 0,
      },
      TrainingPipelineAborted: {
        description: 'Somebody stopped an execution.', metric: executions.metricAborted(), above: 0,
      },
      TrainingPipelineSlow: {
        description: `An execution has run for more than ${Tokenization.stringifyNumber(minutes)} minutes, or nobody has looked.`,
        metric: runMinutes(name),
        above: minutes,
        silenceIsBad: true,
      },
      TrainingPipelineUndelivered: {
        description: 'A start, a message or an end could not be delivered.',
        metric: undelivered.metricApproximateNumberOfMessagesVisible({ statistic: 'Maximum', period: Duration.minutes(5) }),
        above: 0,
      },
    };
  }

  private createAlarm(name: string, { description, metric, above, silenceIsBad }: Wanted): cw.Alarm {
    const periods = silenceIsBad === true ? 2 : 1; // one look may be late
    const alarm = new cw.Alarm(this, name, {
      alarmName: `${this.props.name}/${name}`,
      alarmDescription: `${description} ${runbook(name)}`,
      metric,
      threshold: above,
      comparisonOperator: cw.ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: periods,
      datapointsToAlarm: periods,
      treatMissingData: silenceIsBad === true ? cw.TreatMissingData.BREACHING : cw.TreatMissingData.NOT_BREACHING,
    });
    alarm.addAlarmAction({ bind: () => ({ alarmActionArn: this.props.topic.topicRef.topicArn }) });
    return alarm;
  }
}
