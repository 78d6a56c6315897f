import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Plugin } from 'esbuild';

/** A defect to plant: the words of a file, and what they become. Each is one that somebody could write. */
export interface Planted {
  readonly name: string;
  /** From the root of the repository. */
  readonly file: string;
  readonly from: string;
  readonly to: string;
}

const ROOT = join(__dirname, '..', '..');

/** The source with the defect. Nothing is written to disk. */
export function sourceWith({ name, file, from, to }: Planted): { readonly path: string; readonly contents: string } {
  const path = join(ROOT, file);
  const source = readFileSync(path, 'utf8');
  if (source.split(from).length !== 2) {
    throw new Error(`cannot plant "${name}": ${file} should hold this once, and does not: ${from}`);
  }
  // a function, because a replacement may hold `$`
  return { path, contents: source.replace(from, () => to) };
}

/** Lets esbuild read the defect in place of the source. */
export function planting(planted: Planted): Plugin {
  const { path, contents } = sourceWith(planted);
  return {
    name: 'plant',
    setup: ({ onLoad }) => {
      onLoad({ filter: /\.ts$/ }, ({ path: file }) => file === path ? { contents, loader: 'ts' } : undefined);
    },
  };
}

/** Names of the tests of some files that fail over the defect, in a jest of their own. Without a defect, over the sources. */
export async function failing(files: readonly string[], planted: Planted | undefined): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'planted-'));
  try {
    const report = join(folder, 'report.json');
    const config = JSON.parse(readFileSync(join(ROOT, 'jest.config.json'), 'utf8')) as { readonly transform: object };
    // the first that fits is taken
    const withDefect = { '^.+\\.tsx?$': [join(__dirname, 'plant-transform.cjs'), { tsconfig: 'test/tsconfig.json' }] };
    const transform = { ...(planted === undefined ? {} : withDefect), ...config.transform };
    const whole = { ...config, rootDir: ROOT, reporters: [], transform };
    await ended(spawn(process.execPath, [
      require.resolve('jest/bin/jest'), '--ci', '--runInBand', '--silent', '--config', JSON.stringify(whole), '--json',
      '--outputFile', report, '--runTestsByPath', ...files.map((file) => join(ROOT, file)),
    ], {
      cwd: ROOT,
      stdio: 'ignore',
      env: { ...process.env, ...(planted === undefined ? {} : { PLANTED: JSON.stringify(sourceWith(planted)) }) },
    }));
    const { testResults, numTotalTests } = JSON.parse(readFileSync(report, 'utf8')) as Report;
    // without an assertion: the file could not be loaded
    const broken = testResults.filter(({ assertionResults, status }) => status === 'failed' && assertionResults.length === 0);
    if (numTotalTests === 0 || broken.length > 0) {
      // a file that cannot be loaded notices nothing: the defect is none that somebody could write
      throw new Error(`the tests did not run: ${broken.map(({ message }) => message).join('\n') || files.join(', ')}`);
    }
    return testResults.flatMap(({ assertionResults }) => assertionResults).filter(({ status }) => status === 'failed').map(({ fullName }) => fullName);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

interface Report {
  readonly numTotalTests: number;
  readonly testResults: readonly {
    readonly status: string;
    readonly message: string;
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

function ended(child: ReturnType<typeof spawn>): Promise<void> {
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', () => { resolve(); });
  });
}
