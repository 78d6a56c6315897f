import { ONE_DAY } from './execution-history';
import { BUSY, ONCE_MORE, PASSING_STARTS, PATIENT, URGENT } from './retries';
import { CLERK_SECONDS, ClerkTask, LAST_CALL_SECONDS, Outcome, PRUNER_SECONDS, PruneTask, WRITER_SECONDS, WriterTask } from './runtime/contract';
import { after, catching, Definition, OF_RELEASE, State, States, stepChoice, stepTask, waitFor, Ways } from './states';

/** What the definition names. */
export interface ReleaseMachineParts {
  /** Versions of functions. */
  readonly clerk: string;
  readonly writer: string;
  readonly pruner: string;
  /** The version of the machine that runs a day of a stage. */
  readonly stageMachine: string;
}

const HALTED: Outcome = 'HALTED';
/** Longer than the longest plan with all that it may stand still. */
const LONGEST_RELEASE = 90 * ONE_DAY;
/** Before a recovery that could not even begin is tried again. */
const LATER = 300;

/**
 * A release from its beginning to its end. What goes forward leads back on any error; what goes back is tried until a person has
 * to be asked; and an execution that ended otherwise is taken up by another, which begins with `recover`.
 */
export function releaseMachine(parts: ReleaseMachineParts): Definition {
  return {
    Comment: 'One release of a progressive endpoint',
    StartAt: 'Route',
    TimeoutSeconds: LONGEST_RELEASE,
    States: {
      Route: { Type: 'Choice', Choices: [{ Variable: '$.recover', IsPresent: true, Next: 'Recover' }], Default: 'Begin' },
      ...forward(parts),
      ...stage(parts),
      ...back(parts),
      ...end(parts),
      ...recover(parts),
      Ended: { Type: 'Succeed' },
      Halted: { Type: 'Fail', Error: HALTED, Cause: 'A person has to look: the runbook has the article ReleaseHalted' },
    },
  };
}

function forward({ clerk, writer }: ReleaseMachineParts): States {
  return {
    ...stepTask('Begin', {
      ...clerks(clerk, 'begin'),
      comment: 'Looks once more whether the release may begin, and writes down what it wants',
      onError: 'Restore',
      ways: { INSTALL: 'Install', RESTORE: 'Restore', CLOSE: 'Close', NOTHING: 'Ended' },
      otherwise: 'Restore',
    }),
    ...stepTask('Install', {
      ...writers(writer, 'install'),
      comment: 'Brings the candidate into service without requests',
      onError: 'Restore',
      ways: { WAIT: 'WaitForInstall', STAGE: 'Stage', FINISH: 'Finish', RESTORE: 'Restore', CLOSE: 'Close', NOTHING: 'Ended' },
      otherwise: 'Restore',
    }),
    ...stepTask('Finish', {
      ...writers(writer, 'finish'),
      comment: 'Leaves the new version alone on the endpoint',
      onError: 'Restore',
      ways: { WAIT: 'WaitForFinish', RESTORE: 'Restore', CLOSE: 'Close', NOTHING: 'Ended' },
      otherwise: 'Restore',
    }),
  };
}

/** One child execution for each stage and day. The same name and input is the same execution. */
function stage({ stageMachine }: ReleaseMachineParts): States {
  const ways: Ways = { STAGE: 'Stage', FINISH: 'Finish', RESTORE: 'Restore', CLOSE: 'Close', NOTHING: 'Ended' };
  return {
    Stage: {
      Type: 'Task',
      Comment: 'A day of a stage',
      Resource: 'arn:aws:states:::states:startExecution.sync:2',
      Parameters: {
        'StateMachineArn': stageMachine,
        'Name.$': "States.Format('{}-{}-{}', $.releaseId, $.stage, $.part)",
        'Input': {
          'endpoint.$': '$.endpoint',
          'releaseId.$': '$.releaseId',
          'AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID.$': '$$.Execution.Id', // links the two in the console
        },
      },
      OutputPath: '$.Output',
      Retry: [{ ...PATIENT, ErrorEquals: PASSING_STARTS }],
      ...catching('Restore'),
      Next: after('Stage'),
    },
    ...stepChoice('Stage', ways, 'Restore'),
  };
}

