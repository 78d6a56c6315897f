import { AsyncLocalStorage } from 'node:async_hooks';

type Storage = AsyncLocalStorage<unknown>;
interface Worker {
  /** As Node made it. */
  readonly run: Storage['run'];
  /** Those that the test file before this one used. */
  readonly used: readonly Storage[];
}

const WORKER = Symbol.for('storages of a worker');
const shared = AsyncLocalStorage as unknown as { [WORKER]?: Worker };

/**
 * Jest notes in an `AsyncLocalStorage` which test is running: a new one for each test file, which it never disables. Node hands
 * the content of every one of them on to every new promise, so that a promise cost more with each test file that its worker had
 * run before: at the end of a whole run, most of the time of whatever waits often went there. Whoever uses a storage again
 * enables it by that.
 */
export function forgetStorages(): void {
  const { run, used } = shared[WORKER] ?? { run: AsyncLocalStorage.prototype.run, used: [] };
  used.forEach((storage) => { storage.disable(); });
  const storages = new Set<Storage>();
  AsyncLocalStorage.prototype.run = function (this: Storage, ...given: unknown[]) {
    storages.add(this);
    return Reflect.apply(run, this, given) as unknown;
  } as Storage['run'];
  shared[WORKER] = { run, get used() { return [...storages]; } };
}
