import { Aws, aws_iam as iam, aws_kms as kms, aws_sagemaker as sagemaker, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { acknowledge, inRegulatedPacks } from '../../core/acknowledge';
import { MlInstanceType } from '../../core/instance-type';

/** One key for everything an endpoint stores; it outlives the stack, because the endpoint does. */
export function createKey(scope: Construct): kms.Key {
  return new kms.Key(scope, 'Key', {
    description: `Storage, logs and notifications of ${scope.node.path}`,
    enableKeyRotation: true,
    removalPolicy: RemovalPolicy.RETAIN,
  });
}

/**
 * Lets CloudWatch Logs encrypt one log group.
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
 */
export function letLogsUse(scope: Construct, key: kms.IKey, logGroupName: string): void {
  const stack = Stack.of(scope);
  const logGroup = stack.formatArn({ service: 'logs', resource: `log-group:${logGroupName}` });
  key.addToResourcePolicy(new iam.PolicyStatement({
    sid: 'EncryptEndpointLogs',
    principals: [new iam.ServicePrincipal(`logs.${stack.region}.${Aws.URL_SUFFIX}`)],
    actions: [
      'kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey', 'kms:GenerateDataKeyWithoutPlaintext',
      'kms:ReEncryptFrom', 'kms:ReEncryptTo',
    ],
    resources: ['*'],
    conditions: { ArnEquals: { 'kms:EncryptionContext:aws:logs:arn': logGroup } },
  }));
}

/** Families with local NVMe disks encrypt them in hardware, and SageMaker takes no key for them. */
export function takesKey(instanceType: MlInstanceType): boolean {
  return instanceType.hasLocalNvme !== true;
}

/** Three packs ask every endpoint configuration for a key, also where SageMaker takes none. */
export function keepNvmeFinding(config: sagemaker.CfnEndpointConfig, machines: readonly MlInstanceType[]): void {
  const local = machines.find((machine) => !takesKey(machine));
  if (local !== undefined) {
    acknowledge(config, {
      rules: inRegulatedPacks('SageMakerEndpointConfigurationKMSKeyConfigured'),
      reason: `${local.name} stores on local NVMe disks, which encrypt in hardware; SageMaker takes no key for them.`,
    });
  }
}
