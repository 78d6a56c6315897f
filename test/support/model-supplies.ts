import { aws_ecr as ecr, aws_s3 as s3, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { ArtifactStore, ModelImage } from '../../lib/artifacts';
import { MlInstanceType } from '../../lib/core';
import { MlNetwork } from '../../lib/network';
import { GuardedEndpoint, GuardedEndpointProps } from '../../lib/serving';

export const DIGEST = `sha256:${'a'.repeat(64)}`;
export const SHA256 = 'b'.repeat(64);

/** Image, artifact and network for an endpoint. */
export function supplies(stack: Stack, id = 'Supplies'): Required<Pick<GuardedEndpointProps, 'image' | 'artifact' | 'network'>> {
  const scope = new Construct(stack, id);
  const repository = ecr.Repository.fromRepositoryName(scope, 'Images', 'churn');
  const store = ArtifactStore.fromBucket(scope, 'Artifacts', s3.Bucket.fromBucketName(scope, 'Bucket', 'our-artifacts'));
  return {
    image: ModelImage.fromEcr(repository, DIGEST),
    artifact: store.artifact('churn', SHA256),
    network: new MlNetwork(scope, 'Network'),
  };
}

/** A guarded endpoint with nothing but what is required, and what a test changes. */
export function guardedEndpoint(stack: Stack, changed: Partial<GuardedEndpointProps> = {}, id = 'Endpoint'): GuardedEndpoint {
  const made = changed.existingModel === undefined ? supplies(stack, `${id}Supplies`) : {};
  return new GuardedEndpoint(stack, id, { instanceType: MlInstanceType.of('ml.m5.xlarge'), ...made, ...changed });
}
