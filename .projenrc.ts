import { awscdk, javascript } from 'projen';
import { writeAreaIndex } from './projenrc/areas';
import { BUNDLED_DEPS, CONSTRUCTS_VERSION, DEV_DEPS, PEER_CDK_VERSION, pinTransitive } from './projenrc/dependencies';
import { enforceHouseRules } from './projenrc/lint';
import { keepTheLockFilePortable, keepThePackageSmall } from './projenrc/packaging';
import { sharePackagesBetweenTests } from './projenrc/shared-packages';
import { defineTasks } from './projenrc/tasks';

const project = new awscdk.AwsCdkConstructLibrary({
  name: 'cdk-ml-platform',
  description: 'AWS CDK constructs for machine-learning platforms: guarded and progressive SageMaker releases',
  author: 'cdk-ml-platform contributors',
  authorAddress: 'maintainers@cdk-ml-platform.example',
  repositoryUrl: 'https://github.com/cdk-ml-platform/cdk-ml-platform.git',
  keywords: ['aws', 'cdk', 'awscdk', 'sagemaker', 'mlops', 'canary', 'rollback'],
  license: 'Apache-2.0',
  stability: 'experimental',
  defaultReleaseBranch: 'main',
  packageManager: javascript.NodePackageManager.NPM,
  projenrcTs: true,
  sampleCode: false,

  cdkVersion: PEER_CDK_VERSION,
  constructsVersion: CONSTRUCTS_VERSION,
  jsiiVersion: '~6.0.0',
  minNodeVersion: '20.20.0',
  peerDependencyOptions: { pinnedDevDependency: false },
  devDeps: DEV_DEPS,
  bundledDeps: BUNDLED_DEPS,

  srcdir: 'lib',
  libdir: 'build',
  entrypoint: 'build/index.js',
  excludeTypescript: ['bin', 'bench', 'examples', 'projenrc', 'rehearsal', 'tools'],
  // projen would wrap every *.lambda.ts in a construct that bundles at synth; ours ship bundled
  lambdaAutoDiscover: false,
  autoDetectBin: false, // bin/ has sources; what ships is cli/mlp.js
  integrationTestAutoDiscover: false,

  typescriptVersion: '~6.0.3', // ts-jest wants less than 7
  projenVersion: '0.103.25',
  jestOptions: {
    jestVersion: '^30',
    junitReporting: false,
    updateSnapshot: javascript.UpdateSnapshot.NEVER,
    configFilePath: 'jest.config.json',
    jestConfig: {
      collectCoverage: false,
      maxWorkers: '100%', // jest would leave one of two cores idle
      testSequencer: '<rootDir>/test/support/longest-first.mjs',
      setupFiles: ['<rootDir>/test/setup.ts'],
      testTimeout: 60_000, // a strict synth takes seconds; a slow machine must not fail a claim
    },
  },
  github: false,
  depsUpgrade: false,
});

pinTransitive(project);
writeAreaIndex(project);
enforceHouseRules(project);
keepThePackageSmall(project);
keepTheLockFilePortable(project);
defineTasks(project);
sharePackagesBetweenTests(project);
project.synth();
