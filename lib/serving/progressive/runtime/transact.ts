import { ERROR_BUSY } from './contract';
import { recorded, Request } from './record';
import { reduce } from './reduce';
import { ReleaseEvent } from './release-event';
import { Head, Refusal, Release } from './release-state';
import { Loaded, ReleaseStore } from './release-store';
import { StoreWorld } from './release-world';
import { DoneRequest } from './rows';
import { inRounds } from '../../../registry/runtime/rounds';

/** An event of one release: if the endpoint has another one by now, or it is not as it has to be, nothing happens. */
export function forRelease(releaseId: string, event: ReleaseEvent, fits: (release: Release) => boolean = () => true): Change['event'] {
  return ({ head: { release } }) => release?.releaseId === releaseId && fits(release) ? event : undefined;
}

/** What a change leads to. `head`: as it is now, changed or not. */
export type Transacted =
  | { readonly kind: 'changed'; readonly head: Head }
  | { readonly kind: 'refused'; readonly head: Head; readonly refusal: Refusal }
  /** There was nothing to do. */
  | { readonly kind: 'unchanged'; readonly head: Head }
  | { readonly kind: 'replayed'; readonly head: Head; readonly done: DoneRequest };

export interface Change extends Request {
  readonly endpoint: string;
  /** What happened, as far as the state at that moment makes it so. */
  readonly event: (loaded: Loaded) => ReleaseEvent | Refusal | undefined;
  /** A request by somebody: its key, and the answer that it leads to. */
  readonly key?: string;
  readonly done?: (head: Head) => DoneRequest;
}

const LIMITS = { attempts: 20, giveUpMs: 15_000, certain: 0.5 };

/** Nobody knows whether it was done. */
export class StoreBusy extends Error {
  constructor() {
    super('the state of the release could not be written in time');
    this.name = ERROR_BUSY;
  }
}

/** Reads, decides, writes; again if somebody else wrote in between, and after errors that pass. */
export async function transact(change: Change, world: StoreWorld): Promise<Transacted> {
  const transacted = await inRounds(roundOf(change, world), LIMITS, world);
  if (transacted !== undefined) {
    return transacted;
  }
  throw new StoreBusy();
}

/** One round. Nothing: it has to be decided anew. */
function roundOf(
  { endpoint, event: eventOf, key, done: doneFor, ...request }: Change, world: StoreWorld,
): () => Promise<Transacted | undefined> {
  const store = new ReleaseStore(world);
  let tried: string | undefined;
  return async () => {
    const loaded = await store.load(endpoint, key);
    const { head, done } = loaded;
    if (tried !== undefined && head.auditHash === tried) {
      return { kind: 'changed', head }; // the write whose answer was lost
    }
    if (done !== undefined) {
      return { kind: 'replayed', head, done };
    }
    const event = eventOf(loaded);
    if (event === undefined) {
      return { kind: 'unchanged', head };
    }
    if ('refused' in event) {
      return { kind: 'refused', head, refusal: event };
    }
    const change = reduce(head, event);
    if (change.refused) {
      return { kind: 'refused', head, refusal: change };
    }
    const about = { ...request, actor: event.actor, endpoint, environment: world.settings.environment, now: world.now() };
    const { head: next, record } = recorded(head, change, about);
    const asked = key === undefined || doneFor === undefined ? undefined : { key, ...doneFor(next) };
    tried = next.auditHash;
    if (await store.commit(endpoint, head, { head: next, record }, asked) === 'again') {
      tried = undefined;
      return undefined;
    }
    world.write(`${record}\n`);
    return { kind: 'changed', head: next };
  };
}
