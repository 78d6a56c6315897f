import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { standingAreas } from '../../projenrc/areas';

const ROOT = join(__dirname, '..', '..');
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

interface Locked {
  readonly resolved?: string;
  readonly integrity?: string;
  readonly inBundle?: boolean;
}

describe('the lock file', () => {
  const { packages } = JSON.parse(read('package-lock.json')) as { packages: Readonly<Record<string, Locked>> };
  const locked = Object.entries(packages).filter(([path]) => path !== '');

  test('carries no download address: where packages come from is the reader\'s configuration', () => {
    expect(locked.filter(([, { resolved }]) => resolved !== undefined).map(([path]) => path)).toEqual([]);
  });

  test('names no registry and no archive', () => {
    expect(read('package-lock.json')).not.toMatch(/registry[.-]|[:/]registry\b|\.tgz/);
  });

  test('carries a hash for every package that is downloaded', () => {
    expect(locked.length).toBeGreaterThan(100);
    const downloaded = locked.filter(([, { inBundle }]) => inBundle !== true);
    expect(downloaded.filter(([, { integrity }]) => integrity === undefined).map(([path]) => path)).toEqual([]);
  });
});

describe('package.json', () => {
  const manifest = JSON.parse(read('package.json')) as Record<string, unknown>;

  test('bundles every dependency, so that no consumer meets another version of it', () => {
    expect(manifest.bundledDependencies).toEqual(Object.keys(manifest.dependencies as object));
    expect(manifest.bundledDependencies).toEqual(['zod']);
  });

  test('leaves the CDK to the consumer', () => {
    expect(Object.keys(manifest.peerDependencies as object)).toEqual(expect.arrayContaining(['aws-cdk-lib', 'constructs']));
  });
});

describe('tracked files', () => {
  // and those that would be tracked by the next commit
  const listed = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], { cwd: ROOT, encoding: 'utf8' });
  const tracked = listed.split('\0').filter((path) => path !== '' && existsSync(join(ROOT, path)) && statSync(join(ROOT, path)).isFile());
  const containing = (pattern: RegExp) => tracked.filter((path) => pattern.test(read(path)));

  test('are found', () => {
    expect(tracked).toEqual(expect.arrayContaining(['package.json', 'test/house/files.test.ts']));
  });

  // written in pieces, or this file would hold what it looks for
  const FOLDERS = ['work', 'root', 'home', 'Users'].join('|');

  test('hold no path of the machine they were written on', () => {
    expect(containing(new RegExp(`(?<![\\w.:}*-])/(?:${FOLDERS})/`))).toEqual([]);
  });

  test('the search for paths finds one', () => {
    const found = new RegExp(`(?<![\\w.:}*-])/(?:${FOLDERS})/`);
    expect(found.test(['open ', 'work', 'main'].join('/'))).toBe(true);
    expect(found.test('lib/network/index.ts')).toBe(false);
  });

  test('name no package registry', () => {
    expect(containing(new RegExp(['registry', 'npmjs'].join('\\.') + '|' + ['npm', 'pkg', 'github'].join('\\.')))).toEqual([]);
  });
});

describe('the public types', () => {
  const reachable = reachableFrom(join(ROOT, 'build', 'index.d.ts'));

  test('are read through every area', () => {
    expect(reachable.length).toBeGreaterThan(standingAreas().length);
  });

  test('hold no zod: it checks data at run time, and no consumer has to have it', () => {
    expect(reachable.filter((file) => /\bzod\b|\bz\.\w/.test(withoutComments(readFileSync(file, 'utf8'))))).toEqual([]);
  });

  test('hold no zod for other languages either', () => {
    const { types } = JSON.parse(read('.jsii')) as { types: object };
    expect(JSON.stringify(types)).not.toMatch(/"fqn":"zod/);
  });

  test('the search for zod finds it, and not in a comment', () => {
    expect(withoutComments("import { z } from 'zod';")).toContain('zod');
    expect(withoutComments('/** checked by zod */\nexport class A {} // zod')).not.toContain('zod');
  });
});

/** The declaration file and all that it imports, as a consumer's compiler reads them. */
function reachableFrom(first: string): string[] {
  if (!existsSync(first)) {
    throw new Error('build/index.d.ts is missing: run `npm run compile` first (`npm test` does)');
  }
  const seen = new Set([first]);
  for (const file of seen) { // a set's iterator also visits what is added on the way
    for (const [, path] of readFileSync(file, 'utf8').matchAll(/(?:from |import\()['"](\.[^'"]*)['"]/g)) {
      const base = join(dirname(file), path);
      seen.add([`${base}.d.ts`, join(base, 'index.d.ts')].find((candidate) => existsSync(candidate)) ?? base);
    }
  }
  return [...seen];
}

function withoutComments(source: string): string {
  return source.replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
}
