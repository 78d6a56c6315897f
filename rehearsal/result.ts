/** One line of what happened. */
export interface TimelineEntry {
  /** Since the beginning. */
  readonly minutes: number;
  readonly kind: 'operator' | 'release' | 'endpoint' | 'alarm' | 'page' | 'execution' | 'fault' | 'note';
  readonly text: string;
}
export interface WeightsEntry {
  readonly minutes: number;
  readonly status: string;
  readonly config: string;
  /** Share of requests by slot, in percent. */
  readonly percent: Readonly<Record<string, number>>;
}
export interface CallEntry {
  readonly minutes: number;
  readonly function: string;
  readonly service: string;
  readonly operation: string;
  /** What it was answered; absent if it was done. */
  readonly error?: string;
}
export interface PageEntry {
  readonly minutes: number;
  /** The alarm or the function that sent it. */
  readonly from: string;
  readonly subject: string;
  readonly message: string;
}
/** A change of an alarm's state. */
export interface AlarmEntry {
  readonly minutes: number;
  readonly alarm: string;
  readonly from: string;
  readonly to: string;
}
export interface AnswerEntry {
  readonly minutes: number;
  readonly do: string;
  readonly by: string;
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}
export interface ReleaseResult {
  readonly releaseId: string;
  readonly kind: string;
  readonly revision: number;
  readonly state: string;
  readonly outcome?: string;
  readonly reason?: string;
  readonly verdict?: string;
  /** Why it went back. */
  readonly latch?: { readonly cause: string; readonly reason: string };
  /** From the latch to confirmed traffic. */
  readonly restoreSeconds?: number;
  /** Of these, while SageMaker held the endpoint locked. */
  readonly lockedSeconds?: number;
  readonly startedMinutes: number;
  readonly endedMinutes?: number;
}
/** What the same release costs of AWS. */
export interface Counts {
  /** States entered, and retries. */
  readonly stateTransitions: number;
  readonly retries: number;
  readonly executions: number;
  /** Events of the longest execution; Step Functions ends one that has 25,000. */
  readonly longestHistory: number;
  /** Bytes of the largest input or output of a state; Step Functions takes 262,144. */
  readonly largestPayload: number;
  readonly lambdaInvocations: number;
  readonly coldStarts: number;
  /** Calls of the functions to AWS. */
  readonly apiCalls: number;
  /** The same by service. */
  readonly apiCallsByService: Readonly<Record<string, number>>;
}

/** What came of a rehearsal. */
export interface RehearsalResult {
  readonly scenario: string;
  readonly story: string;
  readonly seed: number;
  readonly endpoint: string;
  /** Of the last release; absent if it did not end. */
  readonly outcome?: string;
  readonly releases: readonly ReleaseResult[];
  readonly timeline: readonly TimelineEntry[];
  readonly weights: readonly WeightsEntry[];
  readonly calls: readonly CallEntry[];
  /** Audit records of the endpoint's chain, in order. */
  readonly audit: readonly Readonly<Record<string, unknown>>[];
  readonly alarms: readonly AlarmEntry[];
  readonly pages: readonly PageEntry[];
  readonly answers: readonly AnswerEntry[];
  /** Requests and errors of callers, by slot. */
  readonly traffic: Readonly<Record<string, { readonly requests: number; readonly errors: number }>>;
  /** What is left in SageMaker. */
  readonly models: readonly string[];
  readonly configs: readonly string[];
  readonly counts: Counts;
  /** What handlers wrote to their logs as errors or warnings. */
  readonly logs: readonly string[];
  /** Imports and attributes that the template does not tell, with what stood in for each. */
  readonly standIns: Readonly<Record<string, string>>;
  /** Alarms of the template that the rehearsal does not know how to evaluate, by name: none that a release goes by. */
  readonly notSimulated: readonly string[];
  /** Broken invariants and missing permissions; `run` throws when there are any. */
  readonly problems: readonly string[];
  readonly virtualMinutes: number;
}
