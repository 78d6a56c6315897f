import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  App, aws_dynamodb as dynamodb, aws_iam as iam, aws_kms as kms, aws_logs as logs, aws_s3 as s3, aws_sns as sns, Duration, Stack,
} from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { ArtifactStore } from '../../lib/artifacts';
import { AuditTrail, AuditTrailProps, TrailStorage } from '../../lib/audit';
import { strictReport } from '../../tools/strict-synth';
import { dependencies, waitsFor } from '../support/dependencies';
import { ENV, judged, openFindings } from '../support/judged';
import { Policies } from '../support/policy-evaluator';

const TLS = { 'aws:SecureTransport': 'true', 's3:TlsVersion': '1.3' };

let stack: Stack;
beforeEach(() => { stack = new Stack(new App(), 'Test', { env: ENV }); });

const make = (props?: AuditTrailProps) => new AuditTrail(stack, 'Trail', props);
const template = () => Template.fromStack(stack);
const only = (type: string, logical = '') => {
  const found = Object.entries(template().findResources(type)).filter(([id]) => id.includes(logical));
  expect(found).toHaveLength(1);
  return { id: found[0][0], ...found[0][1] as { Properties: Record<string, unknown>; DeletionPolicy?: string } };
};
const trailArn = {
  'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, Match.stringLikeRegexp('^:cloudtrail:eu-west-1:111122223333:trail/Test-Trail-')]],
};

interface FieldSelector { readonly Field: string; readonly Equals?: unknown[]; readonly StartsWith?: unknown[] }
interface Selector { readonly Name: string; readonly FieldSelectors: readonly FieldSelector[] }
const selectors = () => only('AWS::CloudTrail::Trail').Properties.AdvancedEventSelectors as readonly Selector[];

