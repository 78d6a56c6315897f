/** A record as CloudTrail writes it, as much of it as anybody looks at. */
export interface CloudTrailEvent {
  readonly eventVersion: string;
  readonly eventType: string;
  readonly eventTime: string;
  readonly eventSource: string;
  readonly eventName: string;
  readonly awsRegion: string;
  readonly sourceIPAddress: string;
  readonly userIdentity: Readonly<Record<string, unknown>>;
  readonly errorCode?: string;
  readonly requestParameters: Readonly<Record<string, unknown>> | null;
}

const ACCOUNT = '111122223333';

/** Who did it. https://docs.aws.amazon.com/awscloudtrail/latest/userguide/cloudtrail-event-reference-user-identity.html */
export const BY = {
  user: {
    type: 'IAMUser',
    principalId: 'AIDAEXAMPLE',
    arn: `arn:aws:iam::${ACCOUNT}:user/ana`,
    accountId: ACCOUNT,
    accessKeyId: 'AKIAEXAMPLE',
    userName: 'ana',
  },
  person: assumed('AWSReservedSSO_Admin_0a1b2c', 'ana@example.com'),
  deployRole: assumed('deployer', 'pipeline'),
  releaseRole: assumed('releaser', 'release-7'),
  scaling: assumed('AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint', 'AutoScaling', 'application-autoscaling.amazonaws.com'),
  tableScaling: assumed('AWSServiceRoleForApplicationAutoScaling_DynamoDBTable', 'AutoScaling', 'application-autoscaling.amazonaws.com'),
  /** CloudFormation with the execution role that `cdk bootstrap` makes. */
  cloudFormation: assumed('cdk-hnb659fds-cfn-exec-role', 'AWSCloudFormation', 'cloudformation.amazonaws.com'),
  /** CloudFormation with the credentials of who called it. */
  cloudFormationForUser: {
    type: 'IAMUser', principalId: 'AIDAEXAMPLE', arn: `arn:aws:iam::${ACCOUNT}:user/ana`, userName: 'ana', invokedBy: 'cloudformation.amazonaws.com',
  },
  console: { ...assumed('AWSReservedSSO_Admin_0a1b2c', 'ana@example.com'), invokedBy: 'AWS Internal' },
  root: { type: 'Root', principalId: ACCOUNT, arn: `arn:aws:iam::${ACCOUNT}:root`, accountId: ACCOUNT, accessKeyId: '' },
  rootThroughService: { type: 'Root', principalId: ACCOUNT, arn: `arn:aws:iam::${ACCOUNT}:root`, invokedBy: 'support.amazonaws.com' },
  service: { type: 'AWSService', invokedBy: 'cloudtrail.amazonaws.com' },
} as const;

function assumed(role: string, session: string, invokedBy?: string) {
  return {
    type: 'AssumedRole',
    principalId: `AROAEXAMPLE:${session}`,
    arn: `arn:aws:sts::${ACCOUNT}:assumed-role/${role}/${session}`,
    accountId: ACCOUNT,
    sessionContext: {
      sessionIssuer: {
        type: 'Role', principalId: 'AROAEXAMPLE', arn: `arn:aws:iam::${ACCOUNT}:role/${role}`, accountId: ACCOUNT, userName: role,
      },
      attributes: { creationDate: '2026-11-20T19:00:00Z', mfaAuthenticated: 'false' },
    },
    ...invokedBy === undefined ? {} : { invokedBy },
  };
}

/** `call('kms', 'DisableKey', BY.user)` */
export function call(
  service: string, eventName: string, userIdentity: Readonly<Record<string, unknown>>, changed: Partial<CloudTrailEvent> = {},
): CloudTrailEvent {
  return {
    eventVersion: '1.11',
    eventType: 'AwsApiCall',
    eventTime: '2026-11-20T19:20:00Z',
    eventSource: `${service}.amazonaws.com`,
    eventName,
    awsRegion: 'eu-west-1',
    sourceIPAddress: '192.0.2.7',
    userIdentity,
    requestParameters: null,
    ...changed,
  };
}
