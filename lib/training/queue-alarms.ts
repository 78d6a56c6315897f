import { aws_cloudwatch as cw, aws_sns as sns, Duration, Tokenization } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { QueueLimits } from './queue-limits';
import { counted, sampled } from './queue-metrics';
import { SAMPLE_MINUTES } from './queue-sampler';
import { COUNTED, QUEUE_DIMENSION, SAMPLED } from './runtime/contract';
import { runbook } from '../core/runbook';

/** What the alarms of a queue are made from. */
export interface QueueAlarmsProps {
  readonly queueArn: string;
  /** What alarm names begin with. */
  readonly queueName: string;
  readonly limits: Required<QueueLimits>;
  /** When Batch cancels the first job of the queue. */
  readonly runnableLimit: Duration;
  readonly topic: sns.ITopicRef;
}

/** How much of the time until Batch cancels a job has passed when somebody is told. */
const WARNING_SHARE = 0.75;
const HALF_HOUR = 30 / SAMPLE_MINUTES;
const HOUR = 60 / SAMPLE_MINUTES;

interface Wanted {
  readonly description: string;
  readonly metric: cw.Metric;
  readonly above: number;
  readonly periods: number;
  /** Whether it means something when nobody measures. */
  readonly silenceIsBad?: boolean;
}

/**
 * The alarms of a queue. Each has an article in the runbook. Made from L1: with seven per queue, what the L2 brings beside
 * them can be seen in the time that a queue takes.
 */
export class QueueAlarms extends Construct {
  public readonly alarms: cw.CfnAlarm[];

  constructor(scope: Construct, id: string, private readonly props: QueueAlarmsProps) {
    super(scope, id);
    this.alarms = Object.entries(this.wanted()).map(([name, wanted]) => this.createAlarm(name, wanted));
  }

  private wanted(): Record<string, Wanted> {
    const { queueArn, limits, runnableLimit } = this.props;
    const warning = runnableLimit.toSeconds() * WARNING_SHARE;
    return {
      TrainingQueueDeep: {
        description: `More than ${text(limits.runnableJobs)} jobs wait for half an hour, or nobody has measured.`,
        metric: sampled(queueArn, SAMPLED.runnableJobs),
        above: limits.runnableJobs,
        periods: HALF_HOUR,
        silenceIsBad: true,
      },
      TrainingQueueStuck: {
        description: 'The first job waits for a machine: Batch cancels it soon.',
        metric: sampled(queueArn, SAMPLED.headOfQueueAge),
        above: warning,
        periods: 1,
      },
      TrainingJobWaits: {
        description: 'A job waits for a machine for longer than allowed, wherever it stands in the queue.',
        metric: sampled(queueArn, SAMPLED.oldestRunnableAge),
        above: limits.runnableAge.toSeconds(),
        periods: 1,
      },
      TrainingQueueBlocked: {
        description: 'Batch says that the first job cannot be placed, and why.',
        metric: counted(queueArn, COUNTED.blockedEvents),
        above: 0,
        periods: 1,
      },
      TrainingJobsFailed: {
        description: `More than ${text(limits.failedJobs)} jobs failed for good within five minutes.`,
        metric: counted(queueArn, COUNTED.failedJobs),
        above: limits.failedJobs,
        periods: 1,
      },
      TrainingReclaims: {
        description: `More than ${text(limits.reclaims)} times in an hour a machine was taken from under a job.`,
        metric: counted(queueArn, COUNTED.reclaimedJobs, { period: Duration.hours(1) }),
        above: limits.reclaims,
        periods: 1,
      },
      TrainingCapacityIdle: {
        description: `More than ${text(limits.idlePercent)} % of what is started has been idle for an hour.`,
        metric: sampled(queueArn, SAMPLED.idlePercent, { statistic: 'Minimum' }),
        above: limits.idlePercent,
        periods: HOUR,
      },
    };
  }

  private createAlarm(name: string, { description, metric, above, periods, silenceIsBad }: Wanted): cw.CfnAlarm {
    const { queueArn, queueName, topic } = this.props;
    return new cw.CfnAlarm(this, name, {
      alarmName: `${queueName}/${name}`,
      alarmDescription: `${description} ${runbook(name)}`,
      namespace: metric.namespace,
      metricName: metric.metricName,
      dimensions: [{ name: QUEUE_DIMENSION, value: queueArn }],
      statistic: metric.statistic,
      period: metric.period.toSeconds(),
      threshold: above,
      comparisonOperator: cw.ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: periods,
      datapointsToAlarm: periods,
      treatMissingData: silenceIsBad === true ? cw.TreatMissingData.BREACHING : cw.TreatMissingData.NOT_BREACHING,
      alarmActions: [topic.topicRef.topicArn],
    });
  }
}

/** Of a token too. */
function text(limit: number): string {
  return Tokenization.stringifyNumber(limit);
}
