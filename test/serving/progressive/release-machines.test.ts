import { MOST_EVENTS, ONE_DAY, worstHistory } from '../../../lib/serving/progressive/execution-history';
import { releaseMachine } from '../../../lib/serving/progressive/release-machine';
import { BUSY, ONCE_MORE, longestTime, PASSING_ERRORS, PATIENT, pausesOf, RESTORE_SECONDS, TaskRetry, URGENT } from '../../../lib/serving/progressive/retries';
import { SHORTEST_WAIT_SECONDS, WRITER_SECONDS } from '../../../lib/serving/progressive/runtime/contract';
import { stageMachine } from '../../../lib/serving/progressive/stage-machine';
import { Definition } from '../../../lib/serving/progressive/states';

/** It has no types of its own, and writes into what it judges. */
type Validate = (definition: object) => { readonly isValid: boolean; readonly errors: unknown[] };
const validator = jest.requireActual<Validate>('asl-validator');
const validate: Validate = (definition) => validator(structuredClone(definition));

const FUNCTION = 'arn:aws:lambda:eu-west-1:111122223333:function';
const RELEASE = releaseMachine({
  clerk: `${FUNCTION}:clerk:1`,
  writer: `${FUNCTION}:writer:1`,
  pruner: `${FUNCTION}:pruner:1`,
  stageMachine: 'arn:aws:states:eu-west-1:111122223333:stateMachine:stage:1',
});
const STAGE = stageMachine({ writer: `${FUNCTION}:writer:1`, judge: `${FUNCTION}:judge:1` });
const MACHINES: [string, Definition][] = [['release', RELEASE], ['stage', STAGE]];

interface Asl {
  readonly Type: string;
  readonly Resource?: string;
  readonly Parameters?: unknown;
  readonly Next?: string;
  readonly Default?: string;
  readonly Choices?: readonly { readonly Next: string; readonly Variable?: string; readonly StringEquals?: string }[];
  readonly Catch?: readonly { readonly ErrorEquals: string[]; readonly ResultPath: string; readonly Next: string }[];
  readonly Retry?: readonly TaskRetry[];
  readonly TimeoutSeconds?: number;
}

function state(definition: Definition, name: string): Asl {
  return definition.States[name] as unknown as Asl;
}

/** Where a step leads after a task. */
function leads(definition: Definition, task: string, next: string): string | undefined {
  const choice = state(definition, state(definition, task).Next!);
  return choice.Choices!.find(({ StringEquals }) => StringEquals === next)?.Next ?? choice.Default;
}

function targets({ Next, Default, Choices = [], Catch = [] }: Asl): string[] {
  const named = [...Choices, ...Catch].map((way) => way.Next);
  return [Next, Default, ...named].flatMap((name) => name ?? []);
}

