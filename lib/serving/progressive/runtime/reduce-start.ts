import { installed, servingOf, wanted } from './arrangements';
import { releaseIdOf } from './names';
import { refusal, stale } from './refusal';
import { EventOf, Step } from './release-event';
import { canLatch, FRESH_TALLY, Head, isLive, Refusal, Release, Serving } from './release-state';

/** After so many failures in a row somebody else has to allow the next release. */
const FAILURES_THAT_NEED_APPROVAL = 2;
const ALLOWANCE_MS = 24 * 3600 * 1000;

export function start(before: Head, event: EventOf<'start'>): Step | Refusal {
  if (isLive(before.release)) {
    return refusal('CONFLICT', `release ${before.release.releaseId} is under way; wait for its end, or abort it`);
  }
  const head = { ...before, stable: before.stable ?? servedByFirst(before.release) };
  const problem = event.release === 'rollback' ? notToGoBack(head) : notAllowed(head, event);
  if (problem !== undefined) {
    return problem;
  }
  const release = created(head, event);
  const { allowance: _used, ...others } = head;
  return {
    // an allowance is for one release
    head: { ...others, allowance: undefined, nextRelease: head.nextRelease + 1, release },
    deed: { outcome: 'SUCCEEDED', details: { kind: event.release } },
  };
}

/**
 * A first release that did all but get into the registry serves callers, and nothing served before it: the next release goes back
 * to that, or it would take the endpoint away when it fails.
 */
function servedByFirst(release: Release | undefined): Serving | undefined {
  const served = release?.outcome === 'HALTED' && release.latch === undefined && release.wanted?.act === 'finish' && release.confirmedAt !== undefined;
  return served ? servingOf(release) : undefined;
}

function notToGoBack({ stable }: Head): Refusal | undefined {
  return stable === undefined ? refusal('NOTHING_TO_GO_BACK_TO', 'the endpoint serves no version yet; start its first release') : undefined;
}

function notAllowed({ failuresInARow, allowance }: Head, { revision, at, actor }: EventOf<'start'>): Refusal | undefined {
  if (failuresInARow < FAILURES_THAT_NEED_APPROVAL) {
    return undefined;
  }
  if (allowance === undefined || allowance.revision !== revision || allowance.until <= at) {
    return refusal('APPROVAL_NEEDED', `the last ${failuresInARow} releases failed; somebody else has to allow version ${revision} first, `
      + 'which holds for one release and 24 hours');
  }
  return allowance.person === actor.person
    ? refusal('SECOND_PERSON_NEEDED', `version ${revision} was allowed by the same person; somebody else has to allow or to start it`) : undefined;
}

function created(head: Head, { release: kind, revision, image, artifact, artifactSha256, actor, changeTicket, at, profile }: EventOf<'start'>): Release {
  const number = head.nextRelease;
  return {
    releaseId: releaseIdOf(profile.endpointName, number),
    number,
    kind,
    revision,
    image,
    artifact,
    artifactSha256,
    requester: actor.arn,
    requesterPerson: actor.person,
    ...(changeTicket === undefined ? {} : { changeTicket }),
    startedAt: at,
    profile,
    ...(head.stable === undefined ? {} : { previous: head.stable }),
    leftovers: leftoversOf(head),
    state: 'PENDING',
    stage: firstStage(head, kind, profile.plan.stages.length),
    part: 0,
    tally: FRESH_TALLY,
    recoveries: 0,
  };
}

/**
 * A halted release, or one that could not tidy, left the endpoint on a configuration of its own, which the next must know. One
 * that was refused, or halted before it wanted anything, left what it found.
 */
function leftoversOf({ release }: Head): readonly string[] {
  if (release?.wanted === undefined) {
    return release?.leftovers ?? [];
  }
  return release.outcome === 'HALTED' || release.left !== undefined ? release.wanted.known : [];
}

/** Without a stable version there is nobody to share requests with: only the last stage makes sense. */
function firstStage({ stable }: Head, kind: Release['kind'], stages: number): number {
  return stable === undefined || kind === 'rollback' ? Math.max(0, stages - 1) : 0;
}

export function begin({ release }: Head, { at, definitions }: EventOf<'begin'>): Step | Refusal {
  if (release?.state !== 'PENDING' || release.latch !== undefined) {
    return stale('a beginning', release?.state);
  }
  return {
    head: {
      release: {
        ...release, state: 'RUNNING', begunAt: at, ...(definitions === undefined ? {} : { definitions }), wanted: wanted('install', release, at),
      },
    },
    deed: { outcome: 'SUCCEEDED', details: { wantedConfig: installed(release).configName } },
  };
}

/** Nothing was touched, so it is no failed release. */
export function refuse({ release }: Head, { at, code, reason }: EventOf<'refuse'>): Step | Refusal {
  if (release?.state !== 'PENDING' || release.latch !== undefined) {
    return stale('a refusal', release?.state);
  }
  const text = `${code}: ${reason}`;
  return {
    head: { release: { ...release, state: 'ABORTED', outcome: 'ABORTED', reason: text, endedAt: at } },
    deed: { outcome: 'REFUSED', reason: text },
  };
}

export function allow({ failuresInARow, release }: Head, { revision, actor, at }: EventOf<'allow'>): Step | Refusal {
  if (failuresInARow < FAILURES_THAT_NEED_APPROVAL) {
    return refusal('CONFLICT', `the last ${failuresInARow} releases failed, and only after ${FAILURES_THAT_NEED_APPROVAL} one has to be allowed; start it`);
  }
  if (isLive(release)) {
    return refusal('CONFLICT', `release ${release.releaseId} is under way; wait for its end`);
  }
  return {
    head: { allowance: { revision, by: actor.arn, person: actor.person, until: at + ALLOWANCE_MS } },
    deed: { outcome: 'SUCCEEDED', details: { allowedRevision: revision } },
  };
}

/** What was found when the resource was deployed. While a release may still move the endpoint, that says nothing. */
export function adopt({ release }: Head, { stable }: EventOf<'adopt'>): Step | Refusal {
  if (isLive(release) || canLatch(release)) {
    return refusal('CONFLICT', `release ${release?.releaseId} has not come to rest; end it first`);
  }
  return {
    head: { stable },
    deed: { outcome: 'SUCCEEDED', details: { stableConfig: stable?.configName ?? 'none' } },
  };
}
