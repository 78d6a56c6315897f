import { App, aws_iam as iam, aws_kms as kms, aws_s3 as s3, CfnParameter, Lazy, Stack } from 'aws-cdk-lib';
import { ArtifactStore, ModelArtifact } from '../../lib/artifacts';
import { judged } from '../support/judged';
import { Policies } from '../support/policy-evaluator';

const VERSIONS = 'team/churn/';
const KEY = 'team/churn/2026-11-01/model.tar.gz';

let stack: Stack;
let bucket: s3.IBucket;
let role: iam.Role;
beforeEach(() => {
  stack = new Stack(new App(), 'Test');
  bucket = s3.Bucket.fromBucketName(stack, 'Theirs', 'their-models');
  role = new iam.Role(stack, 'Role', { assumedBy: new iam.ServicePrincipal('sagemaker.amazonaws.com') });
});

test('tells SageMaker where the file is', () => {
  expect(ModelArtifact.fromBucket(bucket, KEY, VERSIONS).uri).toBe(`s3://their-models/${KEY}`);
});

test.each(['a/model.tar.gz', 'a/b=c/dt=2026-11/model_(1)!@v:1+2,3.tar.gz', `a/${'a'.repeat(1015)}.tar.gz`])('takes the key %p', (key) => {
  expect(ModelArtifact.fromBucket(bucket, key, 'a/').uri).toBe(`s3://their-models/${key}`);
});

test.each([
  ['*.tar.gz', 'which no policy takes for a pattern'],
  ['model?.tar.gz', 'which no policy takes for a pattern'],
  ['${aws:PrincipalTag/team}/model.tar.gz', 'which no policy takes for a pattern'],
  ['{{resolve:ssm:x}}.tar.gz', 'which no policy takes for a pattern'],
  ['a b.tar.gz', 'at most 1024 letters'],
  ['mod\u00e8le.tar.gz', 'at most 1024 letters'],
  ['a\\b.tar.gz', 'at most 1024 letters'],
  ['%2e%2e/model.tar.gz', 'at most 1024 letters'],
  ['model.tar.gz\n', 'at most 1024 letters'],
  ['model\0.tar.gz', 'at most 1024 letters'],
  [`${'a'.repeat(1018)}.tar.gz`, 'at most 1024 letters'],
  ['', 'no empty segment'],
  ['/model.tar.gz', 'no empty segment'],
  ['a//model.tar.gz', 'no empty segment'],
  ['a/../model.tar.gz', 'no . or .. segment'],
  ['./model.tar.gz', 'no . or .. segment'],
  ['models/', 'no empty segment'],
  ['model.zip', 'must end in .tar.gz'],
  ['model.tar.gz.exe', 'must end in .tar.gz'],
  ['churn/latest/model.tar.gz', 'must not say `latest`'],
  ['churn/LATEST-model.tar.gz', 'must not say `latest`'],
  [7, 'at most 1024 letters'],
  [undefined, 'at most 1024 letters'],
  [Symbol('key'), 'at most 1024 letters'],
  [new String('model.tar.gz'), 'at most 1024 letters'],
  ['${Token[TOKEN.999999]}', 'looks like a token'],
])('refuses the key %p', (key, message) => {
  const given = () => ModelArtifact.fromBucket(bucket, key as string, VERSIONS);
  expect(given).toThrow(/Test\/Theirs: `key` /);
  expect(given).toThrow(message);
});

test('passes on a key that only the deployment knows', () => {
  const key = new CfnParameter(stack, 'Key').valueAsString;
  const artifact = ModelArtifact.fromBucket(bucket, key, VERSIONS);
  expect(stack.resolve(artifact.uri)).toEqual({ 'Fn::Join': ['', ['s3://their-models/', { Ref: 'Key' }]] });
  artifact.grantRead(role);
  expect(JSON.stringify(Policies.in(stack, 'AWS::IAM::Policy').statements)).toContain('{"Ref":"Key"}');
});

test('refuses a key whose literal part can never be right', () => {
  expect(() => ModelArtifact.fromBucket(bucket, `${new CfnParameter(stack, 'Team').valueAsString}/*`, VERSIONS)).toThrow('`key` must');
});

test('judges a lazy key at synth', () => {
  const app = new App();
  const theirs = s3.Bucket.fromBucketName(new Stack(app, 'Lazy'), 'Theirs', 'their-models');
  ModelArtifact.fromBucket(theirs, Lazy.string({ produce: () => 'model.zip' }), VERSIONS);
  expect(() => app.synth()).toThrow('must end in .tar.gz');
});

