import { aws_cloudwatch as cw, aws_sns as sns, Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { InferenceLimits } from './inference-limits';
import { executionMetric, inferenceMetric } from './inference-metrics';
import { WATCH_MINUTES } from './inference-watch';
import { INFERENCE_METRICS } from './runtime/contract';
import { runbook } from '../../core/runbook';

/** What the alarms are made from. */
export interface InferenceAlarmsProps {
  readonly stateMachineArn: string;
  /** What metrics and alarm names are called by. */
  readonly name: string;
  readonly limits: Required<InferenceLimits>;
  readonly topic: sns.ITopicRef;
}

interface Wanted {
  readonly description: string;
  readonly metric: cw.IMetric;
  readonly above: number;
  /** Whether it means something when nobody measures. */
  readonly silenceIsBad?: boolean;
}

/** The alarms of a `BatchInference`. Each has an article in the runbook. */
export class InferenceAlarms extends Construct {
  public readonly alarms: cw.Alarm[];

  constructor(scope: Construct, id: string, private readonly props: InferenceAlarmsProps) {
    super(scope, id);
    this.alarms = Object.entries(this.wanted()).map(([name, wanted]) => this.createAlarm(name, wanted));
  }

  private wanted(): Record<string, Wanted> {
    const { stateMachineArn, name, limits } = this.props;
    return {
      BatchInferenceFailed: {
        description: 'An execution failed or took longer than it may.',
        metric: new cw.MathExpression({
          expression: 'FILL(failed, 0) + FILL(late, 0)',
          usingMetrics: {
            failed: executionMetric(stateMachineArn, 'ExecutionsFailed'), late: executionMetric(stateMachineArn, 'ExecutionsTimedOut'),
          },
          period: Duration.minutes(5),
        }),
        above: 0,
      },
      BatchInferenceOverTolerance: {
        description: 'A run ended with more inputs without an output than are tolerated.',
        metric: inferenceMetric(name, INFERENCE_METRICS.overTolerance, 'Sum'),
        above: 0,
      },
      BatchInferenceSlow: {
        description: 'An execution has run for longer than usual, or nobody has measured.',
        metric: inferenceMetric(name, INFERENCE_METRICS.runningAge, 'Maximum', { period: Duration.minutes(WATCH_MINUTES) }),
        above: limits.runningAge.toSeconds(),
        silenceIsBad: true,
      },
    };
  }

  private createAlarm(name: string, { description, metric, above, silenceIsBad = false }: Wanted): cw.Alarm {
    // a measurement that comes a little late is no silence
    const periods = silenceIsBad ? 2 : 1;
    const alarm = new cw.Alarm(this, name, {
      alarmName: `${this.props.name}/${name}`,
      alarmDescription: `${description} ${runbook(name)}`,
      metric,
      threshold: above,
      comparisonOperator: cw.ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: periods,
      datapointsToAlarm: periods,
      treatMissingData: silenceIsBad ? cw.TreatMissingData.BREACHING : cw.TreatMissingData.NOT_BREACHING,
    });
    alarm.addAlarmAction({ bind: () => ({ alarmActionArn: this.props.topic.topicRef.topicArn }) });
    return alarm;
  }
}
