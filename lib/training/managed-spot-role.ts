import { ArnFormat, aws_ec2 as ec2, aws_iam as iam, aws_kms as kms, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { JobData } from './job-data';
import { ModelImage } from '../artifacts';
import { acknowledge, acknowledgeAtSynth, wildcardResource } from '../core/acknowledge';

/** What the role of a managed-spot job is made from. */
export interface ManagedSpotRoleProps {
  readonly image: ModelImage;
  readonly data: readonly JobData[];
  readonly subnets: readonly ec2.ISubnet[];
  readonly securityGroup: ec2.ISecurityGroup;
  /** Nothing where the machines take no key for their volumes. */
  readonly volumeKey?: kms.IKey;
  /** What the output is encrypted with, if that is not the key of its bucket. */
  readonly outputKey?: kms.IKey;
}

/** Where SageMaker writes what training containers print: one group for an account and Region, made by SageMaker. */
const LOG_GROUP = '/aws/sagemaker/TrainingJobs';
const METRICS = '/aws/sagemaker/TrainingJobs';

/**
 * The role of a managed-spot job. SageMaker uses it for all that it does for the job; with network isolation the program
 * itself never gets at it.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/sagemaker-roles.html#sagemaker-roles-createtrainingjob-perms
 */
export class ManagedSpotRole extends Construct {
  public readonly role: iam.Role;
  /** What a job has to wait for. */
  public readonly policy: iam.ManagedPolicy;

  constructor(scope: Construct, id: string, private readonly props: ManagedSpotRoleProps) {
    super(scope, id);
    this.role = new iam.Role(this, 'Resource', {
      description: `Trains for ${scope.node.path}`,
      assumedBy: new iam.ServicePrincipal('sagemaker.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    });
    this.policy = this.createPolicy();
    this.keepFindings();
  }

  private createPolicy(): iam.ManagedPolicy {
    const { image, data, volumeKey, outputKey } = this.props;
    const policy = new iam.ManagedPolicy(this, 'Policy', {
      description: `What training for ${this.node.scope!.node.path} takes`,
      roles: [this.role],
      statements: [
        new iam.PolicyStatement({
          sid: 'WriteLogs',
          actions: ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:DescribeLogStreams', 'logs:PutLogEvents'],
          resources: [this.logGroupArn()],
        }),
        new iam.PolicyStatement({
          sid: 'PublishMetrics',
          actions: ['cloudwatch:PutMetricData'],
          resources: ['*'],
          conditions: { StringEquals: { 'cloudwatch:namespace': METRICS } },
        }),
        new iam.PolicyStatement({
          sid: 'DescribeNetwork',
          actions: [
            'ec2:DescribeDhcpOptions', 'ec2:DescribeNetworkInterfaces', 'ec2:DescribeSecurityGroups', 'ec2:DescribeSubnets', 'ec2:DescribeVpcs',
          ],
          resources: ['*'],
        }),
        ...this.useNetwork(),
        ...volumeKey === undefined ? [] : useVolumeKey(volumeKey),
      ],
    });
    image.grantPull(policy);
    data.forEach((folder) => { folder._grant(policy); });
    outputKey?.grant(policy, 'kms:Decrypt', 'kms:GenerateDataKey');
    return policy;
  }

  /** SageMaker puts one network interface for each machine into the subnets. */
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
        actions: ['ec2:CreateNetworkInterfacePermission', 'ec2:DeleteNetworkInterface', 'ec2:DeleteNetworkInterfacePermission'],
        resources: [interfaces],
      }),
    ];
  }

  private logGroupArn(): string {
    return Stack.of(this).formatArn({
      service: 'logs', resource: 'log-group', resourceName: `${LOG_GROUP}:*`, arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
  }

  private ec2Arn(resource: string, resourceName: string): string {
    return Stack.of(this).formatArn({ service: 'ec2', resource, resourceName });
  }

  private keepFindings(): void {
    acknowledgeAtSynth(this.policy, () => ({
      rules: [...new Set(this.props.data.map(({ _objectsArn: arn }) => wildcardResource(this, arn)))],
      reason: 'A job reads and writes files whose names it makes itself, below the folders that its definition names and nowhere else.',
    }));
    acknowledge(this.policy, {
      rules: ['AwsSolutions-IAM5[Resource::*]'],
      reason: 'ecr:GetAuthorizationToken, ec2:Describe* and cloudwatch:PutMetricData have no resource ARN in IAM; metrics are limited to '
        + 'the namespace of training jobs, and the describe actions only read.',
    }, {
      rules: [wildcardResource(this, this.ec2Arn('network-interface', '*')), wildcardResource(this, this.logGroupArn())],
      reason: 'SageMaker makes the network interfaces and log streams of a job, so their ids are not known beforehand; subnets, security '
        + 'group and log group are named.',
    });
  }
}

/** SageMaker attaches volumes through grants. */
function useVolumeKey(key: kms.IKey): iam.PolicyStatement[] {
  return [
    new iam.PolicyStatement({
      sid: 'UseVolumeKey',
      actions: ['kms:Decrypt', 'kms:DescribeKey', 'kms:GenerateDataKeyWithoutPlaintext'],
      resources: [key.keyArn],
    }),
    new iam.PolicyStatement({
      sid: 'LendVolumeKey',
      actions: ['kms:CreateGrant'],
      resources: [key.keyArn],
      conditions: { Bool: { 'kms:GrantIsForAWSResource': 'true' } },
    }),
  ];
}
