import { App, CfnOutput, Size, Stack } from 'aws-cdk-lib';
// in your project: from 'cdk-ml-platform'
import { artifacts, network, training } from '../../lib';

const app = new App();
const stack = new Stack(app, 'DigitsTraining');

const store = new artifacts.ArtifactStore(stack, 'Artifacts');
const images = new artifacts.ImageStore(stack, 'Images');
const { ECS, ECS_AGENT, ECS_TELEMETRY } = network.InterfaceEndpoint;
const queue = new training.TrainingQueue(stack, 'Queue', {
  kind: training.QueueKind.cpuSpot({ machines: [training.MachineFamily.C6I, training.MachineFamily.M6I], maxVcpus: 16 }),
  // a machine has to reach ECS, or it starts, is billed, and never joins
  network: new network.MlNetwork(stack, 'Network', {
    interfaceEndpoints: network.InterfaceEndpoint.defaultsAnd(ECS, ECS_AGENT, ECS_TELEMETRY),
  }),
});
new CfnOutput(stack, 'ImageRepositoryUri', { value: images.repository.repositoryUri });

// As soon as the program in ./program is pushed: cdk deploy -c imageDigest=sha256:…
const digest: string | undefined = app.node.tryGetContext('imageDigest');
if (digest !== undefined) {
  const run = 'trials/digits/first';
  const job = new training.TrainingJob(stack, 'Digits', {
    queue,
    image: images.image(digest),
    vcpus: 2,
    memory: Size.gibibytes(4),
    user: '65532:65532', // the image's own
    checkpoint: training.Checkpoint.at(store.bucket, `${run}/checkpoints/`),
    data: [training.JobData.write(store.bucket, `${run}/output/`)],
    environment: {
      TRAIN_CHECKPOINTS: store.bucket.s3UrlForObject(`${run}/checkpoints`),
      TRAIN_OUTPUT: store.bucket.s3UrlForObject(`${run}/output`),
      TRAIN_DATASET_URI: 's3://example-data/digits/',
    },
  });
  new CfnOutput(stack, 'JobDefinitionArn', { value: job.jobDefinitionArn });
  new CfnOutput(stack, 'QueueArn', { value: queue.queueArn });
}

app.synth();
