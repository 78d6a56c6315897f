import { aws_applicationautoscaling as scaling } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { CapacityBounds } from './scaling-bounds';
import { Checks } from '../../core/checks';

/** What is scaled. */
export interface ScaledVariant {
  readonly endpointName: string;
  readonly variantName: string;
}

/** How Application Auto Scaling calls a variant. */
export function scaledResource({ endpointName, variantName }: ScaledVariant): string {
  return `endpoint/${endpointName}/variant/${variantName}`;
}

/** What a policy is made in and for. */
export interface PolicyPlace {
  readonly scope: Construct;
  readonly target: scaling.CfnScalableTarget;
  readonly variant: ScaledVariant;
  /** In seconds. */
  readonly scaleOutCooldown: number;
  readonly scaleInCooldown: number;
}

/** How a fleet follows its load between its bounds. */
export interface ScalingPolicy {
  /** What the policy asks of the bounds it moves between; `bounds` are those of the options and those of each schedule. */
  judge(checks: Checks, bounds: readonly CapacityBounds[]): Checks;
  /** Makes what Application Auto Scaling is told. */
  attach(place: PolicyPlace): void;
}
