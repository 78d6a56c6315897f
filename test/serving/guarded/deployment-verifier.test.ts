import { App, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { DeploymentVerifier } from '../../../lib/serving/guarded/deployment-verifier';
import { waitsFor } from '../../support/dependencies';
import { ENV, openFindings } from '../../support/judged';

const arn = (name: string) => `arn:aws:sagemaker:eu-west-1:111122223333:endpoint/${name}`;

function verifier(stack: Stack, name = 'churn', changed: object = {}): DeploymentVerifier {
  return new DeploymentVerifier(stack, `Verifier-${name}`, {
    endpointName: name,
    endpointArn: arn(name),
    endpointConfigName: `${name}-config`,
    variants: [{ variantName: 'Stable', weight: 1, instanceCount: 2 }],
    ...changed,
  });
}

let stack: Stack;
beforeEach(() => { stack = new Stack(new App(), 'Test', { env: ENV }); });
const resourcesOf = (template: Template) => Object.keys((template.toJSON() as { Resources: object }).Resources).length;

test('hands its handler what the deployment wants', () => {
  verifier(stack, 'churn', {
    variants: [{ variantName: 'Stable', weight: 1, instanceCount: 2, minInstances: 2, maxInstances: 6 }], retained: true,
  });
  Template.fromStack(stack).hasResourceProperties('Custom::DeploymentVerifier', {
    EndpointName: 'churn',
    EndpointConfigName: 'churn-config',
    Variants: [{ VariantName: 'Stable', Weight: 1, InstanceCount: 2, MinInstances: 2, MaxInstances: 6 }],
    Retained: true,
    ServiceTimeout: '600',
  });
});

test('costs one resource for each endpoint more', () => {
  const one = new Stack(new App(), 'Test');
  verifier(one);
  verifier(stack);
  verifier(stack, 'fraud');
  expect(resourcesOf(Template.fromStack(stack)) - resourcesOf(Template.fromStack(one))).toBe(1);
  Template.fromStack(stack).resourceCountIs('AWS::Lambda::Function', 1);
});

test('reads the endpoints of its stack and its stack, and may do nothing else', () => {
  verifier(stack);
  verifier(stack, 'fraud');
  Template.fromStack(stack).hasResourceProperties('AWS::IAM::ManagedPolicy', {
    PolicyDocument: {
      Statement: [
        Match.objectLike({ Action: ['logs:CreateLogStream', 'logs:PutLogEvents'] }),
        Match.objectLike({ Action: ['xray:PutTelemetryRecords', 'xray:PutTraceSegments'], Resource: '*' }),
        { Sid: 'ReadEndpoints', Effect: 'Allow', Action: 'sagemaker:DescribeEndpoint', Resource: [arn('churn'), arn('fraud')] },
        { Sid: 'ReadThisStack', Effect: 'Allow', Action: 'cloudformation:DescribeStacks', Resource: { Ref: 'AWS::StackId' } },
      ],
    },
  });
  Template.fromStack(stack).resourceCountIs('AWS::IAM::ManagedPolicy', 1);
  Template.fromStack(stack).resourceCountIs('AWS::IAM::Policy', 0);
});

test('waits for the permission to read', () => {
  verifier(stack);
  const template = Template.fromStack(stack);
  const [policy] = Object.keys(template.findResources('AWS::IAM::ManagedPolicy'));
  const [resource] = Object.keys(template.findResources('Custom::DeploymentVerifier'));
  expect(waitsFor(template, resource, policy)).toBe(true);
});

test('gives its handler time for five minutes of looking and for the answer, and CloudFormation more than that', () => {
  verifier(stack);
  Template.fromStack(stack).hasResourceProperties('AWS::Lambda::Function', {
    Timeout: 420,
    Runtime: 'nodejs24.x',
    Architectures: ['arm64'],
    TracingConfig: { Mode: 'Active' },
    Environment: { Variables: { RUNBOOK: Match.stringLikeRegexp('#deployment-not-as-wanted$') } },
  });
});

test('logs encrypted, for a year, to a group that outlives the stack', () => {
  verifier(stack);
  const template = Template.fromStack(stack);
  const [group] = Object.keys(template.findResources('AWS::Logs::LogGroup'));
  template.hasResource('AWS::Logs::LogGroup', {
    DeletionPolicy: 'Retain', Properties: { RetentionInDays: 365, KmsKeyId: Match.anyValue() },
  });
  template.hasResourceProperties('AWS::Lambda::Function', { LoggingConfig: { LogGroup: { Ref: group } } });
});

test('has no open finding', () => {
  expect(openFindings((judged) => verifier(judged))).toEqual([]);
});
