/** Agreed between the registry's constructs, its handlers and the `mlp` command. Imports nothing. */

/** Folders of the bundles, and names of the `*.lambda.ts` files that they are made from. */
export const API_BUNDLE = 'registry-api';
export const JOURNAL_BUNDLE = 'registry-journal';
export const RETENTION_BUNDLE = 'registry-retention';

/** Environment of the handlers. */
export const ENV_REGISTRY_TABLE = 'REGISTRY_TABLE';
export const ENV_AUDIT_TABLE = 'AUDIT_TABLE';
/** Object-locked: where the journal copies audit records to. */
export const ENV_AUDIT_BUCKET = 'AUDIT_BUCKET';
export const ENV_ARTIFACT_BUCKET = 'ARTIFACT_BUCKET';
export const ENV_EVENT_BUS = 'EVENT_BUS';
/** What the stack says it is, such as `production`. */
export const ENV_ENVIRONMENT = 'ENVIRONMENT';
/** JSON array: names of roles whose session names somebody other than the caller chooses. */
export const ENV_TRUSTED_SESSION_ROLES = 'TRUSTED_SESSION_ROLES';
/** JSON array: below which S3 URIs training data may lie. Empty: anywhere. */
export const ENV_DATASET_PREFIXES = 'DATASET_PREFIXES';
/** JSON object: model name to `ApprovalMinimums`. */
export const ENV_APPROVAL_MINIMUMS = 'APPROVAL_MINIMUMS';
/** The sentence that says where to read on. */
export const ENV_RUNBOOK = 'RUNBOOK';

/** Metrics that the handlers write, dimension `Registry` = the environment. */
export const METRICS_NAMESPACE = 'MlPlatform/Registry';
export const METRIC_AUDIT_ROWS_CHANGED = 'AuditRowsChanged';
export const METRIC_AUDIT_COPIES_DIFFER = 'AuditCopiesDiffer';
export const METRIC_RETAINED_MISSING = 'RetainedVersionsMissing';
export const METRIC_RETAINED_CHECKED = 'RetainedVersionsChecked';
export const METRIC_REFUSED = 'RequestsRefused';
export const METRIC_EMERGENCIES = 'EmergencyRevocations';

/** Events on the bus: `detail` is the audit record. */
export const EVENT_SOURCE = 'cdk-ml-platform.registry';
export const EVENT_DETAIL_TYPE = 'Model Registry Transition';

/** Where the copies of audit records lie in the audit bucket, a folder for each model. */
export function copiesOfTenant(tenant: string): string {
  return `audit/${tenant}/`;
}

/** And those of a model. */
export function copiesBelow(tenant: string, model: string): string {
  return `${copiesOfTenant(tenant)}${model}/`;
}

/** And the copy of one of them. */
export function copyKey(tenant: string, model: string, sequence: number): string {
  return `${copiesBelow(tenant, model)}${String(sequence).padStart(10, '0')}.json`;
}

/** The tenant of those who have only one. */
export const DEFAULT_TENANT = 'default';
/** How many former production versions stay redeployable. */
export const RETAINED_VERSIONS = 3;
/** An image with such a tag never expires (lib/artifacts/image-store.ts). */
export const RELEASE_TAG_PREFIX = 'release-';

/** Header that makes a request happen once: 1 to 128 of A-Z a-z 0-9 - _. Required on everything that writes. */
export const REQUEST_KEY_HEADER = 'idempotency-key';
export const LARGEST_BODY_BYTES = 65_536;
/** On the answer to a request that was done before: it is the answer of then. */
export const REPLAYED_HEADER = 'idempotent-replayed';
/** With BUSY: after how many seconds the same request, with the same request key, may come again. */
export const RETRY_AFTER_HEADER = 'retry-after';
/** Most rows of a page, and how many there are when nothing is said. */
export const LARGEST_PAGE = 100;
export const USUAL_PAGE = 50;
/** Most data sets that a version names. */
export const MOST_DATASETS = 50;
/** Most versions that one release holds. */
export const MOST_HOLDS = 10;

export type Verb =
  | 'register' | 'approve' | 'reject' | 'revoke' | 'emergency-revoke' | 'promote' | 'rollback' | 'retire' | 'hold' | 'unhold'
  | 'models' | 'production' | 'list' | 'history' | 'describe' | 'diff' | 'find' | 'audit';

