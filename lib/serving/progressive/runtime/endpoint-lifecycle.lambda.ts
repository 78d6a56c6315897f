import { Logger } from '@aws-lambda-powertools/logger';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { LIFECYCLE_BUNDLE } from './contract';
import { endpointLifecycle } from './endpoint-lifecycle';
import { lambdaWorld, patience, storeSettings } from './release-settings';
import { LifecycleWorld } from './release-world';
import { customResource } from '../../../core/runtime/custom-resource';

const world: LifecycleWorld = {
  ...lambdaWorld(new Logger({ serviceName: LIFECYCLE_BUNDLE })),
  settings: storeSettings(),
  dynamodb: DynamoDBDocumentClient.from(new DynamoDBClient(patience(2000))),
  events: new EventBridgeClient(patience(2000)),
  sagemaker: new SageMakerClient(patience(5000)),
  acting: new SageMakerClient(patience(8000, 1)),
};

/** Existence, and not movement: what an endpoint serves is for releases to say. */
export const handler = customResource({
  work: (request, outOfTime) => endpointLifecycle(request, outOfTime, world),
  remove: (request, outOfTime) => endpointLifecycle(request, outOfTime, world),
  broken: (problem) => ({ status: 'FAILED', reason: `The endpoint's profile was not stored, or the endpoint not deleted: ${problem}. ${world.settings.runbook}` }),
});