function back({ writer }: ReleaseMachineParts): States {
  return {
    ...stepTask('Restore', {
      ...writers(writer, 'restore'),
      comment: 'Brings all requests back to the version before',
      retry: [BUSY, URGENT],
      onError: 'Halt',
      ways: { WAIT: 'WaitForRestore', TIDY: 'Tidy', CLOSE: 'Close', NOTHING: 'Ended' },
      otherwise: 'Halt',
    }),
    ...stepTask('Tidy', {
      ...writers(writer, 'tidy'),
      comment: 'Takes the candidate off the endpoint; traffic is back already',
      onError: 'Close',
      ways: { WAIT: 'WaitForTidy' },
      otherwise: 'Close',
    }),
  };
}

/**
 * A halted release fails the execution, so that it stands out; everything else that a plan foresees is a success. What is pruned
 * after it, or is not, changes nothing of that.
 */
function end({ clerk, pruner }: ReleaseMachineParts): States {
  const halted = { And: [{ Variable: '$.outcome', IsPresent: true }, { Variable: '$.outcome', StringEquals: HALTED }], Next: 'Halted' };
  return {
    ...stepTask('Close', {
      ...clerks(clerk, 'close'),
      comment: 'Writes down how it ended, and tells the registry',
      onError: 'Halt',
      ways: {},
      otherwise: 'Ended',
    }),
    [after('Close')]: { Type: 'Choice', Choices: [halted], Default: 'Prune' },
    Prune: {
      Type: 'Task',
      Comment: 'Deletes what earlier releases made and nothing needs any more',
      ...prunerTask(pruner),
      ResultPath: null,
      ...catching('Ended'),
      Next: 'Ended',
    },
    Halt: {
      Type: 'Task',
      Comment: 'Writes down that a person has to look, and tells somebody',
      ...clerkTask(clerk, 'halt'),
      ...catching('Halted'),
      Next: 'Halted',
    },
  };
}

function recover({ clerk }: ReleaseMachineParts): States {
  return {
    ...stepTask('Recover', {
      comment: 'An execution ended otherwise than it should: is its release still live?',
      functionArn: clerk,
      input: { 'do': 'recover', 'input.$': '$.recover.input', 'status.$': '$.recover.status', 'at.$': '$$.State.EnteredTime' },
      timeoutSeconds: CLERK_SECONDS,
      retry: [PATIENT],
      onError: 'Later',
      ways: { RESTORE: 'Restore', CLOSE: 'Close', NOTHING: 'Ended' },
      otherwise: 'Restore',
    }),
    // to fail here would start another execution at once, and so on without end
    Later: { Type: 'Pass', Result: LATER, ResultPath: '$.waitSeconds', Next: 'WaitForRecover' },
    ...waitFor('WaitForRecover', 'Recover'),
  };
}

function writers(functionArn: string, task: WriterTask['do']) {
  return { functionArn, input: { do: task, ...OF_RELEASE }, timeoutSeconds: WRITER_SECONDS, retry: [PATIENT] };
}

function clerks(functionArn: string, task: ClerkTask['do']) {
  return { functionArn, input: { do: task, ...OF_RELEASE }, timeoutSeconds: CLERK_SECONDS, retry: [PATIENT] };
}

function prunerTask(pruner: string): State {
  const task: PruneTask['do'] = 'prune';
  return {
    Resource: pruner,
    Parameters: { do: task, ...OF_RELEASE },
    TimeoutSeconds: PRUNER_SECONDS + LAST_CALL_SECONDS,
    Retry: [ONCE_MORE],
  };
}

function clerkTask(clerk: string, task: ClerkTask['do']): State {
  const { functionArn, input, timeoutSeconds, retry } = clerks(clerk, task);
  return { Resource: functionArn, Parameters: input, TimeoutSeconds: timeoutSeconds, Retry: retry };
}
