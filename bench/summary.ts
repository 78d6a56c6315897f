import { Variant, VARIANT_NAMES } from './bench-app';
import { SynthCost } from './contract';
import { Measurements } from './measure';

/** Lines of code for the same endpoint. */
export interface LineCounts {
  readonly ours: number;
  readonly l1: number;
}

/** What the README says of one app: medians over the runs. */
export interface Row {
  readonly variant: Variant;
  /** Milliseconds to build and synthesize an app of that many endpoints. */
  readonly milliseconds: ReadonlyMap<number, number>;
  /** Milliseconds for one endpoint more, between the smallest and the largest app. */
  readonly marginalMilliseconds: number;
  /** The same as a multiple of the hand-written app with the same resources, run by run. */
  readonly timesL1: number;
  /** The most memory that the largest app took. */
  readonly megabytes: number;
  /** Resources of one endpoint more. */
  readonly resources: number;
  /** Resources of the first endpoint of a stack. */
  readonly firstResources: number;
}

export interface Summary {
  readonly sizes: readonly number[];
  readonly runs: number;
  readonly rows: readonly Row[];
  /** What an endpoint of ours costs in the largest app, as a multiple of what it costs in the second smallest. */
  readonly growth: number;
  /** Milliseconds that importing the package adds to aws-cdk-lib with `App` and `Stack`. */
  readonly importMilliseconds: number;
  /** Milliseconds for aws-cdk-lib with both. */
  readonly cdkImportMilliseconds: number;
  /** Milliseconds for aws-cdk-lib when nothing of it is asked for. */
  readonly bareImportMilliseconds: number;
  readonly lines: LineCounts;
}

export function summarize(sizes: readonly number[], { costs, imports, resources }: Measurements, lines: LineCounts): Summary {
  const [smallest, second, largest] = [sizes[0], sizes[1], sizes[sizes.length - 1]];
  const runsOf = (variant: Variant, size: number): readonly SynthCost[] => costs.get(variant)!.get(size)!;
  const perEndpoint = (variant: Variant, size: number) => runsOf(variant, size).map(({ milliseconds }, run) =>
    (milliseconds - runsOf(variant, smallest)[run].milliseconds) / (size - smallest));
  const reference = perEndpoint('l1', largest);
  return {
    sizes,
    runs: imports.length,
    rows: VARIANT_NAMES.map((variant) => ({
      variant,
      milliseconds: new Map(sizes.map((size) => [size, median(runsOf(variant, size).map(({ milliseconds }) => milliseconds))])),
      marginalMilliseconds: median(perEndpoint(variant, largest)),
      timesL1: median(perEndpoint(variant, largest).map((milliseconds, run) => milliseconds / reference[run])),
      megabytes: median(runsOf(variant, largest).map(({ megabytes }) => megabytes)),
      resources: resources.get(variant)!.marginal,
      firstResources: resources.get(variant)!.first,
    })),
    growth: median(perEndpoint('ours', largest)) / median(perEndpoint('ours', second)),
    importMilliseconds: median(imports.map(({ cdkMilliseconds, wholeMilliseconds }) => wholeMilliseconds - cdkMilliseconds)),
    cdkImportMilliseconds: median(imports.map(({ cdkMilliseconds }) => cdkMilliseconds)),
    bareImportMilliseconds: median(imports.map(({ bareMilliseconds }) => bareMilliseconds)),
    lines,
  };
}

/** The middle value; between two, the mean of both. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
