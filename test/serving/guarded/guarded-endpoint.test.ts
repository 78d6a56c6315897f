import { App, aws_iam as iam, aws_kms as kms, aws_sagemaker as sagemaker, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { MlInstanceType } from '../../../lib/core';
import { ExistingModel, GuardedEndpointProps } from '../../../lib/serving';
import { ENV, openFindings } from '../../support/judged';
import { DIGEST, guardedEndpoint, SHA256 } from '../../support/model-supplies';

let stack: Stack;
beforeEach(() => {
  stack = new Stack(new App(), 'Test', { env: ENV });
});

function templateOf(changed: Partial<GuardedEndpointProps> = {}): Template {
  guardedEndpoint(stack, { endpointName: 'churn', ...changed });
  return Template.fromStack(stack);
}

describe('the model', () => {
  test('serves an image by digest and an artifact by hash, isolated, in private subnets', () => {
    templateOf({ environment: { LOG_LEVEL: 'info' } }).hasResourceProperties('AWS::SageMaker::Model', {
      EnableNetworkIsolation: true,
      ModelName: Match.absent(),
      VpcConfig: { Subnets: [Match.anyValue(), Match.anyValue()], SecurityGroupIds: [Match.anyValue()] },
      PrimaryContainer: {
        Image: { 'Fn::Join': ['', Match.arrayWith([Match.stringLikeRegexp(`/churn@${DIGEST}$`)])] },
        ModelDataUrl: `s3://our-artifacts/churn/${SHA256}/model.tar.gz`,
        Environment: { LOG_LEVEL: 'info' },
      },
    });
  });

  test('may call out when asked to', () => {
    templateOf({ networkIsolation: false }).hasResourceProperties('AWS::SageMaker::Model', { EnableNetworkIsolation: false });
  });

  test('needs no artifact when the image holds it', () => {
    templateOf({ artifact: undefined }).hasResourceProperties('AWS::SageMaker::Model', { PrimaryContainer: { ModelDataUrl: Match.absent() } });
  });
});

describe('what outlives a replacement and the stack', () => {
  test.each([
    'AWS::SageMaker::Endpoint', 'AWS::SageMaker::EndpointConfig', 'AWS::SageMaker::Model', 'AWS::IAM::Role', 'AWS::KMS::Key', 'AWS::Logs::LogGroup',
  ])('%s is kept', (type) => {
    const found = Object.entries(templateOf().findResources(type)).filter(([id]) => id.startsWith('Endpoint') && !id.startsWith('EndpointSupplies'));
    expect(found).toHaveLength(1);
    expect(found[0][1]).toMatchObject({ DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
  });

  test('so are the security group and the policy the model runs with', () => {
    const template = templateOf();
    template.hasResource('AWS::EC2::SecurityGroup', { DeletionPolicy: 'Retain', Properties: { GroupDescription: 'Model of Test/Endpoint' } });
    template.hasResource('AWS::IAM::ManagedPolicy', {
      DeletionPolicy: 'Retain', Properties: { Description: 'What hosting the model of Test/Endpoint/Model takes' },
    });
  });

  test('neither configuration nor model has a name that a replacement would collide with', () => {
    const template = templateOf();
    template.hasResourceProperties('AWS::SageMaker::EndpointConfig', { EndpointConfigName: Match.absent() });
    template.hasResourceProperties('AWS::SageMaker::Model', { ModelName: Match.absent() });
  });
});

describe('the configuration', () => {
  test('runs two instances in the one slot, whose name carries no version', () => {
    templateOf().hasResourceProperties('AWS::SageMaker::EndpointConfig', {
      ProductionVariants: [{ VariantName: 'Stable', InitialInstanceCount: 2, InitialVariantWeight: 1, InstanceType: 'ml.m5.xlarge' }],
      KmsKeyId: { 'Fn::GetAtt': [Match.stringLikeRegexp('^EndpointKey'), 'Arn'] },
    });
  });

  test.each(['ml.g5.xlarge', 'ml.m5d.xlarge', 'ml.p4d.24xlarge', 'ml.inf2.xlarge'])('takes no key on %s, whose disks encrypt themselves', (name) => {
    templateOf({ instanceType: MlInstanceType.of(name) })
      .hasResourceProperties('AWS::SageMaker::EndpointConfig', { KmsKeyId: Match.absent() });
  });
});

describe('the role', () => {
  test('may be assumed by SageMaker for this account alone', () => {
    templateOf().hasResourceProperties('AWS::IAM::Role', {
      AssumeRolePolicyDocument: {
        Statement: [{
          Effect: 'Allow',
          Action: 'sts:AssumeRole',
          Principal: { Service: 'sagemaker.amazonaws.com' },
          Condition: { StringEquals: { 'aws:SourceAccount': '111122223333' } },
        }],
      },
      ManagedPolicyArns: Match.absent(),
      Policies: Match.absent(),
    });
  });

  test('names every action, and no wildcard but where no ARN exists', () => {
    const policies = Object.values(templateOf().findResources('AWS::IAM::ManagedPolicy'))
      .filter(({ Properties }) => Properties.Roles.some((named: { Ref: string }) => named.Ref.includes('ExecutionRole')));
    expect(policies).toHaveLength(2);
    const statements = policies.flatMap(({ Properties }) => Properties.PolicyDocument.Statement);
    expect(statements.flatMap(({ Action }) => Action).filter((action: string) => action.includes('*'))).toEqual([]);
    const anywhere = statements.filter(({ Resource: resources }) => [resources].flat().includes('*')).flatMap(({ Action }) => Action);
    expect(anywhere.sort()).toEqual([
      'cloudwatch:PutMetricData', 'ec2:DescribeDhcpOptions', 'ec2:DescribeNetworkInterfaces', 'ec2:DescribeSecurityGroups',
      'ec2:DescribeSubnets', 'ec2:DescribeVpcs', 'ecr:GetAuthorizationToken',
    ]);
  });

  test('reads every version of the model, since the old fleet still runs the old one', () => {
    templateOf().hasResourceProperties('AWS::IAM::ManagedPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([Match.objectLike({
          Action: 's3:GetObject', Resource: { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':s3:::our-artifacts/churn/*']] },
        })]),
      },
    });
  });
});

