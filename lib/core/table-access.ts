import { Aws, aws_dynamodb as dynamodb, aws_iam as iam, aws_kms as kms } from 'aws-cdk-lib';

/** Actions on a table, with the use of its key through DynamoDB and no other way. */
export function onTable(sid: string, actions: string[], ...tableArns: string[]): iam.PolicyStatement {
  return new iam.PolicyStatement({ sid, actions: actions.map((action) => `dynamodb:${action}`), resources: tableArns });
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/encryption.usagenotes.html: the caller of a table uses its key */
export function useTableKey(key: kms.IKey, ...writing: string[]): iam.PolicyStatement {
  return new iam.PolicyStatement({
    sid: 'UseTableKey',
    actions: ['kms:Decrypt', 'kms:DescribeKey', ...writing],
    resources: [key.keyArn],
    conditions: { StringEquals: { 'kms:ViaService': `dynamodb.${Aws.REGION}.${Aws.URL_SUFFIX}` } },
  });
}

/** What writing to a table asks of its key, besides reading. */
export const WRITE_KEY = ['kms:Encrypt', 'kms:GenerateDataKey', 'kms:ReEncryptFrom', 'kms:ReEncryptTo'];

/**
 * A record is put in one transaction with what it tells of, and in no other way: outside of a transaction the key is not in the
 * request, and the condition fails. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html
 */
export function appendAudit({ tableArn }: dynamodb.ITable): iam.PolicyStatement {
  const statement = onTable('AppendAudit', ['PutItem'], tableArn);
  statement.addCondition('StringEquals', { 'dynamodb:EnclosingOperation': 'TransactWriteItems' });
  return statement;
}
