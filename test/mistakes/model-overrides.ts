import { aws_sagemaker as sagemaker, CfnDeletionPolicy, Stack } from 'aws-cdk-lib';
import { altered, bothWays, DIGEST, endpoint, modelRole, overridden, without } from './baselines';
import { Claim, Mistake, nobody, refusedAtSynth, Topic } from './mistake';
import { inRegulatedPacks } from '../../lib/core/acknowledge';

const MODEL = 'Endpoint/Model/Resource';
const GROUP = 'Endpoint/Model/SecurityGroup/Resource';
const REPOSITORY = '111122223333.dkr.ecr.eu-west-1.amazonaws.com/churn';
const JUDGE_RENDERED = 'judge the rendered model: ';

function override(title: string, property: string, value: unknown, claim: Claim): Mistake {
  return { title, make: overridden(endpoint, MODEL, property, value), claim };
}

function removal(title: string, property: string, claim: Claim): Mistake {
  return { title, make: without(endpoint, MODEL, property), claim };
}

const notebook = (title: string, props: Partial<sagemaker.CfnNotebookInstanceProps>, claim: Claim): Mistake => {
  const make = (stack: Stack) => {
    endpoint(stack);
    new sagemaker.CfnNotebookInstance(stack, 'Notebook', {
      instanceType: 'ml.t3.medium',
      roleArn: modelRole(stack).roleArn,
      subnetId: 'subnet-0a1b2c3d4e5f60718',
      securityGroupIds: ['sg-0a1b2c3d4e5f60718'],
      kmsKeyId: 'alias/notebooks',
      directInternetAccess: 'Disabled',
      ...props,
    });
  };
  return { title, make, claim };
};

export const MODEL_OVERRIDES: Topic = {
  title: 'Overrides of the model, and what stands beside it',
  mistakes: [
    override('an image by its tag', 'PrimaryContainer.Image', `${REPOSITORY}:latest`, nobody(`${JUDGE_RENDERED}images by digest`)),
    override('a secret in the environment', 'PrimaryContainer.Environment', { DB_PASSWORD: 'hunter2' },
      nobody(`${JUDGE_RENDERED}the rules of \`environment\``)),
    override('an artifact that is not in S3', 'PrimaryContainer.ModelDataUrl', 'https://example.com/model.tar.gz',
      nobody(`${JUDGE_RENDERED}a key in S3`)),
    override('an artifact called latest', 'PrimaryContainer.ModelDataUrl', 's3://our-artifacts/churn/latest.tar.gz',
      nobody(`${JUDGE_RENDERED}a key that stays`)),
    override('a container that may call out', 'EnableNetworkIsolation', false,
      nobody(`${JUDGE_RENDERED}isolated, unless \`networkIsolation\` says otherwise`)),
    removal('a model outside the network', 'VpcConfig', nobody(`${JUDGE_RENDERED}in the network it was given`)),
    removal('a model without a role', 'ExecutionRoleArn', nobody(`${JUDGE_RENDERED}with its role`)),
    override('a model with a name of its own', 'ModelName', 'churn', refusedAtSynth('ModelName', 'drop the override')),
    override('a security group that is none', 'VpcConfig.SecurityGroupIds', ['default'], { rules: ['E1150'] }),
    override('six security groups', 'VpcConfig.SecurityGroupIds',
      [1, 2, 3, 4, 5, 6].map((digit) => `sg-0a1b2c3d4e5f6071${digit}`), { rules: ['F3032'] }),
    override('a misspelt property', 'PrimaryContainer.ModelDataUri', 's3://our-artifacts/churn/7.tar.gz', { rules: ['F3002'] }),
    {
      title: 'a model that is deleted when it is replaced',
      make: altered(endpoint, MODEL, (model) => {
        model.cfnOptions.updateReplacePolicy = CfnDeletionPolicy.DELETE;
      }),
      claim: refusedAtSynth('UpdateReplacePolicy', 'drop the override'),
    },
    ...bothWays('a group that lets everybody in', endpoint, GROUP, {
      SecurityGroupIngress: [{ IpProtocol: 'tcp', FromPort: 8080, ToPort: 8080, CidrIp: '0.0.0.0/0', Description: 'everybody' }],
    }, ['AwsSolutions-EC23']),
    {
      title: 'a group that lets everything out',
      make: overridden(endpoint, GROUP, 'SecurityGroupEgress', [{ IpProtocol: '-1', CidrIp: '0.0.0.0/0', Description: 'everything' }]),
      claim: nobody('routes and endpoints decide how far it goes; a rule of our own pack could ask for ports'),
    },
    {
      title: 'a hand-written model outside every network',
      make: (stack) => {
        endpoint(stack);
        new sagemaker.CfnModel(stack, 'HandWritten', {
          executionRoleArn: modelRole(stack).roleArn, primaryContainer: { image: `${REPOSITORY}@${DIGEST}` }, enableNetworkIsolation: true,
        });
      },
      claim: nobody('a rule of our own pack could ask for `VpcConfig`'),
    },
    notebook('a hand-written notebook that reaches the internet', { directInternetAccess: 'Enabled' },
      { packs: ['AwsSolutions-SM3', ...inRegulatedPacks('SageMakerNotebookNoDirectInternetAccess')] }),
    notebook('a hand-written notebook without a key', { kmsKeyId: undefined },
      { packs: ['AwsSolutions-SM2', ...inRegulatedPacks('SageMakerNotebookInstanceKMSKeyConfigured')] }),
    { title: 'no container', make: without(endpoint, MODEL, 'PrimaryContainer'), claim: nobody(`${JUDGE_RENDERED}with a container`) },
  ],
};
