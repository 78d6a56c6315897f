import { aws_dynamodb as dynamodb, aws_iam as iam, aws_kms as kms, RemovalPolicy } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { acknowledge } from '../core/acknowledge';

/** What the tables are made from. */
export interface RegistryTablesProps {
  readonly key: kms.IKey;
}

/**
 * Models, versions, request keys and lineage in one table, audit records in another, so that whoever may change the first
 * cannot change the second. One Region writes: a global table would keep the last writer, and two could be right at once.
 */
export class RegistryTables extends Construct {
  public readonly registry: dynamodb.Table;
  public readonly audit: dynamodb.Table;

  constructor(scope: Construct, id: string, { key }: RegistryTablesProps) {
    super(scope, id);
    this.registry = this.createTable('Resource', key, { timeToLiveAttribute: 'expiresAt' }); // of request keys only
    this.audit = this.createTable('Audit', key, { stream: dynamodb.StreamViewType.NEW_AND_OLD_IMAGES });
    this.audit.addToResourcePolicy(denyChanges());
  }

  private createTable(id: string, encryptionKey: kms.IKey, own: Partial<dynamodb.TableProps>): dynamodb.Table {
    const table = new dynamodb.Table(this, id, {
      partitionKey: { name: 'pk', type: dynamodb.AttributeType.STRING },
      sortKey: { name: 'sk', type: dynamodb.AttributeType.STRING },
      billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
      encryption: dynamodb.TableEncryption.CUSTOMER_MANAGED,
      encryptionKey,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
      ...own,
    });
    acknowledge(table, {
      rules: ['HIPAA.Security', 'NIST.800.53.R5'].map((pack) => `${pack}-DynamoDBInBackupPlan`),
      reason: 'Point-in-time recovery reaches back 35 days to any second, the table cannot be deleted, and audit records are copied to a '
        + 'locked bucket. How long backups are kept beyond that, in which vault and account, is for the owner of the backup plan to decide.',
    });
    return table;
  }
}

/**
 * Nobody changes or removes an audit row by the calls that do so, whatever IAM would let them. A put can still overwrite: IAM
 * has no condition for that, so the chain of hashes, the stream and the copies make it visible.
 *
 * `*` is this table, as in the policy of a key: its ARN is not known before it exists.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/access-control-resource-based.html
 */
function denyChanges(): iam.PolicyStatement {
  return new iam.PolicyStatement({
    sid: 'RowsStay',
    effect: iam.Effect.DENY,
    principals: [new iam.AnyPrincipal()],
    actions: [
      'dynamodb:BatchWriteItem', 'dynamodb:DeleteItem', 'dynamodb:PartiQLDelete', 'dynamodb:PartiQLInsert', 'dynamodb:PartiQLUpdate',
      'dynamodb:UpdateItem',
    ],
    resources: ['*'],
  });
}
