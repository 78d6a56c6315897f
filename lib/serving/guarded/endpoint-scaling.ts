import {
  aws_applicationautoscaling as scaling, aws_cloudwatch as cw, Duration, TimeZone,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { Checks, inSeconds } from '../../core/checks';
import { shown } from '../../core/invalid-props';
import { runbook } from '../../core/runbook';
import { endpointMetric, INVOCATION_METRICS } from '../endpoint-metrics';

/** Bounds that a schedule sets. */
export interface ScheduledCapacity {
  /** When, as a cron or rate expression. */
  readonly schedule: scaling.Schedule;
  /**
   * The clock that a cron expression reads.
   * @default TimeZone.ETC_UTC
   */
  readonly timeZone?: TimeZone;
  /** Fewest instances from then on: at least two. */
  readonly min: number;
  /** Most instances from then on. */
  readonly max: number;
}

/** What every way of scaling has. */
export interface EndpointScalingOptions {
  /** Fewest instances: at least two, because one is one zone. */
  readonly min: number;
  /** Most instances. */
  readonly max: number;
  /**
   * How long after adding instances nothing is added again: up to one hour.
   * @default Duration.minutes(5)
   */
  readonly scaleOutCooldown?: Duration;
  /**
   * How long after removing instances nothing is removed again: up to one hour.
   * @default Duration.minutes(5)
   */
  readonly scaleInCooldown?: Duration;
  /**
   * Other bounds at certain times. The lower bounds must rise, and the upper bounds fall, in steps of one instance or a
   * quarter: a bound moves the fleet at once.
   * @default - none
   */
  readonly schedules?: ScheduledCapacity[];
}

/** Scaling on requests. */
export interface InvocationScalingOptions extends EndpointScalingOptions {
  /** Requests per instance and minute that an instance can take: measure it under load, then leave room. */
  readonly invocationsPerInstance: number;
}

/** Scaling on requests under way. */
export interface ConcurrencyScalingOptions extends EndpointScalingOptions {
  /** Requests that an instance can work on at the same time. */
  readonly concurrentRequestsPerInstance: number;
}

/**
 * What is scaled.
 * @internal
 */
export interface ScaledVariant {
  readonly endpointName: string;
  readonly variantName: string;
}

/**
 * What scaling has to fit.
 * @internal
 */
export interface ScaledFleet {
  readonly instanceCount?: number;
  readonly burstable?: boolean;
  readonly instanceTypeName: string;
}

interface TrackedMetric {
  readonly prop: string;
  readonly name: string;
  readonly statistic: 'Sum' | 'Maximum';
}

const FEWEST = 2;
const HOUR = 3600;
const QUARTER = 25; // percent of the fleet that one action may add or remove, or one instance
const OUT_MINUTES = 3;
const IN_MINUTES = 15;
// Removing one of three instances raises the load of the others by half; from 60 % it comes to 90 % of the target.
const IN_SHARE = 0.6;

/**
 * How a guarded endpoint's fleet follows its load. It tracks a target, in steps: one action adds or removes at most a
 * quarter of the fleet, or one instance. (Application Auto Scaling's own target tracking knows no largest step, so this
 * renders two step policies and their alarms.) With scaling, an update keeps the counts that scaling has reached.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-auto-scaling.html
 */
export class EndpointScaling {
  /** Adds an instance when each has more than its share of requests, three minutes in a row. */
  public static onInvocations(options: InvocationScalingOptions): EndpointScaling {
    return new EndpointScaling(options, options.invocationsPerInstance,
      { prop: 'invocationsPerInstance', name: 'InvocationsPerInstance', statistic: 'Sum' });
  }

  /**
   * Adds an instance when more requests are under way than each can work on. For models that take seconds; the metric is
   * `ConcurrentRequestsPerModel`.
   */
  public static onConcurrency(options: ConcurrencyScalingOptions): EndpointScaling {
    return new EndpointScaling(options, options.concurrentRequestsPerInstance,
      { prop: 'concurrentRequestsPerInstance', name: 'ConcurrentRequestsPerModel', statistic: 'Maximum' });
  }

  private constructor(
    private readonly options: EndpointScalingOptions, private readonly target: number, private readonly tracked: TrackedMetric,
  ) {
    this.check().settle();
  }

  /**
   * Fewest instances.
   * @internal
   */
  public get _min(): number {
    return this.options.min;
  }

  /**
   * Most instances.
   * @internal
   */
  public get _max(): number {
    return this.options.max;
  }

  /** @internal */
  public _settle(scope: Construct, { instanceCount, burstable, instanceTypeName }: ScaledFleet): void {
    const { min, max } = this.options;
    this.check()
      .report('BurstableScaling', burstable === true
        ? `\`scaling\` must not be given with a burstable instance type, which SageMaker does not scale: got ${shown(instanceTypeName)}`
        : undefined)
      .that('CountOutsideScaling', { instanceCount: instanceCount ?? min, min, max }, (known) =>
        known.instanceCount >= known.min && known.instanceCount <= known.max ? undefined
          : `\`instanceCount\` must lie between \`min\` and \`max\` of \`scaling\`, ${known.min} to ${known.max}: got ${known.instanceCount}`)
      .settle(scope);
  }

  /**
   * Registers the variant and makes the policies. The endpoint has to be there before.
   * @internal
   */
  public _bind(scope: Construct, variant: ScaledVariant): scaling.CfnScalableTarget {
    const { min, max, schedules = [] } = this.options;
    const target = new scaling.CfnScalableTarget(scope, 'Target', {
      serviceNamespace: 'sagemaker',
      scalableDimension: 'sagemaker:variant:DesiredInstanceCount',
      resourceId: `endpoint/${variant.endpointName}/variant/${variant.variantName}`,
      minCapacity: min,
      maxCapacity: max,
      scheduledActions: schedules.length === 0 ? undefined : schedules.map((scheduled, index) => ({
        scheduledActionName: `Bounds${index + 1}`,
        schedule: scheduled.schedule.expressionString,
        timezone: scheduled.timeZone?.timezoneName,
        scalableTargetAction: { minCapacity: scheduled.min, maxCapacity: scheduled.max },
      })),
    });
    const out = this.stepPolicy(scope, target, 'Out', QUARTER, inSeconds('scaleOutCooldown', this.outCooldown));
    const back = this.stepPolicy(scope, target, 'In', -QUARTER, inSeconds('scaleInCooldown', this.inCooldown));
    this.alarm(scope, variant, 'ScaleOut', out);
    this.alarm(scope, variant, 'ScaleIn', back);
    return target;
  }

  private get outCooldown(): Duration {
    return this.options.scaleOutCooldown ?? Duration.minutes(5);
  }

  private get inCooldown(): Duration {
    return this.options.scaleInCooldown ?? Duration.minutes(5);
  }

  private stepPolicy(
    scope: Construct, target: scaling.CfnScalableTarget, direction: 'Out' | 'In', percent: number, cooldown: number,
  ): scaling.CfnScalingPolicy {
    return new scaling.CfnScalingPolicy(scope, direction, {
      policyName: `${scope.node.addr}-${direction}`,
      policyType: 'StepScaling',
      scalingTargetId: target.ref,
      stepScalingPolicyConfiguration: {
        adjustmentType: 'PercentChangeInCapacity',
        minAdjustmentMagnitude: 1,
        cooldown,
        metricAggregationType: 'Average',
        stepAdjustments: [{
          scalingAdjustment: percent, ...(percent > 0 ? { metricIntervalLowerBound: 0 } : { metricIntervalUpperBound: 0 }),
        }],
      },
    });
  }

  private alarm(scope: Construct, variant: ScaledVariant, id: 'ScaleOut' | 'ScaleIn', policy: scaling.CfnScalingPolicy): void {
    const out = id === 'ScaleOut';
    const evaluationPeriods = out ? OUT_MINUTES : IN_MINUTES;
    const alarm = new cw.Alarm(scope, id, {
      alarmName: `${variant.endpointName}/${id}`,
      alarmDescription: `${out ? 'Adds' : 'Removes'} a quarter of the instances, or one. ${runbook(id)}`,
      metric: out ? this.load(variant) : this.loadWithMargin(variant),
      threshold: this.target,
      comparisonOperator: out ? cw.ComparisonOperator.GREATER_THAN_THRESHOLD : cw.ComparisonOperator.LESS_THAN_THRESHOLD,
      evaluationPeriods,
      datapointsToAlarm: evaluationPeriods,
      // without requests there are no datapoints, and then nothing needs the instances
      treatMissingData: out ? cw.TreatMissingData.NOT_BREACHING : cw.TreatMissingData.BREACHING,
    });
    alarm.addAlarmAction({ bind: () => ({ alarmActionArn: policy.ref }) });
  }

  private load(variant: ScaledVariant): cw.Metric {
    return endpointMetric(INVOCATION_METRICS, this.tracked.name, variant, this.tracked.statistic);
  }

  /** The load as it would feel on a smaller fleet. Dividing it here, and not the target, lets the target be a token. */
  private loadWithMargin(variant: ScaledVariant): cw.MathExpression {
    return new cw.MathExpression({
      expression: `observed / ${IN_SHARE}`,
      usingMetrics: { observed: this.load(variant) },
      period: Duration.minutes(1),
      label: `${this.tracked.name} on a smaller fleet`,
    });
  }

  private check(): Checks {
    const { min, max, schedules = [] } = this.options;
    const checks = new Checks()
      .that('ScalingTarget', { target: this.target }, ({ target }) => target > 0 && Number.isFinite(target) ? undefined
        : `\`${this.tracked.prop}\` must be above 0: got ${shown(target)}`)
      .number('ScaleOutCooldown', 'scaleOutCooldown', inSeconds('scaleOutCooldown', this.outCooldown), COOLDOWN)
      .number('ScaleInCooldown', 'scaleInCooldown', inSeconds('scaleInCooldown', this.inCooldown), COOLDOWN);
    checkBounds(checks, '', { min, max });
    schedules.forEach((scheduled, index) => checkBounds(checks, `schedules[${index}].`, scheduled));
    checkSteps(checks, 'min', [min, ...schedules.map((scheduled) => scheduled.min)]);
    checkSteps(checks, 'max', [max, ...schedules.map((scheduled) => scheduled.max)]);
    return checks;
  }
}

const COOLDOWN = { min: 0, max: HOUR, whole: true, unit: 'seconds' };

function checkBounds(checks: Checks, path: string, { min, max }: { min: number; max: number }): void {
  checks
    .number('ScalingMinimum', `${path}min`, min, { min: FEWEST, whole: true, hint: 'one instance is one Availability Zone' })
    .number('ScalingMaximum', `${path}max`, max, { min: FEWEST, whole: true })
    .that('ScalingBounds', { min, max }, (known) => known.min <= known.max ? undefined
      : `\`${path}max\` must not be below \`${path}min\`: got ${shown(known.max)} below ${shown(known.min)}`);
}

/** A bound that jumps moves the fleet in one action. */
function checkSteps(checks: Checks, prop: 'min' | 'max', bounds: number[]): void {
  checks.that('ScheduleStep', { bounds }, ({ bounds: known }) => {
    const ladder = [...new Set(known)].sort((left, right) => left - right);
    const jump = ladder.findIndex((bound, index) => index > 0 && bound - ladder[index - 1] > largestStep(ladder[index - 1]));
    return jump === -1 ? undefined
      : `\`schedules\` must move \`${prop}\` by at most a quarter, or one instance, per action: got ${ladder.join(' -> ')}; `
        + `after ${ladder[jump - 1]} the next may be ${ladder[jump - 1] + largestStep(ladder[jump - 1])}; put actions in between`;
  });
}

function largestStep(from: number): number {
  return Math.max(1, Math.floor(from * QUARTER / 100));
}
