import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { buildSync } from 'esbuild';
import { isMet } from './targets';
import { TRAINING_VARIANTS, TrainingVariant } from './training-app';
import { TrainingCost, TrainingTask } from './training-contract';
import { summarizeTraining, trainingReport, trainingTargets } from './training-report';

const ROOT = join(__dirname, '..');
const BUNDLES = join(ROOT, 'node_modules', '.cache', 'bench'); // inside, so that they find the aws-cdk-lib that the package finds

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '7' },
    sizes: { type: 'string', default: '1,40' },
    library: { type: 'string', default: join(ROOT, 'build') },
    check: { type: 'boolean', default: false }, // fail on a target that is missed
  },
});
const library = resolve(values.library);
if (!existsSync(join(library, 'index.js'))) {
  throw new Error('the compiled package is measured: npm run compile first');
}
const [few, many] = values.sizes.split(',').map(Number);
if (!(few >= 1 && many > few)) {
  throw new Error(`--sizes must be two numbers of queues that rise, such as 1,40: got ${values.sizes}`);
}

buildSync({
  entryPoints: [join(__dirname, 'training-child.ts')], outdir: BUNDLES, bundle: true, platform: 'node', packages: 'external', logLevel: 'error',
});
const costs = measure(Number(values.runs));
const summary = summarizeTraining(few, many, costs);
console.log(trainingReport(summary));
process.exitCode = values.check && !trainingTargets(summary).every(isMet) ? 1 : 0;

/** One run goes through all apps and sizes before the next begins, and begins with another app each time. */
function measure(runs: number): Map<TrainingVariant, TrainingCost[][]> {
  const measured = new Map<TrainingVariant, TrainingCost[][]>(TRAINING_VARIANTS.map((variant) => [variant, []]));
  for (let run = 0; run < runs; run++) {
    const order = TRAINING_VARIANTS.map((_, place) => TRAINING_VARIANTS[(place + run) % TRAINING_VARIANTS.length]);
    for (const variant of order) {
      measured.get(variant)!.push([few, many].map((queues) => inChild({ variant, queues, warmUp: 5, library })));
    }
    console.error(`run ${run + 1} of ${runs}`);
  }
  return measured;
}

function inChild(task: TrainingTask): TrainingCost {
  const env = { PATH: process.env.PATH, CDK_VALIDATION: 'false' }; // the same little for all, whatever runs the bench
  const output = execFileSync(process.execPath, ['--expose-gc', join(BUNDLES, 'training-child.js'), JSON.stringify(task)], {
    cwd: ROOT, encoding: 'utf8', env,
  });
  return JSON.parse(output) as TrainingCost;
}
