import { App, CfnOutput, Duration, Size, Stack } from 'aws-cdk-lib';
// in your project: from 'cdk-ml-platform'
import { artifacts, network, training } from '../../lib';

const app = new App();
const stack = new Stack(app, 'ClaimScoring');

const images = new artifacts.ImageStore(stack, 'Images');
// below its `trials/` objects may be overwritten, and expire: scores can be made again
const store = new artifacts.ArtifactStore(stack, 'Artifacts');
const { ECS, ECS_AGENT, ECS_TELEMETRY } = network.InterfaceEndpoint;
const queue = new training.TrainingQueue(stack, 'Queue', {
  kind: training.QueueKind.cpuSpot({ machines: [training.MachineFamily.C6I, training.MachineFamily.M6I], maxVcpus: 64 }),
  network: new network.MlNetwork(stack, 'Network', {
    interfaceEndpoints: network.InterfaceEndpoint.defaultsAnd(ECS, ECS_AGENT, ECS_TELEMETRY),
  }),
  limits: { failedJobs: 5 }, // some may fail, see below
});
new CfnOutput(stack, 'ImageRepositoryUri', { value: images.repository.repositoryUri });

// As soon as the program in ./program is pushed: cdk deploy -c imageDigest=sha256:…
const digest: string | undefined = app.node.tryGetContext('imageDigest');
if (digest !== undefined) {
  const scoring = new training.BatchInference(stack, 'Scoring', {
    engine: training.InferenceEngine.onQueue({
      queue,
      image: images.image(digest),
      command: ['python', 'score.py'],
      vcpus: 1,
      memory: Size.gibibytes(2),
      timeout: Duration.hours(1),
      user: '65532:65532', // the image's own
    }),
    inputBucket: store.bucket,
    inputPrefix: 'trials/claims/',
    outputBucket: store.bucket,
    outputPrefix: 'trials/claim-scores/',
    outputSuffix: '.json',
    inputsPerJob: 500,
    maxConcurrency: 50,
    toleratedFailurePercent: 1,
    limits: { runningAge: Duration.hours(3) },
  });
  new CfnOutput(stack, 'StateMachineArn', { value: scoring.stateMachine.stateMachineArn });
}

app.synth();
