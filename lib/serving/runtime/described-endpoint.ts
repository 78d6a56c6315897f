/** An endpoint as SageMaker describes it, and nothing of it that is not judged. */
export interface DescribedEndpoint {
  readonly status?: string;
  readonly configName?: string;
  /** The configuration of a deployment that runs now. */
  readonly pendingConfigName?: string;
  readonly failureReason?: string;
  readonly variants: readonly DescribedVariant[];
}

export interface DescribedVariant {
  readonly name: string;
  readonly currentWeight?: number;
  readonly desiredWeight?: number;
  readonly currentInstances?: number;
  readonly desiredInstances?: number;
  /** What happens to the variant now; empty when nothing does. */
  readonly statuses: readonly string[];
}
