/** Agreed between the constructs of a guarded endpoint and their handlers. Imports nothing. */

/** Folders of the bundles, and names of the `*.lambda.ts` files that they are made from. */
export const VERIFIER_BUNDLE = 'deployment-verifier';
export const PRUNER_BUNDLE = 'config-pruner';

export const VERIFIER_TYPE = 'Custom::DeploymentVerifier';
export const PRUNER_TYPE = 'Custom::ConfigPruner';

/** The sentence that says where to read on. */
export const ENV_RUNBOOK = 'RUNBOOK';

/** How long a deployment is looked at before it counts as not as wanted. */
export const VERIFICATION_SECONDS = 300;
/** How long one run of the pruner may take; what is left goes with the next deployment. */
export const PRUNING_SECONDS = 240;

/** What a variant must look like. CloudFormation hands numbers to a handler as text. */
export interface VariantProperties {
  readonly VariantName: string;
  readonly Weight: number;
  readonly InstanceCount: number;
  /** With `MaxInstances`, in place of `InstanceCount`: the variant is scaled. */
  readonly MinInstances?: number;
  readonly MaxInstances?: number;
}

export interface VerifierProperties {
  readonly EndpointName: string;
  readonly EndpointConfigName: string;
  readonly Variants: readonly VariantProperties[];
  /** Weights and counts are what they were before the deployment. */
  readonly Retained: boolean;
}

export interface PrunerProperties {
  readonly EndpointName: string;
  readonly EndpointConfigName: string;
}
