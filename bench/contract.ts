import type { Variant } from './bench-app';

/** What a measuring process is asked: build and synthesize an app. */
export interface SynthTask {
  readonly variant: Variant;
  readonly endpoints: number;
  /** How many endpoints are synthesized before, so that all modules are loaded and hot code is compiled. */
  readonly warmUp: number;
  /** Where the compiled package is. */
  readonly library: string;
}

/** Or: build and synthesize a case, or replay what it came to. */
export interface CaseTask {
  readonly name: string;
  readonly count: number;
  /** How many are synthesized before, at least. */
  readonly warmUp: number;
  readonly library: string;
  /** The assembly that is replayed as raw resources. Without it, ours is measured. */
  readonly recorded?: string;
  /** Where the assembly is left. */
  readonly outdir: string;
}

export interface CaseCost {
  /** Of the processor: whatever else runs on the machine takes none of it. */
  readonly milliseconds: number;
  /** Resources in all stacks. */
  readonly resources: number;
}

/** Or: load the packages. */
export interface ImportTask {
  readonly library: string;
}

export interface SynthCost {
  readonly milliseconds: number;
  /** The most memory the process had. */
  readonly megabytes: number;
  /** Resources in the stacks with endpoints. */
  readonly resources: number;
}

/** From before the first package. */
export interface ImportTimes {
  /** `aws-cdk-lib` alone, of which nothing is asked. */
  readonly bareMilliseconds: number;
  /** With `App` and `Stack`, which every app needs. */
  readonly cdkMilliseconds: number;
  /** And with the package. */
  readonly wholeMilliseconds: number;
}
