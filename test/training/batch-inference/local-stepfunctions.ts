import { createRequire } from 'node:module';
import type * as Local from 'aws-local-stepfunctions' with { 'resolution-mode': 'import' };

/** A state machine that runs in this process. */
export type LocalMachine = Local.StateMachine;

// Node 20 has none, and the package wants it
(Promise as { withResolvers?: unknown }).withResolvers ??= function withResolvers() {
  let [resolve, reject]: unknown[] = [];
  const promise = new Promise((yes, no) => { [resolve, reject] = [yes, no]; });
  return { promise, resolve, reject };
};

// the package has a part for `require`, and types for `import` only
const { StateMachine } = createRequire(__filename)('aws-local-stepfunctions') as typeof Local;

export function localMachine(definition: object): LocalMachine {
  // references are spelt out, and look like no ARN
  return new StateMachine(definition as Local.StateMachineDefinition, { validationOptions: { checkArn: false } });
}

/** Does what a task asks for. */
export type Task = (input: unknown) => Promise<unknown>;

/** What an execution came to. */
export interface Ran {
  readonly output?: unknown;
  readonly error?: string;
  readonly cause?: string;
}

/** Runs a local state machine to its end; retries wait for nothing. */
export async function ran(
  machine: LocalMachine, input: object, tasks: Readonly<Record<string, Task>>, context?: object,
): Promise<Ran> {
  const retryIntervalOverrides = Object.fromEntries(Object.keys(tasks).map((name) => [name, 0]));
  const { result, eventLogs } = machine.run(input as never, {
    overrides: { taskResourceLocalHandlers: tasks as never, retryIntervalOverrides }, context: context as never,
  });
  try {
    return { output: await result };
  } catch {
    for await (const event of eventLogs) {
      if (event.type === 'ExecutionFailed') {
        return { error: event.Error, cause: String(event.Cause) };
      }
    }
    throw new Error('an execution failed and does not say why');
  }
}
