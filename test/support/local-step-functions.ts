/** Step Functions on this machine, for definitions in JSONPath with plain states. */

/** One execution. */
export interface LocalExecution {
  /** The output; null when it was aborted. Rejects when the execution fails. */
  readonly result: Promise<unknown>;
  readonly eventLogs: AsyncIterable<{ readonly state?: { readonly name: string } }>;
  abort(): void;
}

export interface LocalOptions {
  readonly context?: object;
  readonly noThrowOnAbort?: boolean;
  readonly overrides: {
    /** By the names of Task states. */
    readonly taskResourceLocalHandlers: Readonly<Record<string, (input: Readonly<Record<string, unknown>>) => Promise<unknown>>>;
    /** Milliseconds. With 0 no timer is set, and a loop lets nobody else have a turn. */
    readonly waitTimeOverrides: Readonly<Record<string, number>>;
    readonly retryIntervalOverrides: Readonly<Record<string, number>>;
  };
}

export interface LocalStateMachine {
  run(input: unknown, options: LocalOptions): LocalExecution;
}

interface Runner {
  readonly StateMachine: new (definition: object, options: object) => LocalStateMachine;
}

type Validator = (definition: object, options: object) => { readonly isValid: boolean; errorsText(separator: string): string };

// Node 20 has it not, and the runner needs it
const promises = Promise as unknown as { withResolvers?: () => object };
promises.withResolvers ??= () => {
  let settle: object = {};
  const promise = new Promise((resolve, reject) => { settle = { resolve, reject }; });
  return { promise, ...settle };
};

// the types of both are written for ES modules, or for none
const { StateMachine } = jest.requireActual<Runner>('aws-local-stepfunctions');
const validate = jest.requireActual<Validator>('asl-validator');

const machines = new Map<string, LocalStateMachine>();

/** Looking at a definition takes longer than running it, so each is looked at once. */
export function localStateMachine(definition: object): LocalStateMachine {
  const text = JSON.stringify(definition);
  const machine = machines.get(text) ?? new StateMachine(definition, { validationOptions: { checkArn: false } });
  machines.set(text, machine);
  return machine;
}

/** What asl-validator finds in a definition; nothing is good. */
export function aslProblems(definition: object): string {
  const { isValid, errorsText } = validate(definition, { checkArn: true, checkPaths: true });
  return isValid ? '' : errorsText('\n');
}
