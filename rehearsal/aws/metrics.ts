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
type Statistic = (datum: Datum) => number;

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
    const added: Datum = { sum, count, minimum, maximum, p99, visibleAt }; // all of one shape: a day has many
    series.set(minute, before === undefined ? added : together(before, added));
  }

  /** What is visible now of one statistic, by the start of each period, the oldest first. */
  public series(name: MetricName, statistic: string, periodSeconds: number, from: number, to: number): Map<number, number> {
    const data = this.data.get(keyOf(name));
    const read = statisticOf(statistic);
    const period = periodSeconds * 1000;
    const found = new Map<number, number>();
    const { now } = this.clock;
    const end = data === undefined ? from : Math.min(to, now);
    for (let start = Math.ceil(from / period) * period; start < end; start += period) {
      let visible: Datum | undefined;
      for (let minute = start; minute < start + period; minute += MINUTE) {
        const datum = data?.get(minute);
        if (datum !== undefined && datum.visibleAt <= now) {
          visible = visible === undefined ? datum : together(visible, datum);
        }
      }
      if (visible !== undefined) {
        found.set(start, read(visible));
      }
    }
    return found;
  }
}

/** As if all had been samples of one. */
function together(one: Datum, other: Datum): Datum {
  return {
    sum: one.sum + other.sum,
    count: one.count + other.count,
    minimum: Math.min(one.minimum, other.minimum),
    maximum: Math.max(one.maximum, other.maximum),
    p99: Math.max(one.p99, other.p99),
    visibleAt: other.visibleAt,
  };
}

function statisticOf(name: string): Statistic {
  switch (name) {
    case 'Sum': return ({ sum }) => sum;
    case 'SampleCount': return ({ count }) => count;
    case 'Average': return ({ sum, count }) => sum / count;
    case 'Minimum': return ({ minimum }) => minimum;
    case 'Maximum': return ({ maximum }) => maximum;
    case 'p99': return ({ p99 }) => p99;
    default: throw new Error(`the simulated CloudWatch knows no statistic ${name}`);
  }
}

function keyOf({ namespace, metric, dimensions }: MetricName): string {
  return JSON.stringify([namespace, metric, Object.entries(dimensions).sort(([one], [other]) => (one < other ? -1 : 1))]);
}
