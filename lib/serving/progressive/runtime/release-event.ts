import { Outcome, ReleaseProblemCode, ServingProfile } from './contract';
import { Judgement } from './decide';
import { Actor, AlarmDefinitions, Head, LatchCause, Mutation, Serving } from './release-state';

/** What happened or is asked. `at`: milliseconds, of Step Functions wherever there is a choice. */
export type ReleaseEvent = { readonly at: number; readonly actor: Actor } & (
  | {
    readonly kind: 'start';
    readonly release: 'release' | 'rollback';
    readonly revision: number;
    readonly image: string;
    readonly artifact: string;
    readonly artifactSha256: string;
    readonly changeTicket?: string;
    readonly profile: ServingProfile;
  }
  | { readonly kind: 'begin'; readonly definitions?: AlarmDefinitions }
  | { readonly kind: 'refuse'; readonly code: ReleaseProblemCode; readonly reason: string }
  | { readonly kind: 'issue'; readonly mutation: Mutation; readonly configName?: string }
  /** The endpoint moves. */
  | { readonly kind: 'see' }
  | { readonly kind: 'confirm' }
  /** `noticed`: what people were told of just now. */
  | {
    readonly kind: 'judge';
    readonly judgement: Judgement;
    readonly noticed?: readonly string[];
    readonly since: string;
    readonly sinceAt: number;
  }
  | { readonly kind: 'latch'; readonly cause: LatchCause; readonly reason: string }
  | { readonly kind: 'restore' }
  /** `left`: why the configuration with both slots stays, if it does. */
  | { readonly kind: 'tidy'; readonly left?: string }
  | { readonly kind: 'halt'; readonly reason: string }
  | { readonly kind: 'close' }
  | { readonly kind: 'recover'; readonly status: string }
  | { readonly kind: 'allow'; readonly revision: number }
  | { readonly kind: 'adopt'; readonly stable?: Serving }
);

export type EventOf<Kind extends ReleaseEvent['kind']> = Extract<ReleaseEvent, { readonly kind: Kind }>;

/** What an audit record says of a change, beside who, when and of which endpoint. */
export interface Deed {
  readonly outcome: 'SUCCEEDED' | 'REFUSED' | 'FAILED' | 'HEALTHY' | 'INCONCLUSIVE' | 'ERROR' | Outcome;
  readonly reason?: string;
  readonly details?: Readonly<Record<string, string | number | readonly string[]>>;
}

/** What an event changes, before it is written down. */
export interface Step {
  readonly head: Partial<Head>;
  readonly deed: Deed;
}
