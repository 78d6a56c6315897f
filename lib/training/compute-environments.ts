import { aws_batch as batch, aws_ec2 as ec2, Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { InstanceRole } from './instance-role';
import { QueueEnvironment } from './queue-environment';
import { QueueKind } from './queue-kind';
import { keepWhenReplaced } from './replaceable';

/** What the compute environments of a queue are made from. */
export interface ComputeEnvironmentsProps {
  readonly kind: QueueKind;
  readonly subnets: readonly ec2.ISubnet[];
  readonly securityGroup: ec2.ISecurityGroup;
  readonly template: ec2.CfnLaunchTemplate;
  readonly updateTimeout: Duration;
}

/**
 * The compute environments of a queue, in the order in which Batch tries them.
 *
 * Made from L1: the L2 appends `optimal` to the families unless told not to, makes a security group and a role of its own, and
 * leaves the image type to a feature flag of the user's app.
 */
export class ComputeEnvironments extends Construct {
  public readonly environments: batch.CfnComputeEnvironment[];
  private readonly instanceRole: InstanceRole;
  private readonly placementGroup?: ec2.CfnPlacementGroup;

  constructor(scope: Construct, id: string, private readonly props: ComputeEnvironmentsProps) {
    super(scope, id);
    this.instanceRole = new InstanceRole(this, 'Machines');
    this.placementGroup = props.kind.cluster === undefined ? undefined
      : new ec2.CfnPlacementGroup(this, 'PlacementGroup', { strategy: 'cluster' });
    this.environments = props.kind._environments.map((environment) => this.createEnvironment(environment));
  }

  private createEnvironment({ id, spot, maxVcpus }: QueueEnvironment): batch.CfnComputeEnvironment {
    const { kind, subnets, securityGroup, template, updateTimeout } = this.props;
    const environment = new batch.CfnComputeEnvironment(this, id, {
      // no name, which would collide with itself when tags replace it; no service role: the service-linked role is the one
      // with which Batch can update in place
      type: 'MANAGED',
      state: 'ENABLED',
      replaceComputeEnvironment: false,
      updatePolicy: { jobExecutionTimeoutMinutes: updateTimeout.toMinutes(), terminateJobsOnUpdate: false },
      computeResources: {
        type: spot ? 'SPOT' : 'EC2',
        allocationStrategy: spot ? 'SPOT_PRICE_CAPACITY_OPTIMIZED' : 'BEST_FIT_PROGRESSIVE',
        minvCpus: 0,
        maxvCpus: maxVcpus,
        instanceTypes: kind.machines.map(({ name }) => name),
        instanceRole: this.instanceRole.profile.attrArn,
        ec2Configuration: [{ imageType: kind.hasGpus ? 'ECS_AL2023_NVIDIA' : 'ECS_AL2023' }],
        updateToLatestImageVersion: true,
        launchTemplate: { launchTemplateId: template.ref, version: template.attrLatestVersionNumber },
        placementGroup: this.placementGroup?.ref,
        securityGroupIds: [securityGroup.securityGroupId],
        subnets: subnets.map(({ subnetId }) => subnetId),
      },
    });
    keepWhenReplaced(environment);
    // machines start and stop with these permissions, and with the ways that the group leads to
    environment.node.addDependency(this.instanceRole.policy, securityGroup);
    return environment;
  }
}
