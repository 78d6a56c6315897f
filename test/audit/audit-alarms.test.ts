import { App, aws_cloudwatch as cw, aws_iam as iam, aws_logs as logs, aws_sns as sns, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { BY, call, CloudTrailEvent } from './cloudtrail-events';
import { matches } from './filter-pattern';
import { AuditAlarms, AuditAlarmsProps, AuditSignal, AuditTrail } from '../../lib/audit';
import { ENV, openFindings } from '../support/judged';

const DENIED = { errorCode: 'AccessDenied' };

let stack: Stack;
beforeEach(() => { stack = new Stack(new App(), 'Test', { env: ENV }); });

function alarmsOnly(changed: Partial<AuditAlarmsProps> = {}): AuditAlarms {
  return new AuditAlarms(stack, 'Alarms', {
    logGroup: logs.LogGroup.fromLogGroupName(stack, 'Logs', 'org-trail'),
    notify: sns.Topic.fromTopicArn(stack, 'Topic', `arn:aws:sns:${ENV.region}:${ENV.account}:on-call`),
    ...changed,
  });
}

type Rendered = string | { readonly 'Fn::Join': readonly [string, readonly Rendered[]] } | { readonly Ref: string };

/** References read `<LogicalId>`. */
function text(rendered: Rendered): string {
  return typeof rendered === 'string' ? rendered : 'Ref' in rendered ? `<${rendered.Ref}>` : rendered['Fn::Join'][1].map(text).join(rendered['Fn::Join'][0]);
}

/** The rendered patterns of each signal. */
function patterns(): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const { Properties: filter } of Object.values(Template.fromStack(stack).findResources('AWS::Logs::MetricFilter'))) {
    const [{ MetricName: name }] = filter.MetricTransformations as [{ MetricName: string }];
    const signal = name.split('/').pop() ?? '';
    found.set(signal, [...found.get(signal) ?? [], text(filter.FilterPattern as Rendered)]);
  }
  return found;
}

/** The signals that an event gives; the same, whatever `!=` says of a field that is not there. */
function signalsOf(event: CloudTrailEvent): string[] {
  const seen = (missingDiffers: boolean) => [...patterns()].flatMap(([signal, each]) =>
    each.some((pattern) => matches(pattern, event, { missingDiffers })) ? [signal] : []).sort();
  expect(seen(true)).toEqual(seen(false));
  return seen(false);
}

const logicalId = (type: string, part: string) => Object.keys(Template.fromStack(stack).findResources(type)).find((id) => id.includes(part)) ?? '';

