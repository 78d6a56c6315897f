import { ClerkTask, ERROR_BUSY, Step } from './contract';
import { approvedVersion, Baseline, baseline, endpointRefusal, stopRefusal } from './preflight';
import { Request, STATE_MACHINE } from './record';
import { refusal } from './refusal';
import { ReleaseEvent } from './release-event';
import { ReleaseRegistry } from './release-registry';
import { Refusal, Release } from './release-state';
import { ReleaseStore } from './release-store';
import { ClerkWorld } from './release-world';
import { nothing, stepTo } from './steps';
import { tell } from './teller';
import { forRelease, transact } from './transact';

/** Nobody can tell just now; the state machine asks again. */
export class ReleaseBusy extends Error {
  constructor(why: string) {
    super(why);
    this.name = ERROR_BUSY;
  }
}

/** Looks once more at everything that the desk looked at: the execution may have waited. Then writes down what is wanted. */
export async function begin({ endpoint, releaseId, at }: ClerkTask, request: Request, world: ClerkWorld): Promise<Step> {
  const { release: pending } = await new ReleaseStore(world).head(endpoint);
  if (pending?.releaseId !== releaseId) {
    return nothing(endpoint, releaseId);
  }
  const found = isPending(pending) ? await preflight(pending, world) : {};
  if ('refused' in found && found.code === 'BUSY') {
    throw new ReleaseBusy(found.detail);
  }
  const time = { at: Date.parse(at), actor: STATE_MACHINE };
  const event: ReleaseEvent = 'refused' in found ? { kind: 'refuse', code: found.code, reason: found.detail, ...time }
    : { kind: 'begin', ...found, ...time };
  const { head } = await transact({ ...request, endpoint, event: forRelease(releaseId, event, isPending) }, world);
  await tell(endpoint, head, world);
  const { release } = head;
  return release?.releaseId === releaseId ? stepTo(nextOf(release), release) : nothing(endpoint, releaseId);
}

function isPending({ state, latch }: Release): boolean {
  return state === 'PENDING' && latch === undefined;
}

function nextOf({ outcome, latch }: Release): Step['next'] {
  return outcome !== undefined ? 'CLOSE' : latch !== undefined ? 'RESTORE' : 'INSTALL';
}

/** A rollback by hand is going back: neither the switch nor an alarm of what it leaves holds it up. */
async function preflight(release: Release, world: ClerkWorld): Promise<Baseline | Refusal> {
  const forward = release.kind === 'release';
  const found: Baseline | Refusal = (forward ? await stopRefusal(world) : undefined)
    ?? await versionRefusal(release, world)
    ?? (forward ? await baseline(release.profile, world) : {});
  return 'refused' in found ? found : await endpointRefusal(release, world) ?? await holdRefusal(release, world) ?? found;
}

async function versionRefusal(
  { profile, revision, image, artifact, artifactSha256 }: Release, world: ClerkWorld,
): Promise<Refusal | undefined> {
  const version = await approvedVersion(profile, revision, world);
  if ('refused' in version) {
    return version;
  }
  return version.image === image && version.artifact === artifact && version.artifactSha256 === artifactSha256 ? undefined
    : refusal('NOT_APPROVED', `version ${revision} is not what it was when the release was started`);
}

/** Last, because it changes something: nobody can revoke or retire the version from here on. */
async function holdRefusal(release: Release, world: ClerkWorld): Promise<Refusal | undefined> {
  const registry = new ReleaseRegistry(release.profile, world);
  const first = await registry.hold(release);
  const held = !first.ok && first.code === 'CONFLICT' && await registry.letGoEarlier(release) ? await registry.hold(release) : first;
  if (held.ok) {
    return undefined;
  }
  return held.code === 'CONFLICT' || held.code === 'REFUSED' || held.code === 'NOT_FOUND' ? refusal('CONFLICT', `the registry says: ${held.detail}`)
    : refusal('BUSY', `the registry did not hold the version: ${held.code}`);
}
