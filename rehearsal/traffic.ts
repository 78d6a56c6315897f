import { Metrics } from './aws/metrics';
import { SageMaker, SimulatedEndpoint } from './aws/sagemaker';
import { VirtualClock } from './clock';
import { MetricFault, Step, VersionBehaviour } from './scenario';
import { Switches } from './switches';

export interface TrafficPlan {
  readonly requestsPerMinute: number | readonly Step[];
  /** How the version of an image and artifact behaves. */
  readonly behaviour: (image: string) => VersionBehaviour;
  readonly faults: readonly MetricFault[];
  readonly lagSeconds: number;
  readonly startedAt: number;
  readonly switches: Pick<Switches, 'healthyMinuteErrors' | 'idleVariant'>;
}

interface Counted {
  readonly endpoint: string;
  readonly slot: string;
  readonly requests: number;
  readonly errors: number;
  readonly latency: number;
}

const MINUTE = 60_000;
const NAMESPACE = 'AWS/SageMaker';

/**
 * Callers: so many requests a minute, shared by weight (share = weight ÷ sum, aws-facts.md section 4), and the metrics that
 * SageMaker makes of them. 5XX samples are 0 or 1 for each request (section 3). Fractions of a request are carried over, so that
 * shares are exact over time.
 */
export class Traffic {
  private since: number;
  private readonly owed = new Map<string, number>();
  private readonly counted = new Map<string, Counted>();
  private readonly firstAsked = new Map<string, number>();
  /** Requests and errors by slot, over all. */
  public readonly totals = new Map<string, { requests: number; errors: number }>();

  constructor(
    private readonly clock: VirtualClock, private readonly sagemaker: SageMaker, private readonly metrics: Metrics,
    private readonly plan: TrafficPlan,
  ) {
    this.since = clock.now;
  }

  /** Counts what was asked since the last time; before weights change, and each minute. */
  public flow(): void {
    const minutes = (this.clock.now - this.since) / MINUTE;
    const from = this.since;
    this.since = this.clock.now;
    if (minutes > 0) {
      this.sagemaker.endpoints.forEach((endpoint) => { this.flowTo(endpoint, minutes, from); });
    }
  }

  /** At the end of each minute: SageMaker publishes. */
  public publish(): void {
    this.flow();
    const minute = Metrics.minuteOf(this.clock.now - 1);
    for (const { endpoint, slot, requests, errors, latency } of this.counted.values()) {
      const at = this.minutesAt(minute);
      const applies = (kind: MetricFault['do']) => this.plan.faults.find((fault) => fault.do === kind && covers(fault, at) && (fault.slot ?? slot) === slot);
      if (requests > 0 && applies('silent') === undefined) {
        const late = (applies('late')?.seconds ?? 0) * 1000;
        const visibleAt = minute + MINUTE + this.plan.lagSeconds * 1000 + late;
        const dimensions = { EndpointName: endpoint, VariantName: slot };
        const put = (metric: string, sum: number, minimum: number, maximum: number, p99 = maximum) => {
          const samples = { sum, count: requests, minimum, maximum, p99 };
          this.metrics.put({ namespace: NAMESPACE, metric, dimensions }, minute, samples, visibleAt);
        };
        put('Invocations', requests, 1, 1);
        if (errors > 0 || this.plan.switches.healthyMinuteErrors === 'zero') {
          put('Invocation5XXErrors', errors, 0, errors > 0 ? 1 : 0);
          put('InvocationModelErrors', errors, 0, errors > 0 ? 1 : 0);
        }
        put('Invocation4XXErrors', 0, 0, 0);
        put('ModelLatency', latency * 1000 * requests, latency * 500, latency * 3000, latency * 2000); // microseconds
      }
    }
    if (this.plan.switches.idleVariant === 'zeros') {
      this.publishIdle(minute);
    }
    this.counted.clear();
  }

  /** Of slots that nobody asked. */
  private publishIdle(minute: number): void {
    const visibleAt = minute + MINUTE + this.plan.lagSeconds * 1000;
    for (const { name: endpoint, slots } of this.sagemaker.endpoints.values()) {
      for (const { name: slot } of slots.filter(({ name }) => !this.counted.has(`${endpoint}/${name}`))) {
        for (const metric of ['Invocations', 'Invocation5XXErrors', 'InvocationModelErrors', 'ModelLatency']) {
          const dimensions = { EndpointName: endpoint, VariantName: slot };
          const nothing = { sum: 0, count: 1, minimum: 0, maximum: 0 };
          this.metrics.put({ namespace: NAMESPACE, metric, dimensions }, minute, nothing, visibleAt);
        }
      }
    }
  }

  private flowTo(endpoint: SimulatedEndpoint, minutes: number, from: number): void {
    const sum = endpoint.slots.reduce((total, { currentWeight }) => total + currentWeight, 0);
    if (sum <= 0 || this.plan.faults.some((fault) => fault.do === 'none' && covers(fault, this.minutesAt(from)))) {
      return;
    }
    for (const { name: slot, modelName, currentWeight } of endpoint.slots) {
      const requests = this.whole(`${endpoint.name}/${slot}`, valueAt(this.plan.requestsPerMinute, this.minutesAt(from)) * minutes * currentWeight / sum);
      if (requests > 0) {
        const first = this.firstAsked.get(modelName) ?? from;
        this.firstAsked.set(modelName, first);
        const { errorPercent = 0, latencyMs = 50 } = this.plan.behaviour(this.sagemaker.models.get(modelName)?.image ?? '');
        const errors = Math.min(requests, this.whole(`${endpoint.name}/${slot}/errors`, requests * valueAt(errorPercent, (from - first) / MINUTE) / 100));
        this.count(endpoint.name, slot, requests, errors, latencyMs);
      }
    }
  }

  private count(endpoint: string, slot: string, requests: number, errors: number, latency: number): void {
    const key = `${endpoint}/${slot}`;
    const before = this.counted.get(key) ?? { requests: 0, errors: 0, latency, endpoint, slot };
    this.counted.set(key, { ...before, requests: before.requests + requests, errors: before.errors + errors });
    const total = this.totals.get(key) ?? { requests: 0, errors: 0 };
    this.totals.set(key, { requests: total.requests + requests, errors: total.errors + errors });
  }

  /** The whole part, and the rest is kept for the next time. */
  private whole(key: string, exact: number): number {
    const owed = (this.owed.get(key) ?? 0) + exact;
    const whole = Math.floor(owed + 1e-9);
    this.owed.set(key, owed - whole);
    return whole;
  }

  private minutesAt(time: number): number {
    return (time - this.plan.startedAt) / MINUTE;
  }
}

export function covers({ fromMinutes, toMinutes }: MetricFault, minutes: number): boolean {
  return minutes >= fromMinutes && minutes < toMinutes;
}

export function valueAt(value: number | readonly Step[], minutes: number): number {
  if (typeof value === 'number') {
    return value;
  }
  return [...value].reverse().find(({ afterMinutes }) => minutes >= afterMinutes)?.value ?? value[0]?.value ?? 0;
}
