import type { Stack } from 'aws-cdk-lib';
import type { Library } from './place';

/** Where queues are put. */
export interface TrainingPlace {
  readonly stack: Stack;
  /** Shared by all queues, and the same in every app that is compared. */
  readonly network: InstanceType<Library['network']['MlNetwork']>;
  readonly library: Library;
  /** Numbers of the queues of this stack. */
  readonly indices: readonly number[];
}
