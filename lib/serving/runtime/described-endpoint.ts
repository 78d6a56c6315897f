/** An endpoint as SageMaker describes it, and nothing of it that is not judged. */
export interface DescribedEndpoint<Variant extends VariantFleet = DescribedVariant> {
  readonly status?: string;
  readonly configName?: string;
  /** The configuration of a deployment that runs now. */
  readonly pendingConfigName?: string;
  readonly failureReason?: string;
  readonly variants: readonly Variant[];
}

/** What serves under the name of a variant. */
export interface VariantFleet {
  readonly name: string;
  readonly currentWeight?: number;
  readonly desiredWeight?: number;
  readonly currentInstances?: number;
  readonly desiredInstances?: number;
}

export interface DescribedVariant extends VariantFleet {
  /** What happens to the variant now; empty when nothing does. */
  readonly statuses: readonly string[];
}
