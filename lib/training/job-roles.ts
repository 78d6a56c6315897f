import { aws_iam as iam, aws_logs as logs, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { JobData } from './job-data';
import { JobSecret } from './job-secret';
import { ModelImage } from '../artifacts';
import { acknowledge, acknowledgeAtSynth, wildcardResource } from '../core/acknowledge';

/** What the roles of a job are made from. */
export interface JobRolesProps {
  readonly image: ModelImage;
  readonly logGroup: logs.ILogGroup;
  readonly secrets: readonly JobSecret[];
  readonly data: readonly JobData[];
  /** What mounts ask of the job's role. */
  readonly grants: readonly ((grantee: iam.IGrantable) => void)[];
}

/**
 * Two roles: the machine starts the container with one (image, secrets, logs), the program runs with the other (its folders
 * and file systems). Their permissions are in managed policies; inline ones are a finding of three packs.
 */
export class JobRoles extends Construct {
  public readonly job: iam.Role;
  public readonly execution: iam.Role;
  /** What a job has to wait for. */
  public readonly policies: iam.ManagedPolicy[];

  constructor(scope: Construct, id: string, private readonly props: JobRolesProps) {
    super(scope, id);
    this.job = this.createRole('Job', `The program of ${scope.node.path}`);
    this.execution = this.createRole('Execution', `Starts the container of ${scope.node.path}`);
    const { data, grants } = props;
    this.policies = [this.createExecutionPolicy(), ...data.length + grants.length > 0 ? [this.createJobPolicy()] : []];
  }

  private createRole(id: string, description: string): iam.Role {
    return new iam.Role(this, id, {
      description,
      assumedBy: new iam.ServicePrincipal('ecs-tasks.amazonaws.com', {
        conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(this).account } },
      }),
    });
  }

  private createExecutionPolicy(): iam.ManagedPolicy {
    const { image, logGroup, secrets } = this.props;
    const policy = new iam.ManagedPolicy(this, 'ExecutionPolicy', {
      description: `What starting the container of ${this.node.scope!.node.path} takes`,
      roles: [this.execution],
      statements: [new iam.PolicyStatement({
        sid: 'WriteLogs', actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], resources: [logGroup.logGroupArn],
      })],
    });
    image.grantPull(policy);
    secrets.forEach((secret) => { secret._grantRead(policy); });
    acknowledge(policy, {
      rules: ['AwsSolutions-IAM5[Resource::*]'],
      reason: 'ecr:GetAuthorizationToken, with which every pull begins, has no resource ARN in IAM; the pull itself is limited to the '
        + 'repository of the image.',
    });
    return policy;
  }

  private createJobPolicy(): iam.ManagedPolicy {
    const { data, grants } = this.props;
    const policy = new iam.ManagedPolicy(this, 'JobPolicy', {
      description: `What the program of ${this.node.scope!.node.path} may use`, roles: [this.job],
    });
    data.forEach((folder) => { folder._grant(policy); });
    grants.forEach((grant) => { grant(policy); });
    if (data.length > 0) {
      acknowledgeAtSynth(policy, () => ({
        rules: [...new Set(data.map(({ _objectsArn: arn }) => wildcardResource(this, arn)))],
        reason: 'A job reads and writes files whose names it makes itself, below the folders that its definition names and nowhere else.',
      }));
    }
    return policy;
  }
}