/** Who is let in to a route: one grant each. */
export type Right = 'register' | 'approve' | 'promote' | 'emergency' | 'retire' | 'release' | 'read';

export interface Route {
  readonly verb: Verb;
  readonly right: Right;
  readonly method: 'GET' | 'POST';
  readonly path: string;
}

const MODEL = '/tenants/{tenant}/models/{model}';
const VERSION = `${MODEL}/versions/{revision}`;

/** Every way in. A path names its tenant first, so that a policy can be cut to a tenant or a model. */
export const ROUTES: readonly Route[] = [
  { verb: 'register', right: 'register', method: 'POST', path: `${MODEL}/versions` },
  { verb: 'approve', right: 'approve', method: 'POST', path: `${VERSION}/approve` },
  { verb: 'reject', right: 'approve', method: 'POST', path: `${VERSION}/reject` },
  { verb: 'revoke', right: 'approve', method: 'POST', path: `${VERSION}/revoke` },
  // a path of its own, because IAM lets people in by path: `versions/*/revoke` does not reach it
  { verb: 'emergency-revoke', right: 'emergency', method: 'POST', path: `${VERSION}/emergency-revoke` },
  { verb: 'promote', right: 'promote', method: 'POST', path: `${VERSION}/promote` },
  { verb: 'rollback', right: 'promote', method: 'POST', path: `${MODEL}/rollback` },
  { verb: 'retire', right: 'retire', method: 'POST', path: `${VERSION}/retire` },
  { verb: 'hold', right: 'release', method: 'POST', path: `${VERSION}/hold` },
  { verb: 'unhold', right: 'release', method: 'POST', path: `${VERSION}/unhold` },
  { verb: 'models', right: 'read', method: 'GET', path: '/tenants/{tenant}/models' },
  { verb: 'find', right: 'read', method: 'GET', path: '/tenants/{tenant}/lineage' },
  { verb: 'production', right: 'read', method: 'GET', path: `${MODEL}/production` },
  { verb: 'list', right: 'read', method: 'GET', path: `${MODEL}/versions` },
  { verb: 'history', right: 'read', method: 'GET', path: `${MODEL}/history` },
  { verb: 'describe', right: 'read', method: 'GET', path: VERSION },
  { verb: 'diff', right: 'read', method: 'GET', path: `${MODEL}/diff` },
  { verb: 'audit', right: 'read', method: 'GET', path: `${MODEL}/audit` },
];

/** What an approval asks of a version's staging evaluation; a value that is not given is not asked for. */
export interface ApprovalMinimums {
  /** Smallest accuracy, 0 to 1. */
  readonly accuracy?: number;
  /** Largest bias, 0 to 1. */
  readonly bias?: number;
  /** Largest p99 latency in milliseconds. */
  readonly p99LatencyMs?: number;
}

export type VersionState = 'Pending' | 'Approved' | 'Rejected' | 'Revoked' | 'Retired';

export interface Evaluation {
  readonly accuracy: number;
  readonly bias: number;
  readonly p99LatencyMs: number;
  /** The data set it was made with: an S3 URI. */
  readonly dataset: string;
}

export interface Lineage {
  readonly trainingJob?: string;
  /** S3 URIs. */
  readonly datasets?: readonly string[];
  /** 40 hex digits. */
  readonly commit?: string;
  /** The version this one was trained from. */
  readonly parent?: number;
  /** SHA-256 of the feature schema. */
  readonly featureSchemaHash?: string;
}

/** What a registration says; none of it ever changes. */
export interface Registration {
  /** A semver for people. No two versions of a model have the same. */
  readonly label?: string;
  /** `s3://<bucket>/<model>/<sha256>/….tar.gz`, in the registry's artifact bucket; tenants share a model's folder. */
  readonly artifact: string;
  readonly artifactSha256: string;
  /** Pinned by digest. */
  readonly image: string;
  readonly lineage?: Lineage;
  readonly evaluation?: Evaluation;
}

/** A version as the registry shows it. */
export interface VersionView extends Registration {
  readonly revision: number;
  readonly state: VersionState;
  readonly registrant: string;
  readonly registeredAt: string;
  readonly decidedBy?: string;
  readonly decidedAt?: string;
  /** What the approval was given for. */
  readonly approved?: { readonly image: string; readonly artifactSha256: string };
  /** Where it is used now; only `describe` and `list` say so. */
  readonly usedAs?: readonly ('production' | 'history' | 'shadow' | 'rollout')[];
}

