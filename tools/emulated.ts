import { ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pythonOf, ROOT, run } from './python-venv';

/**
 * Runs `*.emulated.ts` against moto, an AWS that nobody here wrote: the same bundles, over HTTP. Where there is no Python, it
 * says so and does nothing. moto comes from PyPI.
 */
const FOLDER = join(ROOT, 'test', 'emulated');

function main(): number | Promise<number> {
  const python = pythonOf({
    name: 'emulated-aws',
    requirements: [join(FOLDER, 'requirements.txt')],
    oldestMinor: 11,
    withoutIt: 'Nothing has been compared with an AWS that is not ours.',
  });
  return python === undefined ? 0 : withServer(python, (url) => (
    run('npx', ['jest', '--ci', '--testMatch', '**/*.emulated.ts', ...process.argv.slice(2)], { env: { EMULATED_AWS: url } })
  ));
}

async function withServer(python: string, use: (url: string) => number): Promise<number> {
  const server = spawn(python, [join(FOLDER, 'server.py')], { stdio: ['ignore', 'pipe', 'ignore'] });
  try {
    return use(`http://127.0.0.1:${await firstLineOf(server)}`);
  } finally {
    server.kill();
  }
}

function firstLineOf(server: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    createInterface({ input: server.stdout! }).once('line', resolve);
    server.once('exit', (code) => reject(new Error(`moto ended with ${code} before it listened`)));
  });
}

void Promise.resolve(main()).then((code) => { process.exitCode = code; });
