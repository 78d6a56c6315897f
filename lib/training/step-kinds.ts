import { thing } from '../core/kinds';

/** Jobs that a pipeline runs, told by what the other kind has not. */
export const QUEUED_JOB = thing('a TrainingJob', 'queue', '_step', 'submitTask');
export const MANAGED_SPOT_JOB = thing('a ManagedSpotTraining', 'jobNamePrefix', '_step', 'submitTask');
