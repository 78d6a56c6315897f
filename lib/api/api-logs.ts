import { aws_apigateway as apigateway, aws_iam as iam, aws_kms as kms, aws_logs as logs, Aws, Fn, Names, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Construct, IConstruct } from 'constructs';
import { acknowledge } from '../core/acknowledge';
import { letLogsEncrypt, logGroupNameOf } from '../core/encrypted-logs';

/** What the log groups of an API have in common. */
export interface ApiLogsProps {
  readonly key: kms.IKey;
  readonly retention: logs.RetentionDays;
}

/**
 * What is written about each request: who, which route, what came of it, how long it took. No body, no token, no key, no
 * path and no user agent: those are the caller's own text. The request id is the one that the gateway makes, since the
 * other one can be chosen by the caller.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-variables-for-access-logging.html
 */
export const ACCESS_LOG_FIELDS = {
  requestId: '$context.extendedRequestId',
  apiId: '$context.apiId',
  time: '$context.requestTime',
  method: '$context.httpMethod',
  route: '$context.resourcePath',
  status: '$context.status',
  errorType: '$context.error.responseType',
  clientId: '$context.authorizer.claims.client_id',
  subject: '$context.authorizer.claims.sub',
  caller: '$context.identity.userArn',
  apiKeyId: '$context.identity.apiKeyId',
  sourceIp: '$context.identity.sourceIp',
  integrationStatus: '$context.integration.status',
  integrationLatency: '$context.integration.latency',
  responseLatency: '$context.responseLatency',
  responseLength: '$context.responseLength',
  wafStatus: '$context.waf.status',
  tlsVersion: '$context.tlsVersion',
  traceId: '$context.xrayTraceId',
} as const;

const ID = 'MlPlatformApiGatewayLogs';
/** WAF writes to no group of another name. */
const FIREWALL_GROUP = 'aws-waf-logs-ml-platform';

/** The encrypted log groups of an API, kept when the stack is deleted. */
export class ApiLogs extends Construct {
  /** One line for each request. */
  public readonly access: logs.LogGroup;
  /** What the firewall let through and stopped. */
  public readonly firewall: logs.LogGroup;

  constructor(scope: Construct, id: string, private readonly props: ApiLogsProps) {
    super(scope, id);
    this.access = this.createGroup('Access', 'EncryptAccessLogs', logGroupNameOf(this, 'api-access'));
    this.firewall = this.createGroup('Firewall', 'EncryptFirewallLogs', firewallGroupName(this));
  }

  /** API Gateway would make this group by itself, unencrypted and for ever. */
  public createExecutionLogs(restApiId: string, stageName: string): logs.LogGroup {
    return this.createGroup('Execution', 'EncryptExecutionLogs', `API-Gateway-Execution-Logs_${restApiId}/${stageName}`);
  }

  private createGroup(id: string, sid: string, logGroupName: string): logs.LogGroup {
    const { key: encryptionKey, retention } = this.props;
    letLogsEncrypt(encryptionKey, sid, logGroupName);
    return new logs.LogGroup(this, id, { logGroupName, retention, encryptionKey, removalPolicy: RemovalPolicy.RETAIN });
  }
}

/**
 * The role that API Gateway writes logs with. There is one for an account and Region, and it serves every API there, so it
 * has the policy that AWS made for it: whoever set another role with that policy before notices no difference. Kept when the
 * stack is deleted. One per stack.
 */
export function accountLoggingOf(scope: IConstruct): apigateway.CfnAccount {
  const stack = Stack.of(scope);
  const existing = stack.node.tryFindChild(ID)?.node.tryFindChild('Resource') as apigateway.CfnAccount | undefined;
  return existing ?? createAccountLogging(new Construct(stack, ID));
}

function createAccountLogging(scope: Construct): apigateway.CfnAccount {
  const role = new iam.Role(scope, 'Role', {
    description: 'Lets API Gateway write the logs of all APIs of this account and Region',
    assumedBy: new iam.ServicePrincipal('apigateway.amazonaws.com'),
    managedPolicies: [iam.ManagedPolicy.fromAwsManagedPolicyName('service-role/AmazonAPIGatewayPushToCloudWatchLogs')],
  });
  role.applyRemovalPolicy(RemovalPolicy.RETAIN);
  acknowledge(role, {
    rules: ['AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs]'],
    reason: 'The setting is shared by every API of the account and Region: a narrower policy would take the logs from the others. '
      + '`accountLogging: false` leaves the setting to its owner',
  });
  const account = new apigateway.CfnAccount(scope, 'Resource', { cloudWatchRoleArn: role.roleArn });
  account.applyRemovalPolicy(RemovalPolicy.RETAIN);
  return account;
}

function firewallGroupName(scope: Construct): string {
  const life = Fn.select(2, Fn.split('/', Aws.STACK_ID));
  return `${FIREWALL_GROUP}/${Names.uniqueResourceName(scope, { maxLength: 200 })}/${life}`;
}
