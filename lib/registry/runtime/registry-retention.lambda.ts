import { MetricUnit } from '@aws-lambda-powertools/metrics';
import { Tracer } from '@aws-lambda-powertools/tracer';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { ECRClient } from '@aws-sdk/client-ecr';
import { S3Client } from '@aws-sdk/client-s3';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { ENV_ENVIRONMENT, ENV_REGISTRY_TABLE, ENV_RUNBOOK, RETENTION_BUNDLE } from './contract';
import { registryMetrics } from './registry-metrics';
import { checkRetention, RetentionWorld } from './retention';
import { requireEnv } from '../../core/runtime/environment';

const environment = requireEnv(ENV_ENVIRONMENT);
const metrics = registryMetrics(environment);
const tracer = new Tracer({ serviceName: RETENTION_BUNDLE });

const world: RetentionWorld = {
  dynamodb: DynamoDBDocumentClient.from(tracer.captureAWSv3Client(new DynamoDBClient())),
  s3: tracer.captureAWSv3Client(new S3Client()),
  ecr: tracer.captureAWSv3Client(new ECRClient()),
  registryTable: requireEnv(ENV_REGISTRY_TABLE),
  environment,
  runbook: requireEnv(ENV_RUNBOOK),
  now: Date.now,
  write: (line) => { process.stdout.write(line); },
  measure: (metric, value) => { metrics.addMetric(metric, MetricUnit.Count, value); },
};

/** Started by a schedule; its answer is for nobody. */
export const handler = async (_event: unknown, { awsRequestId }: { readonly awsRequestId: string }): Promise<void> => {
  try {
    await checkRetention(awsRequestId, world);
  } finally {
    metrics.publishStoredMetrics();
  }
};