describe('the patterns of a trail', () => {
  beforeEach(() => {
    const owners = ['deployer', 'releaser'].map((name) => iam.Role.fromRoleName(stack, name, name));
    new AuditTrail(stack, 'Trail', { owners });
  });

  test.each<[string, CloudTrailEvent, AuditSignal[]]>([
    ['a trail that is stopped', call('cloudtrail', 'StopLogging', BY.person), [AuditSignal.TRAIL_CHANGED]],
    ['a trail that is stopped by a deployment', call('cloudtrail', 'StopLogging', BY.cloudFormation), [AuditSignal.TRAIL_CHANGED]],
    ['a trail that somebody may not stop', call('cloudtrail', 'StopLogging', BY.person, DENIED), [AuditSignal.ACCESS_DENIED, AuditSignal.TRAIL_CHANGED]],
    ['a trail that is deleted', call('cloudtrail', 'DeleteTrail', BY.user), [AuditSignal.TRAIL_CHANGED]],
    ['a trail that is changed', call('cloudtrail', 'UpdateTrail', BY.user), [AuditSignal.TRAIL_CHANGED]],
    ['selectors that are changed', call('cloudtrail', 'PutEventSelectors', BY.user), [AuditSignal.TRAIL_CHANGED]],
    ['a trail that is looked at', call('cloudtrail', 'GetTrailStatus', BY.user), []],
    ['another service with a call of that name', call('kinesisvideo', 'StopLogging', BY.user), []],
    ['a bucket policy elsewhere', call('s3', 'PutBucketPolicy', BY.user, { requestParameters: { bucketName: 'other' } }), []],
    ['a log group elsewhere', call('logs', 'DeleteLogGroup', BY.user, { requestParameters: { logGroupName: 'other' } }), []],

    ['a key that is to be deleted', call('kms', 'ScheduleKeyDeletion', BY.person), [AuditSignal.KEY_ENDANGERED]],
    ['a key that is to be deleted by a deployment', call('kms', 'ScheduleKeyDeletion', BY.cloudFormation), [AuditSignal.KEY_ENDANGERED]],
    ['a key that is disabled', call('kms', 'DisableKey', BY.user), [AuditSignal.KEY_ENDANGERED]],
    ['a key that somebody may not delete', call('kms', 'ScheduleKeyDeletion', BY.user, DENIED), [AuditSignal.ACCESS_DENIED]],
    ['a key that is used', call('kms', 'Decrypt', BY.user), []],
    ['a key that is saved', call('kms', 'CancelKeyDeletion', BY.user), []],

    ['an endpoint that a person updates', call('sagemaker', 'UpdateEndpoint', BY.person), [AuditSignal.ENDPOINT_CHANGED]],
    ['an endpoint that a user updates', call('sagemaker', 'UpdateEndpoint', BY.user), [AuditSignal.ENDPOINT_CHANGED]],
    ['an endpoint that a person updates in the console', call('sagemaker', 'UpdateEndpoint', BY.console), [AuditSignal.ENDPOINT_CHANGED]],
    ['weights that a person changes', call('sagemaker', 'UpdateEndpointWeightsAndCapacities', BY.person), [AuditSignal.ENDPOINT_CHANGED]],
    ['an endpoint that a person deletes', call('sagemaker', 'DeleteEndpoint', BY.person), [AuditSignal.ENDPOINT_CHANGED]],
    ['an endpoint that root deletes', call('sagemaker', 'DeleteEndpoint', BY.root), [AuditSignal.ENDPOINT_CHANGED, AuditSignal.ROOT_USED]],
    ['an endpoint that CloudFormation updates', call('sagemaker', 'UpdateEndpoint', BY.cloudFormation), []],
    ['an endpoint that CloudFormation updates for somebody', call('sagemaker', 'UpdateEndpoint', BY.cloudFormationForUser), []],
    ['an endpoint that its scaling changes', call('sagemaker', 'UpdateEndpointWeightsAndCapacities', BY.scaling), []],
    ['an endpoint that an owner updates', call('sagemaker', 'UpdateEndpoint', BY.deployRole), []],
    ['an endpoint that another owner updates', call('sagemaker', 'UpdateEndpointWeightsAndCapacities', BY.releaseRole), []],
    ['an endpoint that was not updated', call('sagemaker', 'UpdateEndpoint', BY.person, { errorCode: 'ValidationException' }), []],
    ['an endpoint that is looked at', call('sagemaker', 'DescribeEndpoint', BY.person), []],
    ['an endpoint that is made', call('sagemaker', 'CreateEndpoint', BY.person), []],
    ['a configuration that the pruner deletes', call('sagemaker', 'DeleteEndpointConfig', BY.person), []],

    ['an alarm that is deleted', call('monitoring', 'DeleteAlarms', BY.person), [AuditSignal.ALARM_SILENCED]],
    ['alarms without their actions', call('monitoring', 'DisableAlarmActions', BY.user), [AuditSignal.ALARM_SILENCED]],
    ['an alarm that is written again without its actions',
      call('monitoring', 'PutMetricAlarm', BY.user, { requestParameters: { actionsEnabled: false } }), [AuditSignal.ALARM_SILENCED]],
    ['an alarm that is written again', call('monitoring', 'PutMetricAlarm', BY.user, { requestParameters: { actionsEnabled: true } }), []],
    ['an alarm that a deployment replaces', call('monitoring', 'DeleteAlarms', BY.cloudFormation), []],
    ['an alarm of a scaling policy that a deployment takes away', call('monitoring', 'DeleteAlarms', BY.scaling), []],
    ['an alarm of a scaling policy of another service', call('monitoring', 'DeleteAlarms', BY.tableScaling), []],
    ['a metric filter that is deleted', call('logs', 'DeleteMetricFilter', BY.user), [AuditSignal.ALARM_SILENCED]],
    ['a topic that is deleted', call('sns', 'DeleteTopic', BY.user), [AuditSignal.ALARM_SILENCED]],
    ['somebody who no longer listens', call('sns', 'Unsubscribe', BY.user), [AuditSignal.ALARM_SILENCED]],
    ['the kill switch', call('monitoring', 'SetAlarmState', BY.user), []],

    ['root that signs in', call('signin', 'ConsoleLogin', BY.root, { eventType: 'AwsConsoleSignIn' }), [AuditSignal.ROOT_USED]],
    ['root that looks', call('s3', 'ListBuckets', BY.root), [AuditSignal.ROOT_USED]],
    ['a service in the name of root', call('support', 'DescribeCases', BY.rootThroughService), []],
    ['an event of a service about root', call('signin', 'ConsoleLogin', BY.root, { eventType: 'AwsServiceEvent' }), []],
    ['a user who signs in', call('signin', 'ConsoleLogin', BY.user, { eventType: 'AwsConsoleSignIn' }), []],

    ['a call that is denied', call('dynamodb', 'PutItem', BY.person, { errorCode: 'AccessDeniedException' }), [AuditSignal.ACCESS_DENIED]],
    ['a call that EC2 denies', call('ec2', 'RunInstances', BY.user, { errorCode: 'Client.UnauthorizedOperation' }), [AuditSignal.ACCESS_DENIED]],
    ['a call that is wrong', call('s3', 'GetObject', BY.user, { errorCode: 'NoSuchKey' }), []],
    ['a call that works', call('s3', 'GetObject', BY.service), []],
  ])('%s', (_, event, expected) => {
    expect(signalsOf(event)).toEqual(expected);
  });

  test.each(['PutBucketPolicy', 'DeleteBucketPolicy', 'PutBucketLifecycle', 'PutBucketVersioning', 'DeleteBucket', 'PutBucketObjectLockConfiguration',
    'PutObjectLockConfiguration'])(
    'the bucket of the trail, by %s', (name) => {
      const bucketName = `<${logicalId('AWS::S3::Bucket', 'TrailBucket')}>`;
      expect(signalsOf(call('s3', name, BY.person, { requestParameters: { bucketName } }))).toEqual([AuditSignal.TRAIL_CHANGED]);
    });

  test.each(['DeleteLogGroup', 'DeleteLogStream', 'PutRetentionPolicy', 'DeleteRetentionPolicy', 'DisassociateKmsKey'])(
    'the log group of the trail, by %s', (name) => {
      const logGroupName = `<${logicalId('AWS::Logs::LogGroup', 'TrailLogGroup')}>`;
      expect(signalsOf(call('logs', name, BY.person, { requestParameters: { logGroupName } }))).toEqual([AuditSignal.TRAIL_CHANGED]);
      expect(signalsOf(call('logs', 'CreateLogStream', BY.service, { requestParameters: { logGroupName } }))).toEqual([]);
    });

  test('each signal that is an event has a pattern, and each pattern a signal', () => {
    const events = Object.values(AuditSignal).filter((signal) => signal !== AuditSignal.TRAIL_SILENT);
    expect([...patterns().keys()].sort()).toEqual(events.sort());
  });
});

