import { App, aws_scheduler as scheduler, CfnOutput, Duration, Size, Stack } from 'aws-cdk-lib';
// in your project: from 'cdk-ml-platform'
import { artifacts, network, registry, training } from '../../lib';

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
const models = new registry.ModelRegistry(stack, 'Registry', {
  artifacts: store,
  images: [images],
  approvalGates: {
    digits: registry.ApprovalGate.of({ minimumAccuracy: 0.9, maximumBias: 0.2, maximumP99Latency: Duration.millis(50) }),
  },
});
new CfnOutput(stack, 'ImageRepositoryUri', { value: images.repository.repositoryUri });
new CfnOutput(stack, 'BucketName', { value: store.bucket.bucketName });

// As soon as the program in ./program is pushed: cdk deploy -c imageDigest=sha256:…
const digest: string | undefined = app.node.tryGetContext('imageDigest');
if (digest !== undefined) {
  const dataPrefix = 'trials/datasets/digits/'; // expires with the trials; in your project, the bucket of your data
  const work = 'trials/default/digits/'; // where runs of this model work: trials/<tenant>/<model>/
  const data = training.JobData.read(store.bucket, dataPrefix);
  const program = {
    queue,
    image: images.image(digest),
    vcpus: 2,
    memory: Size.gibibytes(4),
    user: '65532:65532', // the image's own
  };
  const pipeline = new training.TrainingPipeline(stack, 'Pipeline', {
    model: models.model('digits'),
    artifacts: store,
    data: training.TrainingData.csv(store.bucket, dataPrefix, {
      columns: [
        training.ColumnCheck.number('label', { minimum: 0, maximum: 9, varianceAbove: 1 }),
        // pixels at the edge are white in nearly every digit, and those in the middle never
        ...[10, 20, 28, 36, 43, 53].map((place) =>
          training.ColumnCheck.number(`pixel_${place}`, { minimum: 0, maximum: 16, varianceAbove: 1 })),
      ],
    }),
    training: training.TrainingStep.onQueue(new training.TrainingJob(stack, 'Trainer', {
      ...program,
      command: ['train', '--data', 'Ref::data', '--output', 'Ref::output', '--epochs', 'Ref::epochs'],
      parameters: { data: '', output: '', epochs: '60' },
      // the program finds its checkpoints by CHECKPOINT_URI and CHECKPOINT_RUN
      checkpoint: training.Checkpoint.at(store.bucket, `${work}checkpoints/`),
      data: [data, training.JobData.write(store.bucket, work)],
    })),
    evaluation: new training.TrainingJob(stack, 'Evaluator', {
      ...program,
      command: ['evaluate', '--data', 'Ref::data', '--model', 'Ref::model', '--evaluation', 'Ref::evaluation'],
      parameters: { data: '', model: '', evaluation: '' },
      checkpoint: training.Checkpoint.waived('An evaluation takes a few seconds.'),
      data: [data, training.JobData.readWrite(store.bucket, work)],
    }),
    servingImage: images.image(digest), // in your project, the image that serves
    parameters: { epochs: '60' },
    starts: [
      training.PipelineStart.onArrival('digits.csv'),
      training.PipelineStart.onSchedule(scheduler.ScheduleExpression.cron({ weekDay: 'MON', hour: '3', minute: '0' })),
    ],
  });
  new CfnOutput(stack, 'StateMachineArn', { value: pipeline.stateMachine.stateMachineArn });
}

app.synth();
