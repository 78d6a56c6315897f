import { pausesOf, TaskRetry } from './retries';

/**
 * How many events an execution of a stage writes at the worst. Step Functions ends an execution at 25,000, so a stage of a week
 * has an execution for each day. https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
 */
export const MOST_EVENTS = 25_000;
/** A child execution ends by itself after so long. */
export const ONE_DAY = 24 * 3600;

/** Events of a task that runs a function: entered, scheduled, started, succeeded, exited. */
const TASK = 5;
/** And of each further try: failed, scheduled, started. */
const TRY = 3;
/** Entered and exited, of a choice and of a wait. */
const CHOICE_AND_WAIT = 4;
/** Start and end of the execution, and its last state. */
const FRAME = 4;

/** What the length of a history depends on. */
export interface HistoryOfStage {
  readonly tickSeconds: number;
  /** How long the endpoint may take to change. */
  readonly updateDeadlineSeconds: number;
  /** How long the writer lets the execution wait at the least. */
  readonly shortestWaitSeconds: number;
}

/** The longest history of a day of a stage: weights that take their whole time, then ticks of which each is tried again. */
export function worstHistory(stage: HistoryOfStage, retry: TaskRetry): number {
  const shifting = loops(stage.shortestWaitSeconds, stage.updateDeadlineSeconds, retry);
  return FRAME + Math.ceil(shifting) + Math.ceil(loops(stage.tickSeconds, ONE_DAY, retry));
}

/** Events of a task that comes again and again for so long, with as many tries as make it worst: pauses take time, too. */
function loops(waitSeconds: number, seconds: number, retry: TaskRetry): number {
  const pauses = pausesOf(retry);
  const rates = [0, ...pauses.map((_, tries) => tries + 1)].map((tries) => {
    const paused = pauses.slice(0, tries).reduce((total, pause) => total + pause, 0);
    return (TASK + tries * TRY + CHOICE_AND_WAIT) / (waitSeconds + paused);
  });
  return Math.max(...rates) * seconds;
}
