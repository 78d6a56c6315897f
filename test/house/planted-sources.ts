/** A source file that lint has an opinion about. */
export interface Plant {
  readonly what: string;
  readonly file: string;
  readonly source: string;
}

/** What the others import. */
export const IMPORTED = {
  'bin/mlp.ts': 'export const part = 1;\n',
  'rehearsal/clock.ts': 'export const part = 1;\n',
  'lib/audit/audit-record.ts': 'export const part = 1;\n',
  'lib/audit/runtime/write.ts': 'export const part = 1;\n',
  'lib/core/name-rules.ts': 'export const part = 1;\n',
  'lib/registry/model-registry.ts': 'export const part = 1;\n',
  'lib/serving/endpoint.ts': 'export const part = 1;\n',
  'lib/serving/runtime/contract.ts': 'export const part = 1;\n',
  'lib/serving/runtime/judge-stage.lambda.ts': 'export const part = 1;\n',
  'lib/serving/runtime/acts/shift.ts': 'export const part = 1;\n',
  'lib/serving/progressive/runtime/contract.ts': 'export const part = 1;\n',
  'lib/serving/progressive/runtime/judge-stage.lambda.ts': 'export const part = 1;\n',
  'lib/serving/progressive/runtime/significance.ts': 'export const part = 1;\n',
  'lib/training/cycle-one.ts': "import { two } from './cycle-two';\nexport const one = (): number => two();\n",
  'lib/training/cycle-two.ts': "import { one } from './cycle-one';\nexport const two = (): number => one();\n",
};
const from = (path: string) => `export { part } from '${path}';\n`;

/** Each breaks the rule it names. */
export const FORBIDDEN: readonly (Plant & { readonly rule: string })[] = [
  {
    what: 'a matcher that later test files would have too',
    rule: 'no-restricted-properties',
    file: 'test/serving/a.test.ts',
    source: 'expect.extend({});\n',
  },
  {
    what: 'a tester of equality that later test files would have too',
    rule: 'no-restricted-properties',
    file: 'test/serving/b.test.ts',
    source: 'expect.addEqualityTesters([]);\n',
  },
  {
    what: 'lib importing the command line',
    rule: 'import/no-restricted-paths',
    file: 'lib/serving/a1.ts',
    source: from('../../bin/mlp'),
  },
  {
    what: 'lib importing the rehearsal',
    rule: 'import/no-restricted-paths',
    file: 'lib/serving/a2.ts',
    source: from('../../rehearsal/clock'),
  },
  {
    what: 'a construct importing a handler',
    rule: 'import/no-restricted-paths',
    file: 'lib/serving/a3.ts',
    source: from('./runtime/judge-stage.lambda'),
  },
  {
    what: 'a construct importing a handler of a subfolder',
    rule: 'import/no-restricted-paths',
    file: 'lib/serving/progressive/a4.ts',
    source: from('./runtime/judge-stage.lambda'),
  },
  {
    what: 'a construct importing a file below runtime',
    rule: 'import/no-restricted-paths',
    file: 'lib/serving/a5.ts',
    source: from('./runtime/acts/shift'),
  },
  {
    what: 'a construct importing the handler of another area',
    rule: 'import/no-restricted-paths',
    file: 'lib/monitoring/a6.ts',
    source: from('../serving/progressive/runtime/significance'),
  },
  {
    what: 'a construct importing only the type of a handler',
    rule: 'import/no-restricted-paths',
    file: 'lib/serving/a7.ts',
    source: "export type { part } from './runtime/judge-stage.lambda';\n",
  },
  {
    what: 'a handler importing a construct',
    rule: 'import/no-restricted-paths',
    file: 'lib/serving/runtime/b1.ts',
    source: from('../endpoint'),
  },
  {
    what: 'a handler of a subfolder importing a construct',
    rule: 'import/no-restricted-paths',
    file: 'lib/serving/progressive/runtime/b2.ts',
    source: from('../../endpoint'),
  },
  {
    what: 'a handler importing the construct of an area it may import',
    rule: 'import/no-restricted-paths',
    file: 'lib/serving/runtime/b3.ts',
    source: from('../../registry/model-registry'),
  },
  {
    what: 'a handler importing aws-cdk-lib',
    rule: 'no-restricted-imports',
    file: 'lib/serving/runtime/b4.ts',
    source: "export { Stack } from 'aws-cdk-lib';\n",
  },
  {
    what: 'a handler importing a module of aws-cdk-lib',
    rule: 'no-restricted-imports',
    file: 'lib/serving/runtime/b5.ts',
    source: "export { Bucket } from 'aws-cdk-lib/aws-s3';\n",
  },
  {
    what: 'a handler importing constructs',
    rule: 'no-restricted-imports',
    file: 'lib/serving/progressive/runtime/b6.ts',
    source: "export { Construct } from 'constructs';\n",
  },
  {
    what: 'cdk-nag in a construct',
    rule: 'no-restricted-imports',
    file: 'lib/serving/c1.ts',
    source: "export { NagPack } from 'cdk-nag';\n",
  },
  {
    what: 'a file of cdk-nag in a construct',
    rule: 'no-restricted-imports',
    file: 'lib/serving/c2.ts',
    source: "export { NagPack } from 'cdk-nag/lib/nag-pack';\n",
  },
  {
    what: 'cdk-nag in a handler',
    rule: 'no-restricted-imports',
    file: 'lib/serving/runtime/c3.ts',
    source: "export { NagPack } from 'cdk-nag';\n",
  },
  {
    what: 'decide.ts importing the AWS SDK',
    rule: 'no-restricted-imports',
    file: 'lib/registry/runtime/decide.ts',
    source: "export { SageMaker } from '@aws-sdk/client-sagemaker';\n",
  },
  {
    what: 'decide.ts importing Node',
    rule: 'no-restricted-imports',
    file: 'lib/api/runtime/decide.ts',
    source: "export { readFileSync } from 'node:fs';\n",
  },
  {
    what: 'decide.ts importing another file of ours',
    rule: 'no-restricted-imports',
    file: 'lib/audit/runtime/decide.ts',
    source: from('./write'),
  },
  {
    what: 'decide.ts looking at the clock',
    rule: 'no-restricted-globals',
    file: 'lib/serving/runtime/decide.ts',
    source: 'export const now = (): number => Date.now();\n',
  },
  {
    what: 'decide.ts looking at the clock by way of globalThis',
    rule: 'no-restricted-globals',
    file: 'lib/training/runtime/decide.ts',
    source: 'export const now = (): number => globalThis.Date.now();\n',
  },
  {
    what: 'decide.ts looking at the environment',
    rule: 'no-restricted-globals',
    file: 'lib/monitoring/runtime/decide.ts',
    source: 'export const home = (): string | undefined => process.env.HOME;\n',
  },
  {
    what: 'significance.ts throwing dice',
    rule: 'no-restricted-properties',
    file: 'lib/serving/runtime/significance.ts',
    source: 'export const dice = (): number => Math.random();\n',
  },
  {
    what: 'an explicit any',
    rule: '@typescript-eslint/no-explicit-any',
    file: 'lib/serving/d1.ts',
    source: 'export const anything: any = 1;\n',
  },
  {
    what: 'an import that leads in a circle',
    rule: 'import/no-cycle',
    file: 'lib/training/cycle-one.ts',
    source: IMPORTED['lib/training/cycle-one.ts'],
  },
  {
    what: 'a package that consumers do not have',
    rule: 'import/no-extraneous-dependencies',
    file: 'lib/serving/d2.ts',
    source: "export { check } from 'fast-check';\n",
  },
];

