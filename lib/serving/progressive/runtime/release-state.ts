import { Outcome, ReleaseProblemCode, ReleaseView, ServingProfile } from './contract';

/** What is known of an endpoint and its release. Times are milliseconds: the pure core has no calendar. */

export interface Actor {
  /** For the record: an ARN, or the service that acted. */
  readonly arn: string;
  /** For four eyes. */
  readonly person: string;
}

/** One variant as it should be. Weights of an arrangement never add up to zero. */
export interface WantedVariant {
  readonly slot: string;
  readonly modelName: string;
  readonly weight: number;
  readonly instanceCount: number;
  readonly instanceType: string;
}

export interface Arrangement {
  readonly configName: string;
  readonly variants: readonly WantedVariant[];
}

/** What serves when nothing is released, and what a release goes back to: a configuration by its name, never a slot. */
export interface Serving {
  /** Absent: the endpoint was adopted, and nobody knows which version it serves. */
  readonly revision?: number;
  readonly image?: string;
  readonly artifactSha256?: string;
  readonly modelName: string;
  readonly configName: string;
  readonly variant: string;
  readonly instanceCount: number;
  readonly instanceType: string;
}

export type WantedAct = 'install' | 'shift' | 'finish' | 'restore' | 'tidy';

/** The intent, written before any call: whoever advances the release writes it, and the writer only converges to it. */
export interface Wanted {
  readonly act: WantedAct;
  /** Absent: there shall be no endpoint. */
  readonly to?: Arrangement;
  /** Just as good where the endpoint has it already: the way back within a configuration that is warm. */
  readonly or?: Arrangement;
  /** Names of configurations that this endpoint may be found with; any other was set by somebody else. */
  readonly known: readonly string[];
  /** There was no endpoint before this release: it may be made, and taken away again. */
  readonly first: boolean;
  readonly since: number;
  readonly deadline: number;
}

export type Mutation = 'create' | 'update' | 'weights' | 'delete';

/** What was called to get to what is wanted. */
export interface Issued {
  readonly mutation: Mutation;
  readonly configName?: string;
  readonly count: number;
  /** The endpoint was seen to move after it. */
  readonly seen: boolean;
}

export type LatchCause = NonNullable<ReleaseView['latch']>['cause'];

export interface Latch {
  readonly cause: LatchCause;
  readonly reason: string;
  readonly at: number;
}

export type Verdict = NonNullable<ReleaseView['verdict']>['verdict'];

/** What the judge keeps from tick to tick, of one stage. */
export interface StageTally {
  /** Of Step Functions. Absent: no tick yet. */
  readonly judgedAt?: number;
  readonly healthySeconds: number;
  /** Since when nothing was healthy. */
  readonly holdSince?: number;
  readonly inconclusive: number;
  readonly errors: number;
  /** Requests of each slot that were seen by the last tick. */
  readonly candidateRequests: number;
  readonly stableRequests: number;
}

export const FRESH_TALLY: StageTally = { healthySeconds: 0, inconclusive: 0, errors: 0, candidateRequests: 0, stableRequests: 0 };

/** A digest of each alarm's definition, by name. */
export type AlarmDefinitions = Readonly<Record<string, string>>;

export interface Release {
  readonly releaseId: string;
  readonly number: number;
  readonly kind: 'release' | 'rollback';
  readonly revision: number;
  readonly image: string;
  readonly artifact: string;
  readonly artifactSha256: string;
  readonly requester: string;
  readonly requesterPerson: string;
  readonly changeTicket?: string;
  readonly startedAt: number;
  /** Absent: no execution has looked at it yet. */
  readonly begunAt?: number;
  /** Of its rollback alarms when it began. Absent: nothing was judged by them yet, or never is. */
  readonly definitions?: AlarmDefinitions;
  /** What people were told on the way: once each. */
  readonly noticed?: readonly string[];
  /** As it was at the start; a later deployment changes nothing for it. */
  readonly profile: ServingProfile;
  /** What it goes back to. Absent: it is the first of its endpoint. */
  readonly previous?: Serving;
  /** Configurations that earlier releases may have left the endpoint with. */
  readonly leftovers: readonly string[];
  readonly state: ReleaseView['state'];
  readonly stage: number;
  readonly part: number;
  /** Start of the child execution that a full day ended: its answer may be asked for again. */
  readonly partEnded?: string;
  readonly wanted?: Wanted;
  readonly issued?: Issued;
  /** When the endpoint was seen to be as wanted. */
  readonly confirmedAt?: number;
  readonly tally: StageTally;
  readonly verdict?: { readonly verdict: Verdict; readonly reason: string; readonly at: number };
  readonly latch?: Latch;
  /** The endpoint was found locked on the way back, since then. */
  readonly lockedSince?: number;
  readonly lockedSeconds?: number;
  readonly restoredAt?: number;
  /** Why the endpoint stayed on the configuration with both slots, if it did. */
  readonly left?: string;
  readonly recoveries: number;
  readonly outcome?: Outcome;
  readonly reason?: string;
  readonly endedAt?: number;
}

/** One item per endpoint, and the only thing that says what its release does. */
export interface Head {
  /** Goes up with every change; a write is conditional on the one it was read with. 0: nothing is written yet. */
  readonly rev: number;
  readonly auditSequence: number;
  readonly auditHash: string;
  /** Time of the last record: time never goes back in a chain, even if a clock does. */
  readonly lastAt: number;
  /** The last record that went to EventBridge. */
  readonly told: number;
  readonly nextRelease: number;
  readonly failuresInARow: number;
  readonly allowance?: { readonly revision: number; readonly by: string; readonly person: string; readonly until: number };
  readonly stable?: Serving;
  /** The live release, or the last one. */
  readonly release?: Release;
}

export const NO_HEAD: Head = {
  rev: 0, auditSequence: 0, auditHash: '0'.repeat(64), lastAt: 0, told: 0, nextRelease: 1, failuresInARow: 0,
};

/** Nothing changes, and why. */
export interface Refusal {
  readonly refused: true;
  readonly code: ReleaseProblemCode;
  readonly detail: string;
}

const LIVE: readonly ReleaseView['state'][] = ['PENDING', 'RUNNING', 'HOLDING', 'ROLLING_BACK', 'WATCHING'];

export type LiveRelease = Release & { readonly state: Exclude<ReleaseView['state'], Outcome> };
/** A release that nothing takes back yet. */
export type ForwardRelease = Release & { readonly latch?: undefined };

export function isLive(release: Release | undefined): release is LiveRelease {
  return release !== undefined && LIVE.includes(release.state);
}

/**
 * Whether there is something to take back. A halted release still has it: from there the one thing that happens by itself is
 * that traffic leaves the candidate.
 */
export function canLatch(release: Release | undefined): release is ForwardRelease {
  if (release === undefined || release.latch !== undefined) {
    return false;
  }
  return isLive(release) || (release.state === 'HALTED' && release.wanted !== undefined && release.restoredAt === undefined);
}

/** Whether its way back ended before it was over: the endpoint was locked for too long, or every try failed. */
export function isStrandedOnItsWay(release: Release | undefined): release is Release {
  return release?.state === 'HALTED' && release.latch !== undefined && release.restoredAt === undefined;
}
