import { Duration } from 'aws-cdk-lib';

/** When the alarms of a queue fire. */
export interface QueueLimits {
  /**
   * How many jobs may wait, half an hour on.
   * @default 100
   */
  readonly runnableJobs?: number;
  /**
   * How long a job may wait for a machine, wherever it stands in the queue: whole seconds, at least a minute. A team of small
   * weight can wait while the head of the queue moves.
   * @default Duration.days(1)
   */
  readonly runnableAge?: Duration;
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
