import { TaskRetry } from './retries';
import { Step } from './runtime/contract';

/**
 * Words of the states language, in JSONPath, of which the machines of a release are made: only Pass, Task, Choice, Wait, Succeed
 * and Fail, so that the very same text also runs on somebody's own machine (docs/decisions).
 * https://states-language.net/spec.html
 */
export type State = Readonly<Record<string, unknown>>;
export type States = Readonly<Record<string, State>>;

/** A state machine as its definition has it. */
export interface Definition {
  readonly Comment: string;
  readonly StartAt: string;
  readonly TimeoutSeconds: number;
  readonly States: States;
}

/** Where steps lead. */
export type Ways = Partial<Readonly<Record<Step['next'], string>>>;

/** A task that runs a function and goes by the step that it answers. */
export interface StepTask {
  /** What it is for. */
  readonly comment: string;
  /** The version of the function. */
  readonly functionArn: string;
  /** What the function gets besides what every task gets. */
  readonly input: State;
  readonly timeoutSeconds: number;
  /** The first that fits an error is used. */
  readonly retry: readonly TaskRetry[];
  /** Where an error leads that no try mends; nothing: it ends the execution. */
  readonly onError?: string;
  readonly ways: Ways;
  /** Where any other step leads: what nobody thought of is treated as unsafe. */
  readonly otherwise: string;
}

/** Who the release is, from the state; and when it is, as Step Functions has it. */
export const OF_RELEASE: State = { 'endpoint.$': '$.endpoint', 'releaseId.$': '$.releaseId', 'at.$': '$$.State.EnteredTime' };

/** A task and the choice after it; with a way for WAIT also the wait before it comes again. */
export function stepTask(name: string, task: StepTask): States {
  const { comment, functionArn, input, timeoutSeconds, retry, onError, ways, otherwise } = task;
  return {
    [name]: {
      Type: 'Task',
      Comment: comment,
      Resource: functionArn,
      Parameters: input,
      TimeoutSeconds: timeoutSeconds,
      Retry: retry,
      ...catching(onError),
      Next: after(name),
    },
    ...stepChoice(name, ways, otherwise),
    ...ways.WAIT === undefined ? {} : waitFor(ways.WAIT, name),
  };
}

/** Goes by what the step before says. */
export function stepChoice(name: string, ways: Ways, otherwise: string): States {
  const choices = Object.entries(ways).map(([next, state]) => ({ Variable: '$.next', StringEquals: next, Next: state }));
  return { [after(name)]: { Type: 'Choice', Choices: choices, Default: otherwise } };
}

/** Waits as long as the step before says. */
export function waitFor(name: string, next: string): States {
  return { [name]: { Type: 'Wait', SecondsPath: '$.waitSeconds', Next: next } };
}

/** Errors that no try mends lead elsewhere, with what is known of the release still there. */
export function catching(state: string | undefined): State {
  return state === undefined ? {} : { Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.error', Next: state }] };
}

export function after(name: string): string {
  return `After${name}`;
}
