import { aws_logs as logs } from 'aws-cdk-lib';
import { AuditSignal } from './audit-signal';

/** Signals that are events in the trail; the rest is told by other metrics. */
export type EventSignal = Exclude<AuditSignal, AuditSignal.TRAIL_SILENT>;

/** What the patterns have to know. */
export interface PatternContext {
  /** Roles that may change endpoints; CloudFormation and Application Auto Scaling always may. */
  readonly ownerRoleNames: readonly string[];
  /** CloudTrail's. */
  readonly logGroupName: string;
  /** Where the trail keeps its files, if that is known. */
  readonly bucketName?: string;
}

/** As many as fit into a pattern of 1024 characters, when each has the 64 that a role's name may have. */
export const MOST_OWNERS = 4;
export const LONGEST_PATTERN = 1024;

const { all, any, booleanValue, notExists, stringValue } = logs.FilterPattern;
const INVOKED_BY = '$.userIdentity.invokedBy';
const ROLE = '$.userIdentity.sessionContext.sessionIssuer.userName';
/** https://docs.aws.amazon.com/autoscaling/application/userguide/application-auto-scaling-service-linked-roles.html */
const SCALING_ROLES = 'AWSServiceRoleForApplicationAutoScaling_';

const source = (name: string) => stringValue('$.eventSource', '=', `${name}.amazonaws.com`);
/** A `*` may stand at the beginning or the end of a name. */
const named = (...names: string[]) => any(...names.map((name) => stringValue('$.eventName', '=', name)));
const succeeded = notExists('$.errorCode');
/**
 * A comparison with a field that is not there is false, also `!=`: so who is not a role, or called by himself, would not be
 * noticed without the question whether the field is there.
 */
const not = (field: string, ...values: string[]) =>
  any(notExists(field), all(...values.map((value) => stringValue(field, '!=', value))));
const notByCloudFormation = not(INVOKED_BY, 'cloudformation.amazonaws.com');

/**
 * What each signal looks like in CloudTrail, as CloudWatch Logs filter patterns; a signal is any of its patterns.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
 */
export function eventPatterns(context: PatternContext): Record<EventSignal, logs.JsonPattern[]> {
  return {
    [AuditSignal.TRAIL_CHANGED]: trailChanged(context),
    [AuditSignal.KEY_ENDANGERED]: [
      all(source('kms'), named('DisableKey', 'ScheduleKeyDeletion', 'DeleteImportedKeyMaterial'), succeeded),
    ],
    [AuditSignal.ENDPOINT_CHANGED]: [all(
      source('sagemaker'), named('UpdateEndpoint*', 'DeleteEndpoint'), succeeded,
      notByCloudFormation, not(ROLE, `${SCALING_ROLES}SageMakerEndpoint`, ...context.ownerRoleNames),
    )],
    [AuditSignal.ALARM_SILENCED]: alarmSilenced(),
    [AuditSignal.ROOT_USED]: [all(
      stringValue('$.userIdentity.type', '=', 'Root'), notExists(INVOKED_BY), stringValue('$.eventType', '!=', 'AwsServiceEvent'),
    )],
    [AuditSignal.ACCESS_DENIED]: [any(
      stringValue('$.errorCode', '=', 'AccessDenied*'), stringValue('$.errorCode', '=', '*UnauthorizedOperation'),
    )],
  };
}

/** Also by a deployment, and also when it was refused: whoever tries has to be asked. */
function trailChanged({ bucketName, logGroupName }: PatternContext): logs.JsonPattern[] {
  return [
    all(source('cloudtrail'), named('StopLogging', 'DeleteTrail', 'UpdateTrail', 'PutEventSelectors')),
    all(
      source('logs'), stringValue('$.requestParameters.logGroupName', '=', logGroupName),
      named('DeleteLog*', 'PutRetentionPolicy', 'DeleteRetentionPolicy', 'DisassociateKmsKey'),
    ),
    ...bucketName === undefined ? [] : [all(
      source('s3'), stringValue('$.requestParameters.bucketName', '=', bucketName),
      // AWS lists the reading of an object lock without `Bucket`, and its writing under no name: so under both
      named('PutBucket*', 'DeleteBucket*', 'PutObjectLockConfiguration'),
    )],
  ];
}

/**
 * Not by a deployment, which was reviewed and replaces alarms as it goes; nor by Application Auto Scaling, which deletes the
 * alarms of a policy that is taken away: https://docs.aws.amazon.com/autoscaling/application/userguide/delete-target-tracking-policy.html
 */
function alarmSilenced(): logs.JsonPattern[] {
  const switchedOff = all(named('PutMetricAlarm'), booleanValue('$.requestParameters.actionsEnabled', false));
  return [
    all(
      source('monitoring'), any(named('DeleteAlarms', 'DisableAlarmActions'), switchedOff), succeeded, notByCloudFormation,
      not(ROLE, `${SCALING_ROLES}*`),
    ),
    all(source('logs'), named('DeleteMetricFilter'), succeeded, notByCloudFormation),
    all(source('sns'), named('DeleteTopic', 'Unsubscribe'), succeeded, notByCloudFormation),
  ];
}
