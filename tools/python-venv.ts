import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const ROOT = join(__dirname, '..');

/** A virtual environment below node_modules: `npm ci` takes it away, and git does not see it. */
export interface PythonVenv {
  /** Its folder below node_modules/.cache. */
  readonly name: string;
  /** Lists of requirements. The last is installed, and names the others; a change in any of them installs anew. */
  readonly requirements: readonly string[];
  /** The oldest minor version of Python 3 that those packages take. */
  readonly oldestMinor: number;
  /** What is not shown where there is no Python: one sentence. */
  readonly withoutIt: string;
}

/** The path of its python, or undefined where the machine has none: then a banner says what was left out. */
export function pythonOf(venv: PythonVenv): string | undefined {
  const needs = `import sys, venv, ensurepip; print(sys.version_info >= (3, ${venv.oldestMinor}))`;
  if (spawnSync('python3', ['-c', needs], { encoding: 'utf8' }).stdout?.trim() !== 'True') {
    const banner = '='.repeat(100);
    console.error(`${banner}\nSKIPPED: this needs python3 (3.${venv.oldestMinor} or newer) with venv, and this machine has none.\n`
      + `${venv.withoutIt}\n${banner}`);
    return undefined;
  }
  const folder = join(ROOT, 'node_modules', '.cache', venv.name);
  const python = join(folder, 'bin', 'python');
  install(venv, folder, python);
  return python;
}

export interface RunOptions {
  /** The root of the repository, if not given. */
  readonly cwd?: string;
  /** Beside that of this process. */
  readonly env?: Record<string, string>;
}

/** Runs it with its output shown; returns the exit code. */
export function run(command: string, args: readonly string[], { cwd = ROOT, env = {} }: RunOptions = {}): number {
  const { status, error } = spawnSync(command, args, { stdio: 'inherit', cwd, env: { ...process.env, ...env } });
  if (error !== undefined) {
    throw error;
  }
  return status ?? 1;
}

/** Once for each list of requirements. */
function install(venv: PythonVenv, folder: string, python: string): void {
  const digest = createHash('sha256');
  venv.requirements.forEach((file) => digest.update(readFileSync(file)));
  const marker = join(folder, digest.digest('hex'));
  if (existsSync(marker)) {
    return;
  }
  console.error(`Installing Python packages for ${venv.name} (about half a minute) …`);
  rmSync(folder, { recursive: true, force: true });
  for (const [command, args] of [
    ['python3', ['-m', 'venv', folder]],
    [python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--requirement', venv.requirements.at(-1)!]],
  ] as const) {
    if (run(command, args) !== 0) {
      throw new Error(`${command} ${args.join(' ')} failed: see above`);
    }
  }
  writeFileSync(marker, '');
}
