import { aws_cloudwatch as cw, Duration, Token, Tokenization } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { endpointMetric, INVOCATION_METRICS, MetricTarget, MICROSECONDS_PER_SECOND } from './endpoint-metrics';
import { Checks, inSeconds } from '../core/checks';
import { shown } from '../core/invalid-props';
import { needed, thing } from '../core/kinds';

/** When a share of failed requests rolls back. */
export interface ErrorRateOptions {
  /**
   * Roll back above this share of requests, in percent: more than 0, at most 100.
   * @default - 2 for the slow rule, 5 for the fast one and for model errors
   */
  readonly percent?: number;
  /**
   * For how many minutes in a row: 1 to 5.
   * @default - 5 for the slow rule, 2 for the fast one and for model errors
   */
  readonly consecutiveMinutes?: number;
  /**
   * Minutes with fewer requests than this are not judged: one failed request of two is no rate.
   * @default 10
   */
  readonly minimumRequests?: number;
}

/** When slow answers roll back. */
export interface P99LatencyOptions {
  /**
   * Roll back when one request in a hundred takes the model longer than this: 1 millisecond to 60 seconds, after which
   * SageMaker gives up on a real-time request.
   */
  readonly limit: Duration;
  /**
   * For how many minutes in a row: 1 to 5.
   * @default 3
   */
  readonly consecutiveMinutes?: number;
  /**
   * Minutes with fewer requests than this are not judged: a p99 of ten requests is their maximum.
   * @default 100
   */
  readonly minimumRequests?: number;
}

/**
 * An alarm that a trigger wants: what is measured on the new fleet, and where it breaches.
 * @internal
 */
export interface WantedAlarm {
  readonly id: string;
  readonly description: string;
  readonly metric: (target: MetricTarget) => cw.MathExpression;
  readonly threshold: number;
  readonly consecutiveMinutes: number;
}

/**
 * A rate of failed requests as a judge measures it himself, minute by minute and slot by slot.
 * @internal
 */
export interface JudgedRate {
  readonly id: string;
  readonly percent: number;
  readonly consecutiveMinutes: number;
  readonly minimumRequests: number;
}

// A fault may begin right after a period did, and CloudWatch has the metric about a minute late.
const MINUTES_BEFORE_THE_FIRST_DATAPOINT = 2;
const MOST_MINUTES = 5; // the promise of five minutes starts with detection, so detection must not take longer
const LONGEST_ANSWER_SECONDS = 60;
const ALARM = needed(thing('a metric alarm, made or imported', 'alarmRef', 'node'));
const JUDGED_METRIC = 'Invocation5XXErrors';

/**
 * A rule that rolls a release back: one alarm on the new fleet. Every trigger judges only minutes with enough requests,
 * and an absence of data is never a breach; so a fleet without traffic is promoted, which no alarm can prevent.
 */
export class RollbackTrigger {
  /**
   * What a guarded endpoint watches unless told otherwise: errors above 2 % for five minutes, above 5 % for two, model
   * errors above 5 % for two, p99 latency above one second for three.
   */
  public static defaults(): RollbackTrigger[] {
    return [
      RollbackTrigger.errorRateAbove(),
      RollbackTrigger.errorBurstAbove(),
      RollbackTrigger.modelErrorRateAbove(),
      RollbackTrigger.p99LatencyAbove({ limit: Duration.seconds(1) }),
    ];
  }

  /** The slow rule: requests that end in a 5XX, by default above 2 % for five minutes in a row. */
  public static errorRateAbove(options: ErrorRateOptions = {}): RollbackTrigger {
    return RollbackTrigger.rate('ErrorRate', JUDGED_METRIC, 'requests end in a 5XX',
      { percent: 2, consecutiveMinutes: 5, ...options });
  }

  /** The fast rule: requests that end in a 5XX, by default above 5 % for two minutes in a row. */
  public static errorBurstAbove(options: ErrorRateOptions = {}): RollbackTrigger {
    return RollbackTrigger.rate('ErrorBurst', JUDGED_METRIC, 'requests end in a 5XX',
      { percent: 5, consecutiveMinutes: 2, ...options });
  }

  /**
   * Requests the container did not answer with a 2XX, by default above 5 % for two minutes in a row. Timeouts and lost
   * sockets count, and so does a 4XX with which a new version refuses what the old one took.
   */
  public static modelErrorRateAbove(options: ErrorRateOptions = {}): RollbackTrigger {
    return RollbackTrigger.rate('ModelErrorRate', 'InvocationModelErrors', 'requests fail in the model container',
      { percent: 5, consecutiveMinutes: 2, ...options });
  }

