import { CfnOutput, Stack, StackProps } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { MlInstanceType } from '../core';
import { IMlNetwork, MlNetwork } from '../network';
import { RegisteredModel } from '../registry';
import { ProgressiveEndpoint, ReleasePlan } from '../serving';
import { DESK_OUTPUT, STOP_OUTPUT } from '../serving/progressive/runtime/contract';

/** What a `ProgressiveReleaseStack` is made from. */
export interface ProgressiveReleaseStackProps extends StackProps {
  /** The name callers invoke. */
  readonly endpointName: string;
  /** The model whose versions it serves. */
  readonly model: RegisteredModel;
  /**
   * The machine.
   * @default MlInstanceType.M5_XLARGE
   */
  readonly instanceType?: MlInstanceType;
  /**
   * How many machines a version has: at least two.
   * @default 2
   */
  readonly instanceCount?: number;
  /**
   * How a new version takes over.
   * @default ReleasePlan.standard()
   */
  readonly release?: ReleasePlan;
  /**
   * Where the models run.
   * @default - a new `MlNetwork` without a way to the internet
   */
  readonly network?: IMlNetwork;
}

/** One progressive endpoint in a private network of its own: `mlp release` brings versions to it. */
export class ProgressiveReleaseStack extends Stack {
  public readonly network: IMlNetwork;
  public readonly endpoint: ProgressiveEndpoint;

  constructor(scope: Construct, id: string, props: ProgressiveReleaseStackProps) {
    super(scope, id, props);
    this.network = props.network ?? new MlNetwork(this, 'Network');
    this.endpoint = new ProgressiveEndpoint(this, 'Endpoint', {
      endpointName: props.endpointName,
      model: props.model,
      instanceType: props.instanceType ?? MlInstanceType.M5_XLARGE,
      instanceCount: props.instanceCount,
      release: props.release,
      network: this.network,
    });
    new CfnOutput(this, DESK_OUTPUT, { description: 'How `mlp release --stack` finds the desk', value: this.endpoint.deskAddress });
    new CfnOutput(this, STOP_OUTPUT, {
      description: 'How `mlp stop --stack` finds the emergency stop', value: this.endpoint.emergencyStop.address,
    });
    new CfnOutput(this, 'EndpointName', { description: 'Invoke this', value: this.endpoint.endpointName });
    new CfnOutput(this, 'NotificationTopicArn', {
      description: 'Subscribe to this: it says when a release rolls back or halts', value: this.endpoint.notifications.topicRef.topicArn,
    });
  }
}
