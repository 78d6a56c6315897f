import { Aws, aws_iam as iam, aws_sagemaker as sagemaker } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { BUCKET, DIGEST, INSTANCE_TYPE, MODEL, Place, REPOSITORY, SHA256 } from './place';

/** The least that serves: a role with full access, a model, a configuration and an endpoint. Nothing is guarded or private. */
export function l1Minimum({ stack, indices }: Place): void {
  for (const index of indices) {
    const scope = new Construct(stack, `Endpoint${index}`);
    const role = new iam.CfnRole(scope, 'Role', {
      assumeRolePolicyDocument: {
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'sagemaker.amazonaws.com' } }],
      },
      managedPolicyArns: [`arn:${Aws.PARTITION}:iam::aws:policy/AmazonSageMakerFullAccess`],
    });
    const model = new sagemaker.CfnModel(scope, 'Model', {
      executionRoleArn: role.attrArn,
      primaryContainer: {
        image: `${Aws.ACCOUNT_ID}.dkr.ecr.${Aws.REGION}.${Aws.URL_SUFFIX}/${REPOSITORY}@${DIGEST}`,
        modelDataUrl: `s3://${BUCKET}/${MODEL}/${SHA256}/model.tar.gz`,
      },
    });
    const config = new sagemaker.CfnEndpointConfig(scope, 'Config', {
      productionVariants: [{
        variantName: 'Stable',
        modelName: model.attrModelName,
        instanceType: INSTANCE_TYPE,
        initialInstanceCount: 2,
        initialVariantWeight: 1,
      }],
    });
    new sagemaker.CfnEndpoint(scope, 'Endpoint', { endpointConfigName: config.attrEndpointConfigName });
  }
}
