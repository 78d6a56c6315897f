import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Library } from './place';
import { trainingApp } from './training-app';
import { TrainingCost, TrainingTask } from './training-contract';

// One synth in a process of its own.
process.stdout.write(JSON.stringify(cost(JSON.parse(process.argv[2]) as TrainingTask)));

function cost({ variant, queues, warmUp, library: path }: TrainingTask): TrainingCost {
  const library = createRequire(__filename)(path) as Library;
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  const synth = (count: number, name: string) => {
    const outdir = join(folder, name);
    mkdirSync(outdir);
    const start = process.cpuUsage(); // what else runs on the machine takes time, and no processor time of ours
    trainingApp(variant, count, outdir, library).synth();
    const { user, system } = process.cpuUsage(start);
    return { outdir, milliseconds: (user + system) / 1000 };
  };
  try {
    synth(warmUp, 'warm-up'); // loads what aws-cdk-lib loads late
    globalThis.gc?.();
    const { outdir, milliseconds } = synth(queues, 'measured');
    return { milliseconds, resources: resourcesIn(outdir) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The network is not counted: it is shared. */
function resourcesIn(outdir: string): number {
  return readdirSync(outdir).filter((name) => /^Training\d+\.template\.json$/.test(name))
    .map((name) => JSON.parse(readFileSync(join(outdir, name), 'utf8')) as { Resources: object })
    .reduce((sum, { Resources: resources }) => sum + Object.keys(resources).length, 0);
}