describe('the trail', () => {
  test('covers all Regions, signs its files, encrypts them, and is copied to CloudWatch Logs', () => {
    make();
    const key = only('AWS::KMS::Key').id;
    template().hasResourceProperties('AWS::CloudTrail::Trail', {
      IsLogging: true,
      IsMultiRegionTrail: true,
      IncludeGlobalServiceEvents: true,
      EnableLogFileValidation: true,
      KMSKeyId: { 'Fn::GetAtt': [key, 'Arn'] },
      CloudWatchLogsLogGroupArn: { 'Fn::GetAtt': [only('AWS::Logs::LogGroup').id, 'Arn'] },
      CloudWatchLogsRoleArn: { 'Fn::GetAtt': [only('AWS::IAM::Role').id, 'Arn'] },
    });
  });

  test('has one kind of selectors: the API refuses an empty list of the other kind beside them', () => {
    make();
    expect(only('AWS::CloudTrail::Trail').Properties).not.toHaveProperty('EventSelectors');
  });

  test('has the name that the policies of its bucket and key know beforehand', () => {
    const { trailArn: arn } = make();
    const { TrailName: name } = only('AWS::CloudTrail::Trail').Properties;
    expect(name).toMatch(/^[A-Za-z0-9][A-Za-z0-9._-]{2,127}$/);
    expect(JSON.stringify(stack.resolve(arn))).toContain(`:trail/${String(name)}"`);
  });

  test('is made after what it is tried with: bucket policy and log permissions', () => {
    make();
    const trail = only('AWS::CloudTrail::Trail').id;
    expect(waitsFor(template(), trail, only('AWS::S3::BucketPolicy', 'TrailBucket').id)).toBe(true);
    expect(waitsFor(template(), trail, only('AWS::IAM::ManagedPolicy').id)).toBe(true);
    expect([...dependencies(template()).keys()].filter((id) => waitsFor(template(), id, id))).toEqual([]);
  });

  test('writes to its log group and to no other', () => {
    make();
    expect(only('AWS::IAM::ManagedPolicy').Properties.PolicyDocument).toEqual({
      Version: '2012-10-17',
      Statement: [{
        Sid: 'WriteAuditLogs',
        Effect: 'Allow',
        Action: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        Resource: { 'Fn::GetAtt': [only('AWS::Logs::LogGroup').id, 'Arn'] },
      }],
    });
  });

  test('may use the key, and no other trail may', () => {
    make();
    template().hasResourceProperties('AWS::KMS::Key', {
      EnableKeyRotation: true,
      KeyPolicy: {
        Statement: Match.arrayWith([{
          Sid: 'EncryptTrail',
          Effect: 'Allow',
          Principal: { Service: 'cloudtrail.amazonaws.com' },
          Action: ['kms:Decrypt', 'kms:DescribeKey', 'kms:GenerateDataKey', 'kms:GenerateDataKeyWithoutPlaintext'],
          Resource: '*',
          Condition: { StringEquals: { 'aws:SourceArn': trailArn } },
        }]),
      },
    });
  });

  test.each([[undefined, 365], [logs.RetentionDays.TEN_YEARS, 3653]])('keeps its log lines (%p) for %p days, encrypted', (logRetention, days) => {
    make({ logRetention });
    const { Properties: group, DeletionPolicy } = only('AWS::Logs::LogGroup');
    expect(group).toMatchObject({ RetentionInDays: days, KmsKeyId: expect.anything() });
    expect(DeletionPolicy).toBe('Retain');
  });

  test('uses the key and the topic that are brought', () => {
    const encryptionKey = new kms.Key(stack, 'Ours');
    const trail = make({ encryptionKey, notify: sns.Topic.fromTopicArn(stack, 'Topic', `arn:aws:sns:${ENV.region}:${ENV.account}:on-call`) });
    expect(trail.notifications).toBeUndefined();
    template().resourceCountIs('AWS::KMS::Key', 1);
    template().resourceCountIs('AWS::SNS::Topic', 0);
    template().allResourcesProperties('AWS::CloudWatch::Alarm', { AlarmActions: [`arn:aws:sns:${ENV.region}:${ENV.account}:on-call`] });
  });

  test('keeps its records and its key when the stack is deleted', () => {
    make();
    for (const type of ['AWS::S3::Bucket', 'AWS::KMS::Key', 'AWS::Logs::LogGroup']) {
      template().allResources(type, { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
    }
  });
});

describe('what is recorded', () => {
  const SAGEMAKER = ['Endpoint', 'ExperimentTrialComponent', 'FeatureGroup', 'MlflowTrackingServer'].map((name) => `AWS::SageMaker::${name}`);

  test('management events always, which selectors would otherwise end', () => {
    make({ sageMakerDataEvents: false });
    expect(selectors()).toEqual([{ Name: 'Management events', FieldSelectors: [{ Field: 'eventCategory', Equals: ['Management'] }] }]);
  });

  test('the data events that SageMaker has; inference calls are none', () => {
    make();
    expect(selectors().slice(1)).toEqual(SAGEMAKER.map((type) => ({
      Name: type, FieldSelectors: [{ Field: 'eventCategory', Equals: ['Data'] }, { Field: 'resources.type', Equals: [type] }],
    })));
  });

  test('the objects of buckets, by one selector', () => {
    const trail = make({ sageMakerDataEvents: false });
    trail.watchBucket(new ArtifactStore(stack, 'Store').bucket);
    trail.watchBucket(s3.Bucket.fromBucketName(stack, 'Other', 'other'));
    trail.watchBucket(s3.Bucket.fromBucketName(stack, 'Again', 'other'));
    expect(selectors()).toHaveLength(2);
    expect(selectors()[1].FieldSelectors).toEqual([
      { Field: 'eventCategory', Equals: ['Data'] },
      { Field: 'resources.type', Equals: ['AWS::S3::Object'] },
      {
        Field: 'resources.ARN',
        StartsWith: [
          { 'Fn::Join': ['', [{ 'Fn::GetAtt': [expect.stringMatching(/^Store/), 'Arn'] }, '/']] },
          { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':s3:::other/']] },
        ],
      },
    ]);
  });

  test('tables by their ARNs, and writes alone where that is asked', () => {
    const trail = make({ sageMakerDataEvents: false });
    const table = (id: string) => new dynamodb.Table(stack, id, { partitionKey: { name: 'pk', type: dynamodb.AttributeType.STRING } });
    trail.watchTable(table('Audit'));
    trail.watchTable(table('Registry'), { reads: false });
    const equalities = (fields: readonly FieldSelector[]) => fields.map(({ Field, Equals }) => [Field, Equals]);
    expect(selectors().slice(1).map(({ Name, FieldSelectors }) => [Name, equalities(FieldSelectors)])).toEqual([
      ['AWS::DynamoDB::Table', [
        ['eventCategory', ['Data']], ['resources.type', ['AWS::DynamoDB::Table']],
        ['resources.ARN', [{ 'Fn::GetAtt': [expect.stringMatching(/^Audit/), 'Arn'] }]],
      ]],
      ['AWS::DynamoDB::Table, writes', [
        ['eventCategory', ['Data']], ['resources.type', ['AWS::DynamoDB::Table']],
        ['resources.ARN', [{ 'Fn::GetAtt': [expect.stringMatching(/^Registry/), 'Arn'] }]], ['readOnly', ['false']],
      ]],
    ]);
  });

  test('what a selector may say: one type, no wildcard, operators that the fields take', () => {
    const trail = make();
    trail.watchBucket(s3.Bucket.fromBucketName(stack, 'Bucket', 'ours'), { reads: false });
    trail.watchTable(dynamodb.Table.fromTableName(stack, 'Table', 'ours'));
    for (const { Name, FieldSelectors } of selectors()) {
      expect(JSON.stringify(FieldSelectors)).not.toContain('*');
      expect(Name.length).toBeLessThanOrEqual(1000);
      const types = FieldSelectors.filter(({ Field }) => Field === 'resources.type').flatMap(({ Equals }) => Equals);
      expect(types).toHaveLength(Name === 'Management events' ? 0 : 1);
    }
  });

  test('in another stack as well', () => {
    const app = new App();
    const store = new ArtifactStore(new Stack(app, 'Stores', { env: ENV }), 'Store');
    stack = new Stack(app, 'Audit', { env: ENV });
    make({ sageMakerDataEvents: false }).watchBucket(store.bucket);
    expect(JSON.stringify(selectors()[1])).toContain('Fn::ImportValue');
  });
});

