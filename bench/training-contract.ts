import type { TrainingVariant } from './training-app';

/** What a measuring process is asked: build and synthesize queues, each with a job. */
export interface TrainingTask {
  readonly variant: TrainingVariant;
  readonly queues: number;
  /** How many are synthesized before. */
  readonly warmUp: number;
  /** Where the compiled package is. */
  readonly library: string;
}

export interface TrainingCost {
  /** Of processor time. */
  readonly milliseconds: number;
  /** Resources in the stacks with queues. */
  readonly resources: number;
}
