import { App, aws_ecr as ecr, aws_s3 as s3, Size, Stack } from 'aws-cdk-lib';
import { BUCKET, DIGEST, Library, REPOSITORY } from './place';
import { batchL2 } from './training-l2';
import { batchL2WithTheRest } from './training-l2-rest';
import type { TrainingPlace } from './training-place';

const VARIANTS = {
  'ours': ours, 'l2-with-the-rest': batchL2WithTheRest, 'l2': batchL2,
} satisfies Record<string, (place: TrainingPlace) => void>;
export type TrainingVariant = keyof typeof VARIANTS;
export const TRAINING_VARIANTS = Object.keys(VARIANTS) as readonly TrainingVariant[];

/** A stack takes 500 resources, and a queue with its job makes up to 40. */
const QUEUES_PER_STACK = 10;

/** Queues with default props, each with a job. */
function ours({ stack, network, library: { artifacts, training }, indices }: TrainingPlace): void {
  const repository = ecr.Repository.fromRepositoryName(stack, 'Images', REPOSITORY);
  const bucket = s3.Bucket.fromBucketName(stack, 'Bucket', BUCKET);
  for (const index of indices) {
    const queue = new training.TrainingQueue(stack, `Queue${index}`, {
      kind: training.QueueKind.gpuSpot({ machines: [training.MachineFamily.G5, training.MachineFamily.G6], maxVcpus: 256 }),
      network,
    });
    new training.TrainingJob(stack, `Job${index}`, {
      queue,
      image: artifacts.ModelImage.fromEcr(repository, DIGEST),
      vcpus: 4,
      memory: Size.gibibytes(16),
      command: ['python', 'train.py'],
      checkpoint: training.Checkpoint.at(bucket, `checkpoints/${index}/`),
    });
  }
}

/** One network, and as many stacks with queues as it takes. */
export function trainingApp(variant: TrainingVariant, queues: number, outdir: string, library: Library): App {
  const app = new App({ outdir });
  const { InterfaceEndpoint, MlNetwork } = library.network;
  const { ECS, ECS_AGENT, ECS_TELEMETRY } = InterfaceEndpoint; // without them each queue warns that its machines never join
  const network = new MlNetwork(new Stack(app, 'Shared'), 'Network', {
    interfaceEndpoints: InterfaceEndpoint.defaultsAnd(ECS, ECS_AGENT, ECS_TELEMETRY),
  });
  for (let first = 0; first < queues; first += QUEUES_PER_STACK) {
    const indices = Array.from({ length: Math.min(QUEUES_PER_STACK, queues - first) }, (_, index) => first + index);
    VARIANTS[variant]({ stack: new Stack(app, `Training${first / QUEUES_PER_STACK}`), network, library, indices });
  }
  return app;
}
