import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  App, aws_cloudwatch as cw, aws_iam as iam, aws_kms as kms, aws_s3 as s3, Duration, Stack,
} from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { ArtifactStore, ImageStore, ObjectLock } from '../../lib/artifacts';
import { Finding } from '../../tools/synth-report';
import { ENV, judged, openFindings } from '../support/judged';

const SHA256 = 'a'.repeat(64);

let stack: Stack;
beforeEach(() => { stack = new Stack(new App(), 'Test', { env: ENV }); });

describe('the bucket', () => {
  test('keeps versions and encrypts with a rotated key of its own, by a bucket key', () => {
    new ArtifactStore(stack, 'Store');
    const template = Template.fromStack(stack);
    template.hasResourceProperties('AWS::KMS::Key', { EnableKeyRotation: true });
    template.hasResourceProperties('AWS::S3::Bucket', {
      VersioningConfiguration: { Status: 'Enabled' },
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [{
          BucketKeyEnabled: true,
          ServerSideEncryptionByDefault: {
            SSEAlgorithm: 'aws:kms',
            KMSMasterKeyID: { 'Fn::GetAtt': [Match.stringLikeRegexp('^StoreKey'), 'Arn'] },
          },
        }],
      },
    });
  });

  test('tells EventBridge what happens, without a custom resource', () => {
    new ArtifactStore(stack, 'Store');
    const template = Template.fromStack(stack);
    template.hasResourceProperties('AWS::S3::Bucket', {
      NotificationConfiguration: { EventBridgeConfiguration: { EventBridgeEnabled: true } },
    });
    template.resourceCountIs('AWS::Lambda::Function', 0);
  });

  test.each(['AWS::S3::Bucket', 'AWS::KMS::Key'])('%s outlives the stack', (type) => {
    new ArtifactStore(stack, 'Store');
    Template.fromStack(stack).allResources(type, { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
  });

  test('is closed to the public and knows no ACL, and so is its log bucket', () => {
    new ArtifactStore(stack, 'Store');
    Template.fromStack(stack).allResourcesProperties('AWS::S3::Bucket', {
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true, BlockPublicPolicy: true, IgnorePublicAcls: true, RestrictPublicBuckets: true,
      },
      OwnershipControls: { Rules: [{ ObjectOwnership: 'BucketOwnerEnforced' }] },
      AccessControl: Match.absent(),
    });
  });

  test('uses the key that is brought, and makes none', () => {
    const encryptionKey = kms.Key.fromKeyArn(stack, 'Key', 'arn:aws:kms:eu-west-1:111122223333:key/ours');
    const store = new ArtifactStore(stack, 'Store', { encryptionKey });
    expect(store.encryptionKey).toBe(encryptionKey);
    Template.fromStack(stack).resourceCountIs('AWS::KMS::Key', 0);
    expect(JSON.stringify(Template.fromStack(stack).toJSON())).toContain('key/ours');
  });

  test('has the id Resource, so that its logical id is that of the store', () => {
    const store = new ArtifactStore(stack, 'Store');
    expect(store.node.defaultChild).toBe(store.bucket);
  });
});

describe('access logs', () => {
  const delivery = { Effect: 'Allow', Action: 's3:PutObject', Principal: { Service: 'logging.s3.amazonaws.com' } };

  test.each([undefined, { '@aws-cdk/aws-s3:serverAccessLogsUseBucketPolicy': true }])(
    'go to a bucket with SSE-S3 by a policy, not an ACL, with context %p', (context) => {
      const own = new Stack(new App({ context }), 'Own', { env: ENV });
      new ArtifactStore(own, 'Store');
      const template = Template.fromStack(own);
      template.hasResourceProperties('AWS::S3::Bucket', {
        LoggingConfiguration: { DestinationBucketName: { Ref: Match.stringLikeRegexp('^StoreAccessLogs') }, LogFilePrefix: 'artifact-store/' },
      });
      template.hasResourceProperties('AWS::S3::Bucket', {
        BucketEncryption: { ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }] },
        VersioningConfiguration: { Status: 'Enabled' },
      });
      template.hasResourceProperties('AWS::S3::BucketPolicy', {
        PolicyDocument: {
          Statement: Match.arrayWith([Match.objectLike({
            ...delivery,
            Condition: {
              ArnLike: { 'aws:SourceArn': { 'Fn::GetAtt': [Match.stringLikeRegexp('^Store'), 'Arn'] } },
              StringEquals: { 'aws:SourceAccount': ENV.account },
            },
          })]),
        },
      });
    });

  test('go to a bucket of the same app, whose policy lets them in', () => {
    const accessLogs = new s3.Bucket(stack, 'Ours');
    new ArtifactStore(stack, 'Store', { accessLogs });
    const template = Template.fromStack(stack);
    template.resourceCountIs('AWS::S3::Bucket', 2);
    template.hasResourceProperties('AWS::S3::BucketPolicy', {
      Bucket: { Ref: Match.stringLikeRegexp('^Ours') }, PolicyDocument: { Statement: [Match.objectLike(delivery)] },
    });
    Annotations.fromStack(stack).hasNoWarning('*', Match.stringLikeRegexp('accessLogs'));
  });

  test('go to a bucket of another stack without a cycle between the stacks', () => {
    const app = new App();
    const archive = new Stack(app, 'Archive', { env: ENV });
    const models = new Stack(app, 'Models', { env: ENV });
    new ArtifactStore(models, 'Store', { accessLogs: new s3.Bucket(archive, 'Ours') });
    expect(() => app.synth()).not.toThrow();
    Template.fromStack(archive).hasResourceProperties('AWS::S3::BucketPolicy', {
      PolicyDocument: { Statement: [Match.objectLike({ ...delivery, Condition: { StringEquals: { 'aws:SourceAccount': ENV.account } } })] },
    });
  });

  test('go to an imported bucket, with a warning that its policy is not ours', () => {
    new ArtifactStore(stack, 'Store', { accessLogs: s3.Bucket.fromBucketName(stack, 'Theirs', 'our-access-logs') });
    Template.fromStack(stack).hasResourceProperties('AWS::S3::Bucket', { LoggingConfiguration: { DestinationBucketName: 'our-access-logs' } });
    Annotations.fromStack(stack).hasWarning('/Test/Store', Match.stringLikeRegexp('`accessLogs` is imported'));
  });
});

