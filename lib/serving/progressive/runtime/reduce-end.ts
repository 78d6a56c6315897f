import { servingOf, wanted } from './arrangements';
import { Outcome } from './contract';
import { refusal, stale } from './refusal';
import { EventOf, Step } from './release-event';
import { canLatch, Head, isLive, isStrandedOnItsWay, LatchCause, Refusal, Release } from './release-state';

/** A release that was recovered so often is not saved by one more time. */
const MOST_RECOVERIES = 3;

export function latch({ release }: Head, { at, cause, reason }: EventOf<'latch'>): Step | Refusal {
  // a person may ask for the way back once more where it came to nothing
  if (!canLatch(release) && !(cause === 'abort' && isStrandedOnItsWay(release))) {
    return stale('going back', release?.state);
  }
  return {
    head: { release: latched(release, cause, reason, at) },
    deed: { outcome: 'SUCCEEDED', reason, details: { cause } },
  };
}

/** From here there is no way but back, whatever comes later. */
export function latched(before: Release, cause: LatchCause, reason: string, at: number): Release {
  const { issued: _done, confirmedAt: _then, lockedSince: _since, lockedSeconds: _locked, ...release } = before;
  return {
    ...release,
    // a halted release stays halted, but its candidate loses what it has
    state: release.outcome === undefined ? 'ROLLING_BACK' : release.state,
    latch: { cause, reason, at },
    wanted: wanted('restore', release, at),
  };
}

export function halt(head: Head, { at, reason }: EventOf<'halt'>): Step | Refusal {
  if (!isLive(head.release)) {
    return stale('a halt', head.release?.state);
  }
  return { head: halted(head, head.release, reason, at), deed: { outcome: 'HALTED', reason } };
}

/** Everything stays as it is, for a person to look at. */
export function halted(head: Head, release: Release, reason: string, at: number): Partial<Head> {
  return {
    release: { ...release, state: 'HALTED', outcome: 'HALTED', reason, endedAt: at },
    failuresInARow: head.failuresInARow + 1,
  };
}

/** The end, once the endpoint was seen to be as it should be. */
export function close(head: Head, { at }: EventOf<'close'>): Step | Refusal {
  const { release } = head;
  if (!isLive(release) || release.confirmedAt === undefined) {
    return stale('an end', release?.state);
  }
  const act = release.wanted?.act;
  if (release.latch !== undefined ? act !== 'tidy' : act !== 'finish') {
    return stale('an end', release.state);
  }
  const outcome = release.latch === undefined ? 'SUCCEEDED' : outcomeOf(release.latch.cause);
  const reason = release.latch?.reason;
  const ended: Release = { ...release, state: outcome, outcome, endedAt: at, ...(reason === undefined ? {} : { reason }) };
  return {
    head: {
      release: ended,
      failuresInARow: failuresAfter(outcome, head.failuresInARow),
      ...(outcome === 'SUCCEEDED' ? { stable: servingOf(release) } : {}),
    },
    deed: { outcome, ...(reason === undefined ? {} : { reason }) },
  };
}

/** What somebody wanted is an abort; what the release itself gave cause for is a rollback. */
function outcomeOf(cause: LatchCause): Outcome {
  return cause === 'abort' || cause === 'stop' ? 'ABORTED' : 'ROLLED_BACK';
}

function failuresAfter(outcome: Outcome, failures: number): number {
  return outcome === 'SUCCEEDED' ? 0 : outcome === 'ABORTED' ? failures : failures + 1;
}

/** The execution of a live release ended without its last state: somebody stopped it, or it broke. */
export function recover(head: Head, { at, status }: EventOf<'recover'>): Step | Refusal {
  const { release } = head;
  if (!isLive(release)) {
    return stale('a recovery', release?.state);
  }
  const reason = `execution ${wordOf(status)}`;
  if (release.recoveries >= MOST_RECOVERIES) {
    const why = `${reason}, after ${MOST_RECOVERIES} recoveries`;
    return { head: halted(head, release, why, at), deed: { outcome: 'HALTED', reason: why } };
  }
  const recovered = { ...release, recoveries: release.recoveries + 1 };
  return {
    head: { release: release.latch === undefined ? latched(recovered, 'stopped', reason, at) : recovered },
    deed: { outcome: 'SUCCEEDED', reason, details: { recoveries: recovered.recoveries } },
  };
}

function wordOf(status: string): string {
  const words: Readonly<Record<string, string>> = { ABORTED: 'stopped', FAILED: 'failed', TIMED_OUT: 'timed out' };
  return Object.hasOwn(words, status) ? words[status] : 'ended';
}

/** An abort names the release it is meant for, and one that is over cannot be aborted. */
export function notToAbort({ release }: Head, releaseId: string): Refusal | undefined {
  if (release === undefined || !(isLive(release) || canLatch(release) || isStrandedOnItsWay(release))) {
    return refusal('NOTHING_LIVE', 'no release is under way; to leave a version that was released, roll back');
  }
  return release.releaseId === releaseId ? undefined
    : refusal('STALE_STEP', `release ${release.releaseId} is under way and not the one that was named; look again, then decide`);
}
