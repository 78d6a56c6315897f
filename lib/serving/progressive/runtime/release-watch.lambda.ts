import { Logger } from '@aws-lambda-powertools/logger';
import { Tracer } from '@aws-lambda-powertools/tracer';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SFNClient } from '@aws-sdk/client-sfn';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { ENV_RELEASE_MACHINE, WATCH_BUNDLE } from './contract';
import { lambdaWorld, patience, storeSettings } from './release-settings';
import { releaseWatch } from './release-watch';
import { WatchWorld } from './release-world';
import { watchTime } from './tasks';
import { requireEnv } from '../../../core/runtime/environment';

const tracer = new Tracer({ serviceName: WATCH_BUNDLE });

const world: WatchWorld = {
  ...lambdaWorld(new Logger({ serviceName: WATCH_BUNDLE })),
  settings: storeSettings(),
  dynamodb: DynamoDBDocumentClient.from(tracer.captureAWSv3Client(new DynamoDBClient(patience(2000)))),
  sfn: tracer.captureAWSv3Client(new SFNClient(patience(3000))),
  releaseMachine: requireEnv(ENV_RELEASE_MACHINE),
};

/** Looks, by a schedule, whether every live release has an execution. */
export const handler = (event: unknown): Promise<readonly string[]> => releaseWatch(watchTime(event), world);
