import { unqualified } from './arn';
import { checkedDefinition, Definition } from './definition';
import { Execution, Tasks } from './execution';
import { StatesError } from './paths';
import { AwsError } from '../aws/error';
import { VirtualClock } from '../clock';
import { Invoked, SimulatedFunction } from '../lambda/functions';
import { Random } from '../random';
import { Switches } from '../switches';

export interface Machine {
  readonly arn: string;
  readonly name: string;
  readonly roleArn: string;
  readonly definition: Definition;
}

export interface MachinesWorld {
  readonly clock: VirtualClock;
  readonly random: Random;
  readonly switches: Switches;
  /** Returns when the service works. */
  readonly ready: () => Promise<void>;
  readonly find: (arn: string) => SimulatedFunction | undefined;
  readonly invoke: (of: SimulatedFunction, payload: unknown) => Promise<Invoked>;
  /** Throws if the role may not. */
  readonly allow: (roleArn: string, action: string, resource: string) => void;
  readonly onStatus: (execution: Execution) => void;
}

/** Between an act of Step Functions and the next. */
const STEP_MS = 20;
const SYNC = 'arn:aws:states:::states:startExecution.sync:2';
const INVOKE = 'arn:aws:states:::lambda:invoke';

/** Step Functions' standard workflows. */
export class Machines implements Tasks {
  public readonly all = new Map<string, Machine>();
  public readonly executions: Execution[] = [];

  constructor(private readonly world: MachinesWorld) {}

  public add(arn: string, name: string, roleArn: string, definition: string): void {
    const checked = checkedDefinition(name, definition);
    for (const [state, { Type, Resource = '' }] of Object.entries(checked.States)) {
      if (Type === 'Task' && Resource !== SYNC && Resource !== INVOKE && this.world.find(Resource) === undefined) {
        throw new Error(`the rehearsal cannot run the Resource of state ${state} in ${name}: no function with a bundle is ${Resource}; was the `
          + 'template synthesized with this version of cdk-ml-platform?');
      }
    }
    this.all.set(arn, { arn, name, roleArn, definition: checked });
  }

  /**
   * Publishes what is deployed, once: a version never changes.
   * https://docs.aws.amazon.com/step-functions/latest/dg/concepts-state-machine-version.html
   */
  public publish(arn: string, versionArn: string): void {
    const deployed = this.all.get(arn);
    if (deployed !== undefined && !this.all.has(versionArn)) {
      this.all.set(versionArn, deployed);
    }
  }

  public act(operation: string, input: Readonly<Record<string, unknown>>): unknown {
    switch (operation) {
      case 'StartExecution': {
        const { plan: { arn }, startDate } = this.start(input);
        return { executionArn: arn, startDate: new Date(startDate) };
      }
      case 'StopExecution': {
        const execution = this.execution(String(input.executionArn));
        execution.stop(text(input.error), text(input.cause));
        return { stopDate: new Date(execution.stopDate ?? this.world.clock.now) };
      }
      case 'DescribeExecution': {
        const execution = this.execution(String(input.executionArn));
        const { startDate, stopDate } = execution;
        const ended = stopDate === undefined ? {} : { stopDate: new Date(stopDate) };
        return { ...described(execution), startDate: new Date(startDate), ...ended };
      }
      case 'ListExecutions': {
        const machine = this.machine(String(input.stateMachineArn));
        return {
          executions: this.executions.filter(({ plan, status }) => plan.machineArn === machine.arn
            && (input.statusFilter === undefined || input.statusFilter === status))
            .map(({ plan: { arn: executionArn, name }, status, startDate }) =>
              ({ executionArn, name, status, startDate: new Date(startDate) })),
        };
      }
      default: throw new Error(`the simulated Step Functions knows no ${operation}`);
    }
  }

  /** Idempotent while it runs: https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html */
  public start({ stateMachineArn, name, input = '{}' }: Readonly<Record<string, unknown>>): Execution {
    const machine = this.machine(String(stateMachineArn));
    const called = name === undefined ? this.world.random.uuid() : String(name);
    if (!/^[\w-]{1,80}$/.test(called.replace(/[.]/g, '_')) || called.length > 80) {
      throw new AwsError('InvalidName', `Invalid Name: '${called}'`);
    }
    const arn = `${machine.arn.replace(':stateMachine:', ':execution:')}:${called}`;
    const before = this.executions.find(({ plan }) => plan.arn === arn);
    const given = JSON.parse(String(input)) as unknown;
    if (before !== undefined) {
      if (before.status === 'RUNNING' && JSON.stringify(before.plan.input) === JSON.stringify(given)) {
        return before;
      }
      throw new AwsError('ExecutionAlreadyExists', `Execution Already Exists: '${arn}'`);
    }
    const execution = new Execution({
      arn,
      name: called,
      machineArn: machine.arn,
      machineName: machine.name,
      roleArn: machine.roleArn,
      definition: machine.definition,
      input: given,
    }, this, this.world.clock, this.world.random);
    this.executions.push(execution);
    this.world.onStatus(execution);
    void execution.ended.then(() => { this.world.onStatus(execution); });
    return execution;
  }

  public async ready(): Promise<void> {
    return this.world.ready();
  }

