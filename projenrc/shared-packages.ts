import { awscdk } from 'projen';

/** What a worker of jest loads once for all its test files: see test/support/worker-environment.ts. */
const SHARED = [
  'aws-cdk-lib', 'constructs', '@aws-cdk', '@aws', 'cdk-nag',
  'zod', 'fast-check', '@aws-sdk', '@smithy', 'aws-local-stepfunctions', 'asl-validator', 'typescript', 'esbuild',
];

export function sharePackagesBetweenTests(project: awscdk.AwsCdkConstructLibrary): void {
  const config = project.jest?.config as Record<string, unknown>;
  const packages = SHARED.join('|');
  config.testEnvironment = '<rootDir>/test/support/worker-environment.ts';
  // or jest takes apart what a test file left on globals that the next one has too
  config.testEnvironmentOptions = { globalsCleanup: 'off' };
  config.transform = {
    [`/node_modules/(${packages})/.+\\.c?js$`]: '<rootDir>/test/support/shared-package.cjs',
    ...config.transform as object,
  };
  config.transformIgnorePatterns = [`/node_modules/(?!(${packages})/)`];
}
