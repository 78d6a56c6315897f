import { aws_ec2 as ec2, aws_iam as iam, aws_kms as kms, aws_logs as logs, Aws, Fn, Names, RemovalPolicy } from 'aws-cdk-lib';
import { Construct } from 'constructs';

/** What is recorded, and for how long. */
export interface FlowLogsProps {
  readonly vpc: ec2.IVpc;
  readonly retention: logs.RetentionDays;
}

/** Who talked to whom: all traffic of a network, encrypted, kept when the stack is deleted. */
export class FlowLogs extends Construct {
  constructor(scope: Construct, id: string, { vpc, retention }: FlowLogsProps) {
    super(scope, id);
    const logGroupName = this.nameLogGroup();
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

  /**
   * A name chosen here, because the key's policy names the group before it exists. It ends in what is unique to this life
   * of the stack: the group outlives the stack, and a second life could not make a group of the same name.
   */
  private nameLogGroup(): string {
    const life = Fn.select(2, Fn.split('/', Aws.STACK_ID));
    return `/ml-platform/flow-logs/${Names.uniqueResourceName(this, { maxLength: 200 })}/${life}`;
  }

  /** https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html */
  private createKey(logGroupName: string): kms.Key {
    const key = new kms.Key(this, 'Key', {
      description: 'Encrypts the flow logs of a network', enableKeyRotation: true, removalPolicy: RemovalPolicy.RETAIN,
    });
    const logGroupArn = `arn:${Aws.PARTITION}:logs:${Aws.REGION}:${Aws.ACCOUNT_ID}:log-group:${logGroupName}`;
    key.addToResourcePolicy(new iam.PolicyStatement({
      sid: 'EncryptFlowLogs',
      principals: [new iam.ServicePrincipal(`logs.${Aws.REGION}.${Aws.URL_SUFFIX}`)],
      actions: [
        'kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey', 'kms:GenerateDataKeyWithoutPlaintext',
        'kms:ReEncryptFrom', 'kms:ReEncryptTo',
      ],
      resources: ['*'], // in a key's policy: this key
      conditions: { ArnEquals: { 'kms:EncryptionContext:aws:logs:arn': logGroupArn } },
    }));
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
