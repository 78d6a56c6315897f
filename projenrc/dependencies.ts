import { awscdk } from 'projen';

/** The lowest aws-cdk-lib on which all tests pass: `npm run peer-floor -- --each 2.270.0 2.271.0` tries it. */
export const PEER_CDK_VERSION = '2.271.0';
export const CONSTRUCTS_VERSION = '10.5.1';

export const DEV_DEPS = [
  // what we develop against; consumers may be older, down to the floor above
  'aws-cdk-lib@2.276.0',
  `constructs@${CONSTRUCTS_VERSION}`,
  'cdk-nag@3.0.2',
  // newest; its prerelease version satisfies no peer range, so it stays here
  '@aws-cdk/aws-sagemaker-alpha@2.159.1-alpha.0',
  // 3.0.0 is an older build that cannot read our assembly schema
  'aws-cdk@2.1148.1',
  '@jest/test-sequencer@^30',
  'jest-environment-node@^30',
  'fast-check@^4.10.2',
  '@aws-cdk/cloudformation-diff@2.187.5',
  // handlers are bundled; Lambda brings the SDK
  'esbuild@0.28.2',
  '@aws-sdk/client-api-gateway@^3',
  '@aws-sdk/client-batch@^3',
  '@aws-sdk/client-cloudformation@^3',
  '@aws-sdk/client-cognito-identity-provider@^3',
  '@aws-sdk/client-cloudwatch@^3',
  '@aws-sdk/client-dynamodb@^3',
  '@aws-sdk/client-ecr@^3',
  '@aws-sdk/client-eventbridge@^3',
  '@aws-sdk/client-lambda@^3',
  '@aws-sdk/client-s3@^3',
  '@aws-sdk/client-sagemaker@^3',
  '@aws-sdk/client-sfn@^3',
  '@aws-sdk/client-sns@^3',
  '@aws-sdk/client-ssm@^3',
  '@aws-sdk/lib-dynamodb@^3',
  // 2.36.0 needs a version of one of its parts that does not exist
  ...['logger', 'metrics', 'tracer'].map((part) => `@aws-lambda-powertools/${part}@2.35.0`),
  '@types/aws-lambda@^8',
  // signs what handlers ask of a registry: the SDK's own signer brings 230 kB into each bundle
  'aws4@^1',
  '@types/aws4@^1',
  // the mlp command, which ships bundled; commander 15 needs Node 22
  'commander@^14',
  'cli-table3@^0.6.5',
  '@aws-sdk/credential-providers@^3',
  '@smithy/signature-v4@^5',
  '@aws-crypto/sha256-js@^5',
  // the rehearsal runs the template's own state machines
  'aws-local-stepfunctions@3.0.0',
  'asl-validator@4.0.0',
  // proofs: mutants (10 needs Node 22), a Velocity engine, a validator of OpenAPI, a parser of HTML (8 is for ES modules only)
  '@stryker-mutator/core@^9',
  '@stryker-mutator/jest-runner@^9',
  'velocityjs@^2',
  '@seriousme/openapi-schema-validator@^2',
  'parse5@^7',
  'tsx',
];

/** Used inside, never in a public type. */
export const BUNDLED_DEPS = ['zod@^4.6.7'];

export function pinTransitive(project: awscdk.AwsCdkConstructLibrary): void {
  // 1.13 names 21 native bindings of which a lock file receives 4, and a clean `npm ci` stops
  project.package.addPackageResolutions('unrs-resolver@1.12.2');
}
