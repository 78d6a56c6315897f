import { Act, asLeft, converge } from './converge';
import { Fleet, isBusy, isNotSeenYet, isRefused } from './fleet';
import { Lease, WriterBusy } from './lease';
import { page } from './pager';
import { STATE_MACHINE } from './record';
import { noteworthy } from './reduce-move';
import { ReleaseEvent } from './release-event';
import { Head, Release, Wanted, WantedAct } from './release-state';
import { ReleaseStore } from './release-store';
import { WriterWorld } from './release-world';
import { readStop, stopState } from './stop-switch';
import { forRelease, transact } from './transact';
import { isPassing, nameOf } from '../../../registry/runtime/failures';

/** What one invocation of the writer is about. */
export interface Errand {
  readonly endpoint: string;
  readonly releaseId: string;
  /** Phases that it may work on; a release that goes back is always worked on. */
  readonly acts: readonly WantedAct[];
  readonly requestId: string;
  readonly started: number;
  /** How long it may look again before it leaves the rest to the next invocation. */
  readonly patienceMs: number;
  readonly pauseMs: number;
  /** The present, on the clock that decides. */
  readonly at: () => number;
}

type Live = Release & { readonly wanted: Wanted };
type Looked = 'again' | 'pause' | 'done';
type Bare = ReleaseEvent extends infer One ? One extends ReleaseEvent ? Omit<One, 'at' | 'actor'> : never : never;

/**
 * Moves an endpoint towards what its release wants: looks, makes one call at most, and looks again. What it wants is read anew
 * at every look, so that going back wins over whatever was on the way.
 */
export class Converger {
  private readonly store: ReleaseStore;

  constructor(private readonly errand: Errand, private readonly world: WriterWorld) {
    this.store = new ReleaseStore(world);
  }

  /** The state after as much as this invocation could do. Throws `WriterBusy` if another writer has the endpoint. */
  public async run(): Promise<Head> {
    const { endpoint, requestId, patienceMs, pauseMs, started } = this.errand;
    const lease = await Lease.take(endpoint, requestId, this.world);
    try {
      const fleet = new Fleet(this.world, () => lease.prove());
      for (;;) {
        const looked = await this.look(fleet);
        const late = this.world.now() - started >= patienceMs;
        if (looked === 'done' || (looked === 'pause' && late)) {
          return await this.store.head(endpoint);
        }
        if (looked === 'pause') {
          await this.world.sleep(pauseMs);
        }
      }
    } finally {
      await lease.release();
    }
  }

  /** One look, and one step. */
  private async look(fleet: Fleet): Promise<Looked> {
    const { release } = await this.store.head(this.errand.endpoint);
    if (!this.isToDo(release)) {
      return 'done';
    }
    const stopped = await this.stopped(release);
    if (stopped !== undefined) {
      return stopped;
    }
    const { wanted, issued, confirmedAt, profile: { endpointName } } = release;
    const described = await fleet.endpoint(endpointName);
    // what was reached once is not asked for again: if it is otherwise now, it is somebody else's will
    const act = confirmedAt === undefined ? converge(wanted, described, issued, this.errand.at()) : asLeft(wanted, described);
    return this.follow(act, release, fleet);
  }

  private isToDo(release: Release | undefined): release is Live {
    return release?.releaseId === this.errand.releaseId && release.wanted !== undefined
      // a halted release whose candidate lost its right to requests is not over before it has none
      && (release.outcome === undefined || (release.latch !== undefined && release.restoredAt === undefined))
      && (this.errand.acts.includes(release.wanted.act) || release.wanted.act === 'restore')
      // weights that were confirmed are looked at again, and nothing else
      && (release.confirmedAt === undefined || release.wanted.act === 'shift');
  }