describe('logs', () => {
  test('are encrypted and kept for three months', () => {
    templateOf().hasResourceProperties('AWS::Logs::LogGroup', {
      LogGroupName: '/aws/sagemaker/Endpoints/churn', RetentionInDays: 90, KmsKeyId: { 'Fn::GetAtt': [Match.stringLikeRegexp('^EndpointKey'), 'Arn'] },
    });
  });

  test('may be encrypted by CloudWatch Logs for this one group', () => {
    templateOf().hasResourceProperties('AWS::KMS::Key', {
      KeyPolicy: {
        Statement: Match.arrayWith([Match.objectLike({
          Sid: 'EncryptEndpointLogs',
          Condition: {
            ArnEquals: {
              'kms:EncryptionContext:aws:logs:arn': {
                'Fn::Join': ['', [
                  'arn:', { Ref: 'AWS::Partition' }, ':logs:', { Ref: 'AWS::Region' }, ':', { Ref: 'AWS::AccountId' },
                  ':log-group:/aws/sagemaker/Endpoints/churn',
                ]],
              },
            },
          },
        })]),
      },
    });
  });
});

test('a name that is left out is derived from the path, known at synth, and stays', () => {
  const endpoint = guardedEndpoint(stack);
  expect(endpoint.endpointName).toMatch(/^[a-z0-9](-*[a-z0-9]){0,62}$/);
  expect(endpoint.endpointName).toBe(guardedEndpoint(new Stack(new App(), 'Test')).endpointName);
  Template.fromStack(stack).hasResourceProperties('AWS::SageMaker::Endpoint', { EndpointName: endpoint.endpointName });
});

test('the key, the log group, the role and the alarms are at hand', () => {
  const endpoint = guardedEndpoint(stack, { encryptionKey: new kms.Key(stack, 'Ours', { enableKeyRotation: true }) });
  expect(endpoint.encryptionKey.node.path).toBe('Test/Ours');
  expect(stack.resolve(endpoint.logGroup.logGroupName)).toEqual({ Ref: expect.stringMatching(/^EndpointLogs/) });
  expect(endpoint.executionRole).toBeInstanceOf(iam.Role);
  expect(endpoint.rollbackAlarms).toHaveLength(5);
  Template.fromStack(stack).resourceCountIs('AWS::KMS::Key', 3); // ours, the network's, the handlers'
});

test('the endpoint itself is the default child', () => {
  expect(guardedEndpoint(stack).node.defaultChild).toBeInstanceOf(sagemaker.CfnEndpoint);
});

describe('five packs find nothing open', () => {
  test.each(['ml.m5.xlarge', 'ml.g5.xlarge'])('with nothing but what is required, on %s', (name) => {
    expect(openFindings((judged) => guardedEndpoint(judged, { instanceType: MlInstanceType.of(name) }))).toEqual([]);
  });

  test('with an existing model', () => {
    expect(openFindings((judged) => guardedEndpoint(judged, {
      existingModel: ExistingModel.named('churn-7', new iam.Role(judged, 'Role', { assumedBy: new iam.ServicePrincipal('sagemaker.amazonaws.com') })),
    }))).toEqual([]);
  });

  test('but an endpoint whose key is taken away is found', () => {
    const findings = openFindings((judged) => {
      const endpoint = guardedEndpoint(judged);
      (endpoint.node.findChild('Config') as sagemaker.CfnEndpointConfig).kmsKeyId = undefined;
    });
    expect(findings).toContain('HIPAA.Security-SageMakerEndpointConfigurationKMSKeyConfigured at Test/Endpoint/Config');
  });
});

test('removal policies of a stack-wide aspect are the user\'s: the endpoint can be let go on purpose', () => {
  const endpoint = guardedEndpoint(stack, { endpointName: 'churn' });
  endpoint.applyRemovalPolicy(RemovalPolicy.DESTROY);
  Template.fromStack(stack).hasResource('AWS::SageMaker::Endpoint', { DeletionPolicy: 'Delete' });
});