  /**
   * The model's own time, p99. The limit is absolute: while a deployment runs, nothing in a template knows the old
   * fleet's configuration, so a rise over the version before is for a progressive endpoint to see.
   */
  public static p99LatencyAbove(options: P99LatencyOptions): RollbackTrigger {
    const { consecutiveMinutes = 3, minimumRequests = 100 } = options;
    const seconds = inSeconds('limit', options.limit);
    const checks = checkWindow(consecutiveMinutes, minimumRequests)
      .number('LatencyLimitOutOfRange', 'limit', seconds, { min: 0.001, max: LONGEST_ANSWER_SECONDS, unit: 'seconds' });
    return new RollbackTrigger(checks, {
      id: 'P99Latency',
      description: `The model takes over ${spelt(seconds)} s for one request in a hundred, ${inARow(consecutiveMinutes)}.`,
      metric: (target) => withTraffic(target, minimumRequests, `observed / ${MICROSECONDS_PER_SECOND}`,
        endpointMetric(INVOCATION_METRICS, 'ModelLatency', target, 'p99'), 'p99 latency in seconds'),
      threshold: seconds,
      consecutiveMinutes,
    });
  }

  /**
   * An alarm of your own: a metric alarm of the same account and Region. SageMaker takes only its name. Scope it to the
   * new fleet where you can, or an alarm that the old fleet trips blocks its own fix. One that is imported by name or ARN is
   * taken as it is: nothing in this app tells whether its actions are off, or what it makes of missing data.
   */
  public static alarm(alarm: cw.IAlarmRef): RollbackTrigger {
    new Checks().kinds({ alarm }, { alarm: ALARM }).settle();
    const checks = new Checks().report('CompositeRollbackAlarm', alarm instanceof cw.CompositeAlarm
      ? `\`alarm\` must be a metric alarm: got the composite alarm ${shown(alarm.node.path)}; name its parts, up to ten`
      : undefined);
    return new RollbackTrigger(checks, undefined, alarm);
  }

  private static rate(id: string, metricName: string, what: string, options: ErrorRateOptions): RollbackTrigger {
    const { percent = 2, consecutiveMinutes = 5, minimumRequests = 10 } = options;
    const checks = checkWindow(consecutiveMinutes, minimumRequests)
      .that('RatePercentOutOfRange', { percent }, ({ percent: known }) => typeof known === 'number' && known > 0 && known <= 100 ? undefined
        : `\`percent\` must be above 0 and at most 100: got ${shown(known)}`);
    return new RollbackTrigger(checks, {
      id,
      description: `Over ${spelt(percent)} % of ${what}, ${inARow(consecutiveMinutes)}.`,
      // SageMaker sends 0 or 1 for each request, so the average is the rate
      metric: (target) => withTraffic(target, minimumRequests, '100 * observed',
        endpointMetric(INVOCATION_METRICS, metricName, target, 'Average'), `${metricName} in percent`),
      threshold: percent,
      consecutiveMinutes,
    }, undefined, metricName === JUDGED_METRIC ? { id, percent, consecutiveMinutes, minimumRequests } : undefined);
  }

  private constructor(
    private readonly checks: Checks,
    private readonly wanted?: WantedAlarm,
    private readonly brought?: cw.IAlarmRef,
    private readonly judged?: JudgedRate,
  ) {
    checks.settle();
  }

  /**
   * The alarm to make, if the trigger did not bring one.
   * @internal
   */
  public get _wanted(): WantedAlarm | undefined {
    return this.wanted;
  }

  /**
   * The alarm that was brought.
   * @internal
   */
  public get _brought(): cw.IAlarmRef | undefined {
    return this.brought;
  }

  /**
   * What the judge of a progressive release measures himself, beside the alarm, to tell a sick candidate from a sick day.
   * @internal
   */
  public get _judged(): JudgedRate | undefined {
    return this.judged;
  }

  /**
   * From the first failed request to ALARM at the worst, in minutes; nothing where the template does not tell.
   * @internal
   */
  public get _worstCaseMinutes(): number | undefined {
    const minutes = this.wanted?.consecutiveMinutes;
    return minutes === undefined || Token.isUnresolved(minutes) ? undefined : minutes + MINUTES_BEFORE_THE_FIRST_DATAPOINT;
  }

  /**
   * Leaves the questions about tokens with the construct that uses the trigger.
   * @internal
   */
  public _settle(scope: IConstruct): void {
    this.checks.settle(scope);
  }
}

function checkWindow(consecutiveMinutes: number, minimumRequests: number): Checks {
  return new Checks()
    .number('WindowOutOfRange', 'consecutiveMinutes', consecutiveMinutes, {
      min: 1, max: MOST_MINUTES, whole: true, unit: 'minutes', hint: 'a longer window detects too late to restore traffic in time',
    })
    .number('MinimumRequestsOutOfRange', 'minimumRequests', minimumRequests, { min: 1, whole: true, unit: 'requests a minute' });
}

/** Zero for a minute with too few requests: one failed request of two is not a rate. */
function withTraffic(target: MetricTarget, minimumRequests: number, judged: string, observed: cw.Metric, label: string) {
  return new cw.MathExpression({
    expression: `IF(FILL(requests, 0) >= ${spelt(minimumRequests)}, ${judged}, 0)`,
    usingMetrics: { observed, requests: endpointMetric(INVOCATION_METRICS, 'Invocations', target, 'Sum') },
    period: observed.period,
    label,
  });
}

/** A number in a text, also when it is a token: string interpolation alone would print the encoded token. */
function spelt(value: number): string {
  return Tokenization.stringifyNumber(value);
}

function inARow(minutes: number): string {
  return `${spelt(minutes)} minutes in a row`;
}
