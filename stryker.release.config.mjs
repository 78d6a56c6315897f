import registry from './stryker.config.mjs';

/**
 * Mutants in what decides for a release, as far as it is pure. What asks SageMaker for it, and how all of it comes together, is
 * proven by the mutants that test/rehearsal/mutants.sweep.ts plants.
 */
const DECIDES = ['arrangements', 'converge', 'decide', 'reduce', 'reduce-end', 'reduce-judge', 'reduce-move', 'reduce-start'];

export default {
  ...registry,
  mutate: DECIDES.map((name) => `lib/serving/progressive/runtime/${name}.ts`),
  jest: {
    ...registry.jest,
    config: {
      ...registry.jest.config,
      testMatch: ['<rootDir>/test/serving/progressive/decisions.mutation.ts'],
    },
  },
  // a report of its own: that of the registry stays
  jsonReporter: { fileName: 'reports/mutation/release.json' },
};
