import { aws_cloudwatch as cw, Duration } from 'aws-cdk-lib';
import { INFERENCE_DIMENSION, INFERENCE_METRICS } from './runtime/contract';
import { TRAINING_METRICS } from '../runtime/contract';

type Name = typeof INFERENCE_METRICS[keyof typeof INFERENCE_METRICS];

/** What our handlers say of the runs of a `BatchInference`. Options win over our defaults. */
export function inferenceMetric(name: string, metricName: Name, statistic: string, options: cw.MetricOptions = {}): cw.Metric {
  return new cw.Metric({
    namespace: TRAINING_METRICS,
    metricName,
    dimensionsMap: { [INFERENCE_DIMENSION]: name },
    statistic,
    period: Duration.minutes(5),
    ...options,
  });
}

/**
 * What Step Functions counts of executions. Those of the map's items are counted under another ARN.
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/concepts-examine-map-run.html
 */
export function executionMetric(
  stateMachineArn: string, metricName: 'ExecutionsFailed' | 'ExecutionsSucceeded' | 'ExecutionsTimedOut', options: cw.MetricOptions = {},
): cw.Metric {
  return new cw.Metric({
    namespace: 'AWS/States',
    metricName,
    dimensionsMap: { StateMachineArn: stateMachineArn },
    statistic: 'Sum',
    period: Duration.minutes(5),
    ...options,
  });
}
