import { Logger } from '@aws-lambda-powertools/logger';
import { Tracer } from '@aws-lambda-powertools/tracer';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { RELEASE_PRUNER_BUNDLE } from './contract';
import { releasePruner } from './release-pruner';
import { lambdaWorld, patience, storeSettings } from './release-settings';
import { PrunerWorld } from './release-world';
import { pruneTask } from './tasks';

const tracer = new Tracer({ serviceName: RELEASE_PRUNER_BUNDLE });

const world: PrunerWorld = {
  ...lambdaWorld(new Logger({ serviceName: RELEASE_PRUNER_BUNDLE })),
  settings: storeSettings(),
  dynamodb: DynamoDBDocumentClient.from(tracer.captureAWSv3Client(new DynamoDBClient(patience(2000)))),
  sagemaker: tracer.captureAWSv3Client(new SageMakerClient(patience(5000))),
  // once and no more: what the look allowed a moment ago may be wrong after a pause
  acting: tracer.captureAWSv3Client(new SageMakerClient(patience(8000, 1))),
};

/** The one function that deletes configurations and models after a release; it changes no endpoint. */
export const handler = (event: unknown, { awsRequestId }: { readonly awsRequestId: string }): Promise<void> =>
  releasePruner(pruneTask(event), awsRequestId, world);
