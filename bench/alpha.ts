import { ContainerImage, Endpoint, EndpointConfig, InstanceType, Model, ModelData } from '@aws-cdk/aws-sagemaker-alpha';
import { aws_ecr as ecr, aws_s3 as s3 } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { BUCKET, INSTANCE_TYPE, MODEL, Place, REPOSITORY, SHA256 } from './place';

/** The alpha package's model, configuration and endpoint in the same network. It names images by tag. */
export function alpha({ stack, network, indices }: Place): void {
  const repository = ecr.Repository.fromRepositoryName(stack, 'Images', REPOSITORY);
  const bucket = s3.Bucket.fromBucketName(stack, 'Bucket', BUCKET);
  for (const index of indices) {
    const scope = new Construct(stack, `Endpoint${index}`);
    const model = new Model(scope, 'Model', {
      containers: [{
        image: ContainerImage.fromEcrRepository(repository, '1.0.0'),
        modelData: ModelData.fromBucket(bucket, `${MODEL}/${SHA256}/model.tar.gz`),
      }],
      vpc: network.vpc,
      vpcSubnets: { subnets: network.subnets },
      networkIsolation: true,
    });
    const endpointConfig = new EndpointConfig(scope, 'Config', {
      instanceProductionVariants: [{
        variantName: 'Stable', model, instanceType: InstanceType.of(INSTANCE_TYPE), initialInstanceCount: 2, initialVariantWeight: 1,
      }],
    });
    new Endpoint(scope, 'Endpoint', { endpointConfig });
  }
}
