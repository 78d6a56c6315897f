import { aws_kms as kms, aws_logs as logs, aws_sns as sns } from 'aws-cdk-lib';
import { IEmergencyStop } from './emergency-stop';
import { EndpointDeletion } from './endpoint-deletion';
import { ReleasePlan } from './release-plan';
import { MlInstanceType } from '../../core/instance-type';
import { IMlNetwork } from '../../network';
import { RegisteredModel } from '../../registry';

/** What a `ProgressiveEndpoint` is made from. What is said of machines takes effect at the next release. */
export interface ProgressiveEndpointProps {
  /**
   * The name callers invoke: 2 to 63 lower-case letters, digits and inner hyphens, written out, because releases derive names
   * from it. A changed name is another endpoint; the first one is not deleted.
   * @default - derived from the path of the construct; it does not change between deployments
   */
  readonly endpointName?: string;
  /** The model whose versions it serves. The registry must know its stores: see `IModelRegistry.grantServe`. */
  readonly model: RegisteredModel;
  /** The machine. */
  readonly instanceType: MlInstanceType;
  /**
   * How many machines a version has: at least two, because one machine is one zone. During a release there are twice as many.
   * @default 2
   */
  readonly instanceCount?: number;
  /** Where the model runs. */
  readonly network: IMlNetwork;
  /**
   * How a new version takes over.
   * @default ReleasePlan.standard()
   */
  readonly release?: ReleasePlan;
  /**
   * Environment of the container: at most 100 entries of at most 1024 characters. Everybody who may describe the model reads it,
   * so names and values that look like secrets are refused.
   * @default - none
   */
  readonly environment?: { [name: string]: string };
  /**
   * Whether the container can call out. An isolated container answers requests, nothing else.
   * @default true
   */
  readonly networkIsolation?: boolean;
  /**
   * Encrypts the storage of the instances (where the family takes a key) and the log group. The policy of an imported key has to
   * let CloudWatch Logs use it; a key of the same app is told.
   * @default - a new key, rotated each year and kept when the stack is deleted
   */
  readonly encryptionKey?: kms.IKey;
  /**
   * Who is told when a release is rolled back, halted or aborted, or a trigger fires. The functions of releases may publish to
   * it; if it is encrypted with a key of yours, let them use that key.
   * @default - an encrypted topic of all progressive endpoints in the stack, `notifications`; subscribe to it
   */
  readonly notify?: sns.ITopicRef;
  /**
   * What stops its releases. All progressive endpoints of a stack have the same; give one to all stacks of an environment.
   * @default - one for the stack, named after the registry's environment
   */
  readonly emergencyStop?: IEmergencyStop;
  /**
   * What happens to the endpoint when the construct goes.
   * @default EndpointDeletion.REFUSE
   */
  readonly onDelete?: EndpointDeletion;
  /**
   * How long the container's log lines are kept.
   * @default logs.RetentionDays.THREE_MONTHS
   */
  readonly logRetention?: logs.RetentionDays;
  /**
   * Tags of endpoint, configurations and models, besides those of the stack and of the construct: at most 50 in all, one of them
   * ours.
   * @default - none
   */
  readonly tags?: { [key: string]: string };
}
