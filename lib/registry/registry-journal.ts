import { Aws, aws_events as events, aws_iam as iam, aws_lambda as lambda, aws_s3 as s3, Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { NO_CONCURRENCY, OUTSIDE_VPC, RegistryParts } from './registry-parts';
import { ENV_AUDIT_BUCKET, ENV_ENVIRONMENT, ENV_EVENT_BUS, ENV_RUNBOOK, JOURNAL_BUNDLE } from './runtime/contract';
import { wildcardResource } from '../core/acknowledge';
import { HandlerFunction } from '../core/handler-function';
import { runbook } from '../core/runbook';
import { onTable, useTableKey } from '../core/table-access';

/** What the journal is made from. */
export interface RegistryJournalProps extends RegistryParts {
  readonly copies: s3.Bucket;
  readonly eventBus: events.IEventBus;
}

/** A stream keeps records for a day. Four hours are left to read them by hand after the last try. */
const LAST_TRY = Duration.hours(20);
const BATCH = 100;

/** Copies each audit record to the locked bucket and tells EventBridge, in the order of the records, until it succeeds. */
export class RegistryJournal extends Construct {
  public readonly handler: HandlerFunction;

  constructor(scope: Construct, id: string, props: RegistryJournalProps) {
    super(scope, id);
    this.handler = this.createHandler(props);
    new lambda.EventSourceMapping(this, 'Stream', {
      target: this.handler.handler,
      eventSourceArn: props.auditTable.tableStreamArn,
      startingPosition: lambda.StartingPosition.TRIM_HORIZON,
      batchSize: BATCH,
      bisectBatchOnError: true,
      reportBatchItemFailures: true,
      maxRecordAge: LAST_TRY,
      onFailure: { bind: () => ({ destination: props.failures.queueArn }) },
    }).node.addDependency(this.handler.policy);
  }

  private createHandler({ environment, key, auditTable, copies, eventBus, failures }: RegistryJournalProps): HandlerFunction {
    const objects = copies.arnForObjects('audit/*');
    return new HandlerFunction(this, 'Handler', {
      bundle: JOURNAL_BUNDLE,
      description: `Copies and tells what the model registry ${environment} recorded`,
      timeout: Duration.minutes(2),
      environment: {
        [ENV_ENVIRONMENT]: environment,
        [ENV_AUDIT_BUCKET]: copies.bucketName,
        [ENV_EVENT_BUS]: eventBus.eventBusName,
        [ENV_RUNBOOK]: runbook('AuditJournalLate'),
      },
      statements: [
        onTable('ReadStream', ['DescribeStream', 'GetRecords', 'GetShardIterator', 'ListStreams'], auditTable.tableStreamArn!), // it has one
        useTableKey(key),
        new iam.PolicyStatement({ sid: 'CopyRecords', actions: ['s3:GetObject', 's3:PutObject'], resources: [objects] }),
        new iam.PolicyStatement({
          sid: 'EncryptCopies',
          actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
          resources: [key.keyArn],
          conditions: { StringEquals: { 'kms:ViaService': `s3.${Aws.REGION}.${Aws.URL_SUFFIX}` } },
        }),
        new iam.PolicyStatement({ sid: 'TellTransitions', actions: ['events:PutEvents'], resources: [eventBus.eventBusArn] }),
      ],
      kept: [NO_CONCURRENCY],
      keptOnPolicy: [{
        rules: [wildcardResource(this, objects)],
        reason: 'The key of a copy is named after a record that does not exist yet; the bucket itself refuses to overwrite and to delete.',
      }],
      deadLetterQueue: failures,
      outsideVpc: OUTSIDE_VPC,
    });
  }
}
