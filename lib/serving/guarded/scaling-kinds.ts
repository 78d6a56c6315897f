import {
  ConcurrencyTrackingOptions, EndpointScalingOptions, InvocationTrackingOptions, ScheduledCapacity,
} from './endpoint-scaling-options';
import { DURATION, Kinds, listOf, needed, NUMBER, structOf, TEXT, thing } from '../../core/kinds';

const COMMON: Kinds<EndpointScalingOptions> = {
  min: needed(NUMBER),
  max: needed(NUMBER),
  scaleOutCooldown: DURATION,
  scaleInCooldown: DURATION,
  schedules: listOf(structOf<ScheduledCapacity>({
    schedule: needed(thing('a Schedule, as in Schedule.cron({ hour: \'8\' })', 'expressionString')),
    timeZone: thing('a TimeZone, as in TimeZone.ETC_UTC', 'timezoneName'),
    min: needed(NUMBER),
    max: needed(NUMBER),
  })),
};

/** What has to be known of the options of scaling before anything of them is read. */
export const INVOCATION_SCALING: Kinds<InvocationTrackingOptions> = {
  ...COMMON, invocationsPerInstance: needed(NUMBER), largerStepsAccepted: TEXT,
};
export const CONCURRENCY_SCALING: Kinds<ConcurrencyTrackingOptions> = {
  ...COMMON, concurrentRequestsPerInstance: needed(NUMBER), largerStepsAccepted: TEXT,
};
