import { aws_ecr as ecr, aws_s3 as s3 } from 'aws-cdk-lib';
import { BUCKET, DIGEST, INSTANCE_TYPE, MODEL, Place, REPOSITORY, SHA256 } from './place';

/** Guarded endpoints with default props. */
export function ours({ stack, network, library: { artifacts, core, serving }, indices }: Place): void {
  const repository = ecr.Repository.fromRepositoryName(stack, 'Images', REPOSITORY);
  const store = artifacts.ArtifactStore.fromBucket(stack, 'Artifacts', s3.Bucket.fromBucketName(stack, 'Bucket', BUCKET));
  for (const index of indices) {
    new serving.GuardedEndpoint(stack, `Endpoint${index}`, {
      image: artifacts.ModelImage.fromEcr(repository, DIGEST),
      artifact: store.artifact(MODEL, SHA256),
      instanceType: core.MlInstanceType.of(INSTANCE_TYPE),
      network,
    });
  }
}
