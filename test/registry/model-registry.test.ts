import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  App, aws_events as events, aws_events_targets as targets, aws_iam as iam, aws_kms as kms, aws_s3 as s3, aws_sns as sns,
  aws_sqs as sqs, Duration, Stack, Tags,
} from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { logicalId, modelRegistry } from './registries';
import { ArtifactStore, ImageStore, ObjectLock } from '../../lib/artifacts';
import { ApprovalGate, ModelRegistry, Transition } from '../../lib/registry';
import { ROUTES } from '../../lib/registry/runtime/contract';
import { strictReport } from '../../tools/strict-synth';
import { SynthReport } from '../../tools/synth-report';
import { ENV, judged, openFindings } from '../support/judged';

let stack: Stack;
beforeEach(() => { stack = new Stack(new App(), 'Test', { env: ENV }); });

const templates = new WeakMap<Stack, Template>();
/** Written once for each stack: a test that only looks takes no time. */
function template(): Template {
  const known = templates.get(stack) ?? Template.fromStack(stack);
  templates.set(stack, known);
  return known;
}

let common: { readonly stack: Stack; readonly registry: ModelRegistry } | undefined;
/** The registry of all tests that change nothing. */
function standard(): ModelRegistry {
  if (common === undefined) {
    const own = new Stack(new App(), 'Test', { env: ENV });
    common = { stack: own, registry: modelRegistry(own) };
  }
  stack = common.stack;
  return common.registry;
}

/** The environment of a handler, by the name of its construct. */
function environment(handler: string): Record<string, unknown> {
  const [found] = Object.entries(template().findResources('AWS::Lambda::Function')).filter(([id]) => id.startsWith(`Registry${handler}Handler`));
  return found[1].Properties.Environment.Variables as Record<string, unknown>;
}

describe('the tables', () => {
  test('are on demand, encrypted with the key of the registry, recoverable, protected and kept', () => {
    const registry = standard();
    template().allResources('AWS::DynamoDB::Table', {
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
      Properties: Match.objectLike({
        BillingMode: 'PAY_PER_REQUEST',
        DeletionProtectionEnabled: true,
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        SSESpecification: { SSEEnabled: true, SSEType: 'KMS', KMSMasterKeyId: { 'Fn::GetAtt': [logicalId(registry.encryptionKey), 'Arn'] } },
        KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }, { AttributeName: 'sk', KeyType: 'RANGE' }],
        TableName: Match.absent(),
        GlobalSecondaryIndexes: Match.absent(),
      }),
    });
    template().resourceCountIs('AWS::DynamoDB::Table', 2);
  });

  test('expire request keys in the one, and nothing in the other', () => {
    const registry = standard();
    const tables = template().findResources('AWS::DynamoDB::Table');
    expect(tables[logicalId(registry.table)].Properties.TimeToLiveSpecification).toEqual({ AttributeName: 'expiresAt', Enabled: true });
    expect(tables[logicalId(registry.auditTable)].Properties).not.toHaveProperty('TimeToLiveSpecification');
  });

  test('show each change of the audit table, and what was there before', () => {
    const registry = standard();
    const tables = template().findResources('AWS::DynamoDB::Table');
    expect(tables[logicalId(registry.auditTable)].Properties.StreamSpecification).toEqual({ StreamViewType: 'NEW_AND_OLD_IMAGES' });
    expect(tables[logicalId(registry.table)].Properties).not.toHaveProperty('StreamSpecification');
  });

  test('keep their logical ids, or a deployment would make empty ones', () => {
    const registry = standard();
    const ids = [registry.table, registry.auditTable, registry.auditBucket!, registry.encryptionKey].map(logicalId);
    expect(ids).toEqual([
      'RegistryTables84E23EE6', 'RegistryTablesAuditC82FE3D8', 'RegistryAuditCopiesE431E687', 'RegistryKey1053ED4C',
    ]);
  });
});

