import { ContainerImage, Model, ModelData } from '@aws-cdk/aws-sagemaker-alpha';
import { App, aws_ecr as ecr, aws_s3 as s3, CfnResource, RemovalPolicy, Stack } from 'aws-cdk-lib';
// in your project: from 'cdk-ml-platform'
import { core, network, serving } from '../../lib';

const app = new App();
const stack = new Stack(app, 'AlphaModel');
const { vpc, subnets } = new network.MlNetwork(stack, 'Network');

// The model is the alpha package's, with everything that package decides about it.
const model = new Model(stack, 'Model', {
  vpc,
  vpcSubnets: { subnets },
  networkIsolation: true,
  containers: [{
    image: ContainerImage.fromEcrRepository(ecr.Repository.fromRepositoryName(stack, 'Images', 'churn'), '1.4.2'),
    modelData: ModelData.fromBucket(s3.Bucket.fromBucketName(stack, 'Artifacts', 'our-artifacts'), 'churn/1.4.2/model.tar.gz'),
  }],
});
// It has no default child, so the policy is set on the resource: a replaced model must stay to be rolled back to.
(model.node.findChild('Model') as CfnResource).applyRemovalPolicy(RemovalPolicy.RETAIN);

// The endpoint is ours. Only the model's name and role cross over; no alpha type does.
new serving.GuardedEndpoint(stack, 'Churn', {
  endpointName: 'churn',
  existingModel: serving.ExistingModel.named(model.modelName, model.role!),
  instanceType: core.MlInstanceType.M5_XLARGE,
});

app.synth();