/** What runs, in one read. */
export interface Serving {
  readonly revision: number;
  readonly image: string;
  readonly artifact: string;
  readonly artifactSha256: string;
  readonly label?: string;
}

/** A version that a release needs. */
export interface Hold {
  readonly revision: number;
  readonly release: string;
  readonly as: 'shadow' | 'rollout';
}

/** What is true of a model as a whole. */
export interface HeadView {
  readonly model: string;
  readonly rev: number;
  readonly production?: Serving;
  /** Newest first; at most three. */
  readonly history: readonly Serving[];
  readonly holds: readonly Hold[];
}

/** Answer of every verb that writes. */
export interface TransitionView {
  readonly model: string;
  readonly revision: number;
  readonly state?: VersionState;
  /** For the next request's `expectedRev`. */
  readonly rev: number;
  readonly production?: number;
  /** What this request took out of production. */
  readonly previous?: number;
  readonly auditSequence: number;
}

/** What an audit row shows: the record's text, byte for byte, and its hash. */
export interface AuditRow {
  readonly sequence: number;
  readonly record: string;
  readonly hash: string;
}

/** Answer of `audit`: rows in order, and what the head of the model says of the last. */
export interface AuditPage {
  readonly rows: readonly AuditRow[];
  readonly headSequence: number;
  readonly headHash: string;
  /** The `after` of the next page. */
  readonly next?: number;
}

/** Answer of `production`: what runs. */
export interface ProductionView extends Serving {
  readonly model: string;
  readonly rev: number;
}

/** Answer of `models`: by name. */
export interface ModelsPage {
  /** `since`: when its first version was registered. */
  readonly models: readonly { readonly model: string; readonly since: string }[];
  /** The `after` of the next page. */
  readonly next?: string;
}

/** Answer of `list`: the newest first. */
export interface VersionsPage {
  readonly model: string;
  readonly versions: readonly VersionView[];
  /** The `after` of the next page. */
  readonly next?: number;
}

/** Answer of `find`: by model and revision. */
export interface LineagePage {
  readonly versions: readonly { readonly model: string; readonly revision: number }[];
  /** The `after` of the next page. */
  readonly next?: string;
}

/** What two versions have that is not the same; a side that has nothing is left out. */
export interface Difference {
  /** With dots, as in `lineage.commit`. */
  readonly field: string;
  readonly from?: string | number | readonly string[];
  readonly to?: string | number | readonly string[];
}

/** Answer of `diff`. */
export interface DiffView {
  readonly model: string;
  readonly from: number;
  readonly to: number;
  readonly differences: readonly Difference[];
}

/** Why a request was not done. The status of each is in `PROBLEM_STATUS`. */
export type ProblemCode =
  | 'BAD_REQUEST' | 'NOT_FOUND' | 'CONFLICT' | 'STALE_REV' | 'REQUEST_KEY_REUSED' | 'REFUSED' | 'FOUR_EYES' | 'UNKNOWN_ACTOR'
  | 'TOO_LARGE' | 'BUSY' | 'INTERNAL';

/** Every problem with its HTTP status. A 403 without a code is API Gateway's: IAM did not let the caller in. */
export const PROBLEM_STATUS: Readonly<Record<ProblemCode, number>> = {
  BAD_REQUEST: 400,
  FOUR_EYES: 403,
  UNKNOWN_ACTOR: 403,
  NOT_FOUND: 404,
  CONFLICT: 409,
  STALE_REV: 409,
  REQUEST_KEY_REUSED: 409,
  TOO_LARGE: 413,
  REFUSED: 422,
  INTERNAL: 500,
  BUSY: 503,
};

/** application/problem+json */
export interface Problem {
  readonly status: number;
  readonly code: ProblemCode;
  readonly detail: string;
  readonly requestId: string;
  /** With STALE_REV: the present one. */
  readonly rev?: number;
}

/** What the SSM parameter holds, as JSON: how the `mlp` command finds a registry. */
export interface RegistryAddress {
  readonly url: string;
  readonly region: string;
  readonly auditBucket: string;
  readonly artifactBucket: string;
  readonly environment: string;
}
export const ADDRESS_PARAMETER_PREFIX = '/ml-platform/registry/';
/** The output of a registry's stack with the same JSON: its key ends so, before the hash that CDK adds. */
export const ADDRESS_OUTPUT = 'RegistryAddress';
