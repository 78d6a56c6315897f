import { isDeepStrictEqual } from 'node:util';
import { ShippedBundle } from './bundles';
import { Fetch, Instance } from './instance';
import { handedIn, handedOut } from './realm';
import { VirtualClock } from '../clock';
import { Outages } from '../outages';
import { Random } from '../random';

/** A function of a template. */
export interface SimulatedFunction {
  readonly name: string;
  /** A number, of what was published; absent of what was deployed last. */
  readonly version?: string;
  /** Without a version. */
  readonly arn: string;
  readonly roleArn: string;
  readonly bundle: ShippedBundle;
  readonly timeoutSeconds: number;
  readonly memory: number;
  readonly environment: Readonly<Record<string, string>>;
  readonly instances: Instance[];
}

export type Invoked = { readonly payload: unknown } | { readonly errorType: string; readonly errorMessage: string };

/** One run of a handler. Once it is over, nothing that it still wants is heard. */
export interface Invocation {
  readonly id: string;
  readonly of: SimulatedFunction;
  readonly instance: Instance;
  over: boolean;
  /** Calls that it waits for. */
  waiting: number;
  /** Ends it as if the process had died. */
  crash(): void;
}

export interface FunctionsWorld {
  readonly clock: VirtualClock;
  readonly random: Random;
  /** Times in which no function starts. */
  readonly outages?: Outages;
  /** Milliseconds by which the clock of a function is ahead. */
  readonly skew: (bundle: string) => number;
  readonly send: (invocation: Invocation, service: string, operation: string, input: unknown) => Promise<unknown>;
  readonly fetch: (invocation: Invocation, ...request: Parameters<Fetch>) => ReturnType<Fetch>;
  readonly log: (name: string, text: string) => void;
  readonly invoked: (invocation: Invocation, outcome: Invoked) => void;
}

const COLD_START_MS = 300;
const WARM_START_MS = 10;
/** Of asynchronous invocations: https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html */
const ASYNC_RETRY_MINUTES = [1, 2];
const REAL_TURNS = 200;

/** Lambda: environments that stay warm and keep the module's memory, cold ones after a crash, timeouts, asynchronous retries. */
export class Functions {
  public readonly all = new Map<string, SimulatedFunction>();
  private readonly current = new Map<Instance, Invocation>();
  private count = 0;

  constructor(private readonly world: FunctionsWorld) {}

  /** Deploys it. What runs of the one before runs on, and stays warm where nothing changed. */
  public add(simulated: Omit<SimulatedFunction, 'instances' | 'version'>): void {
    const { instances = [], ...before } = this.all.get(simulated.name) ?? {};
    const same = isDeepStrictEqual(simulated, before);
    this.all.set(simulated.name, { ...simulated, instances: same ? instances : [] });
  }

  /**
   * Publishes what is deployed, once: a version never changes, and has environments of its own.
   * https://docs.aws.amazon.com/lambda/latest/dg/configuration-versions.html
   */
  public publish(name: string, version: string): void {
    const deployed = this.all.get(name);
    if (deployed !== undefined && !this.all.has(`${name}:${version}`)) {
      this.all.set(`${name}:${version}`, { ...deployed, version, instances: [] });
    }
  }

  /** By name or ARN, with or without a version; an alias is what was deployed last. */
  public find(nameOrArn: string): SimulatedFunction | undefined {
    const [, name, qualifier = ''] = /^(?:arn:[^:]*:lambda:[^:]*:[^:]*:function:)?([^:]+)(?::(.+))?$/.exec(nameOrArn) ?? [];
    return this.all.get(/^\d+$/.test(qualifier) ? `${name}:${qualifier}` : name);
  }

  public withBundle(bundle: string): SimulatedFunction | undefined {
    return [...this.all.values()].find(({ bundle: { name }, version }) => name === bundle && version === undefined);
  }

  public async invoke(of: SimulatedFunction, payload: unknown): Promise<Invoked> {
    if (this.world.outages?.now === true) {
      await this.world.clock.sleep(WARM_START_MS);
      return { errorType: 'Lambda.ServiceException', errorMessage: 'The Lambda service could not answer' };
    }
    const id = `00000000-0000-4000-8000-${String(++this.count).padStart(12, '0')}`;
    const warm = of.instances.find(({ busy, dead }) => !busy && !dead);
    await this.world.clock.sleep(warm === undefined || warm.busy || warm.dead ? COLD_START_MS : WARM_START_MS);
    return new Promise((resolve) => { this.run(of, id, payload, resolve); });
  }