describe('the bucket', () => {
  const denies = (action: string, context: Record<string, string>) => {
    const bucket = only('AWS::S3::Bucket', 'TrailBucket').id;
    const resource = `<${bucket}.Arn>/AWSLogs/111122223333/CloudTrail/x.json.gz`;
    return Policies.in(stack, 'AWS::S3::BucketPolicy').denies({ action, resource, context: { ...TLS, ...context } });
  };

  test('is encrypted with the key of the trail, versioned, closed, and access-logged', () => {
    make();
    template().hasResourceProperties('AWS::S3::Bucket', {
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [{
          BucketKeyEnabled: true,
          ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: { 'Fn::GetAtt': [only('AWS::KMS::Key').id, 'Arn'] } },
        }],
      },
      VersioningConfiguration: { Status: 'Enabled' },
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true, BlockPublicPolicy: true, IgnorePublicAcls: true, RestrictPublicBuckets: true,
      },
      LoggingConfiguration: { DestinationBucketName: { Ref: only('AWS::S3::Bucket', 'AccessLogs').id }, LogFilePrefix: 'audit-trail/' },
    });
    expect(only('AWS::S3::Bucket', 'AccessLogs').Properties.BucketEncryption).toEqual({
      ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
    });
  });

  test('lets this trail write, under the prefix of the account', () => {
    make();
    const arn = { 'Fn::GetAtt': [only('AWS::S3::Bucket', 'TrailBucket').id, 'Arn'] };
    template().hasResourceProperties('AWS::S3::BucketPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([
          Match.objectLike({
            Action: 's3:GetBucketAcl',
            Principal: { Service: 'cloudtrail.amazonaws.com' },
            Resource: arn,
            Condition: { StringEquals: { 'aws:SourceArn': trailArn } },
          }),
          Match.objectLike({
            Action: 's3:PutObject',
            Principal: { Service: 'cloudtrail.amazonaws.com' },
            Resource: { 'Fn::Join': ['', [arn, '/AWSLogs/111122223333/*']] },
            Condition: { StringEquals: { 'aws:SourceArn': trailArn, 's3:x-amz-acl': 'bucket-owner-full-control' } },
          }),
        ]),
      },
    });
  });

  test('takes files from CloudTrail only, and gives none away to a delete', () => {
    make();
    const cloudTrail = { 'aws:PrincipalServiceName': 'cloudtrail.amazonaws.com' };
    expect(denies('s3:PutObject', cloudTrail)).toBe(false);
    expect(denies('s3:PutObject', {})).toBe(true);
    expect(denies('s3:PutObject', { 'aws:PrincipalServiceName': 'config.amazonaws.com' })).toBe(true);
    for (const action of ['s3:DeleteObject', 's3:DeleteObjectVersion', 's3:BypassGovernanceRetention', 's3:ReplicateDelete']) {
      expect(denies(action, cloudTrail)).toBe(true);
    }
    expect(denies('s3:GetObject', {})).toBe(false);
    expect(denies('s3:GetObject', { 'aws:SecureTransport': 'false' })).toBe(true);
  });

  test.each([[undefined, 2557], [Duration.days(1), 1], [Duration.days(36500), 36500]])('keeps files (%p) for %p days', (retention, days) => {
    make({ storage: TrailStorage.create({ retention }) });
    expect(only('AWS::S3::Bucket', 'TrailBucket').Properties.LifecycleConfiguration).toMatchObject({
      Rules: [{ ExpirationInDays: days, NoncurrentVersionExpiration: { NoncurrentDays: 30 }, Status: 'Enabled' }],
    });
  });

  test('has no lock unless asked', () => {
    make();
    expect(only('AWS::S3::Bucket', 'TrailBucket').Properties).not.toHaveProperty('ObjectLockEnabled');
  });

  test.each([
    ['GOVERNANCE', s3.ObjectLockRetention.governance(Duration.days(365))], ['COMPLIANCE', s3.ObjectLockRetention.compliance(Duration.days(365))],
  ])('has a lock in %s mode, and the access logs have none', (Mode, objectLock) => {
    make({ storage: TrailStorage.create({ objectLock }) });
    expect(only('AWS::S3::Bucket', 'TrailBucket').Properties).toMatchObject({
      ObjectLockEnabled: true, ObjectLockConfiguration: { Rule: { DefaultRetention: { Mode, Days: 365 } } },
    });
    expect(only('AWS::S3::Bucket', 'AccessLogs').Properties).not.toHaveProperty('ObjectLockEnabled');
  });

  test('sends its access logs to the bucket that is brought', () => {
    make({ storage: TrailStorage.create({ accessLogs: s3.Bucket.fromBucketName(stack, 'Logs', 'our-access-logs') }) });
    template().resourceCountIs('AWS::S3::Bucket', 1);
    template().hasResourceProperties('AWS::S3::Bucket', { LoggingConfiguration: { DestinationBucketName: 'our-access-logs' } });
  });

  test('can be one of the same app, which lets the trail in', () => {
    const bucket = new s3.Bucket(stack, 'Archive');
    expect(make({ storage: TrailStorage.existing(bucket) }).bucket).toBe(bucket);
    template().resourceCountIs('AWS::S3::Bucket', 1);
    const { Statement: statements } = only('AWS::S3::BucketPolicy').Properties.PolicyDocument as { Statement: { Sid: string }[] };
    expect(statements.map(({ Sid }) => Sid)).toEqual(['TrailLooks', 'TrailWrites']);
    expect(waitsFor(template(), only('AWS::CloudTrail::Trail').id, only('AWS::S3::BucketPolicy').id)).toBe(true);
  });

  test('can be one of another stack, without a circle', () => {
    const app = new App();
    const bucket = new s3.Bucket(new Stack(app, 'Archive', { env: ENV }), 'Bucket');
    stack = new Stack(app, 'Test', { env: ENV });
    make({ storage: TrailStorage.existing(bucket) });
    expect(() => app.synth()).not.toThrow();
  });

  test('can be imported, and then says what its policy must let', () => {
    make({ storage: TrailStorage.existing(s3.Bucket.fromBucketName(stack, 'Archive', 'log-archive')) });
    expect(only('AWS::CloudTrail::Trail').Properties.S3BucketName).toBe('log-archive');
    Annotations.fromStack(stack).hasWarning('/Test/Trail', Match.stringLikeRegexp('cloudtrail.amazonaws.com.*under AWSLogs/'));
  });
});

