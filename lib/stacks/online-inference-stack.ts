import { CfnOutput, Stack, StackProps } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { ModelArtifact, ModelImage } from '../artifacts';
import { MlInstanceType } from '../core';
import { IMlNetwork, MlNetwork } from '../network';
import { DeploymentPlan, GuardedEndpoint, RollbackTrigger } from '../serving';

/** What an `OnlineInferenceStack` is made from. */
export interface OnlineInferenceStackProps extends StackProps {
  /** The name callers invoke. */
  readonly endpointName: string;
  /** The container that serves, by digest. */
  readonly image: ModelImage;
  /** The model it serves. */
  readonly artifact: ModelArtifact;
  /**
   * The machine.
   * @default MlInstanceType.M5_XLARGE
   */
  readonly instanceType?: MlInstanceType;
  /**
   * How many machines: at least two.
   * @default 2
   */
  readonly instanceCount?: number;
  /**
   * How a new version takes over.
   * @default DeploymentPlan.canary()
   */
  readonly deployment?: DeploymentPlan;
  /**
   * What brings the old fleet back.
   * @default RollbackTrigger.defaults()
   */
  readonly rollbackOn?: RollbackTrigger[];
  /**
   * Where the model runs.
   * @default - a new `MlNetwork` without a way to the internet
   */
  readonly network?: IMlNetwork;
}

/** One guarded endpoint in a private network of its own. */
export class OnlineInferenceStack extends Stack {
  public readonly network: IMlNetwork;
  public readonly endpoint: GuardedEndpoint;

  constructor(scope: Construct, id: string, props: OnlineInferenceStackProps) {
    super(scope, id, props);
    this.network = props.network ?? new MlNetwork(this, 'Network');
    this.endpoint = new GuardedEndpoint(this, 'Endpoint', {
      endpointName: props.endpointName,
      image: props.image,
      artifact: props.artifact,
      instanceType: props.instanceType ?? MlInstanceType.M5_XLARGE,
      instanceCount: props.instanceCount,
      deployment: props.deployment,
      rollbackOn: props.rollbackOn,
      network: this.network,
    });
    new CfnOutput(this, 'EndpointName', { description: 'Invoke this', value: this.endpoint.endpointName });
    new CfnOutput(this, 'NotificationTopicArn', {
      description: 'Subscribe to this: it says when a deployment rolls back', value: this.endpoint.notifications.topicRef.topicArn,
    });
  }
}
