import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { Variant, VARIANT_NAMES } from './bench-app';
import { ImportTask, ImportTimes, SynthCost, SynthTask } from './contract';

const ROOT = join(__dirname, '..');
const BUNDLES = join(ROOT, 'node_modules', '.cache', 'bench'); // inside, so that they find the aws-cdk-lib that the package finds

/** How much is measured. */
export interface Plan {
  readonly sizes: readonly number[];
  readonly runs: number;
  readonly warmUp: number;
  /** Where the package is: compiled, as its users have it. */
  readonly library: string;
}

/** Everything that was measured; one entry per run. */
export interface Measurements {
  readonly costs: ReadonlyMap<Variant, ReadonlyMap<number, readonly SynthCost[]>>;
  readonly imports: readonly ImportTimes[];
  /** Resources of one endpoint more, and of the first, which brings what it shares with the others of its stack. */
  readonly resources: ReadonlyMap<Variant, { readonly marginal: number; readonly first: number }>;
}

/**
 * Measures each app in a process of its own. One run goes through all apps and sizes before the next begins, and begins
 * with another app each time, so that a machine that slows down slows all alike.
 */
export function measure({ sizes, runs, warmUp, library }: Plan, progress: (line: string) => void): Measurements {
  ['synth-child', 'import-child'].forEach(bundleChild);
  const synth = (variant: Variant, endpoints: number, warm = warmUp) =>
    inChild<SynthTask, SynthCost>('synth-child', { variant, endpoints, warmUp: warm, library });
  const costs = new Map(VARIANT_NAMES.map((variant) => [variant, new Map(sizes.map((size) => [size, [] as SynthCost[]]))]));
  const imports: ImportTimes[] = [];
  for (let run = 0; run < runs; run++) {
    const start = performance.now();
    imports.push(inChild<ImportTask, ImportTimes>('import-child', { library }));
    for (const size of sizes) {
      for (const variant of rotated(VARIANT_NAMES, run)) {
        costs.get(variant)!.get(size)!.push(synth(variant, size));
      }
    }
    progress(`run ${run + 1} of ${runs}: ${((performance.now() - start) / 1000).toFixed(0)} s`);
  }
  const resources = new Map(VARIANT_NAMES.map((variant) => {
    const [first, eleven] = [1, 11].map((endpoints) => synth(variant, endpoints, 0).resources);
    return [variant, { first, marginal: (eleven - first) / 10 }];
  }));
  return { costs, imports, resources };
}

/** Plain JavaScript: a loader that compiles on the way, or maps stack traces, would slow each app by another amount. */
export function bundleChild(name: string): void {
  buildSync({
    entryPoints: [join(__dirname, `${name}.ts`)],
    outdir: BUNDLES,
    bundle: true,
    platform: 'node',
    packages: 'external',
    logLevel: 'error',
  });
}

/** What a process of its own came to. */
export function inChild<Task, Result>(name: string, task: Task): Result {
  const env = { PATH: process.env.PATH, CDK_VALIDATION: 'false' }; // the same little for all, whatever runs the bench
  const program = join(BUNDLES, `${name}.js`);
  const output = execFileSync(process.execPath, ['--expose-gc', program, JSON.stringify(task)], { cwd: ROOT, encoding: 'utf8', env });
  return JSON.parse(output) as Result;
}

function rotated<T>(values: readonly T[], by: number): T[] {
  return values.map((_, index) => values[(index + by) % values.length]);
}
