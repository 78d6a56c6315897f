import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { caseReport } from './case-report';
import { CASES, caseOf } from './cases';
import { linesBetweenMarks } from './count-lines';
import { measure } from './measure';
import { measureCases } from './measure-cases';
import { report } from './report';
import { LineCounts, summarize } from './summary';
import { isMet, targets } from './targets';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '7' },
    sizes: { type: 'string', default: '1,10,50,200' },
    library: { type: 'string', default: join(__dirname, '..', 'build') },
    cases: { type: 'string', default: CASES.map(({ name }) => name).join(',') },
    only: { type: 'string' }, // 'endpoints' or 'cases': all, if it is left out
    check: { type: 'boolean', default: false }, // fail on what holds on any machine
  },
});

const L1_FILES = ['l1-words.ts', 'l1-endpoint.ts', 'l1-handlers.ts', 'lines/l1-extras.ts'];
const library = resolve(values.library);
if (!existsSync(join(library, 'index.js'))) {
  throw new Error('the compiled package is measured: npm run compile first');
}
const sizes = values.sizes.split(',').map(Number);
if (sizes.length < 3 || sizes.some((size, index) => !(size >= 1) || size <= (sizes[index - 1] ?? 0))) {
  throw new Error(`--sizes must be three or more numbers of endpoints that rise, such as 1,10,200: got ${values.sizes}`);
}

if (values.only !== undefined && !['endpoints', 'cases'].includes(values.only)) {
  throw new Error(`--only must be endpoints or cases: got ${values.only}`);
}

const runs = Number(values.runs);
if (values.only !== 'cases') {
  const measurements = measure({ sizes, runs, warmUp: 20, library }, console.error);
  const summary = summarize(sizes, measurements, lineCounts());
  console.log(report(summary));
  const missed = targets(summary).filter((target) => target.portable && !isMet(target));
  process.exitCode = values.check && missed.length > 0 ? 1 : 0;
}
if (values.only !== 'endpoints') {
  const cases = values.cases.split(',').map(caseOf);
  console.log(`\n${caseReport(measureCases({ cases, runs, warmUp: 10, library }, console.error), runs)}`);
}

function lineCounts(): LineCounts {
  const count = (name: string) => linesBetweenMarks(readFileSync(join(__dirname, name), 'utf8'));
  return { ours: count('lines/ours.ts'), l1: L1_FILES.map(count).reduce((sum, lines) => sum + lines) };
}
