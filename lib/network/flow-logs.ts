import { aws_ec2 as ec2, aws_iam as iam, aws_kms as kms, aws_logs as logs, Aws, RemovalPolicy } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { letLogsEncrypt, logGroupNameOf } from '../core/encrypted-logs';

/** What is recorded, and for how long. */
export interface FlowLogsProps {
  readonly vpc: ec2.IVpc;
  readonly retention: logs.RetentionDays;
}

/** Who talked to whom: all traffic of a network, encrypted, kept when the stack is deleted. */
export class FlowLogs extends Construct {
  constructor(scope: Construct, id: string, { vpc, retention }: FlowLogsProps) {
    super(scope, id);
    const logGroupName = logGroupNameOf(this, 'flow-logs');
    const encryptionKey = this.createKey(logGroupName);
    const logGroup = new logs.LogGroup(this, 'LogGroup', {
      logGroupName, encryptionKey, retention, removalPolicy: RemovalPolicy.RETAIN,
    });
    const role = this.createRole();
    const delivery = this.allowDelivery(role, logGroup);
    // the L1, because the L2 gives the role an inline policy of its own
    const flowLog = new ec2.CfnFlowLog(this, 'Resource', {
      resourceId: vpc.vpcId,
      resourceType: 'VPC',
      trafficType: ec2.FlowLogTrafficType.ALL,
      logDestinationType: ec2.FlowLogDestinationType.CLOUD_WATCH_LOGS,
      logGroupName: logGroup.logGroupName,
      deliverLogsPermissionArn: role.roleArn,
    });
    flowLog.node.addDependency(delivery);
  }

  private createKey(logGroupName: string): kms.Key {
    const key = new kms.Key(this, 'Key', {
      description: 'Encrypts the flow logs of a network', enableKeyRotation: true, removalPolicy: RemovalPolicy.RETAIN,
    });
    letLogsEncrypt(key, 'EncryptFlowLogs', logGroupName);
    return key;
  }

  /** Only flow logs of this account may use the role. https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-iam-role.html */
  private createRole(): iam.Role {
    return new iam.Role(this, 'Role', {
      description: 'Lets flow logs write to their log group',
      assumedBy: new iam.ServicePrincipal('vpc-flow-logs.amazonaws.com', {
        conditions: {
          StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID },
          ArnLike: { 'aws:SourceArn': `arn:${Aws.PARTITION}:ec2:${Aws.REGION}:${Aws.ACCOUNT_ID}:vpc-flow-log/*` },
        },
      }),
    });
  }

  private allowDelivery(role: iam.Role, logGroup: logs.LogGroup): iam.ManagedPolicy {
    return new iam.ManagedPolicy(this, 'Delivery', {
      description: 'Write flow logs to one log group',
      roles: [role],
      statements: [new iam.PolicyStatement({
        actions: ['logs:CreateLogStream', 'logs:DescribeLogStreams', 'logs:PutLogEvents'],
        resources: [logGroup.logGroupArn],
      })],
    });
  }
}
