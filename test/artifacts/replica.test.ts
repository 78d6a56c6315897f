import { App, aws_kms as kms, aws_s3 as s3, Duration, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { ArtifactStore, ObjectLock } from '../../lib/artifacts';
import { ENV, judged } from '../support/judged';
import { Policies } from '../support/policy-evaluator';

const KEY_ARN = 'arn:aws:kms:eu-west-1:111122223333:key/theirs';

let stack: Stack;
beforeEach(() => { stack = new Stack(new App(), 'Test', { env: ENV }); });

function replica(scope: Stack): s3.IBucket {
  const encryptionKey = kms.Key.fromKeyArn(scope, 'ReplicaKey', KEY_ARN);
  return s3.Bucket.fromBucketAttributes(scope, 'Replica', { bucketName: 'our-replica', encryptionKey });
}

test('nothing is replicated unless asked for', () => {
  new ArtifactStore(stack, 'Store');
  Template.fromStack(stack).resourceCountIs('AWS::IAM::Role', 0);
  expect(JSON.stringify(Template.fromStack(stack).toJSON())).not.toContain('ReplicationConfiguration');
});

test('copies every object, encrypted with the key of the replica, but no delete', () => {
  new ArtifactStore(stack, 'Store', { replicateTo: replica(stack) });
  Template.fromStack(stack).hasResourceProperties('AWS::S3::Bucket', {
    ReplicationConfiguration: {
      Role: { 'Fn::GetAtt': [Match.stringLikeRegexp('^StoreReplicaRole'), 'Arn'] },
      Rules: [{
        Status: 'Enabled',
        Filter: { Prefix: '' },
        DeleteMarkerReplication: { Status: 'Disabled' },
        SourceSelectionCriteria: { SseKmsEncryptedObjects: { Status: 'Enabled' } },
        Destination: { EncryptionConfiguration: { ReplicaKmsKeyID: KEY_ARN } },
      }],
    },
  });
});

describe('the role', () => {
  const actionsOn = (resource: RegExp) => Policies.in(stack, 'AWS::IAM::ManagedPolicy').statements
    .filter(({ Resource }) => resource.test(JSON.stringify(Resource))).flatMap(({ Action }) => Action);

  test('reads here, writes there, and may do no more', () => {
    new ArtifactStore(stack, 'Store', { replicateTo: replica(stack) });
    expect(actionsOn(/^\{"Fn::GetAtt":\["StoreC1F82936","Arn"\]\}$/)).toEqual(['s3:GetReplicationConfiguration', 's3:ListBucket']);
    expect(actionsOn(/StoreC1F82936.*\/\*/)).toEqual([
      's3:GetObjectVersionForReplication', 's3:GetObjectVersionAcl', 's3:GetObjectVersionTagging',
    ]);
    expect(actionsOn(/our-replica\/\*/)).toEqual(['s3:ReplicateObject', 's3:ReplicateTags']);
    expect(actionsOn(/StoreKey/)).toEqual(['kms:Decrypt']);
    expect(actionsOn(/key\/theirs/)).toEqual(['kms:Encrypt', 'kms:GenerateDataKey']);
    expect(Policies.in(stack, 'AWS::IAM::ManagedPolicy').statements).toHaveLength(5);
  });

  test('reads retention too when objects are locked', () => {
    new ArtifactStore(stack, 'Store', { replicateTo: replica(stack), objectLock: ObjectLock.governance(Duration.days(1)) });
    expect(actionsOn(/StoreC1F82936.*\/\*/)).toEqual(expect.arrayContaining(['s3:GetObjectRetention', 's3:GetObjectLegalHold']));
  });

  test('is trusted by S3 alone', () => {
    new ArtifactStore(stack, 'Store', { replicateTo: replica(stack) });
    Template.fromStack(stack).hasResourceProperties('AWS::IAM::Role', {
      AssumeRolePolicyDocument: { Statement: [{ Action: 'sts:AssumeRole', Effect: 'Allow', Principal: { Service: 's3.amazonaws.com' } }] },
    });
  });
});

test('refuses a replica whose key is unknown, and says how to give it', () => {
  const replicateTo = s3.Bucket.fromBucketName(stack, 'Replica', 'our-replica');
  expect(() => new ArtifactStore(stack, 'Store', { replicateTo })).toThrow(
    'Test/Store/Replica: `replicateTo` must know the KMS key of the bucket');
});

test.each([
  ['imported', (own: Stack) => replica(own)],
  ['of the same stack', (own: Stack) => new s3.Bucket(own, 'Replica', { encryption: s3.BucketEncryption.KMS, versioned: true })],
])('the wildcards of the role are acknowledged for a replica that is %s', (_, replicateTo) => {
  const { open, kept } = judged((own) => new ArtifactStore(own, 'Store', { replicateTo: replicateTo(own) }));
  expect(open.filter(({ path }) => path.startsWith('Test/Store'))).toEqual([]);
  const ofPolicy = kept.filter(({ path }) => path === 'Test/Store/Replica/Policy/Resource').map(({ rule }) => rule);
  expect(ofPolicy).toHaveLength(2);
  expect(ofPolicy.every((rule) => /^AwsSolutions-IAM5\[Resource::.*\/\*\]$/.test(rule))).toBe(true);
});
