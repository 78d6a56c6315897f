import { Aws, aws_iam as iam, aws_kms as kms, Fn, Names } from 'aws-cdk-lib';
import { Construct } from 'constructs';

/**
 * A name for a log group, chosen here because the policy of its key names it before it exists. It ends in what is unique to
 * this life of the stack: the group outlives the stack, and a second life could not make a group of the same name.
 */
export function logGroupNameOf(scope: Construct, folder: string): string {
  const life = Fn.select(2, Fn.split('/', Aws.STACK_ID));
  return `/ml-platform/${folder}/${Names.uniqueResourceName(scope, { maxLength: 200 })}/${life}`;
}

/**
 * Lets CloudWatch Logs encrypt one log group, and no other, with a key.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
 */
export function letLogsEncrypt(key: kms.IKey, sid: string, logGroupName: string): void {
  const logGroupArn = `arn:${Aws.PARTITION}:logs:${Aws.REGION}:${Aws.ACCOUNT_ID}:log-group:${logGroupName}`;
  key.addToResourcePolicy(new iam.PolicyStatement({
    sid,
    principals: [new iam.ServicePrincipal(`logs.${Aws.REGION}.${Aws.URL_SUFFIX}`)],
    actions: [
      'kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey', 'kms:GenerateDataKeyWithoutPlaintext',
      'kms:ReEncryptFrom', 'kms:ReEncryptTo',
    ],
    resources: ['*'], // in a key's policy: this key
    conditions: { ArnEquals: { 'kms:EncryptionContext:aws:logs:arn': logGroupArn } },
  }));
}
