import { TRAINING_METRICS } from './contract';

/** Measurements as a log line from which CloudWatch makes metrics: the embedded metric format. What is not known is absent. */
export function embeddedMetrics(
  dimension: Readonly<Record<string, string>>, values: Readonly<Record<string, number>>, now: number,
): string {
  const metrics = Object.keys(values).map((Name) => ({ Name, Unit: unitOf(Name) }));
  return JSON.stringify({
    _aws: {
      Timestamp: now,
      CloudWatchMetrics: [{ Namespace: TRAINING_METRICS, Dimensions: [Object.keys(dimension)], Metrics: metrics }],
    },
    ...dimension,
    ...values,
  });
}

function unitOf(name: string): string {
  return name.endsWith('Age') ? 'Seconds' : name.endsWith('Percent') ? 'Percent' : 'Count';
}
