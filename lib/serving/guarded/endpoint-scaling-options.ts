import { aws_applicationautoscaling as scaling, Duration, TimeZone } from 'aws-cdk-lib';

/** Bounds that a schedule sets. */
export interface ScheduledCapacity {
  /** When, as a cron or rate expression. */
  readonly schedule: scaling.Schedule;
  /**
   * The clock that a cron expression reads.
   * @default TimeZone.ETC_UTC
   */
  readonly timeZone?: TimeZone;
  /** Fewest instances from then on: at least two. */
  readonly min: number;
  /** Most instances from then on. */
  readonly max: number;
}

/** What every way of scaling has. */
export interface EndpointScalingOptions {
  /** Fewest instances: at least two, because one is one zone. */
  readonly min: number;
  /** Most instances. */
  readonly max: number;
  /**
   * How long after adding instances nothing is added again: up to one hour.
   * @default Duration.minutes(5)
   */
  readonly scaleOutCooldown?: Duration;
  /**
   * How long after removing instances nothing is removed again: up to one hour.
   * @default Duration.minutes(5)
   */
  readonly scaleInCooldown?: Duration;
  /**
   * Other bounds at certain times. The lower bounds must rise, and the upper bounds fall, in steps of one instance or a
   * quarter: a bound moves the fleet at once.
   * @default - none
   */
  readonly schedules?: ScheduledCapacity[];
}

/** Scaling on requests. */
export interface InvocationScalingOptions extends EndpointScalingOptions {
  /** Requests per instance and minute that an instance can take: measure it under load, then leave room. */
  readonly invocationsPerInstance: number;
}

/** Scaling on requests under way. */
export interface ConcurrencyScalingOptions extends EndpointScalingOptions {
  /** Requests that an instance can work on at the same time. */
  readonly concurrentRequestsPerInstance: number;
}

/** Scaling on requests, by target tracking of Application Auto Scaling. */
export interface InvocationTrackingOptions extends InvocationScalingOptions {
  /**
   * Why an action may move more than a quarter of the fleet, and more than one instance: 20 to 500 characters, kept in the
   * template for whoever asks later. Schedules move in small steps all the same.
   * @default - it may not, so `max` must be within one step of `min`, in every schedule too
   */
  readonly largerStepsAccepted?: string;
}

/** Scaling on requests under way, by target tracking of Application Auto Scaling. */
export interface ConcurrencyTrackingOptions extends ConcurrencyScalingOptions {
  /**
   * Why an action may move more than a quarter of the fleet, and more than one instance: 20 to 500 characters, kept in the
   * template for whoever asks later. Schedules move in small steps all the same.
   * @default - it may not, so `max` must be within one step of `min`, in every schedule too
   */
  readonly largerStepsAccepted?: string;
}
