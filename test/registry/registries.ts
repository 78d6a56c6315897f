import { aws_ecr as ecr, aws_s3 as s3, CfnElement, Stack } from 'aws-cdk-lib';
import { Construct, IConstruct } from 'constructs';
import { ArtifactStore, ImageStore } from '../../lib/artifacts';
import { ModelRegistry, ModelRegistryProps } from '../../lib/registry';

/** Stores for a registry that make no resources of their own. */
export function stores(scope: Construct): Required<Pick<ModelRegistryProps, 'artifacts' | 'images'>> {
  const own = new Construct(scope, 'Stores');
  return {
    artifacts: ArtifactStore.fromBucket(own, 'Artifacts', s3.Bucket.fromBucketName(own, 'Bucket', 'our-artifacts')),
    images: [ImageStore.fromRepository(own, 'Images', ecr.Repository.fromRepositoryName(own, 'Repository', 'churn'))],
  };
}

/** A registry with nothing but what is required, and what a test changes. */
export function modelRegistry(stack: Stack, changed: Partial<ModelRegistryProps> = {}): ModelRegistry {
  return new ModelRegistry(stack, 'Registry', { ...stores(stack), ...changed });
}

/** What CloudFormation calls the resource of an L2. */
export function logicalId(construct: IConstruct): string {
  return Stack.of(construct).getLogicalId(construct.node.defaultChild as CfnElement);
}
