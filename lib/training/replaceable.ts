import { CfnDeletionPolicy, CfnResource } from 'aws-cdk-lib';

/**
 * Keeps what a deployment replaces, because jobs run on it, and deletes what is deleted. Tags alone replace compute
 * environments, queues and job definitions.
 */
export function keepWhenReplaced(resource: CfnResource): void {
  resource.cfnOptions.updateReplacePolicy = CfnDeletionPolicy.RETAIN;
  resource.cfnOptions.deletionPolicy = CfnDeletionPolicy.DELETE; // said, or CloudFormation's linter takes it for forgotten
}
