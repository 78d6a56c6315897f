import { Script } from 'node:vm';
import { overlaid, requireFor, Send } from './modules';
import { handedIn, REALM } from './realm';
import { Timer, VirtualClock } from '../clock';
import { Random } from '../random';

/** How a bundle's `fetch` is answered. */
export type Fetch = (url: string, init: FetchInit) => Promise<Fetched>;
export interface FetchInit { readonly method?: string; readonly headers?: Record<string, string>; readonly body?: unknown }
export interface Fetched { readonly status: number; readonly headers?: Record<string, string>; readonly body: string }

/**
 * What an execution environment of Lambda lives in: it stays between invocations, frozen, and its memory with it.
 * https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html
 */
export interface InstanceWorld {
  readonly clock: VirtualClock;
  readonly random: Random;
  readonly environment: Readonly<Record<string, string>>;
  /** Milliseconds by which its clock is ahead. */
  readonly skew: number;
  readonly send: Send;
  readonly fetch: Fetch;
  /** Takes what it writes to its log. */
  readonly write: (text: string) => void;
  readonly exit: () => void;
}

type Callback = (...given: unknown[]) => void;
type Handler = (event: unknown, context: unknown) => unknown;

const SHADOWED = [
  'exports', 'require', 'module', '__filename', '__dirname', 'process', 'console', 'Date', 'Math', 'setTimeout', 'clearTimeout', 'setInterval',
  'clearInterval', 'setImmediate', 'clearImmediate', 'performance', 'fetch', 'crypto', 'AbortSignal', 'globalThis', 'global',
];
const compiled = new Map<string, (...given: unknown[]) => void>();

/** One execution environment: the bundle's bytes as they are, in a world whose time, chance and network are simulated. */
export class Instance {
  public dead = false;
  public busy = false;
  public readonly handler: Handler;
  private readonly timers = new Map<number, Timer>();
  /** Callbacks that fell due while nothing ran here: Lambda freezes an environment between two invocations. */
  private readonly frozen: (() => void)[] = [];
  private lastTimer = 0;

  constructor(name: string, code: string, private readonly world: InstanceWorld) {
    const module = { exports: {} as { handler?: Handler } };
    const shadows = this.shadows();
    const globals = overlaid(globalThis, shadows);
    const given: Readonly<Record<string, unknown>> = {
      exports: module.exports,
      module,
      require: requireFor(world.send, world.random),
      __filename: '/var/task/index.js',
      __dirname: '/var/task',
      ...shadows,
      globalThis: globals,
      global: globals,
    };
    load(name, code)(...SHADOWED.map((shadowed) => given[shadowed]));
    if (typeof module.exports.handler !== 'function') {
      throw new Error(`the bundle of ${name} exports no handler`);
    }
    this.handler = module.exports.handler;
  }

  /** Goes on with what was frozen. */
  public thaw(): void {
    this.frozen.splice(0).forEach((act) => { act(); });
  }

  /** Nothing of it happens any more. */
  public kill(): void {
    this.dead = true;
    this.timers.forEach((timer) => { this.world.clock.cancel(timer); });
  }

  /** How many timers it waits for. */
  public get waiting(): number {
    return this.timers.size;
  }

  private now(): number {
    return this.world.clock.now + this.world.skew;
  }

  private shadows(): Record<string, unknown> {
    const { random } = this.world;
    const now = () => this.now();
    const every = (act: () => void, milliseconds: number) => this.timer(act, Math.max(1, milliseconds), true);
    const clear = (id: unknown) => { this.clear(Number(id)); };
    return {
      Date: dateOf(now),
      Math: overlaid(Math, { random: () => random.next() }),
      setTimeout: (act: Callback, milliseconds = 0, ...given: unknown[]) => this.timer(() => { act(...given); }, milliseconds),
      clearTimeout: clear,
      setInterval: every,
      clearInterval: clear,
      setImmediate: (act: Callback, ...given: unknown[]) => this.timer(() => { act(...given); }, 0),
      clearImmediate: clear,
      performance: { now: () => this.now(), timeOrigin: 0 },
      fetch: this.fetching(),
      crypto: {
        randomUUID: () => random.uuid(),
        getRandomValues: (array: Uint8Array) => {
          array.set(random.bytes(array.length));
          return array;
        },
      },
      AbortSignal: this.abortSignal(),
      process: this.process(),
      console: this.console(),
    };
  }

