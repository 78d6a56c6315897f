import { Logger } from '@aws-lambda-powertools/logger';
import { Tracer } from '@aws-lambda-powertools/tracer';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { SNSClient } from '@aws-sdk/client-sns';
import { SSMClient } from '@aws-sdk/client-ssm';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { ENV_STOP_PARAMETER, Step, WRITER_BUNDLE } from './contract';
import { lambdaWorld, patience, storeSettings } from './release-settings';
import { WriterWorld } from './release-world';
import { releaseWriter } from './release-writer';
import { writerCall } from './tasks';
import { requireEnv } from '../../../core/runtime/environment';

const tracer = new Tracer({ serviceName: WRITER_BUNDLE });

const world: WriterWorld = {
  ...lambdaWorld(new Logger({ serviceName: WRITER_BUNDLE })),
  settings: storeSettings(),
  dynamodb: DynamoDBDocumentClient.from(tracer.captureAWSv3Client(new DynamoDBClient(patience(2000)))),
  events: tracer.captureAWSv3Client(new EventBridgeClient(patience(2000))),
  sagemaker: tracer.captureAWSv3Client(new SageMakerClient(patience(5000))),
  // once and no more: what the fence allowed a moment ago may be wrong after a pause
  acting: tracer.captureAWSv3Client(new SageMakerClient(patience(8000, 1))),
  sns: tracer.captureAWSv3Client(new SNSClient(patience(3000))),
  ssm: tracer.captureAWSv3Client(new SSMClient(patience(2000))),
  stopParameter: requireEnv(ENV_STOP_PARAMETER),
};

/** The one function that changes endpoints: for the state machine, for alarms, for the emergency stop and for an abort. */
export const handler = (event: unknown, { awsRequestId }: { readonly awsRequestId: string }): Promise<Step | undefined> =>
  releaseWriter(writerCall(event), awsRequestId, world);
