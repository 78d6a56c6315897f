/** Agreed between the training pipeline's constructs and its handler. Imports nothing. */

/** The folder of the bundle, and the name of the `*.lambda.ts` file that it is made from. */
export const PIPELINE_BUNDLE = 'training-pipeline';

/** Environment of the handler. */
export const ENV_LEDGER_TABLE = 'LEDGER_TABLE';
export const ENV_PIPELINE_EVENT_BUS = 'EVENT_BUS';
export const ENV_PIPELINE = 'PIPELINE';

/** Events on the bus. */
export const PIPELINE_EVENT_SOURCE = 'cdk-ml-platform.training';
export const PIPELINE_ENDED = 'Training Pipeline Ended';
export const APPROVAL_WANTED = 'Model Approval Wanted';

/** Metrics that the handler writes, dimension `Pipeline`. */
export const PIPELINE_DIMENSION = 'Pipeline';
/** For how many minutes the present execution has held the pipeline; 0 while none does. */
export const METRIC_RUN_MINUTES = 'PipelineRunMinutes';

/** Errors by name, which the state machine knows. */
export const REGISTRY_UNAVAILABLE = 'RegistryUnavailable';
export const LEASE_LOST = 'LeaseLost';
export const NO_MODEL = 'NoModel';
export const INPUT_REFUSED = 'InputRefused';

/** What a job of a pipeline may be told, by the names of the parameters that it declares. */
export const STEP_PARAMETERS = {
  /** The folder of the training data. */
  data: 'data',
  /** A JSON file that lists the data's objects with their versions. */
  manifest: 'manifest',
  /** The folder of this run, ending in `/`: a training job on a queue leaves `model.tar.gz` there. */
  output: 'output',
  /** The model that is evaluated. */
  model: 'model',
  /** Where the evaluation has to be written. */
  evaluation: 'evaluation',
} as const;
export const MODEL_FILE = 'model.tar.gz';
export const EVALUATION_FILE = 'evaluation.json';
export const MANIFEST_FILE = 'manifest.json';

/** Every way in which an execution can end. Each is a state of that name in the state machine, in CamelCase. */
export type Outcome =
  /** A new version is in the registry and waits for a person. */
  | 'REGISTERED'
  /** The same data, images and parameters were registered before: nothing was trained. */
  | 'UNCHANGED'
  /** Another execution waits already and will see the same data. */
  | 'SKIPPED'
  /** Another execution waits already, and for something else. */
  | 'BUSY'
  | 'DATA_REFUSED'
  | 'NO_CAPACITY'
  | 'TRAINING_FAILED'
  | 'EVALUATION_FAILED'
  | 'REGISTRATION_REFUSED'
  | 'REGISTRY_DOWN'
  /** Something that nobody planned for: the handler, a permission, a deleted table. */
  | 'BROKEN';

/** What a column of the data has to be like. Shares are 0 to 1. */
export interface ColumnRule {
  readonly name: string;
  readonly kind: 'number' | 'text';
  /** How many of the values may be missing. */
  readonly maximumNulls: number;
  readonly minimum?: number;
  readonly maximum?: number;
  /** The variance has to be above it. */
  readonly varianceAbove?: number;
  /** Which texts there may be. */
  readonly values?: readonly string[];
}

export interface DataRules {
  readonly format: 'csv' | 'jsonl';
  readonly columns: readonly ColumnRule[];
  /** How many records are looked at, and how many there must be at least. */
  readonly sample: number;
  readonly minimumRecords: number;
}

/** What a pipeline is about. It stands in the state machine, so that an execution goes on with what it began with. */
export interface Plan {
  readonly pipeline: string;
  readonly model: string;
  readonly tenant: string;
  readonly data: { readonly bucket: string; readonly prefix: string };
  /** Below which runs have their folders, in the bucket of the artifact store. */
  readonly work: { readonly bucket: string; readonly prefix: string };
  /** What else decides how a model turns out: images, definitions. */
  readonly identity: readonly string[];
  readonly parameters: Readonly<Record<string, string>>;
  /** How long an execution may hold the pipeline, in seconds: longer than one can live. */
  readonly leaseSeconds: number;
  /** How often a training is begun anew for want of capacity. */
  readonly trainings: number;
  readonly rules: DataRules;
  readonly registry: { readonly url: string; readonly image: string; readonly commit?: string };
}

/** What one execution works on; made by `begin`, and the state of the state machine under `$.run`. */
export interface Run {
  /** SHA-256 of data, images, definitions and parameters. */
  readonly inputHash: string;
  /** What jobs of this run are told apart by: the hash's beginning and the number of the training. */
  readonly name: string;
  /** Under which the checkpoints of all trainings of this input lie. */
  readonly checkpointRun: string;
  readonly training: number;
  readonly parameters: Readonly<Record<string, string>>;
  readonly data: string;
  readonly manifest: string;
  readonly output: string;
  readonly evaluation: string;
  /** Where a job on a queue leaves the model, or where it was found. */
  readonly model: string;
}
