import { aws_applicationautoscaling as scaling, Duration, Token } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import {
  ConcurrencyScalingOptions, ConcurrencyTrackingOptions, EndpointScalingOptions, InvocationScalingOptions,
  InvocationTrackingOptions,
} from './endpoint-scaling-options';
import { CapacityBounds, checkBounds, checkSteps } from './scaling-bounds';
import { CONCURRENCY_SCALING, INVOCATION_SCALING } from './scaling-kinds';
import { ScaledVariant, scaledResource, ScalingPolicy } from './scaling-policy';
import { StepScaling } from './step-scaling';
import { TargetTracking } from './target-tracking';
import { Checks, inSeconds } from '../../core/checks';
import { shown } from '../../core/invalid-props';
import { Kinds } from '../../core/kinds';
import { ownProps } from '../../core/own-props';
import { checkKept } from '../rendered-resource';

/**
 * What scaling has to fit.
 * @internal
 */
export interface ScaledFleet {
  readonly instanceCount?: number;
  readonly burstable?: boolean;
  readonly instanceTypeName: string;
}

/** What a policy follows, and the prop it came from. */
interface Target {
  readonly prop: string;
  readonly value: number;
}

const HOUR = 3600;
const COOLDOWN = { min: 0, max: HOUR, whole: true, unit: 'seconds' };

/**
 * How a guarded endpoint's fleet follows its load. Take `onInvocations` or `onConcurrency`: they track a target in steps, and
 * one action adds or removes at most a quarter of the fleet, or one instance. The other two are Application Auto Scaling's own
 * target tracking, which knows no largest step. With scaling, an update keeps the counts that scaling has reached.
 *
 * Each throws `ScalingTarget`, `ScaleOutCooldown`, `ScaleInCooldown`, `ScalingMinimum`, `ScalingMaximum`, `ScalingBounds` or
 * `ScheduleStep`, target tracking `TargetTrackingStep` or `LargerStepsAccepted` as well, all problems at once; before them
 * `WrongKind`.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-auto-scaling.html
 */
export class EndpointScaling {
  /** Adds instances when each has more than its share of requests, three minutes in a row. */
  public static onInvocations(given: InvocationScalingOptions): EndpointScaling {
    const options = judged(given, INVOCATION_SCALING);
    const { invocationsPerInstance: target } = options;
    return new EndpointScaling(options, { prop: 'invocationsPerInstance', value: target },
      new StepScaling({ metricName: 'InvocationsPerInstance', statistic: 'Sum', target }));
  }

  /**
   * Adds instances when more requests are under way than each can work on. For models that take seconds; the metric is
   * `ConcurrentRequestsPerModel`.
   */
  public static onConcurrency(given: ConcurrencyScalingOptions): EndpointScaling {
    const options = judged(given, CONCURRENCY_SCALING);
    const { concurrentRequestsPerInstance: target } = options;
    return new EndpointScaling(options, { prop: 'concurrentRequestsPerInstance', value: target },
      new StepScaling({ metricName: 'ConcurrentRequestsPerModel', statistic: 'Maximum', target }));
  }

  /**
   * Lets Application Auto Scaling keep the requests per instance at the target: it makes the alarms, chooses the count, and
   * may go from `min` to `max` in one action. So the two have to be one step apart, which is a quarter of `min` or one
   * instance, or `largerStepsAccepted` says why not. A cooldown does not hold back a larger addition. `onInvocations` is what
   * most endpoints want.
   *
   * @see https://docs.aws.amazon.com/autoscaling/application/userguide/target-tracking-scaling-policy-overview.html
   */
  public static targetTrackingOnInvocations(given: InvocationTrackingOptions): EndpointScaling {
    const options = judged(given, INVOCATION_SCALING);
    const { invocationsPerInstance: value, largerStepsAccepted } = options;
    return new EndpointScaling(options, { prop: 'invocationsPerInstance', value }, new TargetTracking({
      metricType: scaling.PredefinedMetric.SAGEMAKER_VARIANT_INVOCATIONS_PER_INSTANCE,
      value,
      stepped: 'EndpointScaling.onInvocations',
      largerStepsAccepted,
    }));
  }

