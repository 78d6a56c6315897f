/** When the alarms of a queue fire. */
export interface QueueLimits {
  /**
   * How many jobs may wait, half an hour on.
   * @default 100
   */
  readonly runnableJobs?: number;
  /**
   * How many jobs may fail for good within five minutes before somebody is told.
   * @default 0
   */
  readonly failedJobs?: number;
  /**
   * How many times in an hour a machine may be taken from under a job. More is a sign that a family is short: name others.
   * @default 10
   */
  readonly reclaims?: number;
  /**
   * How much of what is started may be idle, in percent, an hour on.
   * @default 50
   */
  readonly idlePercent?: number;
}
