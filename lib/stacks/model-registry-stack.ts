import { CfnOutput, Stack, StackProps } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { IArtifactStore, IImageStore } from '../artifacts';
import { ApprovalGate, ModelRegistry } from '../registry';
import { ADDRESS_OUTPUT } from '../registry/runtime/contract';

/** What a `ModelRegistryStack` is made from. */
export interface ModelRegistryStackProps extends StackProps {
  /** Where the artifacts of all versions lie. */
  readonly artifacts: IArtifactStore;
  /** Where their images lie: approval tags an image so that it never expires. */
  readonly images: IImageStore[];
  /**
   * What an approval asks of a version's evaluation, by model.
   * @default - nothing beyond a second person
   */
  readonly approvalGates?: { [model: string]: ApprovalGate };
  /**
   * What this registry is for: the `mlp` command finds it by this name.
   * @default 'production'
   */
  readonly registryEnvironment?: string;
  /**
   * Names of roles whose session names somebody other than the caller chooses, such as those of IAM Identity Center.
   * @default - none: two sessions of one role are one person
   */
  readonly trustedSessionRoles?: string[];
}

/** The record of model versions, approvals and production, with its audit chain and alarms. */
export class ModelRegistryStack extends Stack {
  public readonly registry: ModelRegistry;

  constructor(scope: Construct, id: string, props: ModelRegistryStackProps) {
    super(scope, id, props);
    this.registry = new ModelRegistry(this, 'Registry', {
      artifacts: props.artifacts,
      images: props.images,
      approvalGates: props.approvalGates,
      environment: props.registryEnvironment,
      trustedSessionRoles: props.trustedSessionRoles,
    });
    new CfnOutput(this, ADDRESS_OUTPUT, { description: 'How `mlp --stack` finds the registry', value: this.registry.address });
  }
}
