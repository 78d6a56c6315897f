import { MetricUnit } from '@aws-lambda-powertools/metrics';
import { METRICS_NAMESPACE } from '../../../lib/registry/runtime/contract';
import { registryMetrics } from '../../../lib/registry/runtime/registry-metrics';

test('a metric has the dimension of the alarms, and no other', () => {
  const metrics = registryMetrics('staging');
  metrics.addMetric('AuditRowsChanged', MetricUnit.Count, 1);
  expect(metrics.serializeMetrics()).toMatchObject({
    _aws: { CloudWatchMetrics: [{ Namespace: METRICS_NAMESPACE, Dimensions: [['Registry']], Metrics: [{ Name: 'AuditRowsChanged', Unit: 'Count' }] }] },
    Registry: 'staging',
    AuditRowsChanged: 1,
  });
});
