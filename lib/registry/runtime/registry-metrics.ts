import { Metrics } from '@aws-lambda-powertools/metrics';
import { METRICS_NAMESPACE } from './contract';

/**
 * Metrics under the one dimension that the alarms know. Powertools would add `service` to each, and no alarm would see them;
 * with more than one set of dimensions each metric would be paid for twice.
 */
export function registryMetrics(environment: string): Metrics {
  const metrics = new Metrics({ namespace: METRICS_NAMESPACE });
  metrics.clearDefaultDimensions();
  metrics.setDefaultDimensions({ Registry: environment });
  return metrics;
}
