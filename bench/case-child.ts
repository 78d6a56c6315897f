import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { caseOf } from './cases';
import { CaseCost, CaseTask } from './contract';
import { Library } from './place';
import { recorded, replay } from './replay';

// One synth of a case in a process of its own.
process.stdout.write(JSON.stringify(caseCost(JSON.parse(process.argv[2]) as CaseTask)));

function caseCost(task: CaseTask): CaseCost {
  const fill = task.recorded === undefined ? filledByUs(task) : replayed(task.recorded);
  const folder = mkdtempSync(join(tmpdir(), 'bench-'));
  const synth = (count: number, outdir: string) => {
    mkdirSync(outdir, { recursive: true });
    const start = process.cpuUsage();
    const app = new App({ outdir });
    fill(app, count);
    app.synth();
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1000;
  };
  try {
    for (let warm = 0; warm < task.warmUp; warm += task.count) {
      synth(task.count, join(folder, String(warm))); // loads what aws-cdk-lib loads late, and compiles hot code
    }
    rmSync(task.outdir, { recursive: true, force: true });
    globalThis.gc?.();
    return { milliseconds: synth(task.count, task.outdir), resources: resourcesIn(task.outdir) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function filledByUs({ name, library: path }: CaseTask): (app: App, count: number) => void {
  const library = createRequire(__filename)(path) as Library;
  const { ours } = caseOf(name);
  return (app, count) => ours(app, count, library);
}

/** Does not load the package. */
function replayed(assembly: string): (app: App) => void {
  const what = recorded(assembly);
  return (app) => replay(app, what);
}

function resourcesIn(outdir: string): number {
  return readdirSync(outdir).filter((name) => name.endsWith('.template.json'))
    .map((name) => JSON.parse(readFileSync(join(outdir, name), 'utf8')) as { Resources?: object })
    .reduce((sum, { Resources: resources = {} }) => sum + Object.keys(resources).length, 0);
}
