import { App, aws_ecr as ecr, aws_kms as kms, aws_s3 as s3, CfnResource, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { addChurn } from '../../bench/lines/l1-extras';
import { Churn } from '../../bench/lines/ours';
import { BUCKET, DIGEST, REPOSITORY, SHA256 } from '../../bench/place';
import { differences } from '../../bench/same-resources';
import { ArtifactStore } from '../../lib/artifacts';
import { IMlNetwork, MlNetwork } from '../../lib/network';

type Resources = Parameters<typeof differences>[0];

/** What was there before the endpoint, the same in both apps. */
interface Supplies {
  readonly shared: Stack;
  readonly network: IMlNetwork;
  readonly key: kms.Key;
  readonly captured: s3.Bucket;
}

/** The endpoint's stack as an app makes it, and the bucket beside it that capture changes. */
function resources(make: (app: App, supplies: Supplies) => Stack): Resources {
  const app = new App();
  const shared = new Stack(app, 'Shared');
  const key = new kms.Key(shared, 'Key', { enableKeyRotation: true });
  const captured = new s3.Bucket(shared, 'Captured', { encryptionKey: key, versioned: true });
  const stack = make(app, { shared, key, captured, network: new MlNetwork(shared, 'Network') });
  const { Resources: made } = Template.fromStack(stack).toJSON() as { Resources: Resources };
  return { ...made, ...Template.fromStack(shared).findResources('AWS::S3::Bucket') as Resources };
}

const ours = resources((app, { shared, network, captured }) => new Churn(app, 'Churn', {
  network,
  captured,
  repository: ecr.Repository.fromRepositoryName(shared, 'Images', REPOSITORY),
  digest: DIGEST,
  store: ArtifactStore.fromBucket(shared, 'Store', s3.Bucket.fromBucketName(shared, 'Artifacts', BUCKET)),
  sha256: SHA256,
}));

/** By hand, and what a mistake changes in it. */
function l1(change: (stack: Stack) => void = () => undefined): Resources {
  return resources((app, { network, key, captured }) => {
    const stack = new Stack(app, 'Churn');
    addChurn(stack, { network, bucket: captured.node.defaultChild as s3.CfnBucket, key: key.node.defaultChild as kms.CfnKey });
    change(stack);
    return stack;
  });
}

test('the lines by hand make the same scaled and capturing endpoint as ours', () => {
  expect(differences(ours, l1())).toEqual([]);
});

test('both hold what the lines are counted for', () => {
  const types = Object.values(ours).map(({ Type: type }) => type);
  for (const type of [
    'AWS::SageMaker::Endpoint', 'AWS::ApplicationAutoScaling::ScalableTarget', 'AWS::ApplicationAutoScaling::ScalingPolicy',
    'AWS::S3::Bucket', 'Custom::DeploymentVerifier',
  ]) {
    expect(types).toContain(type);
  }
});

describe('the comparison sees', () => {
  const CAPTURE = 'DataCaptureConfig';

  test.each<[string, string, string, unknown]>([
    ['another maximum', 'Target', 'MaxCapacity', 9],
    ['a larger step', 'Out', 'StepScalingPolicyConfiguration.StepAdjustments.0.ScalingAdjustment', 50],
    ['another cooldown', 'In', 'StepScalingPolicyConfiguration.Cooldown', 60],
    ['another threshold', 'ScaleOut', 'Threshold', 601],
    ['another margin', 'ScaleIn', 'Metrics.0.Expression', 'observed / 0.7'],
    ['an alarm that acts on nothing', 'ScaleIn', 'AlarmActions', []],
    ['a fleet that an update resets', 'Endpoint', 'RetainAllVariantProperties', false],
    ['another share of requests', 'Config', `${CAPTURE}.InitialSamplingPercentage`, 20],
    ['captured payload under another key', 'Config', `${CAPTURE}.KmsKeyId`, 'alias/aws/s3'],
    ['a wider right to write', 'WriteCapture', 'PolicyDocument.Statement.0.Action', 's3:*'],
    ['a verifier with other bounds', 'Verified', 'Variants.0.MaxInstances', 80],
  ])('%s', (_, id, property, value) => {
    const changed = l1((stack) => {
      (stack.node.findChild('Endpoint').node.findChild(id) as CfnResource).addPropertyOverride(property, value);
    });
    expect(differences(ours, changed)).toHaveLength(2); // ours, and the one by hand
  });

  test('captured payload that never expires', () => {
    const { captured, ...others } = Object.fromEntries(Object.entries(l1()).map(([id, resource]) =>
      [resource.Type === 'AWS::S3::Bucket' ? 'captured' : id, resource]));
    const { LifecycleConfiguration: _, ...properties } = captured.Properties as Record<string, unknown>;
    expect(differences(ours, { ...others, captured: { ...captured, Properties: properties } })).toHaveLength(2);
  });
});