describe('the API', () => {
  test('asks for IAM credentials on every route, and has no other', () => {
    standard();
    const routes = Object.values(template().findResources('AWS::ApiGatewayV2::Route')).map(({ Properties }) => Properties as Record<string, string>);
    expect(routes.map(({ RouteKey }) => RouteKey).sort()).toEqual(ROUTES.map(({ method, path }) => `${method} ${path}`).sort());
    expect(new Set(routes.map(({ AuthorizationType }) => AuthorizationType))).toEqual(new Set(['AWS_IAM']));
  });

  test('hands each request to one function, which ends before API Gateway does', () => {
    standard();
    template().resourceCountIs('AWS::ApiGatewayV2::Integration', 1);
    template().hasResourceProperties('AWS::ApiGatewayV2::Integration', {
      IntegrationType: 'AWS_PROXY', PayloadFormatVersion: '2.0', TimeoutInMillis: 29_000,
    });
    const [[, { Properties }]] = Object.entries(template().findResources('AWS::Lambda::Function')).filter(([id]) => id.startsWith('RegistryApi'));
    expect(Properties.Timeout).toBe(25);
    template().hasResourceProperties('AWS::Lambda::Permission', {
      Principal: 'apigateway.amazonaws.com',
      SourceArn: { 'Fn::Join': ['', Match.arrayWith([Match.stringLikeRegexp(':execute-api:eu-west-1:111122223333:$'), '/*/*'])] },
    });
  });

  test('logs who called what with what outcome, and nothing that a caller wrote', () => {
    const registry = standard();
    const [{ Properties }] = Object.values(template().findResources('AWS::ApiGatewayV2::Stage'));
    const format = JSON.parse(Properties.AccessLogSettings.Format as string) as Record<string, string>;
    expect(Object.values(format)).toEqual(expect.arrayContaining(
      ['$context.requestId', '$context.identity.userArn', '$context.routeKey', '$context.status']));
    expect(Object.values(format).join()).not.toMatch(/path\b|body|query|header|userAgent|sourceIp/i);
    template().hasResource('AWS::Logs::LogGroup', {
      DeletionPolicy: 'Retain',
      Properties: { KmsKeyId: { 'Fn::GetAtt': [logicalId(registry.encryptionKey), 'Arn'] }, RetentionInDays: 365 },
    });
  });

  test.each([[undefined, 50], [7, 7]])('takes, told %p, %p requests per second and twice as many at once', (requestsPerSecond, rate) => {
    modelRegistry(stack, { requestsPerSecond });
    template().hasResourceProperties('AWS::ApiGatewayV2::Stage', {
      StageName: '$default', AutoDeploy: true, DefaultRouteSettings: { ThrottlingRateLimit: rate, ThrottlingBurstLimit: 2 * rate },
    });
  });

  test('tells its handler what the props say', () => {
    modelRegistry(stack, {
      environment: 'staging',
      trustedSessionRoles: ['sso'],
      datasetPrefixes: ['s3://training/approved/'],
      approvalGates: { churn: ApprovalGate.of({ minimumAccuracy: 0.9, maximumP99Latency: Duration.millis(300) }) },
    });
    expect(environment('Api')).toMatchObject({
      ENVIRONMENT: 'staging',
      ARTIFACT_BUCKET: 'our-artifacts',
      TRUSTED_SESSION_ROLES: '["sso"]',
      DATASET_PREFIXES: '["s3://training/approved/"]',
      APPROVAL_MINIMUMS: '{"churn":{"accuracy":0.9,"p99LatencyMs":300}}',
    });
  });

  test('trusts no session name and asks for nothing, unless told', () => {
    standard();
    expect(environment('Api')).toMatchObject({ ENVIRONMENT: 'production', TRUSTED_SESSION_ROLES: '[]', DATASET_PREFIXES: '[]', APPROVAL_MINIMUMS: '{}' });
  });
});

describe('the address', () => {
  test('is a parameter named after the environment, with what the mlp command needs', () => {
    const registry = modelRegistry(stack, { environment: 'staging' });
    template().hasResourceProperties('AWS::SSM::Parameter', { Name: '/ml-platform/registry/staging', Type: 'String' });
    const [{ Properties }] = Object.values(template().findResources('AWS::SSM::Parameter'));
    const [, parts] = Properties.Value['Fn::Join'] as [string, unknown[]];
    const text = parts.map((part) => typeof part === 'string' ? part : Object.values(part as object).flat().join('.')).join('');
    expect(JSON.parse(text)).toEqual({
      url: expect.stringMatching(/^https:\/\/Registry\w+\.execute-api\.eu-west-1\.AWS::URLSuffix$/),
      region: 'eu-west-1',
      auditBucket: logicalId(registry.auditBucket!),
      artifactBucket: 'our-artifacts',
      environment: 'staging',
    });
    expect(stack.resolve(registry.address)).toEqual(Properties.Value);
  });
});

