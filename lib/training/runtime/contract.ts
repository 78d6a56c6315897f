/** Agreed between the training constructs and their handlers. Imports nothing. */

/** Where the metrics of queues are; each has the dimension `JobQueue`, the ARN of the queue. */
export const TRAINING_METRICS = 'MlPlatform/Training';
export const QUEUE_DIMENSION = 'JobQueue';

/** What the sampler measures. */
export const SAMPLED = {
  /** Jobs that could run and do not. */
  runnableJobs: 'RunnableJobs',
  /** Since when the first job in the queue is first, in seconds. */
  headOfQueueAge: 'HeadOfQueueAge',
  /** Since when the oldest job that could run has been submitted, in seconds. */
  oldestRunnableAge: 'OldestRunnableAge',
  /** vCPUs that are started. */
  provisionedVcpus: 'ProvisionedVcpus',
  /** vCPUs that are started and that no job holds. */
  idleVcpus: 'IdleVcpus',
  /** The same as a share of what is started; missing while nothing is. */
  idlePercent: 'IdlePercent',
} as const;

/** What is counted from events. */
export const COUNTED = {
  failedJobs: 'FailedJobs',
  succeededJobs: 'SucceededJobs',
  /** A job that ran was put back to RUNNABLE: with our retry strategy, because its machine was taken away. */
  reclaimedJobs: 'ReclaimedJobs',
  /** Batch says that the queue is blocked by its first job, and why. */
  blockedEvents: 'BlockedEvents',
} as const;

/** What one invocation of the sampler is about. */
export interface SampleRequest {
  readonly jobQueue: string;
  readonly computeEnvironments: readonly string[];
}

/** What a job finds in its environment: the folder of its checkpoints, `s3://bucket/prefix/`. */
export const ENV_CHECKPOINT_URI = 'CHECKPOINT_URI';
/** What a job finds there if a later run shall go on from an earlier one; without it, use AWS_BATCH_JOB_ID. */
export const ENV_CHECKPOINT_RUN = 'CHECKPOINT_RUN';
/** Why a job on spot machines keeps no checkpoints, for whoever reads its definition. */
export const ENV_CHECKPOINT_WAIVED = 'CHECKPOINT_WAIVED_BECAUSE';
