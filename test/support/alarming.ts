import { Stack } from 'aws-cdk-lib';
import { guardedEndpoint } from './model-supplies';
import { AuditTrail } from '../../lib/audit';
import { EndpointScaling, RollbackTrigger } from '../../lib/serving';
import { inferenceApi } from '../api/supplies';
import { modelRegistry } from '../registry/registries';
import { progressiveEndpoint } from '../serving/progressive/progressive-supplies';
import { batchInference } from '../training/batch-inference/supplies';
import { trainingPipeline } from '../training/pipeline/pipelines';
import { trainingQueue } from '../training/supplies';

/** Constructs that have, between them, every alarm of the library: who adds an alarm adds here what makes it. */
export const ALARMING: Readonly<Record<string, (stack: Stack) => void>> = {
  guardedEndpoint: (stack) => {
    guardedEndpoint(stack, {
      rollbackOn: RollbackTrigger.defaults(),
      scaling: EndpointScaling.onInvocations({ min: 2, max: 8, invocationsPerInstance: 600 }),
    });
  },
  progressiveEndpoint: (stack) => { progressiveEndpoint(stack); },
  auditTrail: (stack) => { new AuditTrail(stack, 'Trail'); },
  modelRegistry: (stack) => { modelRegistry(stack); },
  inferenceApi: (stack) => { inferenceApi(stack); },
  trainingQueue: (stack) => { trainingQueue(stack); },
  batchInference: (stack) => { batchInference(stack); },
  trainingPipeline: (stack) => { trainingPipeline(stack); },
};
