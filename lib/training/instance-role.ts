import { aws_iam as iam, ArnFormat, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { acknowledge, wildcardResource } from '../core/acknowledge';

/**
 * What the machines of a queue may do: join the cluster that Batch makes, and pull images of this account. Jobs have roles of
 * their own. Those with several nodes cannot reach this one; those with one node can, because Batch gives them the machine's own
 * network, in which the metadata service is one hop away: give it nothing that no job should have.
 *
 * The managed policy AmazonEC2ContainerServiceforEC2Role would also let a machine make clusters and pull from and log to
 * anywhere.
 *
 * @see https://docs.aws.amazon.com/batch/latest/userguide/instance_IAM_role.html
 */
export class InstanceRole extends Construct {
  public readonly role: iam.Role;
  public readonly profile: iam.CfnInstanceProfile;
  /** What a machine has to wait for. */
  public readonly policy: iam.ManagedPolicy;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.role = new iam.Role(this, 'Resource', {
      description: `Runs the machines of ${scope.node.path}`,
      assumedBy: new iam.ServicePrincipal('ec2.amazonaws.com'),
    });
    this.policy = this.createPolicy();
    this.profile = new iam.CfnInstanceProfile(this, 'Profile', { roles: [this.role.roleName] });
    this.keepFindings();
  }

  private createPolicy(): iam.ManagedPolicy {
    return new iam.ManagedPolicy(this, 'Policy', {
      description: `What running the machines of ${this.node.scope!.node.path} takes`,
      roles: [this.role],
      statements: [
        new iam.PolicyStatement({
          sid: 'FindCluster', actions: ['ec2:DescribeTags', 'ecs:DiscoverPollEndpoint', 'ecr:GetAuthorizationToken'], resources: ['*'],
        }),
        new iam.PolicyStatement({
          sid: 'JoinCluster',
          actions: [
            'ecs:DeregisterContainerInstance', 'ecs:Poll', 'ecs:RegisterContainerInstance', 'ecs:StartTelemetrySession',
            'ecs:SubmitAttachmentStateChanges', 'ecs:SubmitContainerStateChange', 'ecs:SubmitTaskStateChange',
            'ecs:UpdateContainerInstancesState',
          ],
          resources: [this.clusters(), this.machines()],
        }),
        new iam.PolicyStatement({
          sid: 'TagItself',
          actions: ['ecs:TagResource'],
          resources: [this.machines()],
          conditions: { StringEquals: { 'ecs:CreateAction': 'RegisterContainerInstance' } },
        }),
        new iam.PolicyStatement({
          sid: 'PullImages',
          actions: ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
          resources: [this.images()],
        }),
      ],
    });
  }

  private keepFindings(): void {
    acknowledge(this.policy, {
      rules: ['AwsSolutions-IAM5[Resource::*]'],
      reason: 'ec2:DescribeTags, ecs:DiscoverPollEndpoint and ecr:GetAuthorizationToken have no resource ARN in IAM; they only read.',
    }, {
      rules: [this.clusters(), this.machines()].map((arn) => wildcardResource(this, arn)),
      reason: 'Batch makes the cluster and gives it a name that nobody knows beforehand; a machine can act only on the cluster that '
        + 'its own agent registers with.',
    }, {
      rules: [wildcardResource(this, this.images())],
      reason: 'Which images jobs bring is not known when the queue is made; images of other accounts need a grant of their own.',
    });
  }

  private clusters(): string {
    return this.arn('ecs', 'cluster');
  }

  private machines(): string {
    return this.arn('ecs', 'container-instance');
  }

  private images(): string {
    return this.arn('ecr', 'repository');
  }

  private arn(service: string, resource: string): string {
    return Stack.of(this).formatArn({ service, resource, resourceName: '*', arnFormat: ArnFormat.SLASH_RESOURCE_NAME });
  }
}
