import { aws_dynamodb as dynamodb, aws_iam as iam, aws_kms as kms, RemovalPolicy } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { acknowledge } from './acknowledge';

/** What the tables are made from. */
export interface RecordTablesProps {
  readonly key: kms.IKey;
  /** Whether a stream tells of each audit row. */
  readonly auditStream: boolean;
  /** What guards the rows besides recovery to any second: a sentence for those who ask for a backup plan. */
  readonly guardedBy: string;
}

/**
 * What is so now, and request keys, in one table; audit records in another, so that whoever may change the first cannot change
 * the second. One Region writes: a global table would keep the last writer, and two could be right at once.
 */
export class RecordTables extends Construct {
  public readonly current: dynamodb.Table;
  public readonly audit: dynamodb.Table;

  constructor(scope: Construct, id: string, private readonly props: RecordTablesProps) {
    super(scope, id);
    this.current = this.createTable('Resource', { timeToLiveAttribute: 'expiresAt' }); // of request keys only
    this.audit = this.createTable('Audit', props.auditStream ? { stream: dynamodb.StreamViewType.NEW_AND_OLD_IMAGES } : {});
    this.audit.addToResourcePolicy(denyChanges());
  }

  private createTable(id: string, own: Partial<dynamodb.TableProps>): dynamodb.Table {
    const table = new dynamodb.Table(this, id, {
      partitionKey: { name: 'pk', type: dynamodb.AttributeType.STRING },
      sortKey: { name: 'sk', type: dynamodb.AttributeType.STRING },
      billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
      encryption: dynamodb.TableEncryption.CUSTOMER_MANAGED,
      encryptionKey: this.props.key,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
      ...own,
    });
    acknowledge(table, {
      rules: ['HIPAA.Security', 'NIST.800.53.R5'].map((pack) => `${pack}-DynamoDBInBackupPlan`),
      reason: `Point-in-time recovery reaches back 35 days to any second, the table cannot be deleted, and ${this.props.guardedBy}. How long `
        + 'backups are kept beyond that, in which vault and account, is for the owner of the backup plan to decide.',
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
