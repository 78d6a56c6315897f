import { aws_kms as kms, aws_logs as logs, aws_sns as sns, Duration } from 'aws-cdk-lib';
import { DataCapture } from './data-capture';
import { DeploymentPlan } from './deployment-plan';
import { EndpointScaling } from './endpoint-scaling';
import { ExistingModel } from './existing-model';
import { ModelContainer } from './model-container';
import { MultiModel } from './multi-model';
import { VariantHosting } from './variant-hosting';
import { ModelArtifact, ModelImage } from '../../artifacts';
import { MlInstanceType } from '../../core/instance-type';
import { IMlNetwork } from '../../network';
import { RollbackTrigger } from '../rollback-trigger';

/** What a `GuardedEndpoint` is made from: `image` (or `pipeline`) with `network`, or `existingModel`. */
export interface GuardedEndpointProps {
  /**
   * The name callers invoke: 2 to 63 lower-case letters, digits and inner hyphens. Changing it replaces the endpoint.
   * @default - derived from the path of the construct; it does not change between deployments
   */
  readonly endpointName?: string;
  /**
   * The container that serves, by digest.
   * @default - none; `pipeline` or `existingModel` is required then
   */
  readonly image?: ModelImage;
  /**
   * The model it serves. Left out for an image that holds its model.
   * @default - none
   */
  readonly artifact?: ModelArtifact;
  /**
   * Environment of the container: at most 100 entries of at most 1024 characters. Everybody who may describe the model
   * reads it, so names and values that look like secrets are refused.
   * @default - none
   */
  readonly environment?: { [name: string]: string };
  /**
   * Many models in place of `artifact`, of which **the caller chooses**: read what `MultiModel` says first.
   * @default - one model
   */
  readonly multiModel?: MultiModel;
  /**
   * Containers that each request passes through in order, 2 to 15, in place of `image`, `artifact`, `environment` and
   * `multiModel`.
   * @default - one container
   */
  readonly pipeline?: ModelContainer[];
  /**
   * Where the model runs. Required with `image`; the network of an existing model is its maker's.
   * @default - none
   */
  readonly network?: IMlNetwork;
  /**
   * Whether the container can call out. An isolated container answers requests, nothing else.
   * @default true
   */
  readonly networkIsolation?: boolean;
  /**
   * A SageMaker model made elsewhere, in place of everything that makes one here.
   * @default - a model is made from `image` or `pipeline`
   */
  readonly existingModel?: ExistingModel;
  /** The machine. Inf1 is refused: SageMaker's guardrails silently do not apply to it. */
  readonly instanceType: MlInstanceType;
  /**
   * How many machines: at least two, because one machine is one zone. With `scaling` it is where the first deployment
   * starts.
   * @default - 2, or the `min` of `scaling`
   */
  readonly instanceCount?: number;
  /**
   * How the number of machines follows the load. Updates keep the number it has reached.
   * @default - it does not
   */
  readonly scaling?: EndpointScaling;
  /**
   * What the machines are told beyond type and count.
   * @default - SageMaker's own choices
   */
  readonly hosting?: VariantHosting;
  /**
   * How a new version takes over.
   * @default DeploymentPlan.canary()
   */
  readonly deployment?: DeploymentPlan;
  /**
   * What ends a deployment and brings the old fleet back: one to nine triggers, or ten without `killSwitch`.
   * @default RollbackTrigger.defaults()
   */
  readonly rollbackOn?: RollbackTrigger[];
  /**
   * Whether an alarm that an operator can force ends a running deployment (docs/runbook.md, "kill-switch"). It takes one of
   * the ten places. SageMaker has no call that cancels an update; that a forced alarm does is unverified.
   * @default true
   */
  readonly killSwitch?: boolean;
  /**
   * Copies of requests and answers. Sensitive: see `DataCapture`.
   * @default - nothing is captured
   */
  readonly dataCapture?: DataCapture;
  /**
   * Metrics per instance and container, published every 10, 30, 60, 120, 180, 240 or 300 seconds. They cost more, and a
   * change is a deployment. Detection stays as it is: our alarms read whole minutes, because alarms of 10 seconds on these
   * metrics are unverified; only the minute until CloudWatch has the metric becomes shorter.
   * @default - one metric per variant and minute
   */
  readonly enhancedMetrics?: Duration;
  /**
   * Who is told when a trigger fires.
   * @default - a new encrypted topic, `notifications`; subscribe to it
   */
  readonly notify?: sns.ITopicRef;
  /**
   * Encrypts the storage of the instances (where the family takes a key), the log group and the default topic. The policy
   * of an imported key has to let CloudWatch and CloudWatch Logs use it; a key of the same app is told.
   * @default - a new key with rotation
   */
  readonly encryptionKey?: kms.IKey;
  /**
   * How long the container's log lines are kept.
   * @default logs.RetentionDays.THREE_MONTHS
   */
  readonly logRetention?: logs.RetentionDays;
}
