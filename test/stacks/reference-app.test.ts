import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { createApp } from '../../bin/ml-platform';
import { judge, passes } from '../../tools/judgement';
import { completeReferenceApp } from '../../tools/reference-app';
import { strictReport } from '../../tools/strict-synth';
import { VALIDATION_EXCEPTIONS } from '../../tools/validation-exceptions';

const outdir = () => mkdtempSync(join(tmpdir(), 'reference-'));
const DIGEST = `sha256:${'a'.repeat(64)}`;
const SHA256 = 'b'.repeat(64);

test('makes stores, registry, trail and a place for releases, and no guarded endpoint until it knows what to serve', () => {
  const app = createApp({ outdir: outdir() });
  expect(app.node.children.filter(Stack.isStack).map(({ node }) => node.id)).toEqual(['MlStores', 'MlRegistry', 'MlAudit', 'MlRelease']);
});

test('serves the image and the artifact that two context values name', () => {
  const app = createApp({ outdir: outdir(), context: { imageDigest: DIGEST, artifactSha256: SHA256 } });
  const text = JSON.stringify(Template.fromStack(app.node.findChild('MlOnlineInference') as Stack).findResources('AWS::SageMaker::Model'));
  expect(text).toContain(`@${DIGEST}`);
  expect(text).toContain(`/churn/${SHA256}/model.tar.gz`);
});

test.each([
  ['imageDigest', { artifactSha256: SHA256 }], ['artifactSha256', { imageDigest: DIGEST }], ['imageDigest', { imageDigest: 'v1', artifactSha256: SHA256 }],
])('says what is wrong with %s', (_, context) => {
  expect(() => createApp({ outdir: outdir(), context })).toThrow(/`(digest|sha256)` must be/);
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
