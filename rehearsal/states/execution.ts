import { Definition, Retrier, State } from './definition';
import { filled, holds, narrowed, placed, Scope, StatesError, valueAt } from './paths';
import { VirtualClock } from '../clock';
import { Random } from '../random';

export type Status = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';

/** One entry of an execution's history; Step Functions stops an execution that has 25,000. */
export interface HistoryEvent { readonly at: number; readonly type: string; readonly state?: string }

/** Does the work of Task states. Throws a `StatesError` when the work fails. */
export interface Tasks {
  /** Returns when Step Functions works: at once, but for an outage. */
  ready?(): Promise<void>;
  run(task: {
    readonly resource: string;
    readonly input: unknown;
    readonly execution: Execution;
    readonly state: string;
    readonly tell: (type: string) => void;
  }): Promise<unknown>;
}

export interface ExecutionPlan {
  readonly arn: string;
  readonly name: string;
  readonly machineArn: string;
  readonly machineName: string;
  readonly roleArn: string;
  readonly definition: Definition;
  readonly input: unknown;
}

const MOST_EVENTS = 25_000;
/** Bytes of a state's input or output: https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html */
const LARGEST_PAYLOAD = 262_144;

class Ended extends Error {}

/**
 * One execution of a standard workflow. History and billing as documented:
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html
 */
export class Execution {
  public status: Status = 'RUNNING';
  public output: unknown;
  public error?: string;
  public cause?: string;
  public readonly startDate: number;
  public stopDate?: number;
  public state = '';
  public readonly history: HistoryEvent[] = [];
  /** States that were entered, and retries: what is paid for. */
  public transitions = 0;
  public retries = 0;
  /** Bytes of the largest output of a state. */
  public largestPayload = 0;
  public readonly ended: Promise<void>;
  private readonly left: Promise<never>;

  constructor(
    public readonly plan: ExecutionPlan, private readonly tasks: Tasks, private readonly clock: VirtualClock,
    private readonly random: Random,
  ) {
    this.startDate = clock.now;
    this.ended = new Promise((resolve) => { this.finish = resolve; });
    this.left = new Promise((_resolve, reject) => { this.leave = reject; });
    this.left.catch(() => undefined);
    this.tell('ExecutionStarted');
    if (plan.definition.TimeoutSeconds !== undefined) {
      clock.after(plan.definition.TimeoutSeconds * 1000, () => { this.end('TIMED_OUT', undefined, 'States.Timeout', ''); });
    }
    void this.walk();
  }

  private leave: (reason: Ended) => void = () => undefined;
  private finish: () => void = () => undefined;

  /** Ends it from outside. */
  public stop(error = '', cause = ''): void {
    this.end('ABORTED', undefined, error, cause);
  }

  private end(status: Status, output?: unknown, error?: string, cause?: string): void {
    if (this.status !== 'RUNNING') {
      return;
    }
    Object.assign(this, { output, error, cause });
    this.stopDate = this.clock.now;
    this.push({ SUCCEEDED: 'ExecutionSucceeded', FAILED: 'ExecutionFailed', TIMED_OUT: 'ExecutionTimedOut', ABORTED: 'ExecutionAborted', RUNNING: '' }[status]);
    this.status = status;
    this.leave(new Ended());
    this.finish();
  }

  private tell(type: string): void {
    if (this.status !== 'RUNNING') {
      return;
    }
    this.push(type);
    if (this.history.length >= MOST_EVENTS - 1) { // the last one says that it failed
      this.end('FAILED', undefined, 'States.Runtime', 'The execution reached the maximum number of history events (25000).');
    }
  }

  private push(type: string): void {
    this.history.push({ at: this.clock.now, type, ...(this.state === '' ? {} : { state: this.state }) });
  }

  /** Waits, but not longer than the execution lives. */
  private async within<T>(work: Promise<T>): Promise<T> {
    return Promise.race([work, this.left]);
  }

  private async walk(): Promise<void> {
    try {
      let { StartAt: next, States: states } = this.plan.definition as { StartAt: string | undefined; States: Definition['States'] };
      let input = this.plan.input;
      while (next !== undefined) {
        await this.tasks.ready?.();
        const state: State = states[next];
        this.enter(next, state);
        const step: { next?: string; output: unknown } = await this.through(next, state, input);
        if (!['Fail', 'Succeed'].includes(state.Type)) {
          this.tell(`${state.Type}StateExited`);
        } else if (state.Type === 'Succeed') {
          this.tell('SucceedStateExited');
        }
        ({ next, output: input } = step);
        const text = JSON.stringify(input);
        this.largestPayload = Math.max(this.largestPayload, Buffer.byteLength(text ?? ''));
        if (text !== undefined && Buffer.byteLength(text) > LARGEST_PAYLOAD) {
          throw new StatesError('States.DataLimitExceeded', 'The state/task returned a result with a size exceeding the maximum number of bytes');
        }
      }
      this.end('SUCCEEDED', input);
    } catch (error) {
      if (error instanceof StatesError) {
        this.end('FAILED', undefined, error.error, error.cause);
      } else if (!(error instanceof Ended)) {
        this.end('FAILED', undefined, 'States.Runtime', error instanceof Error ? error.stack ?? error.message : String(error));
      }
    }
  }

  private enter(name: string, state: State): void {
    this.state = name;
    this.transitions++;
    this.tell(`${state.Type}StateEntered`);
  }