describe('copies of audit records', () => {
  test('lie in a bucket with versions, a lock, encryption and access logs, closed and kept', () => {
    const registry = standard();
    template().hasResource('AWS::S3::Bucket', {
      DeletionPolicy: 'Retain',
      Properties: {
        ObjectLockEnabled: true,
        ObjectLockConfiguration: { ObjectLockEnabled: 'Enabled', Rule: { DefaultRetention: { Mode: 'GOVERNANCE', Days: 2555 } } },
        VersioningConfiguration: { Status: 'Enabled' },
        BucketEncryption: {
          ServerSideEncryptionConfiguration: [{
            BucketKeyEnabled: true,
            ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: { 'Fn::GetAtt': [logicalId(registry.encryptionKey), 'Arn'] } },
          }],
        },
        LoggingConfiguration: { LogFilePrefix: 'audit-copies/' },
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true, BlockPublicPolicy: true, IgnorePublicAcls: true, RestrictPublicBuckets: true,
        },
      },
    });
  });

  test('are locked as told, and by compliance only if told', () => {
    modelRegistry(stack, { auditLock: ObjectLock.compliance(Duration.days(365)) });
    template().hasResourceProperties('AWS::S3::Bucket', {
      ObjectLockConfiguration: { Rule: { DefaultRetention: { Mode: 'COMPLIANCE', Days: 365 } } },
    });
  });

  test('log to the bucket that is brought, with a warning if its policy is not ours', () => {
    modelRegistry(stack, { accessLogs: s3.Bucket.fromBucketName(stack, 'Logs', 'our-logs') });
    template().hasResourceProperties('AWS::S3::Bucket', { LoggingConfiguration: { DestinationBucketName: 'our-logs' } });
    Annotations.fromStack(stack).hasWarning('/Test/Registry/AuditCopies', Match.stringLikeRegexp('under audit-copies/'));
  });

  test('are made from the stream, in order, again and again for 20 hours, and what fails then is kept', () => {
    const registry = standard();
    template().hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      EventSourceArn: { 'Fn::GetAtt': [logicalId(registry.auditTable), 'StreamArn'] },
      StartingPosition: 'TRIM_HORIZON',
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      BisectBatchOnFunctionError: true,
      MaximumRecordAgeInSeconds: 72_000,
      MaximumRetryAttempts: Match.absent(),
      ParallelizationFactor: Match.absent(),
      DestinationConfig: { OnFailure: { Destination: { 'Fn::GetAtt': [logicalId(registry.failures), 'Arn'] } } },
    });
  });
});

describe('the check of retained versions', () => {
  test('starts four times a day, at once for the first time, and keeps starts that failed', () => {
    const registry = standard();
    template().hasResourceProperties('AWS::Scheduler::Schedule', {
      ScheduleExpression: 'rate(6 hours)',
      StartDate: Match.absent(),
      Target: { DeadLetterConfig: { Arn: { 'Fn::GetAtt': [logicalId(registry.failures), 'Arn'] } } },
    });
  });
});

