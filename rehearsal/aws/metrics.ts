import { VirtualClock } from '../clock';

export interface MetricName {
  readonly namespace: string;
  readonly metric: string;
  readonly dimensions: Readonly<Record<string, string>>;
}
/** Samples of one minute, taken together. */
export interface Samples {
  readonly sum: number;
  readonly count: number;
  readonly minimum: number;
  readonly maximum: number;
  readonly p99?: number;
}
type Datum = Required<Samples> & { readonly visibleAt: number };

const MINUTE = 60_000;

/**
 * One-minute metrics, each visible some time after its minute is over (how long: U175).
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html
 */
export class Metrics {
  /** The start of the minute that a time is in. */
  public static minuteOf(time: number): number {
    return Math.floor(time / MINUTE) * MINUTE;
  }

  private readonly data = new Map<string, Map<number, Datum>>();

  constructor(private readonly clock: VirtualClock) {}

  /** Samples of one minute, given together. */
  public put(name: MetricName, minute: number, datum: Samples, visibleAt: number): void {
    const key = keyOf(name);
    const series = this.data.get(key) ?? new Map<number, Datum>();
    this.data.set(key, series);
    const before = series.get(minute);
    const { sum, count, minimum, maximum, p99 = maximum } = datum;
    series.set(minute, before === undefined ? { sum, count, minimum, maximum, p99, visibleAt } : {
      sum: before.sum + sum,
      count: before.count + count,
      minimum: Math.min(before.minimum, minimum),
      maximum: Math.max(before.maximum, maximum),
      p99: Math.max(before.p99, p99),
      visibleAt,
    });
  }

  /** What is visible now of one statistic, by the start of each period. */
  public series(name: MetricName, statistic: string, periodSeconds: number, from: number, to: number): Map<number, number> {
    const data = this.data.get(keyOf(name));
    const period = periodSeconds * 1000;
    const found = new Map<number, number>();
    const end = data === undefined ? from : Math.min(to, this.clock.now);
    for (let start = Math.ceil(from / period) * period; start < end; start += period) {
      const visible: Datum[] = [];
      for (let minute = start; minute < start + period; minute += MINUTE) {
        const datum = data?.get(minute);
        if (datum !== undefined && datum.visibleAt <= this.clock.now) {
          visible.push(datum);
        }
      }
      if (visible.length > 0) {
        found.set(start, statisticOf(statistic, visible));
      }
    }
    return found;
  }
}

function statisticOf(statistic: string, data: readonly Datum[]): number {
  const total = (value: (datum: Datum) => number) => data.reduce((sum, datum) => sum + value(datum), 0);
  switch (statistic) {
    case 'Sum': return total(({ sum }) => sum);
    case 'SampleCount': return total(({ count }) => count);
    case 'Average': return total(({ sum }) => sum) / total(({ count }) => count);
    case 'Minimum': return Math.min(...data.map(({ minimum }) => minimum));
    case 'Maximum': return Math.max(...data.map(({ maximum }) => maximum));
    case 'p99': return Math.max(...data.map(({ p99 }) => p99));
    default: throw new Error(`the simulated CloudWatch knows no statistic ${statistic}`);
  }
}

function keyOf({ namespace, metric, dimensions }: MetricName): string {
  return JSON.stringify([namespace, metric, Object.entries(dimensions).sort(([one], [other]) => (one < other ? -1 : 1))]);
}
