import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { apiApp } from './api-app';
import type { ApiSynthTask } from './api-measure';
import type { Library } from './api-place';

// One synth in a process of its own.
process.stdout.write(JSON.stringify(milliseconds(JSON.parse(process.argv[2]) as ApiSynthTask)));

function milliseconds({ variant, apis, endpointsEach, library: path }: ApiSynthTask): number {
  const library = createRequire(__filename)(path) as Library;
  const folder = mkdtempSync(join(tmpdir(), 'bench-api-'));
  const synth = (each: number, name: string) => {
    const outdir = join(folder, name);
    mkdirSync(outdir);
    const start = process.cpuUsage(); // what else runs on the machine takes time, and no processor time of ours
    apiApp({ variant, apis, endpointsEach: each, outdir, library }).synth();
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1000;
  };
  try {
    synth(endpointsEach, 'warm-up'); // loads what aws-cdk-lib loads late, and compiles hot code
    globalThis.gc?.();
    return synth(endpointsEach, 'measured');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
