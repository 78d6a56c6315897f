import { candidatePercent, wanted } from './arrangements';
import { stale } from './refusal';
import { EventOf, Step } from './release-event';
import { FRESH_TALLY, Head, Issued, Refusal, Release, Wanted } from './release-state';

/** What the writer has seen and done. None of it is a decision. */

export function issue({ release }: Head, { at, mutation, configName }: EventOf<'issue'>): Step | Refusal {
  if (release?.wanted === undefined) {
    return stale('a call', release?.state);
  }
  const same = release.issued?.mutation === mutation && release.issued.configName === configName ? release.issued : undefined;
  const issued: Issued = {
    mutation, ...(configName === undefined ? {} : { configName }), count: (same?.count ?? 0) + 1, seen: same?.seen ?? false,
  };
  return {
    head: { release: { ...release, ...unlocked(release, at), wanted: timed(release, release.wanted, at), issued } },
    deed: { outcome: 'SUCCEEDED', details: { mutation, ...(configName === undefined ? {} : { wantedConfig: configName }) } },
  };
}

/** A way back that could begin only late has its whole time from then on. */
function timed({ issued, profile: { plan } }: Release, intent: Wanted, at: number): Wanted {
  return intent.act !== 'restore' || issued !== undefined ? intent
    : { ...intent, deadline: Math.max(intent.deadline, at + plan.updateDeadlineSeconds * 1000) };
}

/** On the way back the endpoint was locked until we could call: that time is not ours. */
function unlocked({ wanted: intent, lockedSince, lockedSeconds }: Release, at: number): Pick<Release, 'lockedSeconds'> {
  return intent?.act !== 'restore' || lockedSince === undefined || lockedSeconds !== undefined ? {}
    : { lockedSeconds: secondsBetween(lockedSince, at) };
}

/** Noted once for each call; and once when the way back finds the endpoint locked by an earlier one. */
export function see({ release }: Head, { at }: EventOf<'see'>): Step | Refusal {
  if (release?.wanted === undefined || !noteworthy(release)) {
    return stale('a look', release?.state);
  }
  const { issued } = release;
  return {
    head: {
      release: issued === undefined ? { ...release, lockedSince: at } : { ...release, issued: { ...issued, seen: true } },
    },
    deed: { outcome: 'SUCCEEDED', details: { act: release.wanted.act } },
  };
}

/** Whether that the endpoint moves is news: an update that was seen to move and came to nothing has failed. */
export function noteworthy({ wanted: intent, issued, lockedSince }: Release): boolean {
  return issued === undefined ? intent?.act === 'restore' && lockedSince === undefined : issued.mutation === 'update' && !issued.seen;
}

/** The endpoint is as wanted, for the first time. What is wanted next follows from what was reached. */
export function confirm({ release }: Head, { at }: EventOf<'confirm'>): Step | Refusal {
  const over = release?.latch !== undefined || release?.confirmedAt !== undefined || release?.outcome !== undefined;
  if (release?.wanted === undefined || over) {
    return stale('a confirmation', release?.state);
  }
  const details = { act: release.wanted.act, candidatePercent: candidatePercent(release) };
  const deed = { outcome: 'SUCCEEDED' as const, details };
  if (release.wanted.act === 'install') {
    const next = release.kind === 'release' ? entering(release, release.stage, at) : advanced(release, wanted('finish', release, at));
    return { head: { release: next }, deed };
  }
  return { head: { release: { ...release, confirmedAt: at } }, deed };
}

/** The release at the beginning of a stage, weights not yet set. */
export function entering(release: Release, stage: number, at: number): Release {
  const { issued: _done, confirmedAt: _then, ...rest } = release;
  const definition = release.profile.plan.stages[stage];
  return {
    ...rest,
    state: definition?.kind === 'full' ? 'WATCHING' : 'RUNNING',
    stage,
    part: 0,
    tally: FRESH_TALLY,
    wanted: wanted('shift', release, at, definition),
  };
}

/** Requests are where they were before the release. */
export function restore({ release }: Head, { at }: EventOf<'restore'>): Step | Refusal {
  if (release?.latch === undefined || release.wanted?.act !== 'restore' || release.restoredAt !== undefined) {
    return stale('a restoration', release?.state);
  }
  const { lockedSince, lockedSeconds = lockedSince === undefined ? 0 : secondsBetween(lockedSince, at) } = release;
  const restored: Release = { ...release, restoredAt: Math.max(at, release.latch.at), lockedSeconds };
  return {
    // a halted release stays as it is: what else has to happen is for a person to say
    head: { release: release.outcome === undefined ? advanced(restored, wanted('tidy', release, at)) : restored },
    deed: { outcome: 'SUCCEEDED', details: { restoreSeconds: secondsBetween(release.latch.at, at), lockedSeconds } },
  };
}

function advanced({ issued: _done, ...release }: Release, intent: Wanted): Release {
  return { ...release, wanted: intent };
}

/** That both slots stay is no failure: stable serves, and the next release takes it from there. */
export function tidy({ release }: Head, { at, left }: EventOf<'tidy'>): Step | Refusal {
  if (release?.wanted?.act !== 'tidy' || release.confirmedAt !== undefined || release.outcome !== undefined) {
    return stale('tidying', release?.state);
  }
  return {
    head: { release: { ...release, confirmedAt: at, ...(left === undefined ? {} : { left }) } },
    deed: left === undefined ? { outcome: 'SUCCEEDED' } : { outcome: 'FAILED', reason: left },
  };
}

export function secondsBetween(from: number, to: number): number {
  return Math.max(0, Math.round((to - from) / 1000));
}
