import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';

const ROOT = join(__dirname, '..', '..');
// what decides how a file is linted; the rules are the committed ones
const RULES = ['.eslintrc.json', 'tsconfig.json', 'test/tsconfig.json', 'projenrc/tsconfig.json', 'package.json'];

/** A rule that a line of a planted file breaks. */
export interface Complaint {
  readonly rule: string;
  readonly line: number;
  readonly message: string;
}

interface FileResult {
  readonly filePath: string;
  readonly messages: readonly { readonly ruleId: string | null; readonly line: number; readonly message: string }[];
}

/**
 * Lints planted sources under the committed rules, in a folder of their own: the rules look at paths, follow imports and
 * ask the compiler, so the files have to exist, and must not exist among the real ones.
 */
export function lintPlanted(sources: Readonly<Record<string, string>>): Map<string, Complaint[]> {
  const house = mkdtempSync(join(tmpdir(), 'planted-house-'));
  try {
    RULES.forEach((file) => cpSync(join(ROOT, file), join(house, file), { recursive: true }));
    symlinkSync(join(ROOT, 'node_modules'), join(house, 'node_modules'));
    for (const [path, source] of Object.entries(sources)) {
      mkdirSync(dirname(join(house, path)), { recursive: true });
      writeFileSync(join(house, path), source);
    }
    return new Map(run(house).map(({ filePath, messages }) => [
      relative(house, filePath),
      messages.map(({ ruleId, line, message }) => ({ rule: ruleId ?? 'parse', line, message })),
    ]));
  } finally {
    rmSync(house, { recursive: true, force: true });
  }
}

function run(house: string): FileResult[] {
  const eslint = join(ROOT, 'node_modules', 'eslint', 'bin', 'eslint.js');
  const env = { ...process.env, ESLINT_USE_FLAT_CONFIG: 'false' };
  const options = { cwd: house, encoding: 'utf8', env, stdio: 'pipe' } as const;
  try {
    return JSON.parse(execFileSync(process.execPath, [eslint, '--format', 'json', '--ext', '.ts', 'lib', 'test'], options)) as FileResult[];
  } catch (failed) {
    const { stdout, stderr } = failed as { stdout?: string; stderr?: string };
    if (stdout === undefined || !stdout.startsWith('[')) {
      throw new Error(`eslint did not run: ${stderr ?? String(failed)}`);
    }
    return JSON.parse(stdout) as FileResult[]; // exit code 1: there are complaints, as planted
  }
}
