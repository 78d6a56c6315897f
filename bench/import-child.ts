import { createRequire } from 'node:module';
import type { ImportTask, ImportTimes } from './contract';

// One process loads the packages, with nothing loaded before: this file imports no package.
const { library } = JSON.parse(process.argv[2]) as ImportTask;
const load = createRequire(__filename);
const steps = [
  () => load('aws-cdk-lib') as unknown, // loads its parts when they are asked for
  () => ['App', 'Stack'].map((name) => (load('aws-cdk-lib') as Record<string, unknown>)[name]),
  () => (load(library) as { serving: { GuardedEndpoint: unknown } }).serving.GuardedEndpoint,
];

const start = performance.now();
const [bareMilliseconds, cdkMilliseconds, wholeMilliseconds] = steps.map((step) => {
  step();
  return performance.now() - start;
});
const times: ImportTimes = { bareMilliseconds, cdkMilliseconds, wholeMilliseconds };
process.stdout.write(JSON.stringify(times));
