import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { COPY_LAG_MS } from '../../bin/cli/audit-chain';
import { EXIT_CODES } from '../../bin/cli/exit-code';
import { DEFAULT_API_NAME } from '../../lib/api/runtime/contract';

const ROOT = join(__dirname, '..', '..');
const readme = readFileSync(join(ROOT, 'bin', 'README.md'), 'utf8');

test.each([...EXIT_CODES])('the README has exit code %i as the help has it', (code, meaning) => {
  expect(readme).toContain(`| ${code} | ${meaning} |`);
});

test('the README explains every finding, and no other', () => {
  const source = readFileSync(join(ROOT, 'bin', 'cli', 'audit-chain.ts'), 'utf8');
  const [, type] = /export type FindingKind =([^;]+);/.exec(source) ?? [];
  const kinds = [...(type ?? '').matchAll(/'([A-Z_]+)'/g)].map(([, kind]) => kind).sort();
  const [, section = ''] = readme.split('## What verify finds');
  const explained = section.split('\n').filter((line) => line.startsWith('| `')).flatMap((line) =>
    [...line.split('|')[1].matchAll(/`([A-Z_]+)`/g)].map(([, kind]) => kind));
  expect(kinds.length).toBeGreaterThan(10);
  expect(explained.sort()).toEqual(kinds);
});

test('the README says how long a row needs no copy', () => {
  expect(readme).toContain(`in its first ${COPY_LAG_MS / 60_000} minutes`);
});

test('the API of the example is the one that mlp asks when no name is given', () => {
  const [, example = ''] = /```ts\n([^]*?)```/.exec(readFileSync(join(ROOT, 'lib', 'api', 'README.md'), 'utf8')) ?? [];
  expect(example).toContain(`apiName: '${DEFAULT_API_NAME}'`);
});
