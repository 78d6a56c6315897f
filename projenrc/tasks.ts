import { awscdk } from 'projen';

/** What `npm run` offers beyond projen's own. Each line of a document that shows a number names one of these. */
export function defineTasks(project: awscdk.AwsCdkConstructLibrary): void {
  // Node 20 is past its end of life and still supported here, as the README says; tests run on 22 and 24 too
  project.tasks.addEnvironment('JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION', '20');

  // jsii would have us develop against the oldest CDK that consumers may have; `npm run peer-floor` tries that one
  project.compileTask.reset('jsii --silence-warnings=reserved-word --silence-warnings=metadata/missing-dev-dependency');

  // jsii writes eager requires; importing one area must not load the others
  project.compileTask.exec('tsx tools/lazy-index.ts');
  // handlers ship bundled, so that a consumer needs no bundler
  project.compileTask.exec('tsx tools/bundle-handlers.ts');
  // and so does the mlp command, with the SDK inside
  project.compileTask.exec('tsx tools/bundle-cli.ts');
  // and rehearsals, for the test suites of users
  project.compileTask.exec('tsx tools/bundle-rehearsal.ts');

  // the suite reads the compiled package too, so it compiles first; lint has a command of its own
  project.testTask.reset();
  project.testTask.spawn(project.compileTask);
  // as many workers as cores: threads that collect garbage beside them only get in their way
  project.testTask.exec('node --single-threaded-gc --max-semi-space-size=64 node_modules/jest/bin/jest.js --ci', { receiveArgs: true });
  // `*.sweep.ts` take long: hundreds of planted mistakes, mutants, child processes. `npm test` stays short without them
  project.addTask('test:sweep', {
    description: 'The long tests: planted mistakes and mutants, the mlp command as users run it, properties with many more runs',
    steps: [
      { exec: 'jest --ci --testMatch "**/*.sweep.ts"' },
      // a seed of its own, so that a merge does not hang on chance; `npm test` looks at new ones each time
      { exec: 'SWEEP_RUNS=60 PRUNE_RUNS=600 PRUNE_REHEARSALS=20 REGISTRY_RUNS=5000 REGISTRY_SEED=1 jest --ci accepted-props prune-configs release-pruner rehearsal/pruning registry-model' },
    ],
  });
  project.addTask('test:emulated', {
    description: 'The handlers against moto, where there is Python',
    steps: [{ exec: 'tsx tools/emulated.ts', receiveArgs: true }],
  });
  project.addTask('test:training', {
    description: 'Kills the training program of examples/training at many points, where there is Python',
    steps: [{ exec: 'tsx tools/training-example.ts', receiveArgs: true }],
  });
  project.addTask('test:mutation', {
    description: 'Plants mutants in what decides for the registry and for a release, and prints how many the tests kill',
    // apart: one score must not hide the other
    steps: [{ exec: 'stryker run stryker.config.mjs' }, { exec: 'stryker run stryker.release.config.mjs' }],
  });
  const lint = project.addTask('lint', { description: 'Types of everything, house rules, README examples' });
  lint.exec('tsc --noEmit -p test/tsconfig.json');
  lint.exec('eslint --no-error-on-unmatched-pattern --ext .ts lib test bin bench examples projenrc rehearsal tools .projenrc.ts', {
    env: { ESLINT_USE_FLAT_CONFIG: 'false' },
  });
  lint.exec('jsii-rosetta extract --compile --strict');
  // API.md is written from the assembly and committed: it has to be the one of this code
  lint.exec('jsii-docgen -o API.md');
  lint.exec('git diff --exit-code --stat -- API.md');

  project.addTask('demo', {
    description: 'Synthesizes, validates and judges the reference app, and prints the table',
    steps: [{ spawn: 'compile' }, { exec: 'tsx tools/demo.ts', receiveArgs: true }],
  });
  project.addTask('acknowledgements', {
    description: 'Writes docs/acknowledgements.md from the reference app',
    exec: 'tsx tools/acknowledgements.ts',
  });
  project.addTask('peer-floor', {
    description: 'Tries versions of aws-cdk-lib in a copy of the repository, and names the lowest that passes',
    steps: [{ exec: 'tsx tools/peer-floor.ts', receiveArgs: true }],
  });
  project.addTask('node-versions', {
    description: 'Runs npm ci and the tests in a clean clone on Node 20, 22 and 24',
    steps: [{ exec: 'tsx tools/node-versions.ts', receiveArgs: true }],
  });
  project.addTask('mistakes', {
    description: 'Writes docs/mistakes.md: which gate catches which mistake',
    steps: [{ exec: 'tsx tools/mistakes.ts', receiveArgs: true }],
  });
  project.addTask('bench', {
    description: 'Compares a guarded endpoint with hand-written L1 apps and the alpha L2, other constructs with raw L1 resources, and prints ratios',
    steps: [{ exec: 'tsx bench/bench.ts', receiveArgs: true }],
  });
  project.addTask('bench:registry', {
    description: 'Counts the requests of each verb of the registry to DynamoDB, and measures its handlers',
    steps: [{ exec: 'tsx bench/registry.ts', receiveArgs: true }],
  });
  project.addTask('bench:api', {
    description: 'Counts what one endpoint more behind an API is made of, and compares its synth with L1 by hand',
    steps: [{ exec: 'tsx bench/api.ts', receiveArgs: true }],
  });
  project.addTask('bench:training', {
    description: 'Compares a training queue with its job with CDK\'s Batch L2, alone and with the same around it, and prints ratios',
    steps: [{ exec: 'tsx bench/training.ts', receiveArgs: true }],
  });
  project.addTask('bench:release', {
    description: 'Counts what a release costs of AWS, in rehearsals of the reference stack, and times them',
    steps: [{ exec: 'tsx bench/release.ts', receiveArgs: true }],
  });
  project.addTask('keep-release', {
    description: 'Keeps the templates of the reference app as those of a release: npm run keep-release -- 1.2.3',
    steps: [{ exec: 'tsx tools/upgrade-gate/keep-release.ts', receiveArgs: true }],
  });
}
