import { aws_ecr as ecr, aws_s3 as s3, Stack } from 'aws-cdk-lib';
import { BUCKET, REPOSITORY } from '../place';
import { BenchCase } from './bench-case';

/** A registry with the stores that are there already. */
export const modelRegistry: BenchCase = {
  name: 'model-registry',
  what: '`ModelRegistryStack`',
  many: 8,
  ours: (app, count, { artifacts, stacks }) => {
    const stores = new Stack(app, 'Stores');
    const store = artifacts.ArtifactStore.fromBucket(stores, 'Artifacts', s3.Bucket.fromBucketName(stores, 'Bucket', BUCKET));
    const images = artifacts.ImageStore.fromRepository(stores, 'Images', ecr.Repository.fromRepositoryName(stores, 'Repository', REPOSITORY));
    for (let index = 0; index < count; index++) {
      new stacks.ModelRegistryStack(app, `Registry${index}`, {
        artifacts: store, images: [images], registryEnvironment: `environment-${index}`,
      });
    }
  },
};