  /**
   * The same for requests under way, queued ones included, which SageMaker counts every ten seconds: it adds instances sooner
   * than the others do, and removes them no sooner. `onConcurrency` is what most endpoints want.
   *
   * @see https://docs.aws.amazon.com/sagemaker/latest/dg/endpoint-auto-scaling-add-code-define.html
   */
  public static targetTrackingOnConcurrency(given: ConcurrencyTrackingOptions): EndpointScaling {
    const options = judged(given, CONCURRENCY_SCALING);
    const { concurrentRequestsPerInstance: value, largerStepsAccepted } = options;
    return new EndpointScaling(options, { prop: 'concurrentRequestsPerInstance', value }, new TargetTracking({
      metricType: scaling.PredefinedMetric.SAGEMAKER_VARIANT_CONCURRENT_REQUESTS_PER_MODEL_HIGH_RESOLUTION,
      value,
      stepped: 'EndpointScaling.onConcurrency',
      largerStepsAccepted,
    }));
  }

  private constructor(
    private readonly options: EndpointScalingOptions, private readonly target: Target, private readonly policy: ScalingPolicy,
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
   * The fewest and the most instances at any time of any day; unknown, when one of several bounds is a token.
   * @internal
   */
  public get _range(): { readonly min?: number; readonly max?: number } {
    const [bounds, ...others] = this.allBounds;
    if (others.length === 0) {
      return bounds;
    }
    const fewest = this.allBounds.map(({ min }) => min);
    const most = this.allBounds.map(({ max }) => max);
    return [...fewest, ...most].some((bound) => Token.isUnresolved(bound)) ? {}
      : { min: Math.min(...fewest), max: Math.max(...most) };
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
      resourceId: scaledResource(variant),
      minCapacity: min,
      maxCapacity: max,
      scheduledActions: schedules.length === 0 ? undefined : schedules.map((scheduled, index) => ({
        scheduledActionName: `Bounds${index + 1}`,
        schedule: scheduled.schedule.expressionString,
        timezone: scheduled.timeZone?.timezoneName,
        scalableTargetAction: { minCapacity: scheduled.min, maxCapacity: scheduled.max },
      })),
    });
    this.keepBounds(target);
    this.policy.attach({
      scope,
      target,
      variant,
      scaleOutCooldown: inSeconds('scaleOutCooldown', this.outCooldown),
      scaleInCooldown: inSeconds('scaleInCooldown', this.inCooldown),
    });
    return target;
  }

  private keepBounds(target: scaling.CfnScalableTarget): void {
    const { min, max, schedules = [] } = this.options;
    checkKept(target, {
      ScalableDimension: target.scalableDimension,
      ResourceId: target.resourceId,
      MinCapacity: min,
      MaxCapacity: max,
      ...Object.fromEntries(schedules.map((scheduled, index) =>
        [`ScheduledActions.${index}.ScalableTargetAction`, { MinCapacity: scheduled.min, MaxCapacity: scheduled.max }])),
      [`ScheduledActions.${schedules.length}`]: undefined, // and no other
    }, '`scaling` was checked for this variant and these bounds');
  }

  private get outCooldown(): Duration {
    return this.options.scaleOutCooldown ?? Duration.minutes(5);
  }

  private get inCooldown(): Duration {
    return this.options.scaleInCooldown ?? Duration.minutes(5);
  }

  /** Those of the options first. */
  private get allBounds(): readonly CapacityBounds[] {
    const { min, max, schedules = [] } = this.options;
    return [{ path: '', min, max }, ...schedules.map((each, index) => ({ ...each, path: `schedules[${index}].` }))];
  }

  private check(): Checks {
    const checks = new Checks()
      .that('ScalingTarget', { target: this.target.value }, ({ target }) => target > 0 && Number.isFinite(target) ? undefined
        : `\`${this.target.prop}\` must be above 0: got ${shown(target)}`)
      .number('ScaleOutCooldown', 'scaleOutCooldown', inSeconds('scaleOutCooldown', this.outCooldown), COOLDOWN)
      .number('ScaleInCooldown', 'scaleInCooldown', inSeconds('scaleInCooldown', this.inCooldown), COOLDOWN);
    this.allBounds.forEach((bounds) => { checkBounds(checks, bounds); });
    checkSteps(checks, 'min', this.allBounds);
    checkSteps(checks, 'max', this.allBounds);
    return this.policy.judge(checks, this.allBounds);
  }
}

/** Options of the right kinds, each read once. */
function judged<Options extends object>(given: Options, kinds: Kinds<Options>): Options {
  const options = ownProps(given);
  new Checks().kinds(options, kinds).settle();
  return options;
}
