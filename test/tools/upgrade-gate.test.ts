import { Change } from '../../tools/upgrade-gate/change';
import { changesOf, changesOfApp } from '../../tools/upgrade-gate/compare';
import { StackTemplate, TemplateResource } from '../../tools/upgrade-gate/template';

const RETAINED = { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' };
const BUCKET: TemplateResource = { Type: 'AWS::S3::Bucket', Properties: { BucketName: 'models' }, ...RETAINED };
const ALARM: TemplateResource = { Type: 'AWS::CloudWatch::Alarm', Properties: { AlarmDescription: 'Errors.', Threshold: 1 } };
const CONFIG: TemplateResource = { Type: 'AWS::SageMaker::EndpointConfig', Properties: { KmsKeyId: 'a' }, ...RETAINED };
const MODEL: TemplateResource = { Type: 'AWS::SageMaker::Model', Properties: { ExecutionRoleArn: 'a' }, ...RETAINED };
const ENDPOINT: TemplateResource = {
  Type: 'AWS::SageMaker::Endpoint', Properties: { EndpointName: 'churn', EndpointConfigName: { Ref: 'Config' } }, ...RETAINED,
};
const ROLE: TemplateResource = {
  Type: 'AWS::IAM::Role',
  Properties: { AssumeRolePolicyDocument: { Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'a' } }] } },
};

type Resources = Record<string, TemplateResource>;

function changes(before: Resources, after: Resources): Change[] {
  return changesOf({ stack: 'Ml', before: { Resources: before }, after: { Resources: after } });
}

function kinds(before: Resources, after: Resources): string[] {
  return changes(before, after).map(({ logicalId, change }) => `${logicalId} ${change}`);
}

function withProperties(resource: TemplateResource, properties: Record<string, unknown>): TemplateResource {
  return { ...resource, Properties: { ...resource.Properties, ...properties } };
}

function policy(...statements: object[]): TemplateResource {
  return { Type: 'AWS::IAM::ManagedPolicy', Properties: { Roles: [{ Ref: 'Role' }], PolicyDocument: { Statement: statements } } };
}

