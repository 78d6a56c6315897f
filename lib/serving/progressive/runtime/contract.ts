/** Agreed between the constructs of progressive endpoints, their handlers, the `mlp` command and rehearsals. Imports nothing. */

/** Folders of the bundles, and names of the `*.lambda.ts` files that they are made from. */
export const DESK_BUNDLE = 'release-desk';
export const CLERK_BUNDLE = 'release-clerk';
export const JUDGE_BUNDLE = 'release-judge';
export const WRITER_BUNDLE = 'release-writer';
export const RELEASE_PRUNER_BUNDLE = 'release-pruner';
export const STOP_BUNDLE = 'emergency-stop';
export const LIFECYCLE_BUNDLE = 'endpoint-lifecycle';
export const WATCH_BUNDLE = 'release-watch';
export const RELEASE_BUNDLES: readonly string[] = [
  DESK_BUNDLE, CLERK_BUNDLE, JUDGE_BUNDLE, WRITER_BUNDLE, STOP_BUNDLE, LIFECYCLE_BUNDLE, WATCH_BUNDLE,
  RELEASE_PRUNER_BUNDLE,
];

export const LIFECYCLE_TYPE = 'Custom::EndpointLifecycle';

/** Environment of the handlers. */
export const ENV_RELEASES_TABLE = 'RELEASES_TABLE';
export const ENV_AUDIT_TABLE = 'AUDIT_TABLE';
/** The SSM parameter that is the emergency stop. */
export const ENV_STOP_PARAMETER = 'STOP_PARAMETER';
export const ENV_EVENT_BUS = 'EVENT_BUS';
/** What the stack says it is, such as `production`. */
export const ENV_ENVIRONMENT = 'ENVIRONMENT';
/** The state machine that runs releases. */
export const ENV_RELEASE_MACHINE = 'RELEASE_MACHINE';
/** The writer, as a person's abort asks it to act at once. */
export const ENV_WRITER_FUNCTION = 'WRITER_FUNCTION';
/** JSON array: names of roles whose session names somebody other than the caller chooses. */
export const ENV_TRUSTED_SESSION_ROLES = 'TRUSTED_SESSION_ROLES';
/** The sentence that says where to read on. */
export const ENV_RUNBOOK = 'RUNBOOK';

/** Metrics of the controller, dimension `EndpointName`. */
export const METRICS_NAMESPACE = 'MlPlatform/Release';
export const METRIC_HALTED = 'ReleasesHalted';
export const METRIC_ROLLED_BACK = 'ReleasesRolledBack';
/** Seconds from the latch to confirmed traffic, without the time in which SageMaker held the endpoint locked. */
export const METRIC_RESTORE_SECONDS = 'RestoreSeconds';
/** Seconds of the same in which the endpoint was locked. */
export const METRIC_LOCKED_SECONDS = 'RestoreLockedSeconds';

/** 1 for each run that could not delete all that nothing needs any more, 0 for each that could. */
export const METRIC_NOT_PRUNED = 'ReleasesNotPruned';

/** Events on the bus: `detail` is the audit record. */
export const EVENT_SOURCE = 'cdk-ml-platform.release';
export const EVENT_DETAIL_TYPE = 'Model Release Transition';

/** Variant names: the roles of a release. At rest only `Stable` exists. */
export const STABLE_SLOT = 'Stable';
export const CANDIDATE_SLOT = 'Candidate';

/** How `mlp` finds the desk of an endpoint: the SSM parameter `<prefix><endpoint>`, and a stack output. */
export const DESK_PARAMETER_PREFIX = '/ml-platform/releases/';
export const DESK_OUTPUT = 'ReleaseDeskAddress';
/** How `mlp` finds the emergency stop: the SSM parameter `<prefix><name>` holds its address, a stack output too. */
export const STOP_ADDRESS_PREFIX = '/ml-platform/stop/';
export const STOP_OUTPUT = 'EmergencyStopAddress';
/** The value of either. */
export interface DeskAddress {
  readonly url: string;
  readonly region: string;
  readonly environment: string;
}

/** On everything that writes: makes a request happen once. As the registry's. */
export const REQUEST_KEY_HEADER = 'idempotency-key';

