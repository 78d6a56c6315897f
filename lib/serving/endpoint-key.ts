import { aws_kms as kms, aws_sagemaker as sagemaker, RemovalPolicy } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { acknowledge, inRegulatedPacks } from '../core/acknowledge';
import { MlInstanceType } from '../core/instance-type';

/** One key for everything an endpoint stores; it outlives the stack, because the endpoint does. */
export function createKey(scope: Construct): kms.Key {
  return new kms.Key(scope, 'Key', {
    description: `Storage, logs and notifications of ${scope.node.path}`,
    enableKeyRotation: true,
    removalPolicy: RemovalPolicy.RETAIN,
  });
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
