import { Logger } from '@aws-lambda-powertools/logger';
import { MetricUnit } from '@aws-lambda-powertools/metrics';
import { Tracer } from '@aws-lambda-powertools/tracer';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { S3Client } from '@aws-sdk/client-s3';
import { ENV_AUDIT_BUCKET, ENV_ENVIRONMENT, ENV_EVENT_BUS, ENV_RUNBOOK, JOURNAL_BUNDLE } from './contract';
import { journal, JournalAnswer, JournalWorld } from './journal';
import { registryMetrics } from './registry-metrics';
import { requireEnv } from '../../core/runtime/environment';

const environment = requireEnv(ENV_ENVIRONMENT);
const logger = new Logger({ serviceName: JOURNAL_BUNDLE });
const metrics = registryMetrics(environment);
const tracer = new Tracer({ serviceName: JOURNAL_BUNDLE });

const world: JournalWorld = {
  s3: tracer.captureAWSv3Client(new S3Client()),
  events: tracer.captureAWSv3Client(new EventBridgeClient()),
  bucket: requireEnv(ENV_AUDIT_BUCKET),
  eventBus: requireEnv(ENV_EVENT_BUS),
  environment,
  runbook: requireEnv(ENV_RUNBOOK),
  now: Date.now,
  write: (line) => { process.stdout.write(line); },
  warn: (message, details) => { logger.warn(message, { details }); },
  count: (metric) => { metrics.addMetric(metric, MetricUnit.Count, 1); },
};

/** Follows the stream of the audit table. */
export const handler = async (event: unknown): Promise<JournalAnswer> => {
  try {
    return await journal(event, world);
  } finally {
    metrics.publishStoredMetrics();
  }
};