test('a store on a brought bucket creates nothing and leaves the policy alone', () => {
  const bucket = s3.Bucket.fromBucketName(stack, 'Bucket', 'our-models');
  const store = ArtifactStore.fromBucket(stack, 'Store', bucket);
  expect(store.bucket).toBe(bucket);
  expect(store.artifact('churn', SHA256).uri).toBe(`s3://our-models/churn/${SHA256}/model.tar.gz`);
  expect(store.trialsUri).toBe('s3://our-models/trials/');
  expect(Object.keys(Template.fromStack(stack).toJSON().Resources ?? {})).toEqual([]);
});

test('metricStoredBytes is the daily size of this bucket, and can be told otherwise', () => {
  const store = ArtifactStore.fromBucket(stack, 'Store', s3.Bucket.fromBucketName(stack, 'Bucket', 'our-models'));
  const metric = store.metricStoredBytes();
  expect(metric).toMatchObject({ namespace: 'AWS/S3', metricName: 'BucketSizeBytes', statistic: 'Average' });
  expect(metric.dimensions).toEqual({ BucketName: 'our-models', StorageType: 'StandardStorage' });
  expect(metric.period.toDays()).toBe(1);
  expect(store.metricStoredBytes({ statistic: cw.Stats.MAXIMUM }).statistic).toBe('Maximum');
});

describe('judged by five packs', () => {
  test('a default store has no open finding', () => {
    expect(openFindings((own) => new ArtifactStore(own, 'Store'))).toEqual([]);
  });

  test('a store with everything turned on has no open finding', () => {
    expect(openFindings((own) => {
      const encryptionKey = kms.Key.fromKeyArn(own, 'Key', 'arn:aws:kms:eu-west-1:111122223333:key/theirs');
      new ArtifactStore(own, 'Store', {
        objectLock: ObjectLock.governance(Duration.days(30)),
        replicateTo: s3.Bucket.fromBucketAttributes(own, 'Replica', { bucketName: 'our-replica', encryptionKey }),
      });
    })).toEqual([]);
  });

  test('what is kept has a reason, and a replica is asked for until there is one', () => {
    const rulesAt = (path: string, findings: readonly Finding[]) =>
      new Set(findings.filter((finding) => finding.path === path).map(({ rule }) => rule.replace(/^.*-/, '')));
    const { kept } = judged((own) => new ArtifactStore(own, 'Store'));
    expect(kept.every(({ acknowledged }) => acknowledged !== undefined && acknowledged.reason.length > 40)).toBe(true);
    expect(rulesAt('Test/Store/Resource/Resource', kept)).toEqual(new Set(['S3BucketReplicationEnabled']));
    expect(rulesAt('Test/Store/AccessLogs/Resource', kept)).toEqual(new Set(['S3BucketReplicationEnabled', 'S3DefaultEncryptionKMS']));
    const copied = judged((own) => {
      const encryptionKey = kms.Key.fromKeyArn(own, 'Key', 'arn:aws:kms:eu-west-1:111122223333:key/theirs');
      const replicateTo = s3.Bucket.fromBucketAttributes(own, 'Replica', { bucketName: 'our-replica', encryptionKey });
      new ArtifactStore(own, 'Store', { replicateTo });
    });
    expect(rulesAt('Test/Store/Resource/Resource', copied.kept)).toEqual(new Set());
  });

  test('the packs do look: a plain bucket has open findings', () => {
    expect(openFindings((own) => new s3.Bucket(own, 'Plain'))).not.toEqual([]);
  });
});

test('two synths of one program write the same bytes', () => {
  const template = () => {
    const app = new App();
    const own = new Stack(app, 'Same', { env: ENV });
    const store = new ArtifactStore(own, 'Store', { objectLock: ObjectLock.governance(Duration.days(1)) });
    const images = new ImageStore(own, 'Images');
    const role = new iam.Role(own, 'Role', { assumedBy: new iam.AccountRootPrincipal() });
    store.artifact('churn', SHA256).grantRead(role);
    images.image(`sha256:${SHA256}`).grantPull(role);
    return readFileSync(join(app.synth().directory, 'Same.template.json'), 'utf8');
  };
  expect(template()).toBe(template());
});
