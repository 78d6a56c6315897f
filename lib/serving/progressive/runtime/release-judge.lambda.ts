import { Logger } from '@aws-lambda-powertools/logger';
import { Tracer } from '@aws-lambda-powertools/tracer';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { SNSClient } from '@aws-sdk/client-sns';
import { SSMClient } from '@aws-sdk/client-ssm';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { ENV_STOP_PARAMETER, JUDGE_BUNDLE, Step } from './contract';
import { releaseJudge } from './release-judge';
import { lambdaWorld, patience, storeSettings } from './release-settings';
import { JudgeWorld } from './release-world';
import { judgeTask } from './tasks';
import { requireEnv } from '../../../core/runtime/environment';

const tracer = new Tracer({ serviceName: JUDGE_BUNDLE });

const world: JudgeWorld = {
  ...lambdaWorld(new Logger({ serviceName: JUDGE_BUNDLE })),
  settings: storeSettings(),
  dynamodb: DynamoDBDocumentClient.from(tracer.captureAWSv3Client(new DynamoDBClient(patience(2000)))),
  events: tracer.captureAWSv3Client(new EventBridgeClient(patience(2000))),
  cloudwatch: tracer.captureAWSv3Client(new CloudWatchClient(patience(5000))),
  sagemaker: tracer.captureAWSv3Client(new SageMakerClient(patience(5000))),
  sns: tracer.captureAWSv3Client(new SNSClient(patience(3000))),
  ssm: tracer.captureAWSv3Client(new SSMClient(patience(2000))),
  stopParameter: requireEnv(ENV_STOP_PARAMETER),
};

/** Judges one tick of a stage. */
export const handler = (event: unknown, { awsRequestId }: { readonly awsRequestId: string }): Promise<Step> =>
  releaseJudge(judgeTask(event), awsRequestId, world);
