import { aws_applicationautoscaling as scaling } from 'aws-cdk-lib';
import { CapacityBounds, largestStep } from './scaling-bounds';
import { PolicyPlace, ScalingPolicy } from './scaling-policy';
import { Checks } from '../../core/checks';
import { shown } from '../../core/invalid-props';
import { checkFreeText } from '../../core/names';
import { checkKept } from '../rendered-resource';

/** Under this key the template says who accepted larger steps, and why. */
const ACCEPTED = 'cdk-ml-platform:largerStepsAccepted';
const SHORTEST_REASON = 20;
const LONGEST_REASON = 500;

/** What Application Auto Scaling follows. */
export interface TrackedTarget {
  readonly metricType: scaling.PredefinedMetric;
  readonly value: number;
  /** What moves in steps instead. */
  readonly stepped: string;
  /** Why a step of more than a quarter is fine. */
  readonly largerStepsAccepted?: string;
}

/**
 * Application Auto Scaling's own target tracking. It knows no largest step, so its bounds have to be one step apart, or
 * somebody has to accept larger ones by name.
 */
export class TargetTracking implements ScalingPolicy {
  constructor(private readonly tracked: TrackedTarget) {}

  public judge(checks: Checks, bounds: readonly CapacityBounds[]): Checks {
    const { largerStepsAccepted: reason } = this.tracked;
    if (reason === undefined) {
      bounds.forEach((each) => { this.judgeReach(checks, each); });
      return checks;
    }
    return checkFreeText(checks, 'largerStepsAccepted', reason, LONGEST_REASON)
      .that('LargerStepsAccepted', { reason }, ({ reason: known }) => typeof known !== 'string' || known.trim().length >= SHORTEST_REASON
        ? undefined : `\`largerStepsAccepted\` must give the reason, in ${SHORTEST_REASON} characters or more: got ${shown(known)}`);
  }

  public attach({ scope, target, scaleOutCooldown, scaleInCooldown }: PolicyPlace): void {
    const { metricType, value, largerStepsAccepted } = this.tracked;
    const policy = new scaling.CfnScalingPolicy(scope, 'Tracking', {
      policyName: `${scope.node.addr}-Tracking`,
      policyType: 'TargetTrackingScaling',
      scalingTargetId: target.ref,
      targetTrackingScalingPolicyConfiguration: {
        predefinedMetricSpecification: { predefinedMetricType: metricType },
        targetValue: value,
        scaleOutCooldown,
        scaleInCooldown,
      },
    });
    if (largerStepsAccepted !== undefined) {
      policy.addMetadata(ACCEPTED, largerStepsAccepted);
    }
    checkKept(policy, {
      'TargetTrackingScalingPolicyConfiguration.PredefinedMetricSpecification': { PredefinedMetricType: metricType },
    }, 'of another metric there may be no data, and a fleet without data stays as it is');
  }

  /** One action may go from one bound to the other. */
  private judgeReach(checks: Checks, { path, min, max }: CapacityBounds): void {
    checks.that('TargetTrackingStep', { min, max }, (known) => {
      const most = known.min + largestStep(known.min);
      return known.max > most
        ? `\`${path}max\` must be at most ${most} for \`${path}min\` ${known.min}, because target tracking crosses its bounds in one `
          + `action: got ${known.max}; use ${this.tracked.stepped}, which moves a quarter of the fleet or one instance at a time, or say `
          + 'in `largerStepsAccepted` why more is fine'
        : undefined;
    });
  }
}
