import { Logger } from '@aws-lambda-powertools/logger';
import { MetricUnit } from '@aws-lambda-powertools/metrics';
import { Tracer } from '@aws-lambda-powertools/tracer';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { ECRClient } from '@aws-sdk/client-ecr';
import { S3Client } from '@aws-sdk/client-s3';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { API_BUNDLE } from './contract';
import { HttpAnswer } from './http-answer';
import { registryApi } from './registry-api';
import { registryMetrics } from './registry-metrics';
import { registrySettings } from './registry-settings';

const settings = registrySettings();
const logger = new Logger({ serviceName: API_BUNDLE });
const metrics = registryMetrics(settings.environment);
const tracer = new Tracer({ serviceName: API_BUNDLE });

/** A call that hangs must leave time for another: API Gateway waits for 30 seconds in all. */
const patience = (requestTimeout: number) => ({
  maxAttempts: 2, requestHandler: { connectionTimeout: 1000, requestTimeout, throwOnRequestTimeout: true },
});

const api = registryApi({
  dynamodb: DynamoDBDocumentClient.from(tracer.captureAWSv3Client(new DynamoDBClient(patience(2000)))),
  s3: tracer.captureAWSv3Client(new S3Client(patience(3000))),
  ecr: tracer.captureAWSv3Client(new ECRClient(patience(3000))),
  settings,
  now: Date.now,
  sleep: (milliseconds) => new Promise((resolve) => { setTimeout(resolve, milliseconds); }),
  random: Math.random,
  write: (line) => { process.stdout.write(line); },
  log: {
    warn: (message, details) => { logger.warn(message, details); },
    error: (message, details) => { logger.error(message, details); },
  },
  count: (metric) => { metrics.addMetric(metric, MetricUnit.Count, 1); },
});

export const handler = async (event: unknown): Promise<HttpAnswer> => {
  try {
    return await api(event);
  } finally {
    metrics.publishStoredMetrics();
  }
};
