import type { Hands, Moment } from './hands';
import { Switches } from './switches';

/** A value that changes: from `afterMinutes` on it is `value`. Before the first entry it is the first value. */
export interface Step { readonly afterMinutes: number; readonly value: number }

/** How a model version behaves once it is asked. */
export interface VersionBehaviour {
  /**
   * Share of its requests that end in a 5XX, in percent; by minutes since its first request.
   * @default 0
   */
  readonly errorPercent?: number | readonly Step[];
  /**
   * What the model takes, in milliseconds.
   * @default 50
   */
  readonly latencyMs?: number;
}

/** Something that somebody does. */
export interface Act {
  /** Minutes since the beginning. */
  readonly atMinutes?: number;
  /** As soon as this is so; with `atMinutes`, not before. */
  readonly when?: (moment: Moment) => boolean;
  readonly do: 'start' | 'abort' | 'rollback' | 'allow' | 'stop' | 'clear' | 'deploy' | 'other';
  /**
   * The IAM user.
   * @default - `ann`, and `bob` for what takes a second person
   */
  readonly by?: string;
  /**
   * The revision to start or to allow.
   * @default 2
   */
  readonly revision?: number;
  /** The release to abort; the live one if it is left out. */
  readonly releaseId?: string;
  /** The request key; a new one if it is left out. */
  readonly key?: string;
  /**
   * Whether it is asked again with the same key when no answer comes, as `mlp` does.
   * @default true
   */
  readonly asksAgain?: boolean;
  /**
   * With `deploy`: the template that the stack is updated to, as `cdk deploy` would in the middle of a release.
   * @default - the same again
   */
  readonly template?: object;
  /** With `other`: anything that may happen to an account. */
  readonly act?: (hands: Hands) => unknown;
  /** For the timeline. */
  readonly note?: string;
}

/** Goes wrong with a call that a handler makes. */
export interface CallFault {
  /** `lost-race`: a conditional write of DynamoDB fails. `locked`: SageMaker is at another change of the endpoint. */
  readonly do: 'throttle' | 'unavailable' | 'lose-answer' | 'crash-before' | 'crash-after' | 'deny' | 'lost-race' | 'locked';
  /** The handler's bundle, such as `release-writer`; any if it is left out. */
  readonly function?: string;
  /** As the SDK's client is called: `sagemaker`, `dynamodb`, `ssm`; `registry` for the model registry. */
  readonly service?: string;
  /** As the API calls it: `UpdateEndpoint`, `TransactWriteItems`. */
  readonly operation?: string;
  /**
   * Which of the calls that fit, from 1.
   * @default 1
   */
  readonly nth?: number;
  /**
   * How many from there on.
   * @default 1
   */
  readonly times?: number;
  /** In place of `nth`: each call that fits, with this chance from 0 to 1, at most `times` times. */
  readonly chance?: number;
  /** Only calls after so many minutes count. */
  readonly afterMinutes?: number;
  /** Only calls that are made when this is so count. */
  readonly when?: (moment: Moment) => boolean;
}

/** Goes wrong with the delivery of an event. */
export interface EventFault {
  /** `aws.cloudwatch`, `aws.ssm`, `aws.states`; any if it is left out. */
  readonly source?: string;
  readonly delaySeconds?: number;
  /** 0 loses it, 2 delivers it twice. */
  readonly copies?: number;
  /** From 0 to 1. @default 1 */
  readonly chance?: number;
}

/** Goes wrong with a change of the endpoint that begins. */
export interface UpdateFault {
  readonly do: 'silent-rollback' | 'capacity' | 'hang' | 'weights-ignored';
  readonly operation?: 'CreateEndpoint' | 'UpdateEndpoint' | 'UpdateEndpointWeightsAndCapacities';
  /** @default 1 */
  readonly nth?: number;
  /** @default 1 */
  readonly times?: number;
}

/** Goes wrong with metrics for a time. */
export interface MetricFault {
  /** `none`: nobody sends requests. `late`: published `seconds` later. The others: what a reader gets. */
  readonly do: 'none' | 'silent' | 'late' | 'unreadable' | 'nan';
  /** Of one slot only. */
  readonly slot?: string;
  readonly fromMinutes: number;
  readonly toMinutes: number;
  readonly seconds?: number;
}

/** Nothing works for a time, as when a Region is lost. */
export interface Outage { readonly fromMinutes: number; readonly toMinutes: number }

/** What happens in a rehearsal. Everything has a default: the empty scenario is a healthy release. */
export interface Scenario {
  readonly name?: string;
  /** One sentence, for the timeline. */
  readonly story?: string;
  /** Chance is the same for the same seed. @default 1 */
  readonly seed?: number;
  /** ISO 8601. @default '2026-01-05T09:00:00.000Z' */
  readonly startAt?: string;
  /** The endpoint to release to; needed when the template has more than one. */
  readonly endpoint?: string;
  /**
   * What serves before: an endpoint that was there and was adopted, or none.
   * @default 'adopted'
   */
  readonly before?: 'adopted' | 'nothing';
  /** Requests a minute, over all slots. @default 600 */
  readonly requestsPerMinute?: number | readonly Step[];
  /** What serves before the release: revision 1. */
  readonly stable?: VersionBehaviour;
  /** What is released: revision 2. */
  readonly candidate?: VersionBehaviour;
  /** Any revision, by number; wins over `stable` and `candidate`. */
  readonly versions?: Readonly<Record<number, VersionBehaviour>>;
  /** How many revisions the registry has, each approved. @default 3 */
  readonly revisions?: number;
  /** How long the endpoint takes. @default 300 */
  readonly createSeconds?: number;
  /** @default 420 */
  readonly updateSeconds?: number;
  /** @default 20 */
  readonly weightSeconds?: number;
  /** @default 120 */
  readonly deleteSeconds?: number;
  /** From the end of a minute until its metrics can be read. @default 75 */
  readonly metricLagSeconds?: number;
  readonly acts?: readonly Act[];
  readonly calls?: readonly CallFault[];
  readonly events?: readonly EventFault[];
  readonly updates?: readonly UpdateFault[];
  readonly metrics?: readonly MetricFault[];
  /** Times in which nothing works; whatever is stored is there when they are over. */
  readonly outages?: readonly Outage[];
  /** Seconds by which the clock of a function is ahead, by bundle; below 0 it is behind. */
  readonly clockSkewSeconds?: Readonly<Record<string, number>>;
  readonly switches?: Partial<Switches>;
  /** What goes on after the release has ended. @default 15 */
  readonly afterwardsMinutes?: number;
  /** The rehearsal ends here at the latest. @default - two days beyond what the plan takes */
  readonly atMostMinutes?: number;
}
