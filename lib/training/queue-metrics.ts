import { aws_cloudwatch as cw, Duration } from 'aws-cdk-lib';
import { COUNTED, QUEUE_DIMENSION, SAMPLED, TRAINING_METRICS } from './runtime/contract';

type Sampled = typeof SAMPLED[keyof typeof SAMPLED];
type Counted = typeof COUNTED[keyof typeof COUNTED];

/** What was measured, every five minutes. Options win over our defaults. */
export function sampled(queueArn: string, metricName: Sampled, options: cw.MetricOptions = {}): cw.Metric {
  return metric(queueArn, metricName, 'Maximum', options);
}

/** What was counted from events. */
export function counted(queueArn: string, metricName: Counted, options: cw.MetricOptions = {}): cw.Metric {
  return metric(queueArn, metricName, 'Sum', options);
}

function metric(queueArn: string, metricName: string, statistic: string, options: cw.MetricOptions): cw.Metric {
  return new cw.Metric({
    namespace: TRAINING_METRICS,
    metricName,
    dimensionsMap: { [QUEUE_DIMENSION]: queueArn },
    statistic,
    period: Duration.minutes(5),
    ...options,
  });
}
