import { GetMetricDataCommand, MetricDataQuery } from '@aws-sdk/client-cloudwatch';
import { CANDIDATE_SLOT, STABLE_SLOT } from './contract';
import { Minute, MINUTE_MS, SlotReadings } from './decide';
import { BaseWorld, MetricsWorld } from './release-world';
import { retried } from './retried';

const NAMESPACE = 'AWS/SageMaker';
/** So far back at most: four series of so many minutes are still one request (100,800 data points). */
const MOST_MINUTES = 20_160;

const SLOTS = { candidate: CANDIDATE_SLOT, stable: STABLE_SLOT } as const;
const METRICS = { requests: 'Invocations', errors: 'Invocation5XXErrors' } as const;
type Slot = keyof typeof SLOTS;
type Metric = keyof typeof METRICS;

/** Whole minutes of both slots, from one moment to another: both on minutes, as CloudWatch keeps them. */
export async function readMetrics(
  endpoint: string, from: number, to: number, world: BaseWorld & MetricsWorld,
): Promise<SlotReadings> {
  const since = Math.max(from, to - MOST_MINUTES * MINUTE_MS);
  if (since >= to) {
    return { candidate: [], stable: [] };
  }
  try {
    return slotsOf(await readAll(endpoint, since, to, world));
  } catch (error) {
    world.log.warn('the metrics cannot be read', { error });
    return 'unreadable';
  }
}

type Points = Map<string, Map<number, number>>;

async function readAll(endpoint: string, from: number, to: number, world: BaseWorld & MetricsWorld): Promise<Points> {
  const points: Points = new Map();
  let token: string | undefined;
  do {
    const input = {
      MetricDataQueries: queries(endpoint), StartTime: new Date(from), EndTime: new Date(to), ScanBy: 'TimestampAscending' as const, NextToken: token,
    };
    const page = await retried(() => world.cloudwatch.send(new GetMetricDataCommand(input)), world);
    for (const { Id = '', Timestamps = [], Values = [], StatusCode } of page.MetricDataResults ?? []) {
      if (StatusCode === 'InternalError' || StatusCode === 'Forbidden') {
        throw new Error(`CloudWatch says ${StatusCode} of ${Id}`);
      }
      const series = points.get(Id) ?? new Map<number, number>();
      Timestamps.forEach((time, place) => series.set(time.getTime(), Values[place]));
      points.set(Id, series);
    }
    token = page.NextToken;
  } while (token !== undefined && token !== '');
  return points;
}

function queries(endpoint: string): MetricDataQuery[] {
  return (Object.keys(SLOTS) as Slot[]).flatMap((slot) => (Object.keys(METRICS) as Metric[]).map((metric) => ({
    Id: idOf(slot, metric),
    MetricStat: {
      Metric: {
        Namespace: NAMESPACE,
        MetricName: METRICS[metric],
        Dimensions: [{ Name: 'EndpointName', Value: endpoint }, { Name: 'VariantName', Value: SLOTS[slot] }],
      },
      Period: 60,
      Stat: 'Sum',
    },
    ReturnData: true,
  })));
}

function slotsOf(points: Points): SlotReadings {
  return { candidate: minutesOf(points, 'candidate'), stable: minutesOf(points, 'stable') };
}

function minutesOf(points: Points, slot: Slot): Minute[] {
  const seriesOf = (metric: Metric) => points.get(idOf(slot, metric)) ?? new Map<number, number>();
  const [requests, errors] = [seriesOf('requests'), seriesOf('errors')];
  return [...new Set([...requests.keys(), ...errors.keys()])].sort((one, other) => one - other)
    .map((start) => ({ start, requests: requests.get(start), errors: errors.get(start) }));
}

function idOf(slot: Slot, metric: Metric): string {
  return `${slot}_${metric}`;
}
