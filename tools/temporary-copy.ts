import { execFileSync, spawnSync } from 'node:child_process';
import { closeSync, cpSync, existsSync, mkdirSync, mkdtempSync, openSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const ROOT = join(__dirname, '..');

/** A copy of what git would commit, in a repository of its own: a test asks git which files there are. */
export function temporaryCopy(purpose: string): string {
  const copy = mkdtempSync(join(tmpdir(), `${purpose}-`));
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: ROOT, encoding: 'utf8' });
  for (const path of listed.split('\0').filter((name) => name !== '' && existsSync(join(ROOT, name)))) {
    mkdirSync(dirname(join(copy, path)), { recursive: true });
    cpSync(join(ROOT, path), join(copy, path));
  }
  execFileSync('git', ['init', '--quiet'], { cwd: copy });
  execFileSync('git', ['add', '--all'], { cwd: copy });
  return copy;
}

/** How a command ended. */
export interface Outcome {
  readonly passed: boolean;
  readonly seconds: number;
  /** What it wrote, both streams. */
  readonly output: string;
}

/** Runs a command in a folder and keeps quiet about it; extra variables go on top of the environment. */
export function runIn(folder: string, command: readonly string[], extra: Readonly<Record<string, string>> = {}): Outcome {
  const log = join(mkdtempSync(join(tmpdir(), 'log-')), 'output');
  const file = openSync(log, 'w');
  const start = performance.now();
  // what an npm around us sets would tell the npm inside which package it works for
  const inherited = Object.entries(process.env).filter(([name]) => !/^(npm_(?!config_)|NODE_ENV$|CDK_)/i.test(name));
  const [program, ...rest] = command;
  const { status } = spawnSync(program, rest, {
    cwd: folder, env: { ...Object.fromEntries(inherited), ...extra }, stdio: ['ignore', file, file],
  });
  closeSync(file);
  return { passed: status === 0, seconds: (performance.now() - start) / 1000, output: readFileSync(log, 'utf8') };
}

/** The lines of a failed run that say why, or else its end. */
export function reasonsIn(output: string, most = 12): string {
  const lines = output.split('\n').map((line) => line.trimEnd()).filter((line) => line !== '');
  const telling = lines.filter((line) => /^\s*(FAIL |● |npm (error|ERR!) .|.*\berror\b TS|.*: error JSII)/.test(line));
  return [...new Set(telling.length > 0 ? telling.slice(0, most) : lines.slice(-most))].map((line) => `    ${line.trim()}`).join('\n');
}
