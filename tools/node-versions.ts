import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { alignedTable } from './report-table';
import { reasonsIn, runIn, temporaryCopy } from './temporary-copy';

/**
 * Runs `npm ci` and `npm test` on several versions of Node, each in a fresh copy: `npm run node-versions` or, for some,
 * `npm run node-versions -- 22`. Node comes as the npm package that `node` would download by an install script.
 */
const SUPPORTED = ['20', '22', '24'];
const STEPS: readonly (readonly string[])[] = [['npm', 'ci', '--no-audit', '--no-fund'], ['npm', 'test']];

interface Row {
  readonly node: string;
  readonly seconds: readonly number[];
  readonly passed: boolean;
}

function tryNode(major: string): Row {
  const home = mkdtempSync(join(tmpdir(), `node-${major}-`));
  const copy = temporaryCopy(`on-node-${major}`);
  try {
    const path = [bringNode(home, major), process.env.PATH ?? ''].join(delimiter);
    const node = versionSeenByNpm(copy, path);
    if (!node.startsWith(`${major}.`)) {
      throw new Error(`npm runs on Node ${node}, not on ${major}`);
    }
    return runSteps(copy, node, path);
  } catch (error) {
    console.log(`Node ${major}: ${(error as Error).message}`);
    return { node: major, seconds: [], passed: false };
  } finally {
    [home, copy].forEach((folder) => rmSync(folder, { recursive: true, force: true }));
  }
}

/** The folder with the program `node` of a major version. */
function bringNode(home: string, major: string): string {
  const name = `node-${process.platform}-${process.arch}`;
  console.log(`Node ${major}: installing ${name}`);
  const { passed, output } = runIn(home, ['npm', 'install', '--prefix', home, '--no-save', '--no-audit', '--no-fund', `${name}@${major}`]);
  if (!passed) {
    throw new Error(`${name}@${major} cannot be installed\n${reasonsIn(output)}`);
  }
  return join(home, 'node_modules', name, 'bin');
}

/** npm must run on the Node under test too, and what npm runs. */
function versionSeenByNpm(copy: string, path: string): string {
  const { output } = runIn(copy, ['npm', 'version', '--json'], { PATH: path });
  return /"node": "([\d.]+)"/.exec(output)?.[1] ?? 'unknown';
}

function runSteps(copy: string, node: string, path: string): Row {
  const seconds: number[] = [];
  for (const step of STEPS) {
    console.log(`Node ${node}: ${step.join(' ')}`);
    const outcome = runIn(copy, step, { PATH: path });
    seconds.push(outcome.seconds);
    console.log(`Node ${node}: ${outcome.passed ? 'passed' : 'FAILED'} after ${outcome.seconds.toFixed(0)} s`);
    if (!outcome.passed) {
      console.log(reasonsIn(outcome.output));
      return { node, seconds, passed: false };
    }
  }
  return { node, seconds, passed: true };
}

const asked = process.argv.slice(2);
if (asked.some((major) => !SUPPORTED.includes(major))) {
  console.error(`usage: npm run node-versions -- [${SUPPORTED.join('] [')}]`);
  process.exitCode = 2;
} else {
  const rows = (asked.length > 0 ? asked : SUPPORTED).map(tryNode);
  const passed = rows.filter((row) => row.passed).length;
  console.log(`\n${alignedTable(['Node', ...STEPS.map(([, word]) => `npm ${word}`), 'result'], [
    ...rows.map((row) => [row.node, ...STEPS.map((_, step) => row.seconds[step] === undefined ? '-' : `${row.seconds[step].toFixed(0)} s`),
      row.passed ? 'passed' : 'failed']),
    ['Total', '', '', `${passed} of ${rows.length} passed`],
  ])}`);
  process.exitCode = passed === rows.length ? 0 : 1;
}