export type DeskVerb = 'start' | 'rollback' | 'abort' | 'allow' | 'status' | 'history';
export type StopVerb = 'stop' | 'clear' | 'look';
/** Who is let in to a route: one grant each. */
export type DeskRight = 'release' | 'abort' | 'allow' | 'read';
export type StopRight = 'stop' | 'clear' | 'read';

export interface DeskRoute { readonly verb: DeskVerb; readonly right: DeskRight; readonly method: 'GET' | 'POST'; readonly path: string }
export interface StopRoute { readonly verb: StopVerb; readonly right: StopRight; readonly method: 'GET' | 'POST'; readonly path: string }

const ENDPOINT = '/endpoints/{endpoint}';
/** Every way in. `abort` needs less right than `release`: everybody who is on call may stop what somebody else began. */
export const DESK_ROUTES: readonly DeskRoute[] = [
  { verb: 'start', right: 'release', method: 'POST', path: `${ENDPOINT}/releases` },
  { verb: 'rollback', right: 'release', method: 'POST', path: `${ENDPOINT}/rollback` },
  { verb: 'abort', right: 'abort', method: 'POST', path: `${ENDPOINT}/abort` },
  { verb: 'allow', right: 'allow', method: 'POST', path: `${ENDPOINT}/allow` },
  { verb: 'status', right: 'read', method: 'GET', path: `${ENDPOINT}/release` },
  { verb: 'history', right: 'read', method: 'GET', path: `${ENDPOINT}/history` },
];
export const STOP_ROUTES: readonly StopRoute[] = [
  { verb: 'stop', right: 'stop', method: 'POST', path: '/stop' },
  { verb: 'clear', right: 'clear', method: 'POST', path: '/clear' },
  { verb: 'look', right: 'read', method: 'GET', path: '/stop' },
];

/** What the emergency stop's parameter holds, as JSON. Anything else counts as on: it fails closed. */
export interface StopSwitch {
  readonly state: 'on' | 'off';
  /** Who switched it last: an ARN; and whom four eyes compare. */
  readonly by: string;
  readonly person: string;
  /** ISO 8601. */
  readonly at: string;
}
export const SWITCH_OFF: StopSwitch = { state: 'off', by: 'cloudformation.amazonaws.com', person: 'deployment', at: '1970-01-01T00:00:00.000Z' };

export type StageKind = 'canary' | 'full';

/** One stage of a plan, as `ReleaseStage` renders it. */
export interface StageDefinition {
  readonly kind: StageKind;
  /** Share of requests, above 0; 100 in the full stage. */
  readonly percent: number;
  readonly bakeSeconds: number;
}

/** Errors divided by requests of one slot, each minute apart. */
export interface ErrorRateRule {
  /** Of the trigger. */
  readonly id: string;
  /** Broken above. */
  readonly percent: number;
  /** So many adjacent minutes, each broken. */
  readonly consecutiveMinutes: number;
  /** A minute with fewer requests is as if it had no data. */
  readonly minimumRequests: number;
}

/** A plan, as `ReleasePlan` renders it. Taken when a release starts; a later deployment changes nothing for it. */
export interface PlanDefinition {
  readonly stages: readonly StageDefinition[];
  readonly errorRates: readonly ErrorRateRule[];
  /** Names of rollback alarms: those of the triggers, and those that were brought. */
  readonly alarms: readonly string[];
  readonly tickSeconds: number;
  /** Requests that the candidate must have had in a stage before it can be healthy. */
  readonly minimumSamples: number;
  /** So many inconclusive ticks in a row, while stable has traffic, roll back. */
  readonly inconclusiveLimit: number;
  /** More unreadable ticks in a row than this act. */
  readonly consecutiveErrorLimit: number;
  readonly maxHoldSeconds: number;
  /** An update that takes longer halts the release. */
  readonly updateDeadlineSeconds: number;
}

/** How an endpoint runs. Takes effect at the next release. */
export interface ServingProfile {
  readonly endpointName: string;
  readonly registryUrl: string;
  readonly tenant: string;
  readonly model: string;
  readonly executionRoleArn: string;
  readonly instanceType: string;
  readonly instanceCount: number;
  readonly subnets: readonly string[];
  readonly securityGroupIds: readonly string[];
  readonly networkIsolation: boolean;
  readonly environment: Readonly<Record<string, string>>;
  /** Absent where the family encrypts its local disks in hardware. */
  readonly kmsKeyId?: string;
  /** Of everything that the controller creates: those of the stack, and the endpoint's own. */
  readonly tags: Readonly<Record<string, string>>;
  /** Where people are told. */
  readonly topicArn: string;
  readonly plan: PlanDefinition;
}

