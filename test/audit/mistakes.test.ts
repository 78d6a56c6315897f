import {
  App, aws_dynamodb as dynamodb, aws_iam as iam, aws_kms as kms, aws_logs as logs, aws_s3 as s3, aws_sns as sns, CfnParameter,
  Duration, Lazy, Stack,
} from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { AuditAlarms, AuditSignal, AuditTrail, AuditTrailProps, NewTrailStorageOptions, TrailStorage } from '../../lib/audit';
import { ENV } from '../support/judged';

let app: App;
let stack: Stack;
beforeEach(() => {
  app = new App();
  stack = new Stack(app, 'Test', { env: ENV });
});

const make = (props: AuditTrailProps = {}) => new AuditTrail(stack, 'Trail', props);
const store = (options: NewTrailStorageOptions) => make({ storage: TrailStorage.create(options) });
const roles = (count: number) => Array.from({ length: count }, (_, place) => iam.Role.fromRoleName(stack, `Role${place}`, `role-${place}`));
const governance = (days: number) => s3.ObjectLockRetention.governance(Duration.days(days));

test.each<[string, () => unknown, string]>([
  ['a retention of half a day', () => store({ retention: Duration.hours(12) }),
    '`retention` must be a whole number from 1 to 36500 days: got 0.5'],
  ['a retention of more than a hundred years', () => store({ retention: Duration.days(36501) }),
    '`retention` must be a whole number from 1 to 36500 days: got 36501'],
  ['a retention as a token in hours', () => store({ retention: Duration.hours(Lazy.number({ produce: () => 24 })) }),
    '`retention` holds a token in hours, which cannot be converted: give it as Duration.days(token)'],
  ['a lock that outlives the files', () => store({ retention: Duration.days(365), objectLock: governance(366) }),
    '`objectLock` must not be longer than `retention`: got 366 days and 365 days; S3 cannot expire what is locked'],
  ['a lock that outlives the default retention', () => store({ objectLock: governance(2558) }),
    '`objectLock` must not be longer than `retention`: got 2558 days and 2557 days'],
  ['five owners', () => make({ owners: roles(5) }),
    '`owners` must name at most 4 roles, because a filter pattern has 1024 characters: got 5; let them share a role'],
  ['a burst of no call', () => make({ deniedCalls: 0 }),
    '`deniedCalls` must be a whole number of at least 1: got 0; use 1 to hear of every one'],
  ['a burst of half a call', () => make({ deniedCalls: 2.5 }),
    '`deniedCalls` must be a whole number of at least 1: got 2.5'],
  ['a burst that is text', () => make({ deniedCalls: '25' as unknown as number }),
    "`deniedCalls` must be a whole number of at least 1: got '25'"],
  ['a burst and owners at once', () => make({ deniedCalls: -1, owners: roles(6) }),
    '`owners` must name at most 4 roles'],
  ['a trail that watches its own bucket', () => { const trail = make(); trail.watchBucket(trail.bucket); },
    '`bucket` must not be the bucket of the trail, since each file that arrives there would be an event that makes another file'],
  ['a trail that watches its own bucket under another name', () => {
    const trail = make({ storage: TrailStorage.existing(s3.Bucket.fromBucketName(stack, 'Archive', 'log-archive')) });
    trail.watchBucket(s3.Bucket.fromBucketName(stack, 'Same', 'log-archive'));
  }, '`bucket` must not be the bucket of the trail'],
  ['a signal that nobody knows', () => make().alarms.alarm('Everything' as AuditSignal),
    "`signal` must be one of AuditSignal: got 'Everything'"],
  ['the metric of a signal that nobody knows', () => make().alarms.metric('Everything' as AuditSignal),
    "`signal` must be one of AuditSignal: got 'Everything'"],
  ['a log group whose name CloudWatch cannot take', () => new AuditAlarms(stack, 'Alarms', {
    logGroup: logs.LogGroup.fromLogGroupName(stack, 'Logs', 'g'.repeat(256)),
    notify: sns.Topic.fromTopicArn(stack, 'Topic', `arn:aws:sns:${ENV.region}:${ENV.account}:on-call`),
  }), '`logGroup` must have a name of at most 255 characters'],
  ['props that reach a prototype', () => make(JSON.parse('{"__proto__":{}}') as AuditTrailProps), '`props` must'],
])('%s is refused', (_, mistake, message) => {
  expect(mistake).toThrow(message);
});

test('names the construct, and everything that is wrong', () => {
  expect(() => make({ deniedCalls: -1, owners: roles(6) })).toThrow(/Test\/Trail:[^]*`deniedCalls`[^]*`owners`/);
});

test('more resources than a trail has room for are a finding at synth', () => {
  const trail = make({ sageMakerDataEvents: false });
  Array.from({ length: 500 }, (_, place) => trail.watchBucket(s3.Bucket.fromBucketName(stack, `Bucket${place}`, `bucket-${place}`)));
  expect(() => app.synth()).toThrow('the selectors of a trail take 500 values: got 503; make a second trail for the rest');
});

test('as many resources as a trail has room for are none', () => {
  const trail = make({ sageMakerDataEvents: false });
  Array.from({ length: 497 }, (_, place) => trail.watchTable(dynamodb.Table.fromTableName(stack, `Table${place}`, `table-${place}`)));
  expect(() => app.synth()).not.toThrow();
});

describe('a token', () => {
  const parameter = (id: string) => new CfnParameter(stack, id, { type: 'Number' }).valueAsNumber;

  test('passes where only the deployment knows', () => {
    const encryptionKey = kms.Key.fromKeyArn(stack, 'Key', new CfnParameter(stack, 'KeyArn').valueAsString);
    make({ deniedCalls: parameter('Denied'), encryptionKey, storage: TrailStorage.create({ retention: Duration.days(parameter('Days')) }) });
    const template = Template.fromStack(stack);
    template.hasResourceProperties('AWS::CloudWatch::Alarm', { Threshold: { Ref: 'Denied' } });
    template.hasResourceProperties('AWS::S3::Bucket', { LifecycleConfiguration: { Rules: [{ ExpirationInDays: { Ref: 'Days' } }] } });
    template.hasResourceProperties('AWS::CloudTrail::Trail', { KMSKeyId: { Ref: 'KeyArn' } });
  });

  test.each<[string, () => unknown, string]>([
    ['deniedCalls', () => make({ deniedCalls: Lazy.number({ produce: () => 0 }) }), '`deniedCalls` must be a whole number of at least 1: got 0'],
    ['retention', () => store({ retention: Duration.days(Lazy.number({ produce: () => 0 })) }), '`retention` must be a whole number from 1 to 36500 days: got 0'],
  ])('is judged at synth when it is lazy: %s', (_, build, message) => {
    build();
    expect(() => app.synth()).toThrow(message);
  });
});
