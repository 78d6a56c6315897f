import { ReleaseBusy } from './begin-release';
import { ClerkTask, Step } from './contract';
import { endMetrics, page } from './pager';
import { Request, STATE_MACHINE } from './record';
import { ReleaseEvent } from './release-event';
import { ReleaseRegistry } from './release-registry';
import { Head, Release } from './release-state';
import { ReleaseStore } from './release-store';
import { ClerkWorld } from './release-world';
import { nothing, stepTo } from './steps';
import { tell } from './teller';
import { forRelease, transact } from './transact';

const TOLD = { ROLLED_BACK: 'was rolled back', ABORTED: 'was aborted', HALTED: 'is HALTED and needs a person' } as const;

/** The end. A version that serves becomes the one in production; one that does not is let go. */
export async function closeRelease({ endpoint, releaseId, at }: ClerkTask, request: Request, world: ClerkWorld): Promise<Step> {
  const { release } = await new ReleaseStore(world).head(endpoint);
  if (release?.releaseId !== releaseId) {
    return nothing(endpoint, releaseId);
  }
  const time = { at: Date.parse(at), actor: STATE_MACHINE };
  if (isUntidy(release)) { // the step broke off; stable serves, and that is what counts
    const left: ReleaseEvent = { kind: 'tidy', left: 'tidying failed; the execution has its error', ...time };
    await transact({ ...request, endpoint, event: forRelease(releaseId, left, isUntidy) }, world);
  }
  let event: ReleaseEvent = { kind: 'close', ...time };
  if (release.outcome === undefined && release.latch === undefined && release.wanted?.act === 'finish') {
    const refused = await makeProduction(release, world);
    event = refused === undefined ? event : { kind: 'halt', reason: `the version serves, and the registry says: ${refused}`, ...time };
  }
  const { head } = await transact({ ...request, endpoint, event: forRelease(releaseId, event, hasNotEnded) }, world);
  if (head.release?.outcome === undefined) {
    throw new Error(`release ${releaseId} is not where a release ends`); // the state machine halts it
  }
  return endedSteps(head.release, head, world);
}

function isUntidy({ outcome, latch, wanted, confirmedAt }: Release): boolean {
  return outcome === undefined && latch !== undefined && wanted?.act === 'tidy' && confirmedAt === undefined;
}

export function hasNotEnded({ outcome }: Release): boolean {
  return outcome === undefined;
}

/**
 * What follows from an end. Done again if the execution comes here again: better twice than never.
 * @param last nobody comes here again, so that whatever fails has to be left
 */
export async function endedSteps(release: Release, head: Head, world: ClerkWorld, last = release.outcome === 'HALTED'): Promise<Step> {
  const { outcome, profile: { endpointName } } = release;
  await letGo(release, world, last);
  world.write(endMetrics(release, world.now()));
  if (outcome !== undefined && outcome !== 'SUCCEEDED') {
    await page(release, TOLD[outcome], world);
  }
  await tell(endpointName, head, world);
  return stepTo('NOTHING', release);
}

/** Nothing: the registry has it in production. Otherwise why it never will. */
async function makeProduction(release: Release, world: ClerkWorld): Promise<string | undefined> {
  const registry = new ReleaseRegistry(release.profile, world);
  const head = await registry.head();
  if (!head.ok) {
    throw new ReleaseBusy(`the registry could not be asked: ${head.code}`);
  }
  const { rev, production, history } = head.view;
  if (production?.revision === release.revision) {
    return undefined;
  }
  const back = release.kind === 'rollback' && history[0]?.revision === release.revision;
  const done = back ? await registry.rollback(release, rev) : await registry.promote(release);
  if (done.ok) {
    return undefined;
  }
  if (done.code === 'REFUSED' || done.code === 'NOT_FOUND' || done.code === 'FORBIDDEN') {
    return done.detail;
  }
  throw new ReleaseBusy(`the registry did not take the version into production: ${done.code}`);
}

/** A hold that is not there is as good as let go. Of an end people have to hear also if one stays. */
async function letGo(release: Release, world: ClerkWorld, last: boolean): Promise<void> {
  const done = await new ReleaseRegistry(release.profile, world).unhold(release);
  if (!done.ok && done.code !== 'CONFLICT' && done.code !== 'NOT_FOUND') {
    if (!last) {
      throw new ReleaseBusy(`the registry did not let the version go: ${done.code}`);
    }
    world.log.error('a hold stays in the registry', { releaseId: release.releaseId, code: done.code, runbook: world.settings.runbook });
  }
}