describe.each(MACHINES)('the machine of a %s', (_, definition) => {
  test('is valid in the states language', () => {
    const { isValid, errors } = validate(definition);
    expect(errors).toEqual([]);
    expect(isValid).toBe(true);
  });

  test('has only states and paths that can also be run elsewhere', () => {
    const types = new Set(Object.values(definition.States).map(({ Type }) => Type));
    expect(['Pass', 'Task', 'Choice', 'Wait', 'Succeed', 'Fail']).toEqual(expect.arrayContaining([...types]));
    const text = JSON.stringify(definition);
    expect(text).not.toMatch(/JSONata|QueryLanguage|ResultSelector|ItemsPath|WaitForTaskToken/i);
    expect([...text.matchAll(/States\.(\w+)\(/g)].map(([, name]) => name).filter((name) => name !== 'Format')).toEqual([]);
  });

  test('reaches every state from its start', () => {
    const seen = new Set<string>();
    const open = [definition.StartAt];
    for (let name = open.pop(); name !== undefined; name = open.pop()) {
      if (!seen.has(name)) {
        seen.add(name);
        open.push(...targets(state(definition, name)));
      }
    }
    expect([...seen].sort()).toEqual(Object.keys(definition.States).sort());
  });

  test('tries every task again for what passes, and gives every task an end', () => {
    const tasks = Object.values(definition.States).filter(({ Type }) => Type === 'Task') as unknown as Asl[];
    expect(tasks.length).toBeGreaterThan(1);
    for (const task of tasks.filter(({ Resource }) => Resource!.startsWith(FUNCTION))) {
      expect(task.TimeoutSeconds).toBeGreaterThan(0);
      expect([[PATIENT], [BUSY, URGENT], [ONCE_MORE]]).toContainEqual(task.Retry);
    }
  });
});

test.each([
  'Lambda.ClientExecutionTimeoutException', 'Lambda.ServiceException', 'Lambda.AWSLambdaException', 'Lambda.SdkClientException',
  'Lambda.TooManyRequestsException', 'Lambda.Unknown', 'Sandbox.Timedout', 'States.Timeout',
])('%s of a function is tried again, and takes no healthy release back', (error) => {
  expect(PATIENT.ErrorEquals).toContain(error);
});

test.each([
  'StepFunctions.ExecutionLimitExceeded', 'StepFunctions.ExecutionLimitExceededException', 'StepFunctions.AWSStepFunctionsException',
])('%s at the start of a stage is tried again, too', (error) => {
  expect(state(RELEASE, 'Stage').Retry!.flatMap(({ ErrorEquals }) => ErrorEquals)).toContain(error);
});

test('a validator that sees nothing would prove nothing: a way to nowhere is found', () => {
  const broken = { ...STAGE, States: { ...STAGE.States, Bake: { ...STAGE.States.Bake, Next: 'Nowhere' } } };
  expect(validate(broken).isValid).toBe(false);
});

test.each([
  ['Begin', { INSTALL: 'Install', RESTORE: 'Restore', CLOSE: 'Close', NOTHING: 'Ended', WAIT: 'Restore' }],
  ['Install', { WAIT: 'WaitForInstall', STAGE: 'Stage', FINISH: 'Finish', RESTORE: 'Restore', CLOSE: 'Close', NOTHING: 'Ended', TIDY: 'Restore' }],
  ['Stage', { STAGE: 'Stage', FINISH: 'Finish', RESTORE: 'Restore', CLOSE: 'Close', NOTHING: 'Ended', BAKE: 'Restore' }],
  ['Finish', { WAIT: 'WaitForFinish', CLOSE: 'Close', RESTORE: 'Restore', NOTHING: 'Ended', STAGE: 'Restore' }],
  ['Restore', { WAIT: 'WaitForRestore', TIDY: 'Tidy', CLOSE: 'Close', NOTHING: 'Ended', STAGE: 'Halt', RESTORE: 'Halt' }],
  ['Tidy', { WAIT: 'WaitForTidy', CLOSE: 'Close', RESTORE: 'Close' }],
  ['Recover', { RESTORE: 'Restore', NOTHING: 'Ended', CLOSE: 'Close', STAGE: 'Restore' }],
])('after %s each step leads where it should, and one that nobody thought of is treated as unsafe', (task, ways) => {
  expect(Object.fromEntries(Object.keys(ways).map((next) => [next, leads(RELEASE, task, next)]))).toEqual(ways);
});

test('errors that no try mends lead back, then to a person, and never end an execution bare', () => {
  const caught = Object.entries(RELEASE.States).filter(([, { Type }]) => Type === 'Task').map(([name]) => {
    const [{ ErrorEquals, ResultPath, Next }] = state(RELEASE, name).Catch!;
    expect({ ErrorEquals, ResultPath }).toEqual({ ErrorEquals: ['States.ALL'], ResultPath: '$.error' }); // the release stays known
    return [name, Next];
  });
  expect(Object.fromEntries(caught)).toEqual({
    Begin: 'Restore',
    Install: 'Restore',
    Stage: 'Restore',
    Finish: 'Restore',
    Restore: 'Halt',
    Tidy: 'Close',
    Close: 'Halt',
    Halt: 'Halted',
    Recover: 'Later',
    Prune: 'Ended', // it has ended as it did
  });
});

test('only a halted release fails; what a plan foresees is a success', () => {
  expect(Object.entries(RELEASE.States).filter(([, { Type }]) => Type === 'Fail').map(([name]) => name)).toEqual(['Halted']);
  expect(state(RELEASE, 'AfterClose')).toEqual({
    Type: 'Choice',
    Choices: [{
      And: [{ Variable: '$.outcome', IsPresent: true }, { Variable: '$.outcome', StringEquals: 'HALTED' }], Next: 'Halted',
    }],
    Default: 'Prune',
  });
});

test('what is pruned after the end, or is not, changes nothing of it', () => {
  expect(state(RELEASE, 'Prune')).toMatchObject({ ResultPath: null, Next: 'Ended' });
  const leading = Object.entries(RELEASE.States).filter(([, each]) => JSON.stringify(each).includes('"Prune"')).map(([name]) => name);
  expect(leading).toEqual(['AfterClose']);
});

test('a stage has a child of its own for each day, named so that a second start of it is the same', () => {
  expect(state(RELEASE, 'Stage')).toMatchObject({
    Resource: 'arn:aws:states:::states:startExecution.sync:2',
    Parameters: {
      'StateMachineArn': 'arn:aws:states:eu-west-1:111122223333:stateMachine:stage:1',
      'Name.$': "States.Format('{}-{}-{}', $.releaseId, $.stage, $.part)",
    },
    OutputPath: '$.Output',
  });
});

test('a recovery that cannot begin waits, for to fail would start the next one at once', () => {
  expect(RELEASE.States.Later).toEqual({ Type: 'Pass', Result: 300, ResultPath: '$.waitSeconds', Next: 'WaitForRecover' });
  expect(RELEASE.States.WaitForRecover).toEqual({ Type: 'Wait', SecondsPath: '$.waitSeconds', Next: 'Recover' });
});

test('tasks are told the time of Step Functions, never that of a function', () => {
  expect(STAGE.States.Judge.Parameters).toEqual({
    'do': 'judge',
    'since.$': '$$.Execution.StartTime',
    'at.$': '$$.State.EnteredTime',
    'endpoint.$': '$.endpoint',
    'releaseId.$': '$.releaseId',
  });
});

describe('five minutes', () => {
  const { Retry: [busy, retry], TimeoutSeconds: seconds } = state(RELEASE, 'Restore') as Required<Asl>;

  test('hold every try of a restore that the definition allows', () => {
    expect(seconds).toBe(WRITER_SECONDS);
    expect(longestTime({ ...URGENT, ...retry }, seconds)).toBe(275);
    expect(longestTime({ ...URGENT, ...retry }, seconds)).toBeLessThan(RESTORE_SECONDS);
  });

  test('would not hold one try more', () => {
    expect(longestTime({ ...URGENT, MaxAttempts: URGENT.MaxAttempts + 1 }, seconds)).toBeGreaterThan(RESTORE_SECONDS);
  });

  test('do not run while another writer is at work or SageMaker holds the endpoint: that is waited for, an hour long', () => {
    expect(busy).toEqual({ ErrorEquals: ['ReleaseBusy', 'WriterBusy'], IntervalSeconds: 10, MaxAttempts: 360, BackoffRate: 1 });
    expect(longestTime(busy, 0)).toBe(3600);
  });

  test('are for three more tries, whatever the error', () => {
    expect(pausesOf(URGENT)).toEqual([5, 10, 20]);
    expect(URGENT.ErrorEquals).toEqual(['States.ALL']);
    expect(PASSING_ERRORS).toEqual(expect.arrayContaining(['ReleaseBusy', 'WriterBusy', 'Lambda.TooManyRequestsException']));
  });
});

describe('the history of a day of a stage', () => {
  const usual = { tickSeconds: 300, updateDeadlineSeconds: 3600, shortestWaitSeconds: SHORTEST_WAIT_SECONDS };
  const never = { ...PATIENT, MaxAttempts: 0 };

  test('is nine events for each tick when nothing goes wrong', () => {
    expect(worstHistory(usual, never)).toBe(4 + 9 * 360 + 9 * (ONE_DAY / 300));
  });

  test('is at its longest when each tick is tried again as often as costs no time', () => {
    // three tries more in 14 seconds of pauses
    expect(worstHistory({ ...usual, tickSeconds: 60, updateDeadlineSeconds: 0 }, PATIENT)).toBe(4 + Math.ceil(18 / 74 * ONE_DAY));
  });

  test.each([[60, true], [55, false], [30, false]])('with a tick of %d seconds it stays under the limit: %p', (tickSeconds, stays) => {
    expect(worstHistory({ ...usual, tickSeconds }, PATIENT) < MOST_EVENTS).toBe(stays);
  });
});