  private contextAt(enteredAt: number, retryCount: number): unknown {
    const { arn, name, input, roleArn, machineArn, machineName } = this.plan;
    return {
      Execution: { Id: arn, Name: name, Input: input, RoleArn: roleArn, StartTime: timeOf(this.startDate), RedriveCount: 0 },
      StateMachine: { Id: machineArn, Name: machineName },
      State: { Name: this.state, EnteredTime: timeOf(enteredAt), RetryCount: retryCount },
    };
  }

  private async through(name: string, state: State, raw: unknown): Promise<{ next?: string; output: unknown }> {
    const enteredAt = this.clock.now;
    const context = this.contextAt(enteredAt, 0);
    const input = narrowed(state.InputPath, { input: raw, context });
    const scope: Scope = { input, context };
    const out = (value: unknown) => ({ next: state.Next, output: narrowed(state.OutputPath, { input: value, context }) });
    switch (state.Type) {
      case 'Pass': {
        const shaped = state.Parameters === undefined ? input : filled(state.Parameters, scope);
        return out(placed(state.ResultPath, raw, state.Result === undefined ? shaped : structuredClone(state.Result)));
      }
      case 'Choice': {
        const chosen = (state.Choices ?? []).find((rule) => holds(rule, scope))?.Next ?? state.Default;
        if (chosen === undefined) {
          throw new StatesError('States.NoChoiceMatched', `No choice of ${name} fits ${JSON.stringify(input)}`);
        }
        return { ...out(input), next: chosen };
      }
      case 'Wait':
        await this.within(this.clock.sleep(this.waitOf(state, scope)));
        return out(input);
      case 'Succeed':
        return { ...out(input), next: undefined };
      case 'Fail':
        throw new StatesError(
          state.ErrorPath === undefined ? state.Error ?? '' : String(valueAt(state.ErrorPath, scope)),
          state.CausePath === undefined ? state.Cause ?? '' : String(valueAt(state.CausePath, scope)),
        );
      default:
        return this.task(state, raw, input, enteredAt);
    }
  }

  private waitOf(state: State, scope: Scope): number {
    if (state.TimestampPath !== undefined) {
      return Date.parse(String(valueAt(state.TimestampPath, scope))) - this.clock.now;
    }
    const seconds = state.SecondsPath === undefined ? state.Seconds : valueAt(state.SecondsPath, scope);
    if (typeof seconds !== 'number' || !Number.isInteger(seconds) || seconds < 0 || seconds > 99_999_999) {
      throw new StatesError('States.Runtime', `${JSON.stringify(seconds)} is no number of seconds to wait for`);
    }
    return seconds * 1000;
  }

  private async task(state: State, raw: unknown, input: unknown, enteredAt: number): Promise<{ next?: string; output: unknown }> {
    const used = new Map<Retrier, number>();
    for (let retryCount = 0; ; retryCount++) {
      const context = this.contextAt(enteredAt, retryCount);
      const scope: Scope = { input, context };
      try {
        const given = state.Parameters === undefined ? input : filled(state.Parameters, scope);
        const result = await this.once(state, given);
        const selected = state.ResultSelector === undefined ? result : filled(state.ResultSelector, { input: result, context });
        const output = placed(state.ResultPath, raw, selected);
        return { next: state.Next, output: narrowed(state.OutputPath, { input: output, context }) };
      } catch (error) {
        if (!(error instanceof StatesError)) {
          throw error;
        }
        const retrier = (state.Retry ?? []).find(({ ErrorEquals }) => fits(ErrorEquals, error.error));
        const retried = retrier === undefined ? 0 : used.get(retrier) ?? 0;
        if (retrier !== undefined && retried < (retrier.MaxAttempts ?? 3)) {
          used.set(retrier, retried + 1);
          this.retries++;
          this.transitions++; // a retry is paid for as a transition: https://aws.amazon.com/step-functions/pricing/
          await this.within(this.clock.sleep(this.pauseOf(retrier, retried)));
          continue;
        }
        const catcher = (state.Catch ?? []).find(({ ErrorEquals }) => fits(ErrorEquals, error.error));
        if (catcher === undefined) {
          throw error;
        }
        return { next: catcher.Next, output: placed(catcher.ResultPath, raw, { Error: error.error, Cause: error.cause }) };
      }
    }
  }

  private async once(state: State, input: unknown): Promise<unknown> {
    const work = this.tasks.run({
      resource: state.Resource ?? '', input, execution: this, state: this.state, tell: (type) => { this.tell(type); },
    });
    if (state.TimeoutSeconds === undefined) {
      return this.within(work);
    }
    work.catch(() => undefined); // it may fail when nobody waits for it any more
    let timer;
    const late = new Promise<never>((_resolve, reject) => {
      timer = this.clock.after(state.TimeoutSeconds! * 1000, () => { reject(new StatesError('States.Timeout', '')); });
    });
    try {
      return await this.within(Promise.race([work, late]));
    } finally {
      this.clock.cancel(timer);
    }
  }

  private pauseOf(
    { IntervalSeconds = 1, BackoffRate = 2, MaxDelaySeconds = Infinity, JitterStrategy = 'NONE' }: Retrier, retried: number,
  ): number {
    const full = Math.min(MaxDelaySeconds, IntervalSeconds * BackoffRate ** retried) * 1000;
    return JitterStrategy === 'FULL' ? this.random.next() * full : full;
  }
}

function timeOf(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}

/** https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html */
function fits(wanted: readonly string[], error: string): boolean {
  return wanted.some((each) => each === error
    || (each === 'States.ALL' && !['States.DataLimitExceeded', 'States.Runtime'].includes(error))
    || (each === 'States.TaskFailed' && error !== 'States.Timeout' && !['States.DataLimitExceeded', 'States.Runtime'].includes(error)));
}
