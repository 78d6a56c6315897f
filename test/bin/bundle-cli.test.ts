import { cpSync, existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join } from 'node:path';
import { TemporaryFolder } from './support/temporary-folder';
import { bundleCli, writeCli } from '../../tools/bundle-cli';

const ROOT = join(__dirname, '..', '..');
const { code, licences } = bundleCli(ROOT);

test('what ships is made from these sources', () => {
  const file = join(ROOT, 'cli', 'mlp.js');
  if (!existsSync(file)) {
    throw new Error('cli/mlp.js is missing: run `npm run compile` first, which bundles the command');
  }
  expect(readFileSync(file, 'utf8') === code).toBe(true);
});

test('the bundle is the same from another folder', () => {
  const copy = new TemporaryFolder();
  for (const folder of ['bin', 'lib', 'rehearsal']) {
    cpSync(join(ROOT, folder), join(copy.path, folder), { recursive: true });
  }
  cpSync(join(ROOT, 'package.json'), join(copy.path, 'package.json'));
  copy.file('tsconfig.json', JSON.stringify({ compilerOptions: { target: 'es5', alwaysStrict: true } }));
  symlinkSync(join(ROOT, 'node_modules'), join(copy.path, 'node_modules'));
  const again = bundleCli(copy.path);
  copy.remove();
  expect(again.code === code).toBe(true);
  expect(again.licences === licences).toBe(true);
});

test('it begins as a program does, and needs nothing but Node', () => {
  expect(code.startsWith('#!/usr/bin/env node\n')).toBe(true);
  // one message of the SDK shows a require in brackets
  const calls = [...code.matchAll(/(?<!\[)\brequire\("([^"]+)"\)/g)];
  const required = new Set(calls.map(([, module]) => module.replace(/^node:/, '').split('/')[0]));
  expect(required.size).toBeGreaterThan(3);
  expect([...required].filter((module) => !builtinModules.includes(module))).toEqual([]);
});

test('it holds no path of this machine and nothing of the CDK', () => {
  expect(code).not.toContain(ROOT);
  expect(code).not.toMatch(/aws-cdk-lib|sourceMappingURL/);
});

test('it is written so that it can be run', () => {
  const folder = new TemporaryFolder();
  mkdirSync(join(folder.path, 'cli'));
  writeFileSync(join(folder.path, 'cli', 'mlp.js'), 'half a file');
  writeCli({ code, licences }, join(folder.path, 'cli'));
  expect((statSync(join(folder.path, 'cli', 'mlp.js')).mode % 0o1000).toString(8)).toBe('755');
  expect(readFileSync(join(folder.path, 'cli', 'mlp.js'), 'utf8') === code).toBe(true);
  folder.remove();
});

test('the licences of what is inside go with it', () => {
  for (const name of ['commander', 'cli-table3', 'zod', '@aws-sdk/client-s3', '@smithy/signature-v4']) {
    expect(licences).toMatch(new RegExp(`^${name} [0-9]+\\.`, 'm'));
  }
  expect(licences).toContain('Apache License');
  expect(licences).not.toMatch(/^undefined/m);
});

test('the package has this command and no other', () => {
  const { bin } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { bin: object };
  expect(bin).toEqual({ mlp: 'cli/mlp.js' });
});