  /** Answers when the last try is over. */
  public async invokeAsync(of: SimulatedFunction, payload: unknown): Promise<Invoked> {
    for (let attempt = 0; ; attempt++) {
      await this.world.outages?.over(); // events wait for the service, for hours
      const outcome = await this.invoke(of, payload);
      if (!('errorType' in outcome) || attempt === ASYNC_RETRY_MINUTES.length) {
        return outcome;
      }
      await this.world.clock.sleep(ASYNC_RETRY_MINUTES[attempt] * 60_000);
    }
  }

  private run(of: SimulatedFunction, id: string, payload: unknown, resolve: (outcome: Invoked) => void): void {
    let instance: Instance;
    try {
      instance = of.instances.find(({ busy, dead }) => !busy && !dead) ?? this.start(of);
    } catch (error) {
      resolve(failure(error));
      return;
    }
    const { clock } = this.world;
    const invocation: Invocation = {
      id,
      of,
      instance,
      over: false,
      waiting: 0,
      crash: () => {
        instance.kill();
        end({ errorType: 'Runtime.ExitError', errorMessage: `RequestId: ${id} Error: Runtime exited with error: exit status 1` });
      },
    };
    const deadline = clock.now + of.timeoutSeconds * 1000;
    const timeout = clock.after(of.timeoutSeconds * 1000, () => {
      instance.kill();
      end({ errorType: 'Sandbox.Timedout', errorMessage: `RequestId: ${id} Error: Task timed out after ${of.timeoutSeconds.toFixed(2)} seconds` });
    });
    const end = (outcome: Invoked) => {
      if (!invocation.over) {
        invocation.over = true;
        instance.busy = false;
        this.current.delete(instance);
        clock.cancel(timeout);
        this.world.invoked(invocation, outcome);
        resolve(outcome);
      }
    };
    instance.busy = true;
    this.current.set(instance, invocation);
    instance.thaw();
    const context = handedIn({
      awsRequestId: id,
      functionName: of.name,
      functionVersion: of.version ?? '$LATEST',
      invokedFunctionArn: of.version === undefined ? of.arn : `${of.arn}:${of.version}`,
      memoryLimitInMB: String(of.memory),
      logGroupName: 'rehearsal',
      logStreamName: id,
      callbackWaitsForEmptyEventLoop: true,
      getRemainingTimeInMillis: () => Math.max(0, deadline - clock.now),
    });
    // a handler may answer without a promise
    void (async () => instance.handler(handedIn(structuredClone(payload)), context))()
      .then((answer) => { end({ payload: plain(handedOut(answer)) }); }, (error: unknown) => { end(failure(error)); });
    void this.patience(invocation);
  }

  /** Work that neither waits for a call nor for a timer is done by the process itself: let it, before time goes on. */
  private async patience(invocation: Invocation): Promise<void> {
    const works = () => !invocation.over && invocation.waiting === 0 && invocation.instance.waiting === 0;
    for (let turn = 0; turn < REAL_TURNS && works(); turn++) {
      await this.world.clock.settle();
    }
  }

  private start(of: SimulatedFunction): Instance {
    const { clock, random, skew, send, fetch, log } = this.world;
    const { name, bundle, environment } = of;
    const instance: Instance = new Instance(bundle.name, bundle.code, {
      clock,
      random,
      environment: { ...environment, AWS_LAMBDA_FUNCTION_NAME: name, AWS_LAMBDA_FUNCTION_VERSION: of.version ?? '$LATEST', AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(of.memory) },
      skew: skew(bundle.name),
      send: (service, operation, input) => this.waitingFor(instance, (invocation) => send(invocation, service, operation, input)),
      fetch: (url, init) => this.waitingFor(instance, (invocation) => fetch(invocation, url, init)),
      write: (text) => { log(bundle.name, text); },
      exit: () => { this.current.get(instance)?.crash(); },
    });
    of.instances.push(instance);
    return instance;
  }

  private waitingFor<T>(instance: Instance, call: (invocation: Invocation) => Promise<T>): Promise<T> {
    const invocation = this.current.get(instance);
    if (invocation === undefined || invocation.over) {
      return new Promise(() => undefined); // a frozen or dead process makes no call
    }
    invocation.waiting++;
    return new Promise((resolve, reject) => {
      const heard = (tell: () => void) => {
        invocation.waiting--;
        if (!invocation.instance.dead) {
          tell();
        }
      };
      call(invocation).then(
        (answer) => { heard(() => { resolve(answer); }); },
        (error: unknown) => { heard(() => { reject(error as Error); }); },
      );
    });
  }
}

function failure(error: unknown): Invoked {
  const { name, message } = Object(error) as { readonly name?: string; readonly message?: string };
  return { errorType: name ?? 'Error', errorMessage: message ?? String(error) };
}

/** What JSON makes of an answer. */
function plain(value: unknown): unknown {
  const text = JSON.stringify(value);
  return text === undefined ? null : JSON.parse(text);
}
