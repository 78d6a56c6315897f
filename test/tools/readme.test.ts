import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { judge } from '../../tools/judgement';
import { completeReferenceApp } from '../../tools/reference-app';
import { reportTable } from '../../tools/report-table';
import { strictReport } from '../../tools/strict-synth';
import { VALIDATION_EXCEPTIONS } from '../../tools/validation-exceptions';

const ROOT = join(__dirname, '..', '..');
const README = readFileSync(join(ROOT, 'README.md'), 'utf8');

test('the README shows the table that `npm run demo` prints today', () => {
  const report = strictReport(completeReferenceApp, mkdtempSync(join(tmpdir(), 'readme-')));
  expect(README).toContain(reportTable(report, judge(report, VALIDATION_EXCEPTIONS)));
});

test('the README names the lowest version of the CDK that the package asks for', () => {
  const { peerDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { peerDependencies: Record<string, string> };
  expect(README).toContain(`\`aws-cdk-lib\` ${peerDependencies['aws-cdk-lib'].replace('^', '')} or later`);
  expect(README).toContain(`\`constructs\` ${peerDependencies.constructs.replace('^', '')} or`);
});

test('every script that a document names exists', () => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: Record<string, string> };
  const documents = ['README.md', 'CONTRIBUTING.md', 'docs/evidence.md', 'docs/acknowledgements.md', 'docs/mistakes.md', 'lib/serving/README.md'];
  const named = documents.flatMap((file) => [...readFileSync(join(ROOT, file), 'utf8').matchAll(/npm run ([\w:-]+)/g)].map(([, name]) => name));
  expect(named.length).toBeGreaterThan(5);
  expect(named.filter((name) => scripts[name] === undefined)).toEqual([]);
});

test('every alarm has its article in the runbook', () => {
  const runbook = readFileSync(join(ROOT, 'docs', 'runbook.md'), 'utf8');
  const snapshot = readFileSync(join(ROOT, 'test', 'snapshots', '__snapshots__', 'reference-stacks.test.ts.snap'), 'utf8');
  const linked = new Set([...snapshot.matchAll(/runbook\.md#([a-z0-9-]+)/g)].map(([, anchor]) => anchor));
  expect([...linked].sort()).toEqual(expect.arrayContaining(['error-rate', 'kill-switch', 'p99-latency']));
  for (const anchor of [...linked, 'scale-in', 'scale-out']) {
    expect(runbook).toMatch(new RegExp(`^## ${anchor}$`, 'm'));
  }
});