const READ = { Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::models/*' };
const TLS = { Effect: 'Deny', Action: 's3:*', Resource: '*', Principal: '*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } };

describe('a permission is broadened by', () => {
  test.each<[string, object, object]>([
    ['an action more', READ, { ...READ, Action: ['s3:GetObject', 's3:PutObject'] }],
    ['a wider resource', READ, { ...READ, Resource: '*' }],
    ['a dropped condition', { ...READ, Condition: { StringEquals: { a: 'b' } } }, READ],
    ['an Allow of everything but', READ, { Effect: 'Allow', NotAction: 'iam:*', Resource: '*' }],
    ['a statement behind a condition of the template', READ, { 'Fn::If': ['Prod', READ, { ...READ, Resource: '*' }] }],
    ['a Deny that became narrower', { ...READ, Effect: 'Deny' }, { ...READ, Effect: 'Deny', Resource: 'arn:aws:s3:::other/*' }],
    ['one action less, because the gate does not weigh', { ...READ, Action: ['s3:GetObject', 's3:PutObject'] }, READ],
  ])('%s', (_, before, after) => {
    expect(kinds({ Policy: policy(before) }, { Policy: policy(after) })).toEqual(['Policy permissions-broadened']);
  });

  test.each<[string, string, object, object | undefined]>([
    ['a lost TLS Deny', 'AWS::S3::BucketPolicy', { Bucket: 'b', PolicyDocument: { Statement: [TLS] } },
      { Bucket: 'b', PolicyDocument: { Statement: [] } }],
    ['a bucket policy with its Deny gone', 'AWS::S3::BucketPolicy', { Bucket: 'b', PolicyDocument: { Statement: [TLS] } }, undefined],
    ['an opened key policy', 'AWS::KMS::Key', { KeyPolicy: { Statement: [{ ...READ, Principal: { AWS: 'a' } }] } },
      { KeyPolicy: { Statement: [{ ...READ, Principal: '*' }] } }],
    ['an opened package group', 'AWS::SageMaker::ModelPackageGroup',
      { ModelPackageGroupName: 'g', ModelPackageGroupPolicy: { Statement: [{ ...READ, Principal: { AWS: 'a' } }] } },
      { ModelPackageGroupName: 'g', ModelPackageGroupPolicy: { Statement: [{ ...READ, Principal: '*' }] } }],
    ['an attached managed policy', 'AWS::IAM::Role', ROLE.Properties!, { ...ROLE.Properties, ManagedPolicyArns: ['a'] }],
    ['another trust', 'AWS::IAM::Role', ROLE.Properties!,
      { AssumeRolePolicyDocument: { Statement: [{ Effect: 'Allow', Action: 'sts:AssumeRole', Principal: '*' }] } }],
    ['a dropped permissions boundary', 'AWS::IAM::Role', { ...ROLE.Properties, PermissionsBoundary: 'a' }, ROLE.Properties!],
    ['a dropped endpoint policy, which means everything', 'AWS::EC2::VPCEndpoint', { PolicyDocument: { Statement: [READ] } }, {}],
    ['a policy that names no role', 'AWS::IAM::ManagedPolicy', { PolicyDocument: { Statement: [READ] } },
      { PolicyDocument: { Statement: [{ ...READ, Resource: '*' }] } }],
    ['an opened port', 'AWS::EC2::SecurityGroup', { GroupDescription: 'a' },
      { GroupDescription: 'a', SecurityGroupIngress: [{ IpProtocol: 'tcp', FromPort: 443, ToPort: 443, CidrIp: '0.0.0.0/0' }] }],
    ['egress left out, which means everywhere', 'AWS::EC2::SecurityGroup',
      { GroupDescription: 'a', SecurityGroupEgress: [{ IpProtocol: 'tcp', FromPort: 443, ToPort: 443, CidrIp: '10.0.0.0/16' }] },
      { GroupDescription: 'a' }],
    ['a bucket that no longer blocks public access', 'AWS::S3::Bucket', { PublicAccessBlockConfiguration: { BlockPublicAcls: true } }, {}],
    ['a function URL without authorization', 'AWS::Lambda::Url', { AuthType: 'AWS_IAM' }, { AuthType: 'NONE' }],
    ['a table policy', 'AWS::DynamoDB::Table', {}, { ResourcePolicy: { PolicyDocument: { Statement: [READ] } } }],
  ])('%s', (_, type, before, after) => {
    const old = { R: { Type: type, Properties: before as Record<string, unknown> } };
    const now: Resources = after === undefined ? {} : { R: { Type: type, Properties: after as Record<string, unknown> } };
    expect(kinds(old, now)).toContain('R permissions-broadened');
  });

  test('a new role, which is somebody new', () => {
    expect(kinds({}, { Role: ROLE })).toEqual(['Role permissions-broadened']);
  });

  test('a statement, and the finding says which in words', () => {
    const [{ what }] = changes({ Policy: policy(READ) }, { Policy: policy({ ...READ, Resource: '*' }) });
    expect(what).toEqual([
      '+ Allow s3:GetObject on * for AWS:${Role}',
      '- Allow s3:GetObject on arn:aws:s3:::models/* for AWS:${Role}',
    ]);
  });
});

test('a dropped condition stands in the finding', () => {
  const [{ what }] = changes({ Policy: policy({ ...READ, Condition: { StringEquals: { a: 'b' } } }) }, { Policy: policy(READ) });
  expect(what).toContain('- Allow s3:GetObject on arn:aws:s3:::models/* for AWS:${Role} if {"StringEquals":{"a":"b"}}');
});

describe('a permission is not broadened by', () => {
  test.each<[string, Resources, Resources]>([
    ['another Sid', { Policy: policy({ ...READ, Sid: 'A' }) }, { Policy: policy({ ...READ, Sid: 'B' }) }],
    ['a statement that moves to another policy of the same role', { A: policy(READ), B: policy() }, { A: policy(), B: policy(READ) }],
    ['a policy that goes', { Policy: policy(READ) }, {}],
    ['a Deny that comes', { Policy: policy(READ) }, { Policy: policy(READ, { ...READ, Effect: 'Deny' }) }],
  ])('%s', (_, before, after) => {
    expect(kinds(before, after)).toEqual([]);
  });
});

describe('a resource with state', () => {
  test.each<[string, TemplateResource, Record<string, unknown>]>([
    ['a bucket', BUCKET, { BucketName: 'other' }],
    ['an endpoint by its name', ENDPOINT, { EndpointName: 'other' }],
    ['a table', { Type: 'AWS::DynamoDB::Table', Properties: { TableName: 'a' } }, { TableName: 'b' }],
    ['a log group', { Type: 'AWS::Logs::LogGroup', Properties: { LogGroupName: 'a' } }, { LogGroupName: 'b' }],
    ['a user pool client', { Type: 'AWS::Cognito::UserPoolClient', Properties: { UserPoolId: 'a' } }, { UserPoolId: 'b' }],
    ['a repository', { Type: 'AWS::ECR::Repository', Properties: { RepositoryName: 'a' } }, { RepositoryName: 'b' }],
    ['a feature group', { Type: 'AWS::SageMaker::FeatureGroup', Properties: { FeatureGroupName: 'a' } }, { FeatureGroupName: 'b' }],
    ['a package group', { Type: 'AWS::SageMaker::ModelPackageGroup', Properties: { ModelPackageGroupName: 'a' } },
      { ModelPackageGroupName: 'b' }],
    ['a trail', { Type: 'AWS::CloudTrail::Trail', Properties: { TrailName: 'a' } }, { TrailName: 'b' }],
    ['a network', { Type: 'AWS::EC2::VPC', Properties: { CidrBlock: '10.0.0.0/16' } }, { CidrBlock: '10.1.0.0/16' }],
    ['a subnet', { Type: 'AWS::EC2::Subnet', Properties: { CidrBlock: '10.0.0.0/24' } }, { CidrBlock: '10.0.1.0/24' }],
  ])('is replaced: %s', (_, resource, changed) => {
    expect(kinds({ R: resource }, { R: withProperties(resource, changed) })).toEqual(['R stateful-replaced']);
  });

  test('is replaced when what it refers to is', () => {
    const vpc = { Type: 'AWS::EC2::VPC', Properties: { CidrBlock: '10.0.0.0/16' } };
    const subnet = { Type: 'AWS::EC2::Subnet', Properties: { VpcId: { Ref: 'Vpc' } } };
    const after = { Vpc: withProperties(vpc, { CidrBlock: '10.1.0.0/16' }), Subnet: subnet };
    expect(kinds({ Vpc: vpc, Subnet: subnet }, after).sort()).toEqual(['Subnet stateful-replaced', 'Vpc stateful-replaced']);
  });

  test('is replaced when its logical id gets another type', () => {
    expect(kinds({ R: BUCKET }, { R: { ...ALARM, ...RETAINED } })).toEqual(['R stateful-replaced']);
  });

  test.each([
    ['is deleted', { ...BUCKET, DeletionPolicy: 'Delete' }], ['stays outside every stack', BUCKET],
  ])('is removed, and the finding says that it %s', (fate, bucket) => {
    expect(changes({ Bucket: bucket }, {})).toEqual([
      { stack: 'Ml', logicalId: 'Bucket', change: 'stateful-removed', what: [`AWS::S3::Bucket ${fate}`] },
    ]);
  });

  test('is as good as removed when it gets a condition', () => {
    expect(kinds({ Bucket: BUCKET }, { Bucket: { ...BUCKET, Condition: 'Prod' } })).toEqual(['Bucket stateful-removed']);
  });

  test('is renamed when the same comes back under another logical id', () => {
    expect(changes({ Old: BUCKET }, { New: BUCKET })).toEqual([{
      stack: 'Ml', logicalId: 'Old', change: 'stateful-renamed', what: ['AWS::S3::Bucket stays outside every stack; New is a new one'],
    }]);
  });

  test('is renamed although it refers to something else that is', () => {
    const key = { Type: 'AWS::KMS::Key', Properties: { EnableKeyRotation: true } };
    const logs = (id: string) => ({ Type: 'AWS::Logs::LogGroup', Properties: { KmsKeyId: { 'Fn::GetAtt': [id, 'Arn'] } } });
    expect(kinds({ OldKey: key, OldLogs: logs('OldKey') }, { NewKey: key, NewLogs: logs('NewKey') }))
      .toEqual(['OldKey stateful-renamed', 'OldLogs stateful-renamed']);
  });

  test('is removed, not renamed, when what comes is another', () => {
    expect(kinds({ Old: BUCKET }, { New: withProperties(BUCKET, { BucketName: 'other' }) })).toEqual(['Old stateful-removed']);
  });
});

describe('a policy is weakened', () => {
  test.each<[string, string, string | undefined]>([
    ['DeletionPolicy', 'Retain', undefined],
    ['DeletionPolicy', 'Retain', 'Delete'],
    ['DeletionPolicy', 'Retain', 'Snapshot'],
    ['DeletionPolicy', 'Snapshot', 'Delete'],
    ['DeletionPolicy', 'RetainExceptOnCreate', 'Delete'],
    ['UpdateReplacePolicy', 'Retain', undefined],
    ['UpdateReplacePolicy', 'Retain', 'Delete'],
  ])('when %s goes from %s to %s', (name, before, after) => {
    const [role, weaker] = [before, after].map((value) => ({ ...ROLE, [name]: value }));
    expect(changes({ Role: role }, { Role: weaker })).toEqual([{
      stack: 'Ml', logicalId: 'Role', change: 'policy-weakened', what: [`${name} of AWS::IAM::Role: ${before} -> ${after ?? 'none'}`],
    }]);
  });

  test.each([undefined, 'Delete', 'Snapshot', 'Retain'])('but not when %s becomes Retain', (before) => {
    expect(kinds({ R: { ...ALARM, DeletionPolicy: before } }, { R: { ...ALARM, DeletionPolicy: 'Retain' } })).toEqual([]);
  });

  test.each([['configuration', CONFIG], ['model', MODEL]])('when a %s that every version replaces is kept no more', (_, kept) => {
    const replaced: TemplateResource = { Type: kept.Type, Properties: { Tags: ['another'] } };
    expect(kinds({ R: kept }, { R: replaced })).toEqual(['R policy-weakened']);
    expect(kinds({ V1: kept }, { V2: replaced })).toEqual(['V2 policy-weakened']);
  });

  test('on the way to another logical id', () => {
    const bare = { Type: BUCKET.Type, Properties: BUCKET.Properties };
    expect(kinds({ Old: BUCKET }, { New: bare })).toEqual(['Old stateful-renamed', 'New policy-weakened']);
  });
});

describe('no permission is asked for', () => {
  test.each<[string, Resources, Resources]>([
    ['the same template', { Bucket: BUCKET, Role: ROLE }, { Bucket: BUCKET, Role: ROLE }],
    ['a new alarm', { Bucket: BUCKET }, { Bucket: BUCKET, Alarm: ALARM }],
    ['a new bucket', {}, { Bucket: BUCKET }],
    ['another description', { Alarm: ALARM }, { Alarm: withProperties(ALARM, { AlarmDescription: 'More errors.' }) }],
    ['a property that is updated in place', { Bucket: BUCKET }, { Bucket: withProperties(BUCKET, { Tags: [{ Key: 'a', Value: 'b' }] }) }],
    ['a stateless resource that is replaced', { Alarm: ALARM }, { Alarm: withProperties(ALARM, { AlarmName: 'other' }) }],
    ['a stateless resource that goes', { Alarm: ALARM }, {}],
    ['a configuration that a new version replaces',
      { Config: CONFIG, Endpoint: ENDPOINT }, { Config: withProperties(CONFIG, { KmsKeyId: 'b' }), Endpoint: ENDPOINT }],
    ['a model that a new version replaces', { Model: MODEL }, { Model: withProperties(MODEL, { ExecutionRoleArn: 'b' }) }],
    ['a configuration under another logical id', { V1: CONFIG }, { V2: withProperties(CONFIG, { KmsKeyId: 'b' }) }],
  ])('%s', (_, before, after) => {
    expect(kinds(before, after)).toEqual([]);
  });
});

describe('a stack', () => {
  function appChanges(before: Record<string, StackTemplate>, after: Record<string, StackTemplate>): Change[] {
    return changesOfApp(new Map(Object.entries(before)), new Map(Object.entries(after)));
  }

  test('with state that is gone is one finding, which names the state', () => {
    expect(appChanges({ Ml: { Resources: { Bucket: BUCKET, Alarm: ALARM } } }, {})).toEqual([
      { stack: 'Ml', logicalId: '*', change: 'stack-removed', what: ['Bucket (AWS::S3::Bucket)'] },
    ]);
  });

  test('without state may go', () => {
    expect(appChanges({ Ml: { Resources: { Alarm: ALARM } } }, {})).toEqual([]);
  });

  test('that is new and lets nobody do more may come', () => {
    expect(appChanges({}, { Ml: { Resources: { Bucket: BUCKET } } })).toEqual([]);
  });

  test('that is new and lets somebody do more is one finding', () => {
    expect(appChanges({}, { Ml: { Resources: { Role: ROLE, Policy: policy(READ), Bucket: BUCKET } } })).toEqual([
      { stack: 'Ml', logicalId: '*', change: 'permissions-broadened', what: ['new: Policy', 'new: Role'] },
    ]);
  });

  test('that stays is compared with itself', () => {
    const resources = { One: { Resources: { Bucket: BUCKET } }, Two: { Resources: { Bucket: BUCKET } } };
    expect(appChanges(resources, { ...resources, Two: {} })).toMatchObject([{ stack: 'Two', change: 'stateful-removed' }]);
  });
});
