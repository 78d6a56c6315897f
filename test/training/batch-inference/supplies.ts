import { aws_s3 as s3, Size, Stack } from 'aws-cdk-lib';
import { BatchInference, BatchInferenceProps, InferenceEngine, QueueEngineOptions } from '../../../lib/training';
import { bucket, image, trainingQueue } from '../supplies';

export const INPUTS = 'claims/in/';
export const OUTPUTS = 'claims/scored/';

export function engine(stack: Stack, changed: Partial<QueueEngineOptions> = {}): InferenceEngine {
  return InferenceEngine.onQueue({
    queue: changed.queue ?? trainingQueue(stack, {}, 'InferenceQueue'),
    image: image(stack),
    command: ['python', 'score.py'],
    vcpus: 4,
    memory: Size.gibibytes(16),
    ...changed,
  });
}

/** What is required and nothing else, and what a test changes. */
export function batchInference(stack: Stack, changed: Partial<BatchInferenceProps> = {}, id = 'Inference'): BatchInference {
  return new BatchInference(stack, id, {
    engine: changed.engine ?? engine(stack),
    inputBucket: bucket(stack),
    inputPrefix: INPUTS,
    outputBucket: results(stack),
    outputPrefix: OUTPUTS,
    ...changed,
  });
}

export function results(stack: Stack): s3.IBucket {
  return stack.node.tryFindChild('Results') as s3.IBucket | undefined ?? s3.Bucket.fromBucketName(stack, 'Results', 'our-results');
}
