import { aws_ec2 as ec2, aws_iam as iam, aws_kms as kms, aws_logs as logs, ArnFormat, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { INSTANCE_METRICS, INVOCATION_METRICS } from './endpoint-metrics';
import { acknowledge, acknowledgeAtSynth, wildcardResource } from '../core/acknowledge';

/** What a model needs from its role, and nothing else. */
export interface ExecutionRoleProps {
  /** Lets it pull images and read artifacts. */
  readonly grantServe: (policy: iam.ManagedPolicy) => void;
  /** Where the artifacts lie of which it reads every version, as a policy names it. */
  readonly artifactArns: readonly string[];
  readonly logGroup: logs.ILogGroup;
  readonly subnets: readonly ec2.ISubnet[];
  readonly securityGroup: ec2.ISecurityGroup;
  /** The key of the instances' storage; nothing where the family takes none. */
  readonly storageKey?: kms.IKey;
}

/**
 * The role SageMaker hosts a model with. Its permissions are in a managed policy of their own, on which the model depends;
 * inline policies are a finding of three packs. Both outlive the stack, because the endpoint does and cannot scale or be
 * patched without them.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html#sagemaker-roles-createmodel-perms
 */
export class ExecutionRole extends Construct {
  public readonly role: iam.Role;
  /** What a model has to wait for: SageMaker looks at image and artifact when the model is made. */
  public readonly policy: iam.ManagedPolicy;

  constructor(scope: Construct, id: string, private readonly props: ExecutionRoleProps) {
    super(scope, id);
    this.role = new iam.Role(this, 'Resource', {
      description: `Hosts the model of ${scope.node.path}`,
      assumedBy: new iam.ServicePrincipal('sagemaker.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    });
    this.policy = this.createPolicy();
    this.role.applyRemovalPolicy(RemovalPolicy.RETAIN);
    this.policy.applyRemovalPolicy(RemovalPolicy.RETAIN);
    this.keepFindings();
  }

  private createPolicy(): iam.ManagedPolicy {
    const { grantServe, storageKey } = this.props;
    const policy = new iam.ManagedPolicy(this, 'Policy', {
      description: `What hosting the model of ${this.node.scope!.node.path} takes`,
      roles: [this.role],
      statements: [this.writeLogs(), this.publishMetrics(), this.describeNetwork(), ...this.useNetwork()],
    });
    grantServe(policy);
    if (storageKey !== undefined) {
      policy.addStatements(...useStorageKey(storageKey));
    }
    return policy;
  }

  private writeLogs(): iam.PolicyStatement {
    return new iam.PolicyStatement({
      sid: 'WriteLogs',
      actions: ['logs:CreateLogStream', 'logs:DescribeLogStreams', 'logs:PutLogEvents'],
      resources: [this.props.logGroup.logGroupArn],
    });
  }

  private publishMetrics(): iam.PolicyStatement {
    return new iam.PolicyStatement({
      sid: 'PublishMetrics',
      actions: ['cloudwatch:PutMetricData'],
      resources: ['*'],
      conditions: { StringEquals: { 'cloudwatch:namespace': [INSTANCE_METRICS, INVOCATION_METRICS] } },
    });
  }

  private describeNetwork(): iam.PolicyStatement {
    return new iam.PolicyStatement({
      sid: 'DescribeNetwork',
      actions: [
        'ec2:DescribeDhcpOptions', 'ec2:DescribeNetworkInterfaces', 'ec2:DescribeSecurityGroups', 'ec2:DescribeSubnets',
        'ec2:DescribeVpcs',
      ],
      resources: ['*'],
    });
  }

  /** SageMaker puts one network interface per instance into the subnets. */
  private useNetwork(): iam.PolicyStatement[] {
    const { subnets, securityGroup } = this.props;
    const interfaces = this.ec2Arn('network-interface', '*');
    return [
      new iam.PolicyStatement({
        sid: 'CreateNetworkInterfaces',
        actions: ['ec2:CreateNetworkInterface'],
        resources: [
          interfaces,
          ...subnets.map(({ subnetId }) => this.ec2Arn('subnet', subnetId)),
          this.ec2Arn('security-group', securityGroup.securityGroupId),
        ],
      }),
      new iam.PolicyStatement({
        sid: 'ManageNetworkInterfaces',
        actions: [
          'ec2:CreateNetworkInterfacePermission', 'ec2:DeleteNetworkInterface', 'ec2:DeleteNetworkInterfacePermission',
        ],
        resources: [interfaces],
      }),
    ];
  }

  private ec2Arn(resource: string, resourceName: string): string {
    return Stack.of(this).formatArn({ service: 'ec2', resource, resourceName, arnFormat: ArnFormat.SLASH_RESOURCE_NAME });
  }

  private keepFindings(): void {
    const { artifactArns } = this.props;
    if (artifactArns.length > 0) {
      acknowledgeAtSynth(this.policy, () => ({
        rules: artifactArns.map((arn) => wildcardResource(this, arn)),
        reason: 'Until a deployment is over the old fleet runs the old version and may have to start an instance, so the role reads '
          + 'every version of its models, below their prefixes.',
      }));
    }
    acknowledge(this.policy, {
      rules: ['AwsSolutions-IAM5[Resource::*]'],
      reason: 'ecr:GetAuthorizationToken, ec2:Describe* and cloudwatch:PutMetricData have no resource ARN in IAM; metrics are '
        + 'limited to the two SageMaker namespaces, and the describe actions only read.',
    }, {
      rules: [wildcardResource(this, this.ec2Arn('network-interface', '*'))],
      reason: 'SageMaker makes the network interfaces of an endpoint, so their ids are not known beforehand; subnets and '
        + 'security group are named.',
    });
  }
}

/** What hosting on encrypted storage takes: SageMaker attaches the volumes through grants. */
function useStorageKey(key: kms.IKey): iam.PolicyStatement[] {
  return [
    new iam.PolicyStatement({
      sid: 'UseStorageKey',
      actions: ['kms:Decrypt', 'kms:DescribeKey', 'kms:GenerateDataKeyWithoutPlaintext'],
      resources: [key.keyArn],
    }),
    new iam.PolicyStatement({
      sid: 'LendStorageKey',
      actions: ['kms:CreateGrant'],
      resources: [key.keyArn],
      conditions: { Bool: { 'kms:GrantIsForAWSResource': 'true' } },
    }),
  ];
}
