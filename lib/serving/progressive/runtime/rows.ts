import * as z from 'zod';
import { EndpointReleaseView, ServingProfile } from './contract';
import { auditKey, headKey, listKey, profileKey, requestKey } from './keys';
import { Profile } from './profile';
import { Head, Issued, Latch, NO_HEAD, Release, Serving, StageTally, Wanted, WantedVariant } from './release-state';

/** What lies in the tables, and what it becomes here. A row that is not as we write them is an error, never a guess. */
export type Row = Readonly<Record<string, unknown>>;

/** A request that was done: its key is taken. */
export interface DoneRequest {
  /** Of everything that the request said, and who said it. */
  readonly bodyHash: string;
  readonly answer: EndpointReleaseView;
}

const DAYS_A_REQUEST_KEY_IS_KEPT = 30;

const Count = z.number().int().min(0);
const Time = z.number();
const Variant: z.ZodType<WantedVariant> = z.object({
  slot: z.string(), modelName: z.string(), weight: z.number(), instanceCount: Count, instanceType: z.string(),
});
const Arrangement = z.object({ configName: z.string(), variants: z.array(Variant).min(1) });
const WantedSchema: z.ZodType<Wanted> = z.object({
  act: z.enum(['install', 'shift', 'finish', 'restore', 'tidy']),
  to: Arrangement.optional(),
  or: Arrangement.optional(),
  known: z.array(z.string()),
  first: z.boolean(),
  since: Time,
  deadline: Time,
});
const IssuedSchema: z.ZodType<Issued> = z.object({
  mutation: z.enum(['create', 'update', 'weights', 'delete']), configName: z.string().optional(), count: Count, seen: z.boolean(),
});
const ServingSchema: z.ZodType<Serving> = z.object({
  revision: Count.optional(),
  image: z.string().optional(),
  artifactSha256: z.string().optional(),
  modelName: z.string(),
  configName: z.string(),
  variant: z.string(),
  instanceCount: Count,
  instanceType: z.string(),
});
const LatchSchema: z.ZodType<Latch> = z.object({
  cause: z.enum(['verdict', 'alarm', 'abort', 'stop', 'stopped', 'step']), reason: z.string(), at: Time,
});
const Tally: z.ZodType<StageTally> = z.object({
  judgedAt: Time.optional(),
  healthySeconds: z.number(),
  holdSince: Time.optional(),
  inconclusive: Count,
  errors: Count,
  candidateRequests: z.number(),
  stableRequests: z.number(),
});
const OutcomeSchema = z.enum(['SUCCEEDED', 'ROLLED_BACK', 'ABORTED', 'HALTED']);
const ReleaseSchema: z.ZodType<Release> = z.object({
  releaseId: z.string(),
  number: Count,
  kind: z.enum(['release', 'rollback']),
  revision: Count,
  image: z.string(),
  artifact: z.string(),
  artifactSha256: z.string(),
  requester: z.string(),
  requesterPerson: z.string(),
  changeTicket: z.string().optional(),
  startedAt: Time,
  begunAt: Time.optional(),
  definitions: z.record(z.string(), z.string()).optional(),
  noticed: z.array(z.string()).optional(),
  profile: Profile,
  previous: ServingSchema.optional(),
  leftovers: z.array(z.string()),
  state: z.union([z.enum(['PENDING', 'RUNNING', 'HOLDING', 'ROLLING_BACK', 'WATCHING']), OutcomeSchema]),
  stage: Count,
  part: Count,
  partEnded: z.string().optional(),
  wanted: WantedSchema.optional(),
  issued: IssuedSchema.optional(),
  confirmedAt: Time.optional(),
  tally: Tally,
  verdict: z.object({ verdict: z.enum(['Healthy', 'Failed', 'Inconclusive', 'Error']), reason: z.string(), at: Time }).optional(),
  latch: LatchSchema.optional(),
  lockedSince: Time.optional(),
  lockedSeconds: z.number().optional(),
  restoredAt: Time.optional(),
  left: z.string().optional(),
  recoveries: Count,
  outcome: OutcomeSchema.optional(),
  reason: z.string().optional(),
  endedAt: Time.optional(),
});
const HeadSchema: z.ZodType<Head> = z.object({
  rev: Count,
  auditSequence: Count,
  auditHash: z.string(),
  lastAt: Time,
  told: Count,
  nextRelease: Count,
  failuresInARow: Count,
  allowance: z.object({ revision: Count, by: z.string(), person: z.string(), until: Time }).optional(),
  stable: ServingSchema.optional(),
  release: ReleaseSchema.optional(),
});
const AuditSchema = z.object({ sequence: Count, record: z.string(), hash: z.string() });
export type AuditRow = z.infer<typeof AuditSchema>;

/** The head of an endpoint, or what it has before anything was written. */
export function headOf(row: Row | undefined): Head {
  return row === undefined ? NO_HEAD : HeadSchema.parse(row);
}

/** Nothing: no such endpoint is deployed, or not any more. */
export function profileOf(row: Row | undefined): ServingProfile | undefined {
  return row === undefined || row.retired === true ? undefined : Profile.parse(row.profile);
}

/** The answer is ours, as we wrote it. */
export function doneOf(row: Row | undefined): DoneRequest | undefined {
  return row === undefined ? undefined
    : z.object({ bodyHash: z.string(), answer: z.custom<EndpointReleaseView>((value) => typeof value === 'object' && value !== null) }).parse(row);
}

export function auditRowOf(row: Row): AuditRow {
  return AuditSchema.parse(row);
}

export function headRow(endpoint: string, head: Head): Row {
  return plain({ ...headKey(endpoint), endpoint, ...head });
}

export function profileRow(endpoint: string, profile: ServingProfile): Row {
  return plain({ ...profileKey(endpoint), endpoint, profile });
}

/** Rows stay when a resource goes, because its history does; this says that it is gone. */
export function retiredRow(endpoint: string): Row {
  return { ...profileKey(endpoint), endpoint, retired: true };
}

export function listRow(endpoint: string): Row {
  return { ...listKey(endpoint), endpoint };
}

/** `expiresAt` is the table's time to live, in seconds. */
export function doneRow(endpoint: string, key: string, done: DoneRequest, now: number): Row {
  const expiresAt = Math.floor(now / 1000) + DAYS_A_REQUEST_KEY_IS_KEPT * 24 * 3600;
  return plain({ ...requestKey(endpoint, key), ...done, expiresAt });
}

export function auditRow(endpoint: string, row: AuditRow): Row {
  return { ...auditKey(endpoint, row.sequence), endpoint, ...row };
}

/** Without what is undefined, which the document client refuses. */
function plain(row: Row): Row {
  return JSON.parse(JSON.stringify(row)) as Row;
}
