import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { S3Client } from '@aws-sdk/client-s3';
import { SFNClient } from '@aws-sdk/client-sfn';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { ENV_LEDGER_TABLE, ENV_PIPELINE, ENV_PIPELINE_EVENT_BUS } from './contract';
import { operations } from './operations';
import { requireEnv } from '../../../core/runtime/environment';

/** One state's work. An error is a crash on purpose: the state machine repeats the state, or ends where its name says. */
export const handler = operations({
  dynamodb: DynamoDBDocumentClient.from(new DynamoDBClient()),
  s3: new S3Client(),
  executions: new SFNClient(),
  events: new EventBridgeClient(),
  send: fetch,
  credentials: () => ({
    accessKeyId: requireEnv('AWS_ACCESS_KEY_ID'),
    secretAccessKey: requireEnv('AWS_SECRET_ACCESS_KEY'),
    sessionToken: process.env.AWS_SESSION_TOKEN,
  }),
  region: requireEnv('AWS_REGION'),
  ledgerTable: requireEnv(ENV_LEDGER_TABLE),
  eventBus: requireEnv(ENV_PIPELINE_EVENT_BUS),
  pipeline: requireEnv(ENV_PIPELINE),
  now: Date.now,
  // not console.log, which puts a time and an id in front: CloudWatch reads the line as JSON
  write: (line) => { process.stdout.write(line); },
});
