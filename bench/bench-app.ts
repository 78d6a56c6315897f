import { App, Stack } from 'aws-cdk-lib';
import { alpha } from './alpha';
import { l1 } from './l1-endpoint';
import { l1Minimum } from './l1-minimum';
import { ours } from './ours';
import { Library, Place } from './place';

/** The apps that are compared, by name. */
const VARIANTS = { 'ours': ours, 'l1': l1, 'l1-minimum': l1Minimum, 'alpha': alpha } satisfies Record<string, (place: Place) => void>;
export type Variant = keyof typeof VARIANTS;
export const VARIANT_NAMES = Object.keys(VARIANTS) as readonly Variant[];

/** A stack takes 500 resources, and an endpoint makes up to 22. */
export const ENDPOINTS_PER_STACK = 20;

/** Which app is made, and where it is written to. */
export interface BenchAppOptions {
  readonly variant: Variant;
  readonly endpoints: number;
  readonly outdir: string;
  readonly library: Library;
}

export function benchApp({ outdir, ...what }: BenchAppOptions): App {
  const app = new App({ outdir });
  addEndpoints(app, what);
  return app;
}

/** One network, and as many stacks with endpoints as it takes. */
export function addEndpoints(app: App, { variant, endpoints, library }: Omit<BenchAppOptions, 'outdir'>): void {
  const network = new library.network.MlNetwork(new Stack(app, 'Shared'), 'Network');
  for (let first = 0; first < endpoints; first += ENDPOINTS_PER_STACK) {
    const indices = Array.from({ length: Math.min(ENDPOINTS_PER_STACK, endpoints - first) }, (_, index) => first + index);
    VARIANTS[variant]({ stack: new Stack(app, `Serving${first / ENDPOINTS_PER_STACK}`), network, library, indices });
  }
}
