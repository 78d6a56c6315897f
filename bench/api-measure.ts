import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import type { ApiVariant } from './api-app';

/** What a measuring process is asked: build and synthesize an app. */
export interface ApiSynthTask {
  readonly variant: ApiVariant;
  readonly apis: number;
  readonly endpointsEach: number;
  /** Where the compiled package is. */
  readonly library: string;
}

/** How much is measured. */
export interface ApiPlan {
  readonly apis: number;
  /** Endpoints of each API in the smaller and the larger app. */
  readonly sizes: readonly [smaller: number, larger: number];
  readonly runs: number;
  readonly library: string;
}

/** Milliseconds for one endpoint more, one entry for each run. */
export type ApiTimes = Readonly<Record<ApiVariant, readonly number[]>>;

const ROOT = join(__dirname, '..');
const BUNDLES = join(ROOT, 'node_modules', '.cache', 'bench'); // inside, so that it finds the aws-cdk-lib that the package finds

/** Each app in a process of its own; every other run begins with the other app, so that a slow machine slows both alike. */
export function measureApis({ apis, sizes: [smaller, larger], runs, library }: ApiPlan): ApiTimes {
  buildSync({
    entryPoints: [join(__dirname, 'api-child.ts')], outdir: BUNDLES, bundle: true, platform: 'node', packages: 'external', logLevel: 'error',
  });
  const times: Record<ApiVariant, number[]> = { ours: [], l1: [] };
  for (let run = 0; run < runs; run++) {
    for (const variant of run % 2 === 0 ? ['ours', 'l1'] as const : ['l1', 'ours'] as const) {
      const [few, many] = [smaller, larger].map((endpointsEach) => synth({ variant, apis, endpointsEach, library }));
      times[variant].push((many - few) / (apis * (larger - smaller)));
    }
  }
  return times;
}

function synth(task: ApiSynthTask): number {
  const env = { PATH: process.env.PATH, CDK_VALIDATION: 'false' }; // the same little for both
  const output = execFileSync(process.execPath, ['--expose-gc', join(BUNDLES, 'api-child.js'), JSON.stringify(task)], { cwd: ROOT, encoding: 'utf8', env });
  return JSON.parse(output) as number;
}
