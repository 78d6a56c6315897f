import { App, aws_ecr as ecr, Stack } from 'aws-cdk-lib';
import { ArtifactStore, ModelImage } from '../../lib/artifacts';
import { MlNetwork } from '../../lib/network';
import { ModelRegistry } from '../../lib/registry';
import { progressiveEndpoint } from '../serving/progressive/progressive-supplies';
import { ENV } from '../support/judged';
import { messageOf } from '../support/message-of';
import { DIGEST, guardedEndpoint, SHA256 } from '../support/model-supplies';
import { trainingPipeline } from '../training/pipeline/pipelines';
import { trainingQueue } from '../training/supplies';

let here: Stack;
let virginia: Stack;
let sibling: Stack;
beforeEach(() => {
  const app = new App();
  here = new Stack(app, 'Here', { env: ENV });
  virginia = new Stack(app, 'Virginia', { env: { ...ENV, region: 'us-east-1' } });
  sibling = new Stack(app, 'Sibling', { env: { ...ENV, account: '444455556666' } });
});

test('a guarded endpoint tells of a network, an image and an artifact of another Region at once, with the rest', () => {
  const message = messageOf(() => guardedEndpoint(here, {
    network: new MlNetwork(virginia, 'Network'),
    image: ModelImage.fromEcr(new ecr.Repository(virginia, 'Images'), DIGEST),
    artifact: new ArtifactStore(virginia, 'Store').artifact('churn', SHA256),
    instanceCount: 1,
  }));
  for (const text of [
    "`network` must lie in the account and Region of what uses it: got 'Virginia/Network' in '111122223333/us-east-1'; make an MlNetwork beside it",
    "`image` must lie in the Region of what uses it: got 'Virginia/Images' in '111122223333/us-east-1'; copy the image",
    "`artifact` must lie in the Region of what uses it: got 'Virginia/Store/Resource' in '111122223333/us-east-1'; copy it",
    '`instanceCount` must be',
  ]) {
    expect(message).toContain(text);
  }
});

test('a guarded endpoint takes an image that another account shares', () => {
  const repository = new ecr.Repository(sibling, 'Images', { repositoryName: 'churn' });
  expect(() => guardedEndpoint(here, { image: ModelImage.fromEcr(repository, DIGEST) })).not.toThrow();
});

test.each([
  ['another Region', () => virginia], ['another account', () => sibling],
])('what needs a network, a registry or a store beside it refuses those of %s, with the rest', (_, there) => {
  const registry = ModelRegistry.fromAttributes(there(), 'Registry', { apiId: 'abcdef1234' });
  const artifacts = new ArtifactStore(there(), 'Store');
  const model = registry.model('churn');
  const network = new MlNetwork(there(), 'Network');
  expect(() => progressiveEndpoint(here, { model, network }))
    .toThrow(/`network` must lie [^]*`model` must lie in the account .*; make a ModelRegistry/);
  expect(() => trainingQueue(here, { network, priority: -1 })).toThrow(/`priority` [^]*`network` must lie in the account/);
  expect(() => new ModelRegistry(here, 'Records', { artifacts, requestsPerSecond: 0 }))
    .toThrow(/`artifacts` must lie in the account and Region .*ArtifactStore\.fromBucket[^]*`requestsPerSecond`/);
  expect(() => trainingPipeline(here, { model, artifacts }))
    .toThrow(/`model` must lie in the account [^]*`artifacts` must lie in the account .*; give that of the registry/);
});