  public async run(task: Parameters<Tasks['run']>[0]): Promise<unknown> {
    await this.world.clock.sleep(STEP_MS);
    await this.ready(); // also before a further try
    if (task.resource === SYNC) {
      return this.child(task);
    }
    const invokes = task.resource === INVOKE;
    const asked = (invokes ? task.input : {}) as { readonly FunctionName?: string; readonly Payload?: unknown };
    const { FunctionName = task.resource, Payload = task.input } = asked;
    const of = this.world.find(FunctionName);
    const kind = invokes ? 'Task' : 'LambdaFunction';
    task.tell(`${kind}Scheduled`);
    this.allowed(task, 'lambda:InvokeFunction', FunctionName);
    task.tell(`${kind}Started`);
    if (of === undefined) {
      task.tell(`${kind}Failed`);
      throw new StatesError('Lambda.ResourceNotFoundException', `Function not found: ${FunctionName}`);
    }
    const outcome = await this.world.invoke(of, Payload);
    if ('errorType' in outcome) {
      task.tell(outcome.errorType === 'Sandbox.Timedout' && !invokes ? 'LambdaFunctionTimedOut' : `${kind}Failed`);
      throw this.failed(outcome);
    }
    task.tell(`${kind}Succeeded`);
    return invokes ? { ExecutedVersion: '$LATEST', Payload: outcome.payload, StatusCode: 200 } : outcome.payload;
  }

  private failed({ errorType, errorMessage }: { errorType: string; errorMessage: string }): StatesError {
    const died = ['Sandbox.Timedout', 'Runtime.ExitError'].includes(errorType);
    const cause = JSON.stringify({ errorType, errorMessage, trace: [] });
    return new StatesError(died && this.world.switches.lambdaDeath === 'Lambda.Unknown' ? 'Lambda.Unknown' : errorType, cause);
  }

  private async child(task: Parameters<Tasks['run']>[0]): Promise<unknown> {
    const { StateMachineArn, Name, Input } = task.input as { StateMachineArn: string; Name?: string; Input?: unknown };
    task.tell('TaskScheduled');
    task.tell('TaskStarted');
    this.allowed(task, 'states:StartExecution', unqualified(StateMachineArn));
    let execution: Execution;
    try {
      execution = this.start({ stateMachineArn: StateMachineArn, name: Name, input: JSON.stringify(Input ?? {}) });
    } catch (error) {
      if (!(error instanceof AwsError)) {
        throw error;
      }
      task.tell('TaskFailed');
      throw new StatesError(`StepFunctions.${error.name}Exception`, error.message);
    }
    task.tell('TaskSubmitted');
    // a parent that ends takes its child with it: https://docs.aws.amazon.com/step-functions/latest/dg/connect-stepfunctions.html
    void task.execution.ended.then(() => { execution.stop('', 'The parent execution ended'); });
    await execution.ended;
    await this.world.clock.sleep(STEP_MS);
    const { executionArn, input, name, output, startDate, stateMachineArn, status, stopDate, ...failed } = described(execution);
    const shown = {
      ExecutionArn: executionArn,
      Name: name,
      StateMachineArn: stateMachineArn,
      Status: status,
      StartDate: startDate,
      StopDate: stopDate,
      Input: JSON.parse(input) as unknown,
      InputDetails: { Included: true },
    };
    if (execution.status !== 'SUCCEEDED') {
      task.tell('TaskFailed');
      throw new StatesError('States.TaskFailed', JSON.stringify({ ...shown, Error: failed.error, Cause: failed.cause }));
    }
    task.tell('TaskSucceeded');
    return { ...shown, Output: JSON.parse(output ?? 'null') as unknown, OutputDetails: { Included: true } };
  }

  private allowed({ execution, tell }: Parameters<Tasks['run']>[0], action: string, resource: string): void {
    try {
      this.world.allow(execution.plan.roleArn, action, resource);
    } catch (error) {
      tell('TaskFailed');
      throw new StatesError(action.startsWith('lambda') ? 'Lambda.AWSLambdaException' : 'StepFunctions.AccessDeniedException',
        error instanceof Error ? error.message : String(error));
    }
  }

  private machine(arn: string): Machine {
    const machine = this.all.get(arn);
    if (machine === undefined) {
      throw new AwsError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`);
    }
    return machine;
  }

  private execution(arn: string): Execution {
    const execution = this.executions.find(({ plan }) => plan.arn === arn);
    if (execution === undefined) {
      throw new AwsError('ExecutionDoesNotExist', `Execution Does Not Exist: '${arn}'`);
    }
    return execution;
  }
}

/** As `DescribeExecution` and the status change event show it. */
export function described({ plan, status, startDate, stopDate, output, error, cause }: Execution) {
  return {
    executionArn: plan.arn,
    stateMachineArn: plan.machineArn,
    name: plan.name,
    status,
    startDate,
    stopDate,
    input: JSON.stringify(plan.input),
    ...(output === undefined ? {} : { output: JSON.stringify(output) }),
    ...(error === undefined ? {} : { error }),
    ...(cause === undefined ? {} : { cause }),
  };
}

function text(value: unknown): string | undefined {
  return value === undefined ? undefined : String(value);
}
