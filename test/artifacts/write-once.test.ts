import { App, aws_iam as iam, aws_s3 as s3, Stack } from 'aws-cdk-lib';
import { ArtifactStore, IArtifactStore } from '../../lib/artifacts';
import { Policies, Request } from '../support/policy-evaluator';

const CREATES = { 's3:ObjectCreationOperation': 'true', 'aws:SecureTransport': 'true', 's3:TlsVersion': '1.3' };
const IF_ABSENT = { ...CREATES, 's3:if-none-match': '*' };
const IF_SAME = { ...CREATES, 's3:if-match': 'an-etag' };
const PART = { ...CREATES, 's3:ObjectCreationOperation': 'false' };
const ARTIFACT = `fraud-detection/${'a'.repeat(64)}/model.tar.gz`;

let stack: Stack;
let role: iam.Role;
beforeEach(() => {
  stack = new Stack(new App(), 'Test');
  role = new iam.Role(stack, 'Role', { assumedBy: new iam.AccountRootPrincipal() });
});

/** A request to the bucket of the only store; `context` is that of a put with `If-None-Match: *` unless told. */
function request(store: IArtifactStore, action: string, key: string, context: Request['context'] = IF_ABSENT): Request {
  const id = stack.getLogicalId(store.bucket.node.defaultChild as s3.CfnBucket);
  return { action, resource: `<${id}.Arn>/${key}`, context };
}

describe('the bucket policy', () => {
  const denied = (action: string, key: string, context?: Request['context']) => {
    const store = new ArtifactStore(stack, 'Store');
    return Policies.in(stack, 'AWS::S3::BucketPolicy').denies(request(store, action, key, context));
  };

  test('lets an artifact be created where none is', () => {
    expect(denied('s3:PutObject', ARTIFACT, IF_ABSENT)).toBe(false);
  });

  test.each([['no condition', CREATES], ['If-Match, which overwrites', IF_SAME]])('refuses a put with %s', (_, context) => {
    expect(denied('s3:PutObject', ARTIFACT, context)).toBe(true);
  });

  test('lets the parts of a multipart upload through, which S3 does not let carry the header', () => {
    expect(denied('s3:PutObject', ARTIFACT, PART)).toBe(false);
  });

  test.each(['latest.tar.gz', 'fraud-detection/model.tar.gz', 'trials', 'trialsX/model.tar.gz', `Trials/${ARTIFACT}`])(
    'guards every key outside of trials/, also %s', (key) => {
      expect(denied('s3:PutObject', key, CREATES)).toBe(true);
    });

  test.each(['s3:DeleteObject', 's3:DeleteObjectVersion', 's3:BypassGovernanceRetention', 's3:ReplicateObject', 's3:ReplicateDelete'])(
    'refuses %s on a registered artifact, whoever asks', (action) => {
      expect(denied(action, ARTIFACT)).toBe(true);
      const everybody = Policies.in(stack, 'AWS::S3::BucketPolicy').statements
        .filter(({ Effect }) => Effect === 'Deny').map(({ Principal }) => Principal);
      expect(new Set(everybody.map((principal) => JSON.stringify(principal)))).toEqual(new Set(['{"AWS":"*"}']));
    });

  test.each(['s3:PutObject', 's3:DeleteObject', 's3:DeleteObjectVersion'])('leaves %s under trials/ to the caller', (action) => {
    expect(denied(action, 'trials/job-1/output/model.tar.gz', CREATES)).toBe(false);
  });

  test('does not stand in the way of readers', () => {
    expect(denied('s3:GetObject', ARTIFACT)).toBe(false);
  });

  test.each([['without TLS', { ...IF_ABSENT, 'aws:SecureTransport': 'false' }], ['with TLS 1.1', { ...IF_ABSENT, 's3:TlsVersion': '1.1' }]])(
    'refuses a call %s', (_, context) => {
      expect(denied('s3:GetObject', ARTIFACT, context)).toBe(true);
    });
});

