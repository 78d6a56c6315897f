import { Metrics } from './aws/metrics';
import { VirtualClock } from './clock';
import { Journal } from './journal';

const MINUTE = 60_000;
const KEPT = ['ERROR', 'WARN', 'CRITICAL'];

interface Directive {
  readonly Namespace: string;
  readonly Dimensions: readonly (readonly string[])[];
  readonly Metrics: readonly { readonly Name: string }[];
}

/** What handlers write to their logs: warnings and errors, and metrics in the embedded format. */
export class Logs {
  constructor(private readonly clock: VirtualClock, private readonly journal: Journal, private readonly metrics: Metrics) {}

  public written(name: string, text: string): void {
    for (const line of text.split('\n').filter((each) => each.startsWith('{'))) {
      const parsed = jsonIn(line);
      if (parsed?._aws !== undefined) {
        this.measure(parsed);
      } else if (parsed !== undefined && KEPT.includes(String(parsed.level))) {
        this.journal.logs.push(`${this.journal.minutes.toFixed(1)} ${name}: ${line}`);
      }
    }
  }

  /** https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html */
  private measure(line: Readonly<Record<string, unknown>>): void {
    const minute = Math.floor(this.clock.now / MINUTE) * MINUTE;
    const { CloudWatchMetrics: directives } = line._aws as { readonly CloudWatchMetrics: readonly Directive[] };
    for (const { Namespace: namespace, Dimensions, Metrics: names } of directives) {
      for (const [{ Name: metric }, keys] of names.flatMap((name) => Dimensions.map((each) => [name, each] as const))) {
        const values = [line[metric]].flat().map(Number);
        const dimensions = Object.fromEntries(keys.map((key) => [key, String(line[key])]));
        this.metrics.put({ namespace, metric, dimensions }, minute, {
          sum: values.reduce((sum, value) => sum + value, 0),
          count: values.length,
          minimum: Math.min(...values),
          maximum: Math.max(...values),
        }, this.clock.now + MINUTE);
      }
    }
  }
}

function jsonIn(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return JSON.parse(line) as Readonly<Record<string, unknown>>;
  } catch {
    return undefined;
  }
}
