import { Logger } from '@aws-lambda-powertools/logger';
import { Tracer } from '@aws-lambda-powertools/tracer';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { SNSClient } from '@aws-sdk/client-sns';
import { SSMClient } from '@aws-sdk/client-ssm';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { CLERK_BUNDLE, ENV_STOP_PARAMETER, Step } from './contract';
import { releaseClerk } from './release-clerk';
import { lambdaWorld, patience, storeSettings } from './release-settings';
import { ClerkWorld } from './release-world';
import { clerkTask } from './tasks';
import { requireEnv } from '../../../core/runtime/environment';
import { registryCaller } from '../../../registry/runtime/registry-caller';

const tracer = new Tracer({ serviceName: CLERK_BUNDLE });
const base = lambdaWorld(new Logger({ serviceName: CLERK_BUNDLE }));

const world: ClerkWorld = {
  ...base,
  settings: storeSettings(),
  dynamodb: DynamoDBDocumentClient.from(tracer.captureAWSv3Client(new DynamoDBClient(patience(2000)))),
  events: tracer.captureAWSv3Client(new EventBridgeClient(patience(2000))),
  cloudwatch: tracer.captureAWSv3Client(new CloudWatchClient(patience(3000))),
  sagemaker: tracer.captureAWSv3Client(new SageMakerClient(patience(5000))),
  sns: tracer.captureAWSv3Client(new SNSClient(patience(3000))),
  ssm: tracer.captureAWSv3Client(new SSMClient(patience(2000))),
  registry: registryCaller(base),
  stopParameter: requireEnv(ENV_STOP_PARAMETER),
};

/** Begins and ends releases, for the state machine. */
export const handler = (event: unknown, { awsRequestId }: { readonly awsRequestId: string }): Promise<Step> =>
  releaseClerk(clerkTask(event), awsRequestId, world);
