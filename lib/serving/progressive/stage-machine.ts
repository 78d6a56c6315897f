import { ONE_DAY } from './execution-history';
import { PATIENT } from './retries';
import { JUDGE_SECONDS, WRITER_SECONDS } from './runtime/contract';
import { Definition, OF_RELEASE, stepTask, waitFor } from './states';

/** What the definition names. */
export interface StageMachineParts {
  /** Versions of functions. */
  readonly writer: string;
  readonly judge: string;
}

/**
 * One day of one stage: set the weights, wait, judge, and again. Its output is the last step, by which the release goes on. An
 * error that no try mends ends it, and the release takes that for a reason to go back.
 */
export function stageMachine({ writer, judge }: StageMachineParts): Definition {
  return {
    Comment: 'One day of one stage of a release',
    StartAt: 'Shift',
    TimeoutSeconds: 2 * ONE_DAY, // it ends by itself after one
    States: {
      ...stepTask('Shift', {
        comment: 'Gives the candidate its share of requests',
        functionArn: writer,
        input: { do: 'shift', ...OF_RELEASE },
        timeoutSeconds: WRITER_SECONDS,
        retry: [PATIENT],
        ways: { WAIT: 'WaitForShift', BAKE: 'Bake' },
        otherwise: 'Done',
      }),
      ...waitFor('Bake', 'Judge'),
      ...stepTask('Judge', {
        comment: 'Reads metrics and alarms, and decides',
        functionArn: judge,
        input: { 'do': 'judge', 'since.$': '$$.Execution.StartTime', ...OF_RELEASE },
        timeoutSeconds: JUDGE_SECONDS,
        retry: [PATIENT],
        ways: { BAKE: 'Bake' },
        otherwise: 'Done',
      }),
      Done: { Type: 'Succeed' },
    },
  };
}
