import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { ConfigPruner } from '../../../lib/serving/guarded/config-pruner';
import { DeploymentVerifier } from '../../../lib/serving/guarded/deployment-verifier';
import { strictReport } from '../../../tools/strict-synth';
import { waitsFor } from '../../support/dependencies';
import { ENV, judged } from '../../support/judged';

function pruner(stack: Stack, endpointName = 'churn'): ConfigPruner {
  const endpointConfigName = `${endpointName}-config`;
  const after = new DeploymentVerifier(stack, `Verifier-${endpointName}`, {
    endpointName,
    endpointArn: `arn:aws:sagemaker:eu-west-1:111122223333:endpoint/${endpointName}`,
    endpointConfigName,
    variants: [{ variantName: 'Stable', weight: 1, instanceCount: 2 }],
  });
  return new ConfigPruner(stack, `Pruner-${endpointName}`, { endpointName, endpointConfigName, after });
}

let stack: Stack;
beforeEach(() => { stack = new Stack(new App(), 'Test', { env: ENV }); });
const resourcesOf = (template: Template) => Object.keys((template.toJSON() as { Resources: object }).Resources).length;
const sagemaker = (resource: string) => ({
  'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, `:sagemaker:eu-west-1:111122223333:${resource}`]],
});

test('hands its handler the endpoint and its configuration', () => {
  pruner(stack);
  Template.fromStack(stack).hasResourceProperties('Custom::ConfigPruner', {
    EndpointName: 'churn', EndpointConfigName: 'churn-config', ServiceTimeout: '600',
  });
});

test('runs after the verifier', () => {
  pruner(stack);
  const template = Template.fromStack(stack);
  const [verifier] = Object.keys(template.findResources('Custom::DeploymentVerifier'));
  const [resource] = Object.keys(template.findResources('Custom::ConfigPruner'));
  expect(waitsFor(template, resource, verifier)).toBe(true);
  expect(waitsFor(template, verifier, resource)).toBe(false);
});

test('deletes only what carries the tag of an endpoint of its stack', () => {
  pruner(stack);
  pruner(stack, 'fraud');
  Template.fromStack(stack).hasResourceProperties('AWS::IAM::ManagedPolicy', {
    PolicyDocument: {
      Statement: Match.arrayWith([{
        Sid: 'DeleteTagged',
        Effect: 'Allow',
        Action: ['sagemaker:DeleteEndpointConfig', 'sagemaker:DeleteModel'],
        Resource: [sagemaker('endpoint-config/*'), sagemaker('model/*')],
        Condition: { StringEquals: { 'aws:ResourceTag/cdk-ml-platform:endpoint': ['churn', 'fraud'] } },
      }]),
    },
  });
});

test('may do nothing else that changes anything', () => {
  pruner(stack);
  const policies = Object.values(Template.fromStack(stack).findResources('AWS::IAM::ManagedPolicy')) as {
    Properties: { PolicyDocument: { Statement: { Action: string | string[] }[] } };
  }[];
  const actions = policies.flatMap(({ Properties }) => Properties.PolicyDocument.Statement.flatMap(({ Action }) => Action));
  expect([...new Set(actions)].filter((action) => !/:(Describe|List)/.test(action)).sort()).toEqual([
    'logs:CreateLogStream', 'logs:PutLogEvents', 'sagemaker:DeleteEndpointConfig', 'sagemaker:DeleteModel',
    'xray:PutTelemetryRecords', 'xray:PutTraceSegments',
  ]);
});

test('costs, with its verifier, eight resources for a stack and two for each endpoint', () => {
  pruner(stack);
  const first = resourcesOf(Template.fromStack(stack));
  const two = new Stack(new App(), 'Test', { env: ENV });
  pruner(two);
  pruner(two, 'fraud');
  expect({ first, second: resourcesOf(Template.fromStack(two)) - first }).toEqual({ first: 10, second: 2 });
});

test('shares the log group and its key with the verifier', () => {
  pruner(stack);
  Template.fromStack(stack).resourceCountIs('AWS::Logs::LogGroup', 1);
  Template.fromStack(stack).resourceCountIs('AWS::KMS::Key', 1);
});

describe('judged by five packs', () => {
  const report = judged((each) => {
    pruner(each);
    pruner(each, 'fraud');
  });

  test('has no open finding', () => {
    expect(report.open).toEqual([]);
  });

  test('keeps findings on the functions and their policies only, for at most five reasons each', () => {
    const reasons = new Map<string, Set<string>>();
    for (const { path, acknowledged } of report.kept) {
      const place = path.split('/')[1];
      reasons.set(place, (reasons.get(place) ?? new Set()).add(acknowledged!.reason));
    }
    expect([...reasons.keys()].sort()).toEqual(['MlPlatformConfigPruner', 'MlPlatformDeploymentVerifier']);
    expect(Math.max(...[...reasons.values()].map(({ size }) => size))).toBeLessThanOrEqual(5);
  });
});

test('passes strict synthesis', () => {
  const report = strictReport((options) => {
    const app = new App(options);
    pruner(new Stack(app, 'Test', { env: ENV }));
    return app;
  }, mkdtempSync(join(tmpdir(), 'pruner-')));
  expect(report.error).toBeUndefined();
  expect(report.open).toEqual([]);
});

test('a stack of another Region or account is as good', () => {
  const plain = new Stack(new App(), 'Plain');
  pruner(plain);
  expect(() => Template.fromStack(plain)).not.toThrow();
});
