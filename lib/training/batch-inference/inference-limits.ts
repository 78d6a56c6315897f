import { Duration } from 'aws-cdk-lib';

/** When the alarms of a `BatchInference` fire. */
export interface InferenceLimits {
  /**
   * How long a run may take before somebody is told, from 15 minutes to 365 days, whole seconds. It goes on; `timeout` ends it.
   * @default Duration.hours(12)
   */
  readonly runningAge?: Duration;
}