describe('alarms', () => {
  const alarm = (id: string) => {
    const [found] = Object.values(template().findResources('AWS::CloudWatch::Alarm', { Properties: { AlarmName: `model-registry/production/${id}` } }));
    return found.Properties as Record<string, unknown>;
  };

  test.each([
    ['RegistryServerErrors', 'registry-server-errors'], ['RegistryHandlerErrors', 'registry-handler-errors'], ['AuditJournalLate', 'audit-journal-late'],
    ['RegistryFailuresQueued', 'registry-failures-queued'], ['EmergencyRevocation', 'emergency-revocation'],
    ['AuditRowsChanged', 'audit-rows-changed'], ['AuditCopiesDiffer', 'audit-copies-differ'],
    ['RetainedVersionMissing', 'retained-version-missing'], ['RetentionNotChecked', 'retention-not-checked'],
  ])('%s has a stable name, a sentence, its article and somebody to tell', (id, article) => {
    const registry = standard();
    expect(alarm(id).AlarmDescription).toMatch(new RegExp(`^[A-Z].*\\. Runbook: https://.*docs/runbook\\.md#${article}$`));
    expect(alarm(id).AlarmActions).toEqual([{ Ref: logicalId(registry.notifications as sns.Topic) }]);
    expect(registry.alarms.length).toBe(9);
  });

  test('a check that did not run is bad news, anything else that is not seen is not', () => {
    standard();
    const quiet = Object.values(template().findResources('AWS::CloudWatch::Alarm'))
      .filter(({ Properties }) => Properties.TreatMissingData === 'breaching').map(({ Properties }) => Properties.AlarmName as string);
    expect(quiet).toEqual(['model-registry/production/RetentionNotChecked']);
    expect(alarm('RetentionNotChecked')).toMatchObject({
      MetricName: 'RetainedVersionsChecked',
      Statistic: 'SampleCount',
      Period: 43_200,
      EvaluationPeriods: 1,
      Threshold: 1,
      ComparisonOperator: 'LessThanThreshold',
      Dimensions: [{ Name: 'Registry', Value: 'production' }],
    });
  });

  test.each([
    ['EmergencyRevocation', 'EmergencyRevocations'], ['AuditRowsChanged', 'AuditRowsChanged'], ['AuditCopiesDiffer', 'AuditCopiesDiffer'],
    ['RetainedVersionMissing', 'RetainedVersionsMissing'],
  ])(
    '%s rings at one', (id, MetricName) => {
      standard();
      expect(alarm(id)).toMatchObject({
        MetricName,
        Namespace: 'MlPlatform/Registry',
        Statistic: 'Sum',
        Threshold: 0,
        ComparisonOperator: 'GreaterThanThreshold',
        DatapointsToAlarm: 1,
        Dimensions: [{ Name: 'Registry', Value: 'production' }],
      });
    });

  test('a journal that is five minutes late, twice, rings', () => {
    standard();
    expect(alarm('AuditJournalLate')).toMatchObject({
      MetricName: 'IteratorAge', Statistic: 'Maximum', Period: 300, EvaluationPeriods: 2, Threshold: 300_000, ComparisonOperator: 'GreaterThanThreshold',
    });
  });

  test('an error of any of the three functions rings', () => {
    standard();
    const metrics = alarm('RegistryHandlerErrors').Metrics as { Expression?: string; MetricStat?: { Metric: { MetricName: string } } }[];
    expect(metrics.filter(({ MetricStat }) => MetricStat?.Metric.MetricName === 'Errors')).toHaveLength(3);
    expect(metrics[0].Expression).toBe('SUM([errors0, errors1, errors2])');
  });

  test('tell a topic that the alarms of this account may use, with the key of the registry', () => {
    const registry = standard();
    template().hasResourceProperties('AWS::SNS::Topic', { KmsMasterKeyId: { 'Fn::GetAtt': [logicalId(registry.encryptionKey), 'Arn'] } });
    template().hasResourceProperties('AWS::SNS::TopicPolicy', {
      PolicyDocument: { Statement: Match.arrayWith([Match.objectLike({ Sid: 'AlarmsMayPublish', Principal: { Service: 'cloudwatch.amazonaws.com' } })]) },
    });
  });

  test('tell the topic that is brought', () => {
    const notifications = sns.Topic.fromTopicArn(stack, 'Ours', 'arn:aws:sns:eu-west-1:111122223333:ours');
    modelRegistry(stack, { notifications });
    template().resourceCountIs('AWS::SNS::Topic', 0);
    template().allResourcesProperties('AWS::CloudWatch::Alarm', { AlarmActions: [notifications.topicArn] });
  });
});

describe('what is brought', () => {
  test('a key is used for everything, and none is made', () => {
    const encryptionKey = new kms.Key(stack, 'Ours');
    const registry = modelRegistry(stack, { encryptionKey });
    expect(registry.encryptionKey).toBe(encryptionKey);
    const keys = Object.keys(template().findResources('AWS::KMS::Key'));
    expect(keys).toEqual(expect.arrayContaining([logicalId(encryptionKey), expect.stringMatching(/^MlPlatformHandlerLogs/)]));
    expect(keys).toHaveLength(2);
  });

  test('a bus is told, by its own name', () => {
    const eventBus = new events.EventBus(stack, 'Ours');
    modelRegistry(stack, { eventBus }).onTransition('All');
    expect(environment('Journal').EVENT_BUS).toEqual({ Ref: logicalId(eventBus) });
    template().hasResourceProperties('AWS::Events::Rule', { EventBusName: { Ref: logicalId(eventBus) } });
  });

  test('an image store is made if none is brought', () => {
    const registry = new ModelRegistry(stack, 'Registry', { artifacts: new ArtifactStore(stack, 'Artifacts') });
    expect(registry.images).toHaveLength(1);
    template().resourceCountIs('AWS::ECR::Repository', 1);
  });
});

