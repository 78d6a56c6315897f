import { ApprovalMinimums, Hold, ProblemCode, Registration, Serving, TransitionView, VersionState } from './contract';
import { NO_PREVIOUS_HASH } from '../../audit/audit-record';

/** Who acts, as far as IAM vouches for it. */
export interface Actor {
  /** For the record: an ARN, with the session name only if its role's session names are trusted. */
  readonly arn: string;
  /** For four eyes: two requests of one person have the same, whatever session names they chose. */
  readonly person: string;
}

/** One per model, and the only thing that says what is in production. */
export interface Head {
  /** Goes up with every change; a write is conditional on the one it was read with. 0: nothing is written yet. */
  readonly rev: number;
  /** Never goes down, so that no revision is given out twice. */
  readonly nextRevision: number;
  readonly production?: Serving;
  /** What was in production before, newest first; at most three. */
  readonly history: readonly Serving[];
  readonly holds: readonly Hold[];
  readonly auditSequence: number;
  readonly auditHash: string;
  /** Time of the last audit record: time never goes back in a chain, even if a clock does. */
  readonly lastAt: string;
}

export const NO_HEAD: Head = {
  rev: 0, nextRevision: 1, history: [], holds: [], auditSequence: 0, auditHash: NO_PREVIOUS_HASH, lastAt: '1970-01-01T00:00:00.000Z',
};

/** A version: what it was registered with never changes, its state does. */
export interface Version extends Registration {
  readonly revision: number;
  readonly state: VersionState;
  readonly registrant: string;
  /** `Actor.person` of the registrant. */
  readonly registrantPerson: string;
  readonly registeredAt: string;
  readonly decidedBy?: string;
  readonly decidedAt?: string;
  readonly approved?: { readonly image: string; readonly artifactSha256: string };
}

/** As much of a model as a command needs: the head, and the versions that it names. */
export interface ModelState {
  readonly head: Head;
  readonly versions: ReadonlyMap<number, Version>;
}

/** What every command says. */
export interface Asked {
  readonly tenant: string;
  readonly model: string;
  readonly actor: Actor;
  /** The clock of the handler: ISO 8601. */
  readonly at: string;
  readonly environment: string;
  readonly requestId: string;
  readonly durationMs: number;
  readonly changeTicket?: string;
  /** The `rev` that the caller has seen; without it, the newest will do. */
  readonly expectedRev?: number;
}

export type Command = Asked & (
  | { readonly verb: 'register'; readonly registration: Registration }
  | {
    readonly verb: 'approve';
    readonly revision: number;
    readonly image: string;
    readonly artifactSha256: string;
    readonly minimums?: ApprovalMinimums;
  }
  | { readonly verb: 'reject' | 'revoke' | 'promote' | 'retire'; readonly revision: number }
  | {
    readonly verb: 'emergency-revoke';
    readonly revision: number;
    /** If it serves, nothing takes its place. */
    readonly leaveEmpty: boolean;
  }
  | { readonly verb: 'rollback' }
  | { readonly verb: 'hold'; readonly revision: number; readonly release: string; readonly as: Hold['as'] }
  | { readonly verb: 'unhold'; readonly revision: number; readonly release: string }
);

/** Nothing changes, and why. */
export interface Refusal {
  readonly refused: true;
  readonly code: ProblemCode;
  readonly detail: string;
  readonly rev?: number;
}

/** Everything that one transaction writes. */
export interface Change {
  readonly refused: false;
  /** Written on the condition that the stored head still has `rev - 1`. */
  readonly head: Head;
  /** A new version, or one with another state. */
  readonly version?: { readonly after: Version; /** Absent: it must not exist yet. */ readonly before?: VersionState };
  /** A version that must be as it was read, though it does not change. */
  readonly relied?: Version;
  /** The audit record as text, byte for byte what its hash is of. */
  readonly record: string;
  readonly answer: TransitionView;
}
