import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { createApp } from '../../bin/ml-platform';
import { ApiAuth, ApiEndpoint } from '../../lib/api';
import { API_ADDRESS_OUTPUT } from '../../lib/api/runtime/contract';
import { GuardedEndpoint } from '../../lib/serving';
import { InferenceApiStack } from '../../lib/stacks';
import { judge, passes } from '../../tools/judgement';
import { completeReferenceApp } from '../../tools/reference-app';
import { strictReport } from '../../tools/strict-synth';
import { VALIDATION_EXCEPTIONS } from '../../tools/validation-exceptions';

const outdir = () => mkdtempSync(join(tmpdir(), 'reference-'));
const DIGEST = `sha256:${'a'.repeat(64)}`;
const SHA256 = 'b'.repeat(64);

test('makes stores, registry, a place for releases and a trail; the rest when it knows what to serve and what trains', () => {
  const app = createApp({ outdir: outdir() });
  expect(app.node.children.filter(Stack.isStack).map(({ node }) => node.id)).toEqual(['MlStores', 'MlRegistry', 'MlRelease', 'MlAudit']);
});

test('serves the image and the artifact that two context values name', () => {
  const app = createApp({ outdir: outdir(), context: { imageDigest: DIGEST, artifactSha256: SHA256 } });
  const text = JSON.stringify(Template.fromStack(app.node.findChild('MlOnlineInference') as Stack).findResources('AWS::SageMaker::Model'));
  expect(text).toContain(`@${DIGEST}`);
  expect(text).toContain(`/churn/${SHA256}/model.tar.gz`);
});

test('puts an API in front of the endpoint, after it, and tells mlp where it is', () => {
  const api = completeReferenceApp({ outdir: outdir(), context: {} }).node.findChild('MlInferenceApi') as Stack;
  const template = Template.fromStack(api);
  expect(api.dependencies.map(({ node }) => node.id)).toEqual(['MlOnlineInference']);
  template.resourceCountIs('AWS::Lambda::Function', 0);
  expect(Object.values(template.findResources('AWS::SSM::Parameter')).map(({ Properties }) => Properties.Name as string))
    .toEqual(expect.arrayContaining(['/ml-platform/api/models', '/ml-platform/api/models/clients/operators']));
  const [key] = Object.keys(template.findOutputs('*')).filter((name) => name.endsWith(API_ADDRESS_OUTPUT));
  expect(JSON.stringify(template.findOutputs(key))).toContain('\\"routes\\":[\\"churn\\"]');
});

test('trains, asks for approval and infers with the program that a context value names', () => {
  const app = createApp({ outdir: outdir(), context: { imageDigest: DIGEST, artifactSha256: SHA256, trainerDigest: `sha256:${'c'.repeat(64)}` } });
  const template = Template.fromStack(app.node.findChild('MlTraining') as Stack);
  const jobs = Object.values(template.findResources('AWS::Batch::JobDefinition')).map(({ Properties }) =>
    Properties.ContainerProperties as { Image: object; Command: string[] });
  expect(jobs.map(({ Image }) => JSON.stringify(Image).includes(`@sha256:${'c'.repeat(64)}`))).toEqual([true, true, true]);
  expect(jobs.map(({ Command }) => Command[2]).sort()).toEqual(['trainer', 'trainer.evaluate', 'trainer.infer']);
  template.resourceCountIs('AWS::StepFunctions::StateMachine', 2);
  template.resourceCountIs('AWS::Batch::JobQueue', 1);
});

test.each([
  ['imageDigest', { artifactSha256: SHA256 }], ['imageDigest', { trainerDigest: DIGEST }], ['artifactSha256', { imageDigest: DIGEST }], ['imageDigest', { imageDigest: 'v1', artifactSha256: SHA256 }],
])('says what is wrong with %s', (_, context) => {
  expect(() => createApp({ outdir: outdir(), context })).toThrow(/`(digest|sha256)` must be/);
});

test('an API of somebody else\'s choice: its name, its callers, and nobody else\'s setting of the account', () => {
  const app = new App();
  const endpoint = GuardedEndpoint.fromEndpointName(new Stack(app, 'Elsewhere'), 'Endpoint', 'credit-risk');
  const stack = new InferenceApiStack(app, 'Credit', {
    routes: [ApiEndpoint.realTime(endpoint, { routeName: 'risk' })], apiName: 'credit', auth: ApiAuth.iam(), accountLogging: false,
  });
  const template = Template.fromStack(stack);
  template.hasResourceProperties('AWS::SSM::Parameter', { Name: '/ml-platform/api/credit' });
  template.resourceCountIs('AWS::Cognito::UserPool', 0);
  template.resourceCountIs('AWS::ApiGateway::Account', 0);
  expect(JSON.stringify(template.findOutputs('*'))).toContain('\\"auth\\":\\"iam\\"');
});

test('a canary, four alarms, and the previous fleet within reach for ten minutes', () => {
  const app = completeReferenceApp({ outdir: outdir(), context: {} });
  Template.fromStack(app.node.findChild('MlOnlineInference') as Stack).hasResourceProperties('AWS::SageMaker::Endpoint', {
    EndpointName: 'churn',
    DeploymentConfig: {
      BlueGreenUpdatePolicy: { TerminationWaitInSeconds: 600, TrafficRoutingConfiguration: { Type: 'CANARY', WaitIntervalInSeconds: 600 } },
    },
  });
});

test('five packs and strict validation, warnings included, find nothing that is not listed with a reason', () => {
  const judgement = judge(strictReport(completeReferenceApp, outdir()), VALIDATION_EXCEPTIONS);
  expect(judgement.open).toEqual([]);
  expect(passes(judgement)).toBe(true);
});