/** Of `Custom::EndpointLifecycle`. CloudFormation hands on texts only. */
export interface LifecycleProperties {
  readonly EndpointName: string;
  /** A `ServingProfile` as JSON. */
  readonly Profile: string;
  /** `refuse`: the resource is not deleted while the endpoint exists. `delete`: the endpoint goes with it. */
  readonly OnDelete: 'refuse' | 'delete';
}

/** How long the lifecycle handler may wait for a deletion, beside its answer. */
export const LIFECYCLE_SECONDS = 600;
export const WRITER_SECONDS = 60;
export const JUDGE_SECONDS = 60;
export const CLERK_SECONDS = 60;
export const DESK_SECONDS = 25;
/** How long the pruner may take, beside a call that it waits for; what is left goes with the next end of a release. */
export const PRUNER_SECONDS = 240;
export const LAST_CALL_SECONDS = 30;
export const WATCH_SECONDS = 60;

/** How often it is looked whether every live release has an execution: as often as the judge looks by default. */
export const WATCH_MINUTES = 5;

/**
 * `waitSeconds` of a WAIT is never less, and that of a BAKE never less than the plan's tick: the construct computes from both how
 * many events an execution may come to.
 */
export const SHORTEST_WAIT_SECONDS = 10;

/** How a release ends. */
export type Outcome = 'SUCCEEDED' | 'ROLLED_BACK' | 'ABORTED' | 'HALTED';

/**
 * Names of models and configurations begin with `physicalName(endpointName, RELEASED_SLUG)` and `-r<number of the release>`;
 * policies are cut to that. https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateEndpointConfig.html: 63 characters.
 */
export const RELEASED_SLUG = 32;

/**
 * What a task of the state machine says: where to go. All say it in this shape, so that choices look alike.
 *
 * The release machine: `Route` (is `$.recover` there? -> Recover, else Begin) -> Begin -> INSTALL -> Install (WAIT: wait and
 * again) -> STAGE -> Stage (child) -> STAGE | FINISH | RESTORE -> Finish -> CLOSE; Restore -> TIDY -> Tidy -> CLOSE -> Close
 * -> Prune, unless it is HALTED. NOTHING ends it. A rollback by hand has no stage: Install says FINISH.
 * The stage machine: Shift (WAIT: wait and again) -> BAKE -> Bake (wait) -> Judge -> BAKE | STAGE | FINISH | RESTORE | CLOSE; its
 * output is the last step.
 */
export interface Step {
  readonly next: 'INSTALL' | 'WAIT' | 'BAKE' | 'STAGE' | 'FINISH' | 'RESTORE' | 'TIDY' | 'CLOSE' | 'NOTHING';
  /** Before the same task comes again, or the next tick. Always there: the state machine reads it by path. */
  readonly waitSeconds: number;
  /** The stage that the release is in, and which child execution of it this is: both name the child. */
  readonly stage: number;
  readonly part: number;
  readonly endpoint: string;
  readonly releaseId: string;
  /** What `Close` says. */
  readonly outcome?: Outcome;
}