/** None breaks a rule of the house. */
export const ALLOWED: readonly Plant[] = [
  {
    what: 'a construct importing its contract',
    file: 'lib/serving/e1.ts',
    source: from('./runtime/contract'),
  },
  {
    what: 'a construct importing a contract of a subfolder',
    file: 'lib/serving/progressive/e2.ts',
    source: from('./runtime/contract'),
  },
  {
    what: 'a construct importing the contract of another area',
    file: 'lib/monitoring/e3.ts',
    source: from('../serving/progressive/runtime/contract'),
  },
  {
    what: 'a construct importing aws-cdk-lib and constructs',
    file: 'lib/serving/e4.ts',
    source: "export { Stack } from 'aws-cdk-lib';\nexport { Construct } from 'constructs';\n",
  },
  {
    what: 'a handler importing its contract and another handler',
    file: 'lib/serving/runtime/f1.ts',
    source: "export { part } from './contract';\nexport { part as other } from './judge-stage.lambda';\n",
  },
  {
    what: 'a handler importing a file below runtime',
    file: 'lib/serving/runtime/f2.ts',
    source: from('./acts/shift'),
  },
  {
    what: 'a file below runtime importing the contract',
    file: 'lib/serving/runtime/acts/f3.ts',
    source: from('../contract'),
  },
  {
    what: 'a file below runtime importing a handler',
    file: 'lib/serving/runtime/acts/f4.ts',
    source: from('../judge-stage.lambda'),
  },
  {
    what: 'a handler importing the audit record',
    file: 'lib/serving/progressive/runtime/f5.ts',
    source: from('../../../audit/audit-record'),
  },
  {
    what: 'a handler importing the rules for names',
    file: 'lib/serving/runtime/f6.ts',
    source: from('../../core/name-rules'),
  },
  {
    what: 'a handler importing what another area runs',
    file: 'lib/serving/runtime/f7.ts',
    source: from('../../audit/runtime/write'),
  },
  {
    what: 'a handler importing zod',
    file: 'lib/serving/runtime/f8.ts',
    source: "export { z } from 'zod';\n",
  },
  {
    what: 'governance importing cdk-nag',
    file: 'lib/governance/g1.ts',
    source: "export { NagPack } from 'cdk-nag';\n",
  },
  {
    what: 'decide.ts importing contract and significance',
    file: 'lib/serving/progressive/runtime/decide.ts',
    source: "export { part } from './contract';\nexport { part as other } from './significance';\n",
  },
];