describe.each([
  ['made for you', () => new ArtifactStore(stack, 'Store')],
  ['brought by you', () => ArtifactStore.fromBucket(stack, 'Store', new s3.Bucket(stack, 'Bucket'))],
])('grantAdd on a store %s', (_, make) => {
  const allowed = (action: string, key: string, context?: Request['context'], model?: string) => {
    const store = make();
    store.grantAdd(role, model);
    return Policies.in(stack, 'AWS::IAM::Policy').allows(request(store, action, key, context));
  };

  test('allows to create an artifact where none is', () => {
    expect(allowed('s3:PutObject', ARTIFACT, IF_ABSENT)).toBe(true);
  });

  test.each([['no condition', CREATES], ['If-Match', IF_SAME]])('does not allow a put with %s', (__, context) => {
    expect(allowed('s3:PutObject', ARTIFACT, context)).toBe(false);
  });

  test.each(['s3:PutObject', 's3:AbortMultipartUpload', 's3:ListMultipartUploadParts'])('allows %s of a multipart upload', (action) => {
    expect(allowed(action, ARTIFACT, PART)).toBe(true);
  });

  test.each(['s3:DeleteObject', 's3:DeleteObjectVersion', 's3:GetObject', 's3:PutObjectTagging', 's3:PutBucketPolicy'])(
    'does not allow %s', (action) => {
      expect(allowed(action, ARTIFACT)).toBe(false);
    });

  test('reaches the named model and no neighbour', () => {
    expect(allowed('s3:PutObject', ARTIFACT, IF_ABSENT, 'fraud-detection')).toBe(true);
    expect(Policies.in(stack, 'AWS::IAM::Policy').statements.flatMap(({ Resource }) => JSON.stringify(Resource)).join())
      .toContain('/fraud-detection/*');
  });

  test.each([`fraud/${ARTIFACT}`, ARTIFACT.replace('fraud-detection', 'fraud-detection2'), 'trials/a'])(
    'for one model does not reach %s', (key) => {
      expect(allowed('s3:PutObject', key, IF_ABSENT, 'fraud-detection')).toBe(false);
    });
});

test('grantWriteTrials reaches trials/ only, and may overwrite there', () => {
  const store = new ArtifactStore(stack, 'Store');
  store.grantWriteTrials(role);
  const policies = Policies.in(stack, 'AWS::IAM::Policy');
  expect(policies.allows(request(store, 's3:PutObject', 'trials/job/model.tar.gz', CREATES))).toBe(true);
  expect(policies.allows(request(store, 's3:PutObject', ARTIFACT, IF_ABSENT))).toBe(false);
  expect(policies.allows(request(store, 's3:DeleteObject', 'trials/job/model.tar.gz'))).toBe(false);
});

test('grantRead reads every artifact, lists the keys, and changes nothing', () => {
  const store = new ArtifactStore(stack, 'Store');
  store.grantRead(role);
  const policies = Policies.in(stack, 'AWS::IAM::Policy');
  expect(policies.allows(request(store, 's3:GetObject', ARTIFACT))).toBe(true);
  expect(policies.allows({ action: 's3:ListBucket', resource: request(store, '', '').resource.replace(/\/$/, '') })).toBe(true);
  expect(policies.allows(request(store, 's3:PutObject', ARTIFACT, IF_ABSENT))).toBe(false);
});

test.each([
  ['grantRead', ['kms:Decrypt']],
  ['grantAdd', ['kms:GenerateDataKey', 'kms:Decrypt']],
  ['grantWriteTrials', ['kms:GenerateDataKey', 'kms:Decrypt']],
] as const)('%s allows exactly %p on the key of the store', (grant, actions) => {
  const store = new ArtifactStore(stack, 'Store');
  store[grant](role);
  const onKey = Policies.in(stack, 'AWS::IAM::Policy').statements.filter(({ Action }) => JSON.stringify(Action).includes('kms:'));
  expect(onKey.map(({ Action, Resource }) => ({ Action: [Action].flat(), Resource: stack.resolve(Resource) }))).toEqual([
    { Action: actions, Resource: { 'Fn::GetAtt': [stack.getLogicalId(store.encryptionKey.node.defaultChild as s3.CfnBucket), 'Arn'] } },
  ]);
});

test('grants on a bucket without a key name no key', () => {
  const store = ArtifactStore.fromBucket(stack, 'Store', new s3.Bucket(stack, 'Bucket'));
  store.grantRead(role);
  store.grantAdd(role);
  store.grantWriteTrials(role);
  expect(JSON.stringify(Policies.in(stack, 'AWS::IAM::Policy').statements)).not.toContain('kms:');
});

test('no grant has a wildcard action', () => {
  const store = new ArtifactStore(stack, 'Store');
  store.grantRead(role);
  store.grantAdd(role);
  store.grantWriteTrials(role);
  const actions = Policies.in(stack, 'AWS::IAM::Policy').statements.flatMap(({ Action }) => Action);
  expect(actions.filter((action) => action.includes('*'))).toEqual([]);
});