/** `at` is `$$.State.EnteredTime`: time as Step Functions has it, never that of a function's clock. */
export interface ClerkTask {
  readonly do: 'begin' | 'close' | 'halt';
  readonly endpoint: string;
  readonly releaseId: string;
  readonly at: string;
}
/** An execution of the release machine ended otherwise than by its last state. `input` is that execution's input, as text. */
export interface RecoverTask {
  readonly do: 'recover';
  readonly input: string;
  readonly status: string;
  readonly at: string;
}
/** Moves the endpoint towards what the release wants now, and says whether it is there. `do` names the state, for the log. */
export interface WriterTask {
  readonly do: 'install' | 'shift' | 'finish' | 'restore' | 'tidy';
  readonly endpoint: string;
  readonly releaseId: string;
  readonly at: string;
}
export interface JudgeTask {
  readonly do: 'judge';
  readonly endpoint: string;
  readonly releaseId: string;
  /** Start of the child execution: `$$.Execution.StartTime`. After a day the judge says STAGE, and the next part begins. */
  readonly since: string;
  readonly at: string;
}
/** After the end of a release. What it answers is of no interest to anybody. */
export interface PruneTask {
  readonly do: 'prune';
  readonly endpoint: string;
  readonly releaseId: string;
  readonly at: string;
}
/** From the desk: a person aborted. The writer also takes three events as EventBridge sends them: see `WRITER_EVENTS`. */
export interface RestoreRequest {
  readonly do: 'restore-now';
  readonly endpoint: string;
  readonly releaseId: string;
}
/** Sources and detail types of the events that the writer takes. */
export const WRITER_EVENTS = {
  alarm: { source: 'aws.cloudwatch', detailType: 'CloudWatch Alarm State Change' },
  stop: { source: 'aws.ssm', detailType: 'Parameter Store Change' },
} as const;
/** What the release machine is started with when one of its executions ended badly. */
export const EXECUTION_EVENT = { source: 'aws.states', detailType: 'Step Functions Execution Status Change', statuses: ['ABORTED', 'FAILED', 'TIMED_OUT'] } as const;

/** Errors by name that Step Functions is told to retry. */
export const ERROR_BUSY = 'ReleaseBusy';
/** Another writer holds the lease, or took it over. */
export const ERROR_WRITER_BUSY = 'WriterBusy';

/** A release as `status` shows it. */
export interface ReleaseView {
  readonly releaseId: string;
  readonly kind: 'release' | 'rollback';
  readonly revision: number;
  readonly previousRevision?: number;
  readonly requester: string;
  readonly startedAt: string;
  readonly state: 'PENDING' | 'RUNNING' | 'HOLDING' | 'ROLLING_BACK' | 'WATCHING' | Outcome;
  /** Counts from 0. */
  readonly stage: number;
  readonly stages: readonly StageDefinition[];
  /** Share of requests that the candidate should have now. */
  readonly candidatePercent: number;
  readonly healthySeconds: number;
  readonly verdict?: { readonly verdict: 'Healthy' | 'Failed' | 'Inconclusive' | 'Error'; readonly reason: string; readonly at: string };
  /** Why it goes back, once it does. */
  readonly latch?: { readonly cause: 'verdict' | 'alarm' | 'abort' | 'stop' | 'stopped' | 'step'; readonly reason: string; readonly at: string };
  /** From the latch to confirmed traffic, and how much of it the endpoint was locked. */
  readonly restoreSeconds?: number;
  readonly lockedSeconds?: number;
  readonly endedAt?: string;
}

export interface EndpointReleaseView {
  readonly endpoint: string;
  readonly rev: number;
  /** What serves when nothing is released; absent before the first release. */
  readonly stable?: { readonly revision?: number; readonly configName: string };
  /** The live release, or the last one. */
  readonly release?: ReleaseView;
  readonly failuresInARow: number;
  readonly emergencyStop: 'on' | 'off' | 'unreadable';
}

/** Answer of `history`: audit records in order, as text byte for byte what its hash is of, and what the head says of the last. */
export interface ReleaseHistoryPage {
  readonly rows: readonly { readonly sequence: number; readonly record: string; readonly hash: string }[];
  readonly headSequence: number;
  readonly headHash: string;
  /** The `after` of the next page. */
  readonly next?: number;
}

/** Answer of the emergency stop: of the person only what the record shows. A switch that cannot be read counts as on. */
export type StopView = Omit<StopSwitch, 'person'>;

export type ReleaseProblemCode =
  | 'BAD_REQUEST' | 'TOO_LARGE' | 'NOT_FOUND' | 'UNKNOWN_ACTOR' | 'CONFLICT' | 'STALE_STEP' | 'REQUEST_KEY_REUSED' | 'BUSY' | 'INTERNAL'
  | 'STOPPED' | 'BASELINE_UNHEALTHY' | 'NOT_APPROVED' | 'APPROVAL_NEEDED' | 'SECOND_PERSON_NEEDED' | 'NOTHING_LIVE' | 'NOTHING_TO_GO_BACK_TO';
