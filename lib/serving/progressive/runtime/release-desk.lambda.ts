import { Logger } from '@aws-lambda-powertools/logger';
import { Tracer } from '@aws-lambda-powertools/tracer';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SFNClient } from '@aws-sdk/client-sfn';
import { SSMClient } from '@aws-sdk/client-ssm';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { DESK_BUNDLE, ENV_RELEASE_MACHINE, ENV_STOP_PARAMETER, ENV_WRITER_FUNCTION } from './contract';
import { HttpAnswer } from './http';
import { releaseDesk } from './release-desk';
import { lambdaWorld, patience, storeSettings, trustedSessionRoles } from './release-settings';
import { requireEnv } from '../../../core/runtime/environment';
import { registryCaller } from '../../../registry/runtime/registry-caller';

const tracer = new Tracer({ serviceName: DESK_BUNDLE });
const base = lambdaWorld(new Logger({ serviceName: DESK_BUNDLE }));

// API Gateway waits for 30 seconds in all
const desk = releaseDesk({
  ...base,
  settings: storeSettings(),
  dynamodb: DynamoDBDocumentClient.from(tracer.captureAWSv3Client(new DynamoDBClient(patience(2000)))),
  events: tracer.captureAWSv3Client(new EventBridgeClient(patience(2000))),
  cloudwatch: tracer.captureAWSv3Client(new CloudWatchClient(patience(3000))),
  sfn: tracer.captureAWSv3Client(new SFNClient(patience(3000))),
  lambda: tracer.captureAWSv3Client(new LambdaClient(patience(3000))),
  ssm: tracer.captureAWSv3Client(new SSMClient(patience(2000))),
  registry: registryCaller(base),
  stopParameter: requireEnv(ENV_STOP_PARAMETER),
  releaseMachine: requireEnv(ENV_RELEASE_MACHINE),
  writerFunction: requireEnv(ENV_WRITER_FUNCTION),
  trustedSessionRoles: trustedSessionRoles(),
});

export const handler = (event: unknown): Promise<HttpAnswer> => desk(event);
