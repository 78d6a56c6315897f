import { TransitionView } from './contract';
import { Command, Change } from './model-state';
import { NotDone } from './problem';
import { reduce } from './reduce';
import { RegistryStore, Wanted } from './registry-store';
import { RegistryWorld } from './registry-world';
import { inRounds } from './rounds';
import { DoneRequest } from './rows';

/** A request that changes a model. */
export interface Transition extends Wanted {
  /** Of all that the request says and of who says it: another request with the same key is refused. */
  readonly bodyHash: string;
  /** What is asked, at a time. */
  command(at: string, durationMs: number): Command;
  /** What has to be so outside the tables before the change is written. Throws `NotDone` if it is not. */
  prepare(change: Change): Promise<void>;
}

export interface Transacted {
  readonly view: TransitionView;
  /** It was done before: this is the answer of then. */
  readonly replayed: boolean;
}

/** API Gateway waits for 30 seconds. */
const LIMITS = { attempts: 30, giveUpMs: 20_000, certain: 0 };

/**
 * Reads, decides, writes; again if somebody else wrote in between, and after errors that pass. Each round begins with the
 * request key, so that a change whose answer was lost is found and not made twice.
 */
export async function transact(transition: Transition, world: RegistryWorld): Promise<Transacted> {
  const transacted = await inRounds(roundOf(transition, world, world.now()), LIMITS, world);
  if (transacted !== undefined) {
    return transacted;
  }
  throw new NotDone('BUSY', 'the registry could not finish in time; it may have been done: send the same request with the same request key '
    + 'again, which does it once at most');
}

/** One round. Nothing: it has to be decided anew. */
function roundOf(transition: Transition, world: RegistryWorld, started: number): () => Promise<Transacted | undefined> {
  const store = new RegistryStore(world);
  const prepared = new Set<number | undefined>();
  return async () => {
    const { state, done } = await store.load(transition);
    if (done !== undefined) {
      return replay(done, transition);
    }
    const now = world.now();
    const change = reduce(state, transition.command(new Date(now).toISOString(), Math.max(0, Math.round(now - started))));
    const refused = change.refused ? NotDone.because(change) : await unprepared(change, transition, prepared);
    if (change.refused || refused !== undefined) {
      // the rows were not read at one moment, and this request may be under way twice: a refusal must hold for all of them
      const { done: doneMeanwhile, rev } = await store.look(transition);
      if (doneMeanwhile !== undefined) {
        return replay(doneMeanwhile, transition);
      }
      if (rev !== state.head.rev) {
        return undefined;
      }
      throw refused;
    }
    const { tenant, model, requestKey, bodyHash } = transition;
    const committed = await store.commit(change, { bodyHash, answer: change.answer }, { tenant, model, requestKey, now });
    if (committed === 'done') {
      return { view: change.answer, replayed: false };
    }
    if (committed !== 'again') {
      throw NotDone.because(committed);
    }
    return undefined;
  };
}

/** Why the world is not as the change needs it. Looked at once in all rounds, unless a later one relies on another version. */
async function unprepared(
  change: Change, { prepare }: Transition, prepared: Set<number | undefined>,
): Promise<NotDone | undefined> {
  const subject = change.relied?.revision;
  if (prepared.has(subject)) {
    return undefined;
  }
  try {
    await prepare(change);
  } catch (error) {
    if (error instanceof NotDone) {
      return error;
    }
    throw error;
  }
  prepared.add(subject);
  return undefined;
}

function replay({ bodyHash, answer }: DoneRequest, transition: Transition): Transacted {
  if (bodyHash !== transition.bodyHash) {
    throw new NotDone('REQUEST_KEY_REUSED', 'this request key was used for another request; use a new key for each new request');
  }
  return { view: answer, replayed: true };
}