  /** Nothing goes forward past the switch; going back never waits for it, and a rollback by hand is going back. */
  private async stopped(release: Live): Promise<Looked | undefined> {
    const { latch, kind, confirmedAt, wanted: { deadline } } = release;
    if (latch !== undefined || kind === 'rollback') {
      return undefined;
    }
    const state = stopState(await readStop(this.world));
    if (state === 'on') {
      await this.record({ kind: 'latch', cause: 'stop', reason: 'the emergency stop is on' });
      return 'again';
    }
    if (state === 'off') {
      return undefined;
    }
    // what is there already may stay; what has to come cannot be waited for without end
    return confirmedAt !== undefined ? 'done' : this.errand.at() <= deadline ? 'pause'
      : this.failed('the emergency stop could not be read before the deadline', release);
  }

  private async follow(act: Act, release: Live, fleet: Fleet): Promise<Looked> {
    switch (act.kind) {
      case 'none':
        return this.arrived(release);
      case 'wait':
        if (act.moving && noteworthy(release)) {
          await this.record({ kind: 'see' });
        }
        return 'pause';
      case 'failed':
        return this.failed(act.reason, release);
      case 'halt':
        return this.halted(act.reason, release);
      default:
        return this.act(act, release, fleet);
    }
  }

  private async arrived({ wanted: { act }, confirmedAt }: Live): Promise<Looked> {
    if (confirmedAt !== undefined) {
      return 'done';
    }
    await this.record({ kind: act === 'restore' || act === 'tidy' ? act : 'confirm' });
    return act === 'restore' && this.errand.acts.includes('tidy') ? 'again' : 'done';
  }

  private async act(act: Extract<Act, { kind: 'create' | 'update' | 'weights' | 'delete' }>, release: Live, fleet: Fleet): Promise<Looked> {
    try {
      await this.call(act, release, fleet);
    } catch (error) {
      return this.callFailed(error, release);
    }
    await this.record({ kind: 'issue', mutation: act.kind, ...('to' in act ? { configName: act.to.configName } : {}) });
    return 'pause';
  }

  private call(act: Extract<Act, { kind: 'create' | 'update' | 'weights' | 'delete' }>, release: Live, fleet: Fleet): Promise<void> {
    switch (act.kind) {
      case 'create':
        return fleet.create(release, act.to);
      case 'update':
        return fleet.update(release, act.to);
      case 'weights':
        return fleet.weights(release, act.to);
      case 'delete':
        return fleet.remove(release.profile.endpointName);
    }
  }

  private callFailed(error: unknown, release: Live): Promise<Looked> {
    if (error instanceof WriterBusy) {
      throw error;
    }
    const made = release.wanted.act === 'install' || release.wanted.act === 'finish';
    if (isBusy(error) || isPassing(error) || (made && isNotSeenYet(error))) {
      this.world.log.warn('SageMaker took no change; it is looked at again', { endpoint: this.errand.endpoint, problem: nameOf(error) });
      return Promise.resolve('pause');
    }
    if (!isRefused(error) || release.wanted.act === 'restore') {
      throw error; // the state machine tries again, and then takes the way out that it has
    }
    return this.failed(`SageMaker refused: ${error instanceof Error ? error.message : String(error)}`, release);
  }

  private async failed(reason: string, release: Live): Promise<Looked> {
    if (release.latch !== undefined) {
      return this.halted(reason, release);
    }
    await this.record({ kind: 'latch', cause: 'step', reason });
    return 'again';
  }

  private async halted(reason: string, release: Live): Promise<Looked> {
    if (release.wanted.act !== 'tidy') {
      // a release that is halted already has nothing to record it in, and people have to know
      await (release.outcome === undefined ? this.record({ kind: 'halt', reason })
        : page(release, `cannot take its traffic back: ${reason}`, this.world));
      return 'done';
    }
    await this.record({ kind: 'tidy', left: reason });
    await page(release, `stable serves, and the configuration with both slots stays: ${reason}`, this.world);
    return 'done';
  }

  /** If the release went on meanwhile, the next look sees it. */
  private async record(bare: Bare): Promise<void> {
    const { endpoint, releaseId, requestId, started, at } = this.errand;
    const event = { ...bare, at: at(), actor: STATE_MACHINE } as ReleaseEvent;
    await transact({ endpoint, requestId, started, event: forRelease(releaseId, event) }, this.world);
  }
}
