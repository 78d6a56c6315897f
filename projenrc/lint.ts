import { awscdk } from 'projen';
import { MAY_IMPORT } from './areas';

const CDK = ['aws-cdk-lib', 'aws-cdk-lib/*', '@aws-cdk/*', 'constructs', 'cdk-nag'];
const RUNTIME_ONLY = 'a handler runs without the CDK: move what both sides need into ./contract';

/** Who may import whom (docs/decisions/0002), as lint rules: a forbidden arrow fails `npm run lint`. */
export function enforceHouseRules(project: awscdk.AwsCdkConstructLibrary): void {
  const eslint = project.eslint!;
  for (const folder of ['bin', 'bench', 'examples', 'projenrc', 'tools']) {
    eslint.addLintPattern(folder);
    project.tsconfigDev.addInclude(`../${folder}/**/*.ts`);
  }
  eslint.addRules({
    'import/no-cycle': ['error'],
    'import/no-restricted-paths': ['error', { basePath: '.', zones: zones() }],
    'no-restricted-imports': ['error', { paths: [{ name: 'cdk-nag', message: 'only governance and tests judge' }] }],
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
    files: ['lib/**/decide.ts', 'lib/**/significance.ts'],
    rules: {
      'no-restricted-imports': ['error', { patterns: ['*', '!./contract', '!./decide', '!./significance'] }],
      'no-restricted-globals': ['error', 'process', 'Date', 'fetch', 'setTimeout', 'performance'],
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
    {
      target: './lib/**/!(runtime)/*.ts',
      from: './lib/**/runtime/!(contract).ts',
      message: 'a construct imports only the contract of its handlers',
    },
    {
      target: './lib/**/runtime/**/*.ts',
      from: './lib/**/!(runtime)/*.ts',
      except: ['**/audit/audit-record.ts', '**/core/name-rules.ts'],
      message: RUNTIME_ONLY,
    },
  ];
}