describe('a reader', () => {
  const reader = () => new iam.Role(stack, 'Reader', { assumedBy: new iam.AccountRootPrincipal() });
  const actions = () => Policies.in(stack, 'AWS::IAM::Policy').statements.flatMap(({ Action }) => Action).sort();

  test('may list, read and decrypt, and nothing else', () => {
    expect(make().grantRead(reader()).success).toBe(true);
    expect(actions()).toEqual(['kms:Decrypt', 's3:GetObject', 's3:ListBucket']);
  });

  test.each([
    [false, ['s3:GetObject', 's3:ListBucket']], [true, ['kms:Decrypt', 's3:GetObject', 's3:ListBucket']],
  ])('of a trail that is brought may read its bucket, and decrypt if that knows its key: %p', (known, expected) => {
    const encryptionKey = known ? kms.Key.fromKeyArn(stack, 'Key', `arn:aws:kms:${ENV.region}:${ENV.account}:key/1`) : undefined;
    const bucket = s3.Bucket.fromBucketAttributes(stack, 'Bucket', { bucketName: 'org-trail', encryptionKey });
    AuditTrail.fromBucket(stack, 'Brought', bucket).grantRead(reader());
    expect(actions()).toEqual(expected);
  });
});

describe('the packs', () => {
  test('find nothing in a trail with default props', () => {
    expect(openFindings((each) => { new AuditTrail(each, 'Trail'); })).toEqual([]);
  });

  test('find nothing with a lock, a bucket that is watched, and a table', () => {
    expect(openFindings((each) => {
      const trail = new AuditTrail(each, 'Trail', {
        storage: TrailStorage.create({ objectLock: s3.ObjectLockRetention.governance(Duration.days(365)) }),
      });
      trail.watchBucket(new ArtifactStore(each, 'Store').bucket);
      trail.watchTable(dynamodb.Table.fromTableName(each, 'Table', 'registry'));
    })).toEqual([]);
  });

  test('and the CDK rules, run as errors, find nothing in the template', () => {
    const { open, error } = strictReport(({ outdir, context }) => {
      const app = new App({ outdir, context });
      const trail = new AuditTrail(new Stack(app, 'Test', { env: ENV }), 'Trail');
      trail.watchBucket(s3.Bucket.fromBucketName(trail, 'Other', 'other'), { reads: false });
      return app;
    }, mkdtempSync(join(tmpdir(), 'strict-')));
    expect(error).toBeUndefined();
    expect(open).toEqual([]);
  });

  test('are told of three decisions, and which', () => {
    const { kept } = judged((each) => { new AuditTrail(each, 'Trail'); });
    const decisions = new Set(kept.map(({ path, rule }) => `${path}: ${rule.replace(/^(HIPAA\.Security|NIST\.800\.53\.R5|PCI\.DSS\.321)-/, '')}`));
    expect([...decisions].sort()).toEqual([
      expect.stringMatching(/Trail\/AccessLogs.*: S3BucketReplicationEnabled/),
      expect.stringMatching(/Trail\/AccessLogs.*: S3DefaultEncryptionKMS/),
      expect.stringMatching(/Trail\/Bucket.*: S3BucketReplicationEnabled/),
    ]);
  });
});
