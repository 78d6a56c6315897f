import './with-resolvers';
import { createRequire } from 'node:module';
import { VirtualClock } from '../../../rehearsal/clock';
import { Random } from '../../../rehearsal/random';
import { checkedDefinition, Definition } from '../../../rehearsal/states/definition';
import { Execution, Tasks } from '../../../rehearsal/states/execution';
import { StatesError } from '../../../rehearsal/states/paths';

// its declarations are those of an ES module, though it has a CommonJS one
const { StateMachine } = createRequire(__filename)('aws-local-stepfunctions') as {
  readonly StateMachine: new (definition: object, options: object) => {
    run(input: unknown, options: object): { readonly result: Promise<unknown> };
  };
};

/** What a task does, by its resource: the same for both interpreters. It may fail by throwing an error with a name. */
export type Work = (input: unknown, call: number) => unknown;

export interface Ended { readonly output?: unknown; readonly error?: string; readonly order: readonly string[] }

const ARN = 'arn:aws:lambda:eu-west-1:111122223333:function:';

export function resource(name: string): string {
  return `${ARN}${name}`;
}

class TaskFailed extends Error {
  constructor(name: string) {
    super('failed as asked');
    this.name = name;
  }
}

export function failing(name: string): never {
  throw new TaskFailed(name);
}

/** Runs a machine in our interpreter. */
export async function ours(
  definition: Definition, input: unknown, work: Readonly<Record<string, Work>>,
): Promise<Ended & { readonly execution: Execution }> {
  const clock = new VirtualClock(Date.UTC(2026, 0, 5));
  const calls = new Map<string, number>();
  const order: string[] = [];
  const tasks: Tasks = {
    run: async ({ resource: arn, input: given, tell }) => {
      const name = arn.slice(ARN.length);
      const call = (calls.get(name) ?? 0) + 1;
      calls.set(name, call);
      order.push(name);
      tell('LambdaFunctionScheduled');
      tell('LambdaFunctionStarted');
      try {
        const answer = work[name](structuredClone(given), call);
        tell('LambdaFunctionSucceeded');
        return answer;
      } catch (error) {
        tell('LambdaFunctionFailed');
        throw new StatesError((error as Error).name, (error as Error).message);
      }
    },
  };
  const execution = new Execution({
    arn: 'arn:aws:states:eu-west-1:111122223333:execution:m:e',
    name: 'e',
    machineArn: 'arn:aws:states:eu-west-1:111122223333:stateMachine:m',
    machineName: 'm',
    roleArn: 'role',
    definition: checkedDefinition('m', JSON.stringify(definition)),
    input,
  }, tasks, clock, new Random(1));
  do {
    await clock.settle();
  } while (execution.status === 'RUNNING' && await clock.step());
  const { status, output, error } = execution;
  return { ...(status === 'SUCCEEDED' ? { output } : { error }), order, execution };
}

/** The same in the library, which sleeps by real timers: waits and pauses are overridden. */
export async function theirs(definition: Definition, input: unknown, work: Readonly<Record<string, Work>>): Promise<Ended> {
  const calls = new Map<string, number>();
  const order: string[] = [];
  const { States } = definition;
  const named = (type: string) => Object.entries(States).filter(([, { Type }]) => Type === type);
  const machine = new StateMachine(structuredClone(definition), // it writes into what it is given
    { validationOptions: { noValidate: true } }); // a third of a second for each
  const taskResourceLocalHandlers = Object.fromEntries(named('Task').map(([state, { Resource = '' }]) => [state, async (given: unknown) => {
    const name = Resource.slice(ARN.length);
    const call = (calls.get(name) ?? 0) + 1;
    calls.set(name, call);
    order.push(name);
    return work[name](structuredClone(given), call);
  }]));
  const { result } = machine.run(input, {
    overrides: {
      taskResourceLocalHandlers,
      waitTimeOverrides: Object.fromEntries(named('Wait').map(([state]) => [state, 0])),
      retryIntervalOverrides: Object.fromEntries(named('Task').map(([state, { Retry = [] }]) => [state, Retry.map(() => 0)])),
    },
    context: { Execution: { Input: input } },
  });
  try {
    return { output: await result, order };
  } catch (error) {
    const { name, message } = error as Error;
    // the library throws an error of its own whose cause or text names the error of the machine
    return { error: ((error as { cause?: { error?: string; name?: string } }).cause?.name) ?? (name === 'ExecutionError' ? message : name), order };
  }
}