test.each(['', '/', 'team', 'team/churn', '/team/', 'team//', 'team/../', '*/', 'team/*/', 7, undefined, 'x'.repeat(1025)])(
  'refuses the versions %p', (versions) => {
    expect(() => ModelArtifact.fromBucket(bucket, KEY, versions as string)).toThrow('`versions` must be the prefix of every version');
  });

test('refuses versions that the key is not one of', () => {
  expect(() => ModelArtifact.fromBucket(bucket, KEY, 'team/fraud/')).toThrow("`versions` must be a prefix of `key`, which is one of the versions: got 'team/fraud/'");
});

test('passes on versions that only the deployment knows', () => {
  const team = new CfnParameter(stack, 'Team').valueAsString;
  ModelArtifact.fromBucket(bucket, `${team}/1/model.tar.gz`, `${team}/`).grantReadAllVersions(role);
  expect(JSON.stringify(Policies.in(stack, 'AWS::IAM::Policy').statements)).toContain('{"Ref":"Team"},"/*"');
});

test('grantReadAllVersions reaches every version of one model, and no other model', () => {
  const store = new ArtifactStore(stack, 'Store');
  store.artifact('churn', 'a'.repeat(64)).grantReadAllVersions(role);
  expect(JSON.stringify(Policies.in(stack, 'AWS::IAM::Policy').statements[0].Resource)).toMatch(/"\/churn\/\*"/);
});

describe('grantRead', () => {
  const statements = () => Policies.in(stack, 'AWS::IAM::Policy').statements
    .map(({ Action, Resource, Effect }) => ({ Effect, Action, Resource: stack.resolve(Resource) }));

  test('on a bucket without a key allows s3:GetObject on the one object and nothing more', () => {
    ModelArtifact.fromBucket(bucket, KEY, VERSIONS).grantRead(role);
    expect(statements()).toEqual([{
      Effect: 'Allow', Action: 's3:GetObject', Resource: { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, `:s3:::their-models/${KEY}`]] },
    }]);
  });

  test('on an encrypted bucket adds kms:Decrypt on its key and nothing more', () => {
    const encryptionKey = kms.Key.fromKeyArn(stack, 'Key', 'arn:aws:kms:eu-west-1:111122223333:key/theirs');
    const theirs = s3.Bucket.fromBucketAttributes(stack, 'Encrypted', { bucketName: 'their-models', encryptionKey });
    ModelArtifact.fromBucket(theirs, KEY, VERSIONS).grantRead(role);
    expect(statements()).toEqual([
      expect.objectContaining({ Action: 's3:GetObject' }),
      { Effect: 'Allow', Action: 'kms:Decrypt', Resource: 'arn:aws:kms:eu-west-1:111122223333:key/theirs' },
    ]);
  });

  test('on a store reaches one version of one model, not its neighbour', () => {
    const store = new ArtifactStore(stack, 'Store');
    store.artifact('churn', 'a'.repeat(64)).grantRead(role);
    const policies = Policies.in(stack, 'AWS::IAM::Policy');
    const arn = `<${stack.getLogicalId(store.bucket.node.defaultChild as s3.CfnBucket)}.Arn>`;
    expect(policies.allows({ action: 's3:GetObject', resource: `${arn}/churn/${'a'.repeat(64)}/model.tar.gz` })).toBe(true);
    expect(policies.allows({ action: 's3:GetObject', resource: `${arn}/churn/${'b'.repeat(64)}/model.tar.gz` })).toBe(false);
    expect(policies.allows({ action: 's3:GetObject', resource: `${arn}/churn/${'a'.repeat(64)}/model.tar.gz.bak` })).toBe(false);
    expect(policies.allows({ action: 's3:ListBucket', resource: arn })).toBe(false);
  });

  test('says what it did', () => {
    expect(new ArtifactStore(stack, 'Store').artifact('churn', 'a'.repeat(64)).grantRead(role).principalStatements).toHaveLength(2);
  });

  test('leaves AwsSolutions nothing to find', () => {
    const { open } = judged((own) => {
      const reader = new iam.Role(own, 'Role', { assumedBy: new iam.ServicePrincipal('sagemaker.amazonaws.com') });
      new ArtifactStore(own, 'Store').artifact('churn', 'a'.repeat(64)).grantRead(reader);
    });
    expect(open.filter(({ pack }) => pack === 'AwsSolutions')).toEqual([]);
  });
});
