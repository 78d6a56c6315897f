import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { reasonsIn, runIn, temporaryCopy } from '../../tools/temporary-copy';

describe('a temporary copy', () => {
  let copy: string;
  beforeAll(() => { copy = temporaryCopy('copy-test'); });
  afterAll(() => rmSync(copy, { recursive: true, force: true }));

  test('holds what git would commit, and not what it ignores', () => {
    expect(['package.json', 'lib/index.ts', '.eslintrc.json'].filter((path) => !existsSync(join(copy, path)))).toEqual([]);
    expect(['node_modules', 'build', '.jsii'].filter((path) => existsSync(join(copy, path)))).toEqual([]);
  });

  test('answers git, as the tests of the house need it', () => {
    expect(runIn(copy, ['git', 'ls-files', 'package.json'])).toMatchObject({ passed: true, output: 'package.json\n' });
  });

  test('says how a command ended', () => {
    expect(runIn(copy, ['node', '-e', 'console.error("why"); process.exit(3)'])).toMatchObject({ passed: false, output: 'why\n' });
  });

  test('does not pass on what would change the tests', () => {
    process.env.CDK_VALIDATION = 'false';
    expect(runIn(copy, ['node', '-p', 'process.env.CDK_VALIDATION']).output).toBe('undefined\n');
  });
});

describe('the reasons of a failure', () => {
  test('are the failing tests', () => {
    expect(reasonsIn('noise\nFAIL test/a.test.ts\n  ● a claim\nnoise')).toBe('    FAIL test/a.test.ts\n    ● a claim');
  });

  test('are the last lines when nothing else tells', () => {
    expect(reasonsIn('one\ntwo\nthree\n', 2)).toBe('    two\n    three');
  });
});