test('four owners with the longest names, and the longest name of a log group, still fit into a pattern', () => {
  const owners = ['a', 'b', 'c', 'd'].map((letter) => iam.Role.fromRoleName(stack, letter, letter.repeat(64)));
  alarmsOnly({ owners, logGroup: logs.LogGroup.fromLogGroupName(stack, 'Long', 'g'.repeat(255)) });
  expect(Math.max(...[...patterns().values()].flat().map(({ length }) => length))).toBeLessThanOrEqual(1024);
  expect(signalsOf(call('sagemaker', 'UpdateEndpoint', BY.deployRole))).toEqual([AuditSignal.ENDPOINT_CHANGED]);
});

describe('the alarms', () => {
  const named = (signal: AuditSignal) => Match.stringLikeRegexp(`^Test-Alarms-[0-9A-F]{8}/${signal}$`);
  const alarms = () => Object.values(Template.fromStack(stack).findResources('AWS::CloudWatch::Alarm')).map(({ Properties }) => Properties);

  test('are one for each signal, tell somebody, and name their article', () => {
    alarmsOnly();
    expect(alarms().map(({ AlarmName }) => (AlarmName as string).split('/')[1]).sort()).toEqual(Object.values(AuditSignal).sort());
    for (const { AlarmName, AlarmActions, AlarmDescription } of alarms()) {
      const anchor = (AlarmName as string).split('/')[1].replace(/(?<=[a-z])(?=[A-Z])/g, '-').toLowerCase();
      expect(AlarmActions).toEqual([`arn:aws:sns:${ENV.region}:${ENV.account}:on-call`]);
      expect(AlarmDescription).toMatch(new RegExp(`^[A-Z].*\\. Runbook: .*runbook\\.md#${anchor}$`));
    }
  });

  test('fire at the first event, also when it arrives ten minutes late', () => {
    alarmsOnly();
    Template.fromStack(stack).hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmName: named(AuditSignal.TRAIL_CHANGED),
      MetricName: named(AuditSignal.TRAIL_CHANGED),
      Namespace: 'MlPlatform/Audit',
      Statistic: 'Sum',
      Period: 300,
      EvaluationPeriods: 3,
      DatapointsToAlarm: 1,
      Threshold: 1,
      ComparisonOperator: 'GreaterThanOrEqualToThreshold',
      TreatMissingData: 'notBreaching',
    });
  });

  test.each([[undefined, 25], [1, 1], [500, 500]])('take %p denied calls as a burst from %p on', (deniedCalls, Threshold) => {
    alarmsOnly({ deniedCalls });
    Template.fromStack(stack).hasResourceProperties('AWS::CloudWatch::Alarm', { AlarmName: named(AuditSignal.ACCESS_DENIED), Threshold });
  });

  test('take silence for a fault: no record for three hours', () => {
    alarmsOnly();
    Template.fromStack(stack).hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmName: named(AuditSignal.TRAIL_SILENT),
      Namespace: 'AWS/Logs',
      MetricName: 'IncomingLogEvents',
      Dimensions: [{ Name: 'LogGroupName', Value: 'org-trail' }],
      Period: 3600,
      EvaluationPeriods: 3,
      DatapointsToAlarm: 3,
      Threshold: 1,
      ComparisonOperator: 'LessThanThreshold',
      TreatMissingData: 'breaching',
    });
  });

  test('of two trails do not count each other: their metrics have names of their own', () => {
    alarmsOnly();
    new AuditTrail(stack, 'Trail');
    const names = Object.values(Template.fromStack(stack).findResources('AWS::Logs::MetricFilter'))
      .map(({ Properties }) => (Properties.MetricTransformations as [{ MetricName: string }])[0].MetricName.split('/')[0]);
    const own = ['Alarms', 'Trail-Alarms'].map((part) => expect.stringMatching(new RegExp(`^Test-${part}-[0-9A-F]{8}$`)));
    expect([...new Set(names)].sort()).toEqual(own);
  });

  test('can be given another action, and their metrics can be looked at', () => {
    const made = alarmsOnly();
    new cw.CompositeAlarm(stack, 'All', { alarmRule: cw.AlarmRule.anyOf(made.alarm(AuditSignal.ROOT_USED), made.alarm(AuditSignal.TRAIL_SILENT)) });
    Template.fromStack(stack).hasResourceProperties('AWS::CloudWatch::CompositeAlarm', { AlarmRule: Match.anyValue() });
    expect(made.metric(AuditSignal.ACCESS_DENIED)).toMatchObject({
      namespace: 'MlPlatform/Audit', metricName: expect.stringMatching(/^Test-Alarms-.*\/AccessDenied$/),
    });
    expect(made.metric(AuditSignal.ACCESS_DENIED, { statistic: 'max' }).statistic).toBe('Maximum');
    expect(made.metric(AuditSignal.TRAIL_SILENT)).toMatchObject({ namespace: 'AWS/Logs', metricName: 'IncomingLogEvents' });
  });

  test('leave no finding', () => {
    expect(openFindings((judged) => {
      new AuditAlarms(judged, 'Alarms', {
        logGroup: logs.LogGroup.fromLogGroupName(judged, 'Logs', 'org-trail'),
        notify: sns.Topic.fromTopicArn(judged, 'Topic', `arn:aws:sns:${ENV.region}:${ENV.account}:on-call`),
      });
    })).toEqual([]);
  });
});
