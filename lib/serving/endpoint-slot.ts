/**
 * The variant name a model version runs in. It never carries a version: SageMaker's guardrails and weights need the same
 * names in the old and the new configuration.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/deployment-guardrails-exclusions.html
 */
export class EndpointSlot {
  /** The version that callers are used to; the only slot of a guarded endpoint. */
  public static readonly STABLE = new EndpointSlot('Stable');
  /** The version under trial on a progressive endpoint. */
  public static readonly CANDIDATE = new EndpointSlot('Candidate');

  /** A variant of an endpoint that this library did not make. */
  public static named(variantName: string): EndpointSlot {
    return new EndpointSlot(variantName);
  }

  private constructor(
    /** The name as SageMaker and CloudWatch know it. */
    public readonly variantName: string,
  ) {}
}
