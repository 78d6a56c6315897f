import { aws_kms as kms, aws_s3 as s3, aws_sagemaker as sagemaker, App, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { acknowledge, inRegulatedPacks, KeptFinding } from '../../lib/core/acknowledge';
import { AppOptions, CreateApp } from '../../tools/strict-synth';
import { ENV } from '../support/judged';

/** An app of one stack; what stands in it is the test's business. */
export function plantedApp(plant: (stack: Stack) => void): CreateApp {
  return (options: AppOptions) => {
    const app = new App(options);
    plant(new Stack(app, 'Planted', { env: ENV }));
    return app;
  };
}

/** Nobody has anything to say about it. */
export function plantKey(stack: Stack): void {
  new kms.Key(stack, 'Key', { enableKeyRotation: true });
}

/** CDK's rules warn (W3030) about an instance type that does not exist; the packs have nothing to say about a model alone. */
export function plantUnknownInstanceType(stack: Stack): void {
  new sagemaker.CfnEndpointConfig(stack, 'Config', {
    kmsKeyId: new kms.Key(stack, 'Key', { enableKeyRotation: true }).keyArn,
    productionVariants: [{
      variantName: 'Stable', modelName: 'fraud', instanceType: 'ml.m5.gigantic', initialInstanceCount: 1, initialVariantWeight: 1,
    }],
  });
}

/** A construct of ours in miniature: a bucket without logs and without a replica, and what it decides about that. */
export class Store extends Construct {
  constructor(scope: Construct, id: string, ...decisions: KeptFinding[]) {
    super(scope, id);
    const bucket = new s3.Bucket(this, 'Bucket', {
      encryption: s3.BucketEncryption.KMS,
      encryptionKey: new kms.Key(this, 'Key', { enableKeyRotation: true }),
      blockPublicAccess: s3.BlockPublicAccess.BLOCK_ALL,
      enforceSSL: true,
      versioned: true,
    });
    acknowledge(bucket, ...decisions);
  }
}

/** Every finding of a `Store`, in two decisions. */
export const NO_LOGS: KeptFinding = {
  rules: ['AwsSolutions-S1', ...inRegulatedPacks('S3BucketLoggingEnabled')],
  reason: 'a planted bucket keeps no access logs',
};
export const NO_REPLICA: KeptFinding = {
  rules: inRegulatedPacks('S3BucketReplicationEnabled'),
  reason: 'a planted bucket has no replica',
};
