import { wanted } from './arrangements';
import { Judgement } from './decide';
import { halted, latched } from './reduce-end';
import { entering } from './reduce-move';
import { stale } from './refusal';
import { Deed, EventOf, Step } from './release-event';
import { Arrangement, Head, isLive, Refusal, Release, StageTally, Wanted } from './release-state';

/** Long stages go on in another execution: no history comes near its limit. */
export const PART_MS = 24 * 3600 * 1000;

/** A release whose stage has its weights, and nothing takes it back. */
export type Judged = Release & { readonly confirmedAt: number; readonly wanted: Wanted & { readonly to: Arrangement } };

/** One tick: what it saw, what that makes of the stage, and what comes next. */
export function judge(head: Head, event: EventOf<'judge'>): Step | Refusal {
  const { release } = head;
  if (!isJudged(release) || event.at <= (release.tally.judgedAt ?? 0)) {
    return stale('a judgement', release?.state);
  }
  const tallied = withTally(release, event);
  const next = nextOf(tallied, event);
  const { verdict, reason, candidateRequests, stableRequests } = event.judgement;
  const deed: Deed = {
    outcome: OUTCOMES[verdict],
    reason: next.because ?? reason,
    details: {
      stage: release.stage,
      healthySeconds: tallied.tally.healthySeconds,
      candidateRequests,
      stableRequests,
      decided: next.decided,
    },
  };
  return {
    head: next.decided === 'halt' ? halted(head, tallied, next.because ?? reason, event.at) : { release: next.release },
    deed,
  };
}

const OUTCOMES = { Healthy: 'HEALTHY', Failed: 'FAILED', Inconclusive: 'INCONCLUSIVE', Error: 'ERROR' } as const;

/** Only weights that were confirmed can be judged. */
export function isJudged(release: Release | undefined): release is Judged {
  return isLive(release) && release.latch === undefined && release.wanted?.act === 'shift' && release.wanted.to !== undefined
    && release.confirmedAt !== undefined;
}

function withTally(release: Judged, { at, judgement, noticed = [] }: EventOf<'judge'>): Judged {
  const { tally, profile: { plan } } = release;
  const { verdict, reason } = judgement;
  const from = tally.judgedAt ?? release.confirmedAt;
  // a tick speaks for the time of one tick, however long nobody looked
  const seconds = Math.min(plan.tickSeconds, Math.max(0, at - from) / 1000);
  const healthy = verdict === 'Healthy';
  const { holdSince: _over, ...rest } = tally;
  const next: StageTally = {
    ...rest,
    judgedAt: at,
    healthySeconds: tally.healthySeconds + (healthy ? seconds : 0),
    ...(healthy ? {} : { holdSince: tally.holdSince ?? from }),
    inconclusive: judgement.starved ? tally.inconclusive + 1 : 0,
    errors: verdict === 'Error' ? tally.errors + 1 : 0,
    candidateRequests: judgement.candidateRequests,
    stableRequests: judgement.stableRequests,
  };
  return {
    ...release,
    tally: next,
    verdict: { verdict, reason, at },
    state: healthy ? stateIn(release) : 'HOLDING',
    ...(noticed.length === 0 ? {} : { noticed: [...release.noticed ?? [], ...noticed] }),
  };
}

interface Next {
  readonly decided: 'hold' | 'bake' | 'stage' | 'finish' | 'part' | 'back' | 'halt';
  readonly release: Release;
  readonly because?: string;
}

function nextOf(release: Judged, { at, judgement, since, sinceAt }: EventOf<'judge'>): Next {
  const ended = endOf(release, judgement, at);
  if (ended !== undefined) {
    return ended;
  }
  const { tally: { healthySeconds }, stage, profile: { plan: { stages } } } = release;
  if (judgement.verdict === 'Healthy' && !judgement.early && healthySeconds >= stages[stage].bakeSeconds) {
    return stage + 1 < stages.length ? { decided: 'stage', release: entering(release, stage + 1, at) }
      : { decided: 'finish', release: finishing(release, at) };
  }
  return at - sinceAt >= PART_MS ? { decided: 'part', release: { ...release, part: release.part + 1, partEnded: since } }
    : { decided: judgement.verdict === 'Healthy' ? 'bake' : 'hold', release };
}

/** Whether the release ends here: proven bad, unreadable for too long, or held for too long. */
function endOf(release: Judged, { verdict, reason, blameless }: Judgement, at: number): Next | undefined {
  const { tally: { errors, inconclusive, holdSince }, profile: { plan } } = release;
  const watching = plan.stages[release.stage]?.kind === 'full';
  if (verdict === 'Failed') {
    return blameless ? halting(release, `${reason}: nobody is to blame`) : back(release, reason, at);
  }
  if (errors > plan.consecutiveErrorLimit) {
    const because = `${errors} ticks in a row could not be judged: ${reason}`;
    return watching ? halting(release, because) : back(release, because, at);
  }
  if (inconclusive >= plan.inconclusiveLimit && !watching) {
    return back(release, `${inconclusive} ticks in a row: ${reason}`, at);
  }
  return holdSince !== undefined && at - holdSince >= plan.maxHoldSeconds * 1000
    ? halting(release, `held for ${plan.maxHoldSeconds} seconds: ${reason}`) : undefined;
}

function back(release: Release, because: string, at: number): Next {
  return { decided: 'back', because, release: latched(release, 'verdict', because, at) };
}

function halting(release: Release, because: string): Next {
  return { decided: 'halt', because, release };
}

function finishing({ issued: _done, confirmedAt: _then, ...release }: Release, at: number): Release {
  return { ...release, wanted: wanted('finish', release, at) };
}

function stateIn({ profile: { plan }, stage }: Release): 'RUNNING' | 'WATCHING' {
  return plan.stages[stage]?.kind === 'full' ? 'WATCHING' : 'RUNNING';
}
