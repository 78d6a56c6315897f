import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ascending, lowestPassing } from './lowest-passing';
import { alignedTable } from './report-table';
import { reasonsIn, runIn, temporaryCopy } from './temporary-copy';

/**
 * Finds the lowest aws-cdk-lib on which the library compiles and all tests pass: `npm run peer-floor -- 2.270.0 2.276.0`.
 * A list is searched by halves; `--each` tries every version.
 */
const STEPS: readonly (readonly string[])[] = [
  ['npm', 'install', '--no-package-lock', '--no-audit', '--no-fund'],
  ['npm', 'run', 'compile'],
  ['npx', 'jest', '--ci'],
];

interface Manifest {
  readonly devDependencies: Record<string, string>;
  readonly peerDependencies: Record<string, string>;
}

function useVersion(copy: string, version: string): void {
  const file = join(copy, 'package.json');
  const manifest = JSON.parse(readFileSync(file, 'utf8')) as Manifest;
  manifest.devDependencies['aws-cdk-lib'] = version;
  manifest.peerDependencies['aws-cdk-lib'] = `^${version}`;
  writeFileSync(file, JSON.stringify(manifest, undefined, 2));
}

function tryVersion(copy: string, version: string): boolean {
  useVersion(copy, version);
  for (const step of STEPS) {
    console.log(`${version}: ${step.join(' ')}`);
    const { passed, seconds, output } = runIn(copy, step);
    console.log(`${version}: ${passed ? 'passed' : 'FAILED'} after ${seconds.toFixed(0)} s`);
    if (!passed) {
      console.log(reasonsIn(output));
      return false;
    }
  }
  return true;
}

function findFloor(versions: readonly string[], each: boolean): number {
  const results = new Map<string, boolean>();
  const copy = temporaryCopy('peer-floor');
  try {
    const attempt = (version: string) => {
      const passed = tryVersion(copy, version);
      results.set(version, passed);
      return passed;
    };
    if (each) {
      versions.forEach(attempt);
    }
    const floor = each ? lowestOf(versions, results) : lowestPassing(versions, attempt);
    const result = (version: string) => ({ true: 'passed', false: 'failed' })[String(results.get(version))] ?? 'not tried';
    console.log(`\n${alignedTable(['aws-cdk-lib', 'result'],
      [...versions.map((version) => [version, result(version)]), ['lowest passing', floor ?? 'none']])}`);
    return floor === undefined ? 1 : 0;
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

/** The first version from which on everything passes. */
function lowestOf(versions: readonly string[], results: ReadonlyMap<string, boolean>): string | undefined {
  return versions.find((_, index) => versions.slice(index).every((version) => results.get(version) === true));
}

const [options, versions] = [process.argv.slice(2).filter((word) => word.startsWith('--')),
  ascending(process.argv.slice(2).filter((word) => !word.startsWith('--')))];
if (versions.length === 0 || versions.some((version) => !/^\d+\.\d+\.\d+$/.test(version)) || options.some((word) => word !== '--each')) {
  console.error('usage: npm run peer-floor -- [--each] <version of aws-cdk-lib> …, e.g. 2.257.0 2.270.0 2.276.0');
  process.exitCode = 2;
} else {
  process.exitCode = findFloor(versions, options.includes('--each'));
}
