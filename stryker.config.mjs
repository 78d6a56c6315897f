import { readFileSync } from 'node:fs';

/**
 * Mutants in what decides for the registry, as far as it is pure: `npm run test:mutation`. What talks to services is proven by
 * the model (test/registry/registry-model.test.ts) and by the mutants that test/registry/mutants.sweep.ts plants.
 */
const DECIDES = ['reduce', 'production', 'step', 'shortfalls', 'transaction', 'keys', 'rows', 'views', 'actor'];

/** Of the audit record only what makes a chain of it: its schema has tests of its own, which are too slow for this. */
const RECORD = 'lib/audit/audit-record.ts';
const lines = readFileSync(new URL(RECORD, import.meta.url), 'utf8').split('\n');
const chain = lines.findIndex((line) => line.startsWith('export function auditLine('));
if (chain === -1) {
  throw new Error(`${RECORD} has no auditLine any more: say here where the functions of the chain begin`);
}

/** Stryker brings an environment of its own for tests, in which packages are not shared (docs/decisions/0057). */
const { transform } = JSON.parse(readFileSync(new URL('jest.config.json', import.meta.url), 'utf8'));
const unshared = {
  testEnvironment: 'node',
  transform: Object.fromEntries(Object.entries(transform).filter(([, by]) => !String(by).endsWith('shared-package.cjs'))),
  transformIgnorePatterns: ['/node_modules/'],
};

export default {
  mutate: [...DECIDES.map((name) => `lib/registry/runtime/${name}.ts`), `${RECORD}:${chain + 1}-${lines.length}`],
  testRunner: 'jest',
  coverageAnalysis: 'perTest',
  jest: {
    configFile: 'jest.config.json',
    config: {
      ...unshared,
      testMatch: ['<rootDir>/test/registry/decisions.mutation.ts'],
      reporters: [],
    },
    enableFindRelatedTests: false,
  },
  ignorePatterns: ['/build', '/cli', '/handlers', '/dist', '/docs', '/coverage', '/reports', '/examples', '/bench'],
  reporters: ['clear-text', 'progress-append-only', 'json'],
  clearTextReporter: { allowColor: false, allowEmojis: false, logTests: false },
  thresholds: { high: 95, low: 92, break: 90 },
  timeoutMS: 60_000,
  concurrency: 2,
};
