import { App, CfnOutput, Duration, Stack } from 'aws-cdk-lib';
// in your project: from 'cdk-ml-platform'
import { artifacts, core, network, serving } from '../../lib';

const app = new App();

// Stack 1, deployed first: where images and artifacts are put.
const storesStack = new Stack(app, 'ChurnStores');
const images = new artifacts.ImageStore(storesStack, 'Images');
const store = new artifacts.ArtifactStore(storesStack, 'Artifacts');
new CfnOutput(storesStack, 'ArtifactBucketName', { value: store.bucket.bucketName });
new CfnOutput(storesStack, 'ImageRepositoryUri', { value: images.repository.repositoryUri });

// Stack 2, as soon as both values are known: the endpoint. A new value is a new version, and goes out as a canary.
const digest: string | undefined = app.node.tryGetContext('imageDigest');
const sha256: string | undefined = app.node.tryGetContext('artifactSha256');
if (digest !== undefined && sha256 !== undefined) {
  const stack = new Stack(app, 'ChurnInference');
  const endpoint = new serving.GuardedEndpoint(stack, 'Churn', {
    endpointName: 'churn',
    image: images.image(digest),
    artifact: store.artifact('churn', sha256),
    instanceType: core.MlInstanceType.M5_XLARGE,
    instanceCount: 4,
    network: new network.MlNetwork(stack, 'Network'),
    deployment: serving.DeploymentPlan.canary({
      percent: 25, // one of four instances first
      bakeTime: Duration.minutes(15),
      finalBakeTime: Duration.minutes(15),
    }),
    rollbackOn: [
      serving.RollbackTrigger.errorRateAbove({ percent: 2 }),
      serving.RollbackTrigger.errorBurstAbove({ percent: 5 }),
      serving.RollbackTrigger.modelErrorRateAbove(),
      serving.RollbackTrigger.p99LatencyAbove({ limit: Duration.millis(300) }),
    ],
  });
  new CfnOutput(stack, 'EndpointName', { value: endpoint.endpointName });
  new CfnOutput(stack, 'NotificationTopicArn', { value: endpoint.notifications.topicRef.topicArn });
}

app.synth();
