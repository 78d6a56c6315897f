import { aws_ecr as ecr, aws_s3 as s3, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { ArtifactStore, IArtifactStore, ModelImage } from '../../../lib/artifacts';
import { MlInstanceType } from '../../../lib/core';
import { ModelRegistry } from '../../../lib/registry';
import {
  Checkpoint, ColumnCheck, JobData, ManagedSpotTraining, ManagedSpotTrainingProps, TrainingData, TrainingJob, TrainingPipeline,
  TrainingPipelineProps, TrainingQueue, TrainingStep,
} from '../../../lib/training';
import { CPU_SPOT, network, trainingJob, trainingQueue } from '../supplies';

export const ARTIFACT_BUCKET = 'artifacts-111122223333';
export const DATA_BUCKET = 'our-datasets';
export const WORK = 'trials/default/churn/';
export const SERVING_DIGEST = `sha256:${'c'.repeat(64)}`;

/** Made once for a stack. */
function once<T>(stack: Stack, id: string, make: () => T): T {
  return (stack.node.tryFindChild(id) ?? make()) as T;
}

export function store(stack: Stack): IArtifactStore {
  return once(stack, 'Store', () => ArtifactStore.fromBucket(stack, 'Store', s3.Bucket.fromBucketName(stack, 'StoreBucket', ARTIFACT_BUCKET)));
}

export function dataBucket(stack: Stack): s3.IBucket {
  return once(stack, 'Data', () => s3.Bucket.fromBucketName(stack, 'Data', DATA_BUCKET));
}

export function churn(stack: Stack) {
  return once(stack, 'Registry', () => ModelRegistry.fromAttributes(stack, 'Registry', { apiId: 'abcdef1234' })).model('churn');
}

export function servingImage(stack: Stack, digest = SERVING_DIGEST): ModelImage {
  return ModelImage.fromEcr(once(stack, 'Serving', () => ecr.Repository.fromRepositoryName(stack, 'Serving', 'models/churn')), digest);
}

export function trainingData(stack: Stack): TrainingData {
  return TrainingData.csv(dataBucket(stack), 'datasets/churn/', {
    columns: [
      ColumnCheck.number('age', { minimum: 0, maximum: 120 }),
      ColumnCheck.number('spend', { maximumNullPercent: 10 }),
      ColumnCheck.text('country', { values: ['ch', 'de', 'at'] }),
    ],
    minimumRecords: 500,
  });
}

function cpuQueue(stack: Stack): TrainingQueue {
  return once(stack, 'Cpus', () => trainingQueue(stack, { kind: CPU_SPOT() }, 'Cpus'));
}

/** A job that trains: declared and allowed all that a pipeline asks for. */
export function trainer(stack: Stack, changed: Partial<Parameters<typeof trainingJob>[1]> = {}): TrainingJob {
  return trainingJob(stack, {
    queue: cpuQueue(stack),
    command: ['train', 'Ref::data', 'Ref::output', 'Ref::epochs'],
    parameters: { data: '', output: '', manifest: '', epochs: '10' },
    data: [JobData.read(dataBucket(stack), 'datasets/churn/'), JobData.readWrite(store(stack).bucket, WORK)],
    checkpoint: Checkpoint.at(store(stack).bucket, `${WORK}checkpoints/`),
    ...changed,
  }, 'Trainer');
}

export function evaluator(stack: Stack, changed: Partial<Parameters<typeof trainingJob>[1]> = {}): TrainingJob {
  return trainingJob(stack, {
    queue: cpuQueue(stack),
    command: ['evaluate', 'Ref::model', 'Ref::evaluation'],
    parameters: { model: '', evaluation: '' },
    data: [JobData.readWrite(store(stack).bucket, WORK)],
    checkpoint: Checkpoint.waived('An evaluation takes four minutes.'),
    ...changed,
  }, 'Evaluator');
}

/** A job of SageMaker with nothing but what is required, and what a test changes. */
export function managedSpot(stack: Stack, changed: Partial<ManagedSpotTrainingProps> = {}, id = 'Spot'): ManagedSpotTraining {
  return new ManagedSpotTraining(stack, id, { ...managedSpotProps(stack, changed, id), ...changed });
}

export function managedSpotProps(stack: Stack, { network: brought }: Partial<ManagedSpotTrainingProps> = {}, id = 'Spot'): ManagedSpotTrainingProps {
  return {
    network: brought ?? network(new Construct(stack, `${id}Supplies`)),
    image: servingImage(stack, `sha256:${'d'.repeat(64)}`),
    instanceType: MlInstanceType.M5_XLARGE,
    inputs: { train: JobData.read(dataBucket(stack), 'datasets/churn/') },
    output: JobData.write(store(stack).bucket, `${WORK}models/`),
    checkpoint: Checkpoint.at(store(stack).bucket, `${WORK}checkpoints/`),
    parameters: { epochs: '10' },
  };
}

/** A pipeline with nothing but what is required, and what a test changes. */
export function trainingPipeline(
  stack: Stack, changed: Partial<TrainingPipelineProps> = {}, scope: Construct = stack,
): TrainingPipeline {
  return new TrainingPipeline(scope, 'Pipeline', {
    model: churn(stack),
    artifacts: store(stack),
    data: trainingData(stack),
    training: changed.training ?? TrainingStep.onQueue(once(stack, 'Trainer', () => trainer(stack))),
    evaluation: changed.evaluation ?? once(stack, 'Evaluator', () => evaluator(stack)),
    servingImage: servingImage(stack),
    parameters: { epochs: '10' },
    ...changed,
  });
}
