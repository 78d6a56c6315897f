import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { benchApp } from './bench-app';
import { SynthCost, SynthTask } from './contract';
import { Library } from './place';

// One synth in a process of its own.
process.stdout.write(JSON.stringify(synthCost(JSON.parse(process.argv[2]) as SynthTask)));

function synthCost({ variant, endpoints, warmUp, library: path }: SynthTask): SynthCost {
  const library = createRequire(__filename)(path) as Library;
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  const synth = (count: number, name: string) => {
    const outdir = join(folder, name);
    mkdirSync(outdir);
    const start = performance.now();
    benchApp({ variant, endpoints: count, outdir, library }).synth();
    return { outdir, milliseconds: performance.now() - start };
  };
  try {
    synth(warmUp, 'warm-up'); // loads what aws-cdk-lib loads late
    globalThis.gc?.();
    const { outdir, milliseconds } = synth(endpoints, 'measured');
    return { milliseconds, megabytes: process.resourceUsage().maxRSS / 1024, resources: resourcesIn(outdir) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The network is not counted: it is shared. */
function resourcesIn(outdir: string): number {
  const templates = readdirSync(outdir).filter((name) => /^Serving\d+\.template\.json$/.test(name));
  return templates.map((name) => JSON.parse(readFileSync(join(outdir, name), 'utf8')) as { Resources?: object })
    .reduce((sum, { Resources: resources = {} }) => sum + Object.keys(resources).length, 0);
}