describe('a rule for transitions', () => {
  test('is about this environment, and all of it', () => {
    modelRegistry(stack).onTransition('All');
    template().hasResourceProperties('AWS::Events::Rule', {
      EventPattern: { 'source': ['cdk-ml-platform.registry'], 'detail-type': ['Model Registry Transition'], 'detail': { environment: ['production'] } },
    });
  });

  test('is cut to verbs, a model and a tenant, and starts its target', () => {
    const queue = new sqs.Queue(stack, 'Queue');
    modelRegistry(stack).onTransition('Releases', {
      verbs: [Transition.PROMOTE, Transition.ROLLBACK], model: 'churn', tenant: 'bank', description: 'Releases', target: new targets.SqsQueue(queue),
    });
    template().hasResourceProperties('AWS::Events::Rule', {
      Description: 'Releases',
      EventPattern: { detail: { environment: ['production'], action: ['model.promote', 'model.rollback'], model: ['churn'], tenant: ['bank'] } },
      Targets: [{ Arn: { 'Fn::GetAtt': [logicalId(queue), 'Arn'] } }],
    });
  });

  test.each([
    ['no verb', { verbs: [] }, '`verbs` must name at least one'], ['a pattern', { model: '*' }, '`model` must be'], ['a pattern', { tenant: '*' }, '`tenant` must be'],
    ['a verb that nobody says', { verbs: [Transition.PROMOTE, 'promoted' as Transition] }, /^Test.*: `verbs` must be one of Transition \(register, .*\): got 'promoted'$/],
  ])('is not about %s', (_, options, message) => {
    const registry = modelRegistry(stack);
    expect(() => registry.onTransition('Rule', options)).toThrow(message);
  });

  test('knows every verb that changes something', () => {
    const writing = ROUTES.filter(({ method }) => method === 'POST').map(({ verb }) => verb);
    expect(Object.values(Transition).sort()).toEqual(writing.sort());
  });
});

test('tags reach everything that can have some', () => {
  const registry = modelRegistry(stack);
  Tags.of(registry).add('team', 'fraud');
  const tagged = (type: string) => template().allResourcesProperties(type, {
    Tags: Match.arrayWith([{ Key: 'team', Value: 'fraud' }]),
  });
  ['AWS::DynamoDB::Table', 'AWS::S3::Bucket', 'AWS::SNS::Topic', 'AWS::SQS::Queue'].forEach(tagged);
  template().allResourcesProperties('AWS::ApiGatewayV2::Api', { Tags: { team: 'fraud' } });
});

describe('the packs', () => {
  const small = (own: Stack) => new ModelRegistry(own, 'Registry', { artifacts: new ArtifactStore(own, 'Artifacts') });

  let report: SynthReport;
  beforeAll(() => { report = judged(small); });

  test('find nothing open in a default registry', () => {
    expect(report.open.map(({ rule, path }) => `${rule} at ${path}`)).toEqual([]);
  });

  test('find nothing open in one whose stores are in another stack, and whose bus, topic and key are brought', () => {
    expect(openFindings((own) => {
      const other = new Stack(own.node.scope!, 'Other', { env: ENV });
      modelRegistry(own, {
        artifacts: new ArtifactStore(other, 'Artifacts'), images: [new ImageStore(other, 'One'), new ImageStore(other, 'Two')],
      });
    })).toEqual([]);
  });

  test('do look: a construct with a plain table in it has findings', () => {
    expect(new Set(report.kept.filter(({ path }) => path.startsWith('Test/Registry/Tables')).map(({ rule }) => rule))).toEqual(
      new Set(['HIPAA.Security-DynamoDBInBackupPlan', 'NIST.800.53.R5-DynamoDBInBackupPlan']));
  });

  test('keep at most five decisions on a construct', () => {
    const reasons = new Map<string, Set<string>>();
    for (const { acknowledged } of report.kept) {
      const at = acknowledged!.at;
      reasons.set(at, (reasons.get(at) ?? new Set()).add(acknowledged!.reason));
    }
    expect(Math.max(...[...reasons.values()].map(({ size }) => size))).toBeLessThanOrEqual(5);
  });
});

test('strict validation, warnings included, finds nothing', () => {
  const report = strictReport(({ outdir, context }) => {
    const app = new App({ outdir, context });
    const own = new Stack(app, 'Strict', { env: ENV });
    new ModelRegistry(own, 'Registry', { artifacts: new ArtifactStore(own, 'Artifacts') });
    return app;
  }, mkdtempSync(join(tmpdir(), 'registry-')));
  expect(report.open.map(({ rule, path }) => `${rule} at ${path}`)).toEqual([]);
});

test('two synths of one program write the same bytes', () => {
  const text = () => {
    const app = new App();
    const own = new Stack(app, 'Same', { env: ENV });
    const registry = modelRegistry(own, { approvalGates: { churn: ApprovalGate.of({ maximumBias: 0.1 }) } });
    registry.onTransition('All');
    registry.model('churn').grantAudit(new iam.Role(own, 'Role', { assumedBy: new iam.AccountRootPrincipal() }));
    return readFileSync(join(app.synth().directory, 'Same.template.json'), 'utf8');
  };
  expect(text()).toBe(text());
});
