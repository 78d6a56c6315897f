import { aws_dynamodb as dynamodb, aws_kms as kms, RemovalPolicy } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { acknowledge } from '../../core/acknowledge';

/**
 * Which inputs a pipeline has seen, how far each came, and whose turn it is. Kept when the stack is deleted: without it the next
 * pipeline would train again what is registered.
 */
export function createLedger(scope: Construct, id: string, encryptionKey: kms.IKey): dynamodb.Table {
  const table = new dynamodb.Table(scope, id, {
    partitionKey: { name: 'pk', type: dynamodb.AttributeType.STRING },
    sortKey: { name: 'sk', type: dynamodb.AttributeType.STRING },
    billingMode: dynamodb.BillingMode.PAY_PER_REQUEST,
    encryption: dynamodb.TableEncryption.CUSTOMER_MANAGED,
    encryptionKey,
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    deletionProtection: true,
    removalPolicy: RemovalPolicy.RETAIN,
  });
  acknowledge(table, {
    rules: ['HIPAA.Security', 'NIST.800.53.R5'].map((pack) => `${pack}-DynamoDBInBackupPlan`),
    reason: 'It holds hashes and progress, which point-in-time recovery brings back for 35 days; what is lost beyond that is trained or '
      + 'registered again, and the registry itself answers a repeated registration with the first.',
  });
  return table;
}
