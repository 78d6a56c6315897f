/** Agreed between `BatchInference` and its handlers. Imports nothing. */

export const PLANNER_BUNDLE = 'inference-planner';
export const REPORTER_BUNDLE = 'inference-reporter';
export const WATCHER_BUNDLE = 'inference-watcher';

/** What the handlers find in their environment. */
export const ENV_NAME = 'INFERENCE_NAME';
export const ENV_INPUT_BUCKET = 'INPUT_BUCKET';
export const ENV_INPUT_PREFIX = 'INPUT_PREFIX';
export const ENV_OUTPUT_BUCKET = 'OUTPUT_BUCKET';
export const ENV_OUTPUT_PREFIX = 'OUTPUT_PREFIX';
export const ENV_OUTPUT_SUFFIX = 'OUTPUT_SUFFIX';
export const ENV_INPUTS_PER_JOB = 'INPUTS_PER_JOB';
export const ENV_TOLERATED_PERCENT = 'TOLERATED_PERCENT';
/** What the outputs depend on, besides the input: a run begun with another of these is refused. */
export const ENV_IMAGE = 'PROGRAM_IMAGE';
export const ENV_MODEL = 'PROGRAM_MODEL';
export const ENV_SETTINGS_HASH = 'PROGRAM_SETTINGS_HASH';
export const ENV_RUNBOOK = 'RUNBOOK';

/** The folders below the output prefix. */
export const RESULTS = 'results/';
export const FAILURES = 'failures/';
export const RUNS = 'runs/';
export const MANIFESTS = 'manifests/';

/** The parameters of the job's command: where one job finds what it has to do, and where it says what it could not. */
export const PARAMETER_WORK = 'work';
export const PARAMETER_FAILURES = 'failures';

/** Metrics, beside those of queues, each with the dimension `BatchInference`, the name of the construct. */
export const INFERENCE_DIMENSION = 'BatchInference';
export const INFERENCE_METRICS = {
  /** Inputs of runs that ended. */
  inputs: 'InferenceInputs',
  /** Those of them that have no output. */
  failedInputs: 'InferenceFailedInputs',
  /** Runs that ended with more failures than tolerated. */
  overTolerance: 'InferenceOverTolerance',
  /** Since when the oldest run that has not ended runs, in seconds. */
  runningAge: 'InferenceRunningAge',
} as const;

/** What a run comes to. */
export const OUTCOME_DONE = 'DONE';
export const OUTCOME_TOLERATED = 'TOLERATED';
export const OUTCOME_OVER_TOLERANCE = 'OVER_TOLERANCE';
/** Under which error an execution over tolerance fails. */
export const ERROR_OVER_TOLERANCE = 'BatchInference.OverTolerance';

/** What the planner is called with. */
export interface PlanEvent {
  /** The execution's input, as whoever started it gave it. */
  readonly request: unknown;
  readonly execution: string;
  readonly executionArn: string;
}

/** What the planner answers, and the state machine carries on. */
export interface Plan {
  readonly run: string;
  /** One execution's part in a run. */
  readonly attempt: string;
  /** Of the whole run. */
  readonly inputs: number;
  /** Without an output so far. */
  readonly pending: number;
  readonly jobs: number;
  /** Where the distributed map reads its items. */
  readonly itemsKey: string;
  /** Where it writes what became of them. */
  readonly mapPrefix: string;
  /** Milliseconds. */
  readonly started: number;
}

/** One item of the distributed map: one job. */
export interface PlannedJob {
  /** Its number, as in `000042`. */
  readonly job: string;
  readonly work: string;
  readonly failures: string;
  readonly inputs: number;
}

/** What the reporter is called with. */
export interface ReportEvent {
  readonly state: { readonly plan: Plan };
  readonly executionArn: string;
}

/** What the reporter answers. */
export interface Report {
  readonly outcome: typeof OUTCOME_DONE | typeof OUTCOME_TOLERATED | typeof OUTCOME_OVER_TOLERANCE;
  readonly run: string;
  readonly inputs: number;
  readonly done: number;
  readonly failed: number;
  /** Where the outputs are: `s3://…/`. */
  readonly results: string;
  /** Where the inputs without an output are listed, with reasons: `s3://…`; empty if there are none. */
  readonly failedManifest: string;
  readonly sentence: string;
}

/** What the watcher is called with. */
export interface WatchRequest {
  readonly stateMachineArn: string;
  readonly name: string;
}
