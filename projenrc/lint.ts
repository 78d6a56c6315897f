import { awscdk } from 'projen';
import { MAY_IMPORT } from './areas';

const CDK = ['aws-cdk-lib', 'aws-cdk-lib/*', '@aws-cdk/*', 'constructs', 'cdk-nag', 'cdk-nag/*'];
const NAG = ['cdk-nag', 'cdk-nag/*'];
const RUNTIME_ONLY = 'a handler runs without the CDK: move what both sides need into ./contract';

const PURE = 'a decision is a function of its arguments: no AWS, no clock, no environment, no I/O';
// a pattern list cannot except a relative path
const PURE_IMPORTS = '^(?!(\\./(contract|decide|significance|converge|reduce(-[a-z]+)?|arrangements|names|refusal|release-(event|state))'
  + '|\\.\\./\\.\\./runtime/described-endpoint)$)';
// what a release decides, judges and wants; the registry's own reduce.ts also hashes its records
const PURE_FILES = [
  'lib/**/decide.ts', 'lib/**/significance.ts', 'lib/**/converge.ts', 'lib/serving/progressive/runtime/{reduce,reduce-*,arrangements,refusal}.ts',
];
const IMPURE_GLOBALS = [
  'process', 'Date', 'performance', 'setTimeout', 'setInterval', 'setImmediate', 'fetch', 'crypto', 'console', 'globalThis', 'global',
];
const FOR_ALL = 'the test files after this one, in the same worker, would have it too (docs/decisions/0057)';
// an area is at most three folders deep; a glob cannot say "below no folder called runtime" at any depth
const CONSTRUCTS = ['./lib/*/*.ts', './lib/*/!(runtime)/*.ts', './lib/*/!(runtime)/!(runtime)/*.ts'];

/** Who may import whom (docs/decisions/0002), as lint rules: a forbidden arrow fails `npm run lint`. */
export function enforceHouseRules(project: awscdk.AwsCdkConstructLibrary): void {
  const eslint = project.eslint!;
  // the project service asks the nearest tsconfig.json, which for bin, tools and examples is the one of lib
  const file = project.tryFindObjectFile('.eslintrc.json')!;
  file.addDeletionOverride('parserOptions.projectService');
  file.addOverride('parserOptions.project', ['./tsconfig.json', './test/tsconfig.json', './projenrc/tsconfig.json']);
  for (const folder of ['bin', 'bench', 'examples', 'projenrc', 'rehearsal', 'tools']) {
    eslint.addLintPattern(folder);
    eslint.allowDevDeps(`${folder}/**`);
    project.tsconfigDev.addInclude(`../${folder}/**/*.ts`);
  }
  eslint.allowDevDeps('lib/**/runtime/**'); // the SDK is Lambda's: a bundle leaves it out
  eslint.addRules({
    'import/no-cycle': ['error'],
    'import/no-restricted-paths': ['error', { basePath: '.', zones: zones() }],
    'no-restricted-imports': ['error', { patterns: [{ group: NAG, message: 'only governance and tests judge' }] }],
    '@typescript-eslint/no-explicit-any': ['error'],
    'max-len': ['error', { code: 130, ignoreUrls: true, ignoreTemplateLiterals: true, ignoreStrings: true }],
  });
  eslint.addOverride({
    files: ['lib/**/runtime/**/*.ts'],
    rules: { 'no-restricted-imports': ['error', { patterns: [{ group: CDK, message: RUNTIME_ONLY }] }] },
  });
  eslint.addOverride({
    files: ['lib/governance/**/*.ts', 'test/**/*.ts', 'tools/**/*.ts'],
    rules: { 'no-restricted-imports': ['off'] },
  });
  eslint.addOverride({
    files: ['test/**/*.ts'],
    rules: {
      'no-restricted-properties': ['error', ...['extend', 'addEqualityTesters'].map((property) => ({ object: 'expect', property, message: FOR_ALL }))],
    },
  });
  eslint.addOverride({
    files: PURE_FILES,
    rules: {
      'no-restricted-imports': ['error', { patterns: [{ regex: PURE_IMPORTS, message: PURE }] }],
      'no-restricted-globals': ['error', ...IMPURE_GLOBALS],
      'no-restricted-properties': ['error', { object: 'Math', property: 'random' }],
    },
  });
}

function zones() {
  return [
    ...[...MAY_IMPORT].map(([area, allowed]) => ({
      target: `./lib/${area}`,
      from: './lib',
      except: [`./${area}`, ...allowed.map((other) => `./${other}`)],
      message: `${area} may import ${allowed.length > 0 ? allowed.join(', ') : 'nothing of ours'}`,
    })),
    { target: './lib', from: './rehearsal', message: 'lib never imports rehearsal' },
    { target: './lib', from: './bin', message: 'lib never imports bin' },
    { target: './rehearsal', from: './lib/**/!(contract).ts', message: 'a rehearsal knows of the library what its contracts say' },
    {
      target: CONSTRUCTS,
      from: ['./lib/**/runtime/!(contract).ts', './lib/**/runtime/*/**/*.ts'],
      message: 'a construct imports only the contract of its handlers',
    },
    {
      target: './lib/**/runtime/**/*.ts',
      from: CONSTRUCTS,
      except: ['**/audit/audit-record.ts', '**/core/name-rules.ts'],
      message: RUNTIME_ONLY,
    },
  ];
}