  private timer(act: () => void, milliseconds: number, again = false): object {
    const id = ++this.lastTimer;
    const run = () => {
      if (this.dead || !this.timers.has(id)) {
        return;
      }
      if (!this.busy) {
        this.frozen.push(run);
        return;
      }
      if (again) {
        this.timers.set(id, this.world.clock.after(milliseconds, run));
      } else {
        this.timers.delete(id);
      }
      act();
    };
    this.timers.set(id, this.world.clock.after(milliseconds, run));
    const handle: object = { ref: () => handle, unref: () => handle, hasRef: () => true, [Symbol.toPrimitive]: () => id };
    return handle;
  }

  private clear(id: number): void {
    this.world.clock.cancel(this.timers.get(id));
    this.timers.delete(id);
  }

  private fetching() {
    return async (input: unknown, init: { method?: string; headers?: Record<string, string>; body?: unknown } = {}) => {
      const { status, headers = {}, body } = await this.world.fetch(String(input), init);
      const lower = new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
      return {
        status,
        ok: status >= 200 && status < 300,
        statusText: '',
        url: String(input),
        headers: {
          get: (name: string) => lower.get(name.toLowerCase()) ?? null,
          has: (name: string) => lower.has(name.toLowerCase()),
        },
        text: async () => body,
        json: async () => handedIn(JSON.parse(body)),
        arrayBuffer: async () => Buffer.from(body),
      };
    };
  }

  private abortSignal() {
    return {
      timeout: (milliseconds: number) => {
        const controller = new AbortController();
        const timedOut = Object.assign(new REALM.Error('The operation was aborted due to timeout'), { name: 'TimeoutError' });
        this.timer(() => { controller.abort(timedOut); }, milliseconds);
        return controller.signal;
      },
      any: (signals: AbortSignal[]) => AbortSignal.any(signals),
      abort: (reason?: unknown) => AbortSignal.abort(reason),
    };
  }

  private process(): object {
    const { environment, write, exit } = this.world;
    const out = stream(write);
    const nothing = () => undefined;
    return {
      env: Object.assign(new REALM.Object(), environment),
      argv: ['/var/lang/bin/node'],
      version: process.version,
      versions: process.versions,
      platform: 'linux',
      arch: 'arm64',
      pid: 1,
      release: {},
      stdout: out,
      stderr: out,
      exit,
      nextTick: process.nextTick.bind(process),
      emitWarning: nothing,
      cwd: () => '/var/task',
      hrtime: Object.assign(() => [Math.floor(this.now() / 1000), (this.now() % 1000) * 1_000_000], {
        bigint: () => BigInt(Math.round(this.now())) * 1_000_000n,
      }),
      uptime: () => 1,
      memoryUsage: () => ({ heapUsed: 0, heapTotal: 0, rss: 0 }),
      on: nothing,
      once: nothing,
      off: nothing,
      addListener: nothing,
      removeListener: nothing,
      listeners: () => [],
      emit: () => false,
    };
  }

  private console(): object {
    const line = (...said: unknown[]) => { this.world.write(`${said.map(String).join(' ')}\n`); };
    return { log: line, info: line, warn: line, error: line, debug: line, trace: line };
  }
}

function stream(write: (text: string) => void): object {
  const nothing = () => undefined;
  return {
    write: (text: unknown) => { write(String(text)); return true; },
    on: nothing,
    once: nothing,
    off: nothing,
    removeListener: nothing,
    emit: nothing,
    listenerCount: () => 1,
    isTTY: false,
    writable: true,
    fd: 1,
  };
}

function dateOf(now: () => number): DateConstructor {
  const Real = REALM.Date;
  class Shadow extends Real {
    public static now(): number {
      return now();
    }

    constructor(...given: unknown[]) {
      if (given.length === 0) {
        super(now());
      } else {
        super(...given as [number]);
      }
    }
  }
  return Shadow as unknown as DateConstructor;
}

/** Compiled once for all environments: it is the same bytes. */
function load(name: string, code: string): (...given: unknown[]) => void {
  const known = compiled.get(code);
  if (known !== undefined) {
    return known;
  }
  const wrapper = new Script(`(function (${SHADOWED.join(', ')}) {${code}\n})`, { filename: `/var/task/${name}/index.js` });
  const loader = wrapper.runInThisContext() as (...given: unknown[]) => void;
  compiled.set(code, loader);
  return loader;
}
