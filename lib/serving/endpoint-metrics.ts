import { aws_cloudwatch as cw, Duration } from 'aws-cdk-lib';

/** What callers meet. */
export const INVOCATION_METRICS = 'AWS/SageMaker';
/** What the instances do. */
export const INSTANCE_METRICS = '/aws/sagemaker/Endpoints';
/** SageMaker publishes `ModelLatency` and `OverheadLatency` in microseconds. */
export const MICROSECONDS_PER_SECOND = 1_000_000;

const ONE_MINUTE = Duration.minutes(1); // what SageMaker publishes at; a longer period delays every rollback

/** Which requests are counted. */
export interface MetricTarget {
  readonly endpointName: string;
  readonly variantName: string;
  /**
   * Only the fleet that runs this configuration: the new one during a deployment, and nobody else's errors.
   * @see https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails-configuration.html
   */
  readonly endpointConfigName?: string;
}

export type Statistic = 'Sum' | 'Average' | 'Maximum' | 'p99';

/** One metric of one target, with the statistic it has to be read with. Options win over our defaults. */
export function endpointMetric(
  namespace: string, metricName: string, target: MetricTarget, statistic: Statistic, options: cw.MetricOptions = {},
): cw.Metric {
  const { endpointName, variantName, endpointConfigName } = target;
  const dimensionsMap = {
    EndpointName: endpointName,
    VariantName: variantName,
    ...(endpointConfigName === undefined ? {} : { EndpointConfigName: endpointConfigName }),
  };
  return new cw.Metric({ namespace, metricName, dimensionsMap, statistic, period: ONE_MINUTE, ...options });
}
