import * as z from 'zod';
import { AuditRow, Serving, TransitionView, VersionState } from './contract';
import { auditKey, AUDITS, headKey, numberIn, requestKey, versionKey } from './keys';
import { Head, NO_HEAD, Version } from './model-state';

/** What lies in the tables, and what it becomes here. What decides, and is not as we write it, is an error and never a guess. */
export type Row = Readonly<Record<string, unknown>>;

/** A request that was done: its key is taken. */
export interface DoneRequest {
  /** Of everything that the request said, and who said it. */
  readonly bodyHash: string;
  readonly answer: TransitionView;
}

const DAYS_A_REQUEST_KEY_IS_KEPT = 30;

const Count = z.number().int().min(0);
const StateSchema: z.ZodType<VersionState> = z.enum(['Pending', 'Approved', 'Rejected', 'Revoked', 'Retired']);
const ServingSchema: z.ZodType<Serving> = z.object({
  revision: Count, image: z.string(), artifact: z.string(), artifactSha256: z.string(), label: z.string().optional(),
});
const HeadSchema: z.ZodType<Head> = z.object({
  rev: Count,
  nextRevision: Count,
  production: ServingSchema.optional(),
  history: z.array(ServingSchema),
  holds: z.array(z.object({ revision: Count, release: z.string(), as: z.enum(['shadow', 'rollout']) })),
  auditSequence: Count,
  auditHash: z.string(),
  lastAt: z.string(),
});
const VersionSchema: z.ZodType<Version> = z.object({
  revision: Count,
  state: StateSchema,
  registrant: z.string(),
  registrantPerson: z.string(),
  registeredAt: z.string(),
  decidedBy: z.string().optional(),
  decidedAt: z.string().optional(),
  approved: z.object({ image: z.string(), artifactSha256: z.string() }).optional(),
  label: z.string().optional(),
  artifact: z.string(),
  artifactSha256: z.string(),
  image: z.string(),
  lineage: z.object({
    trainingJob: z.string().optional(),
    datasets: z.array(z.string()).optional(),
    commit: z.string().optional(),
    parent: Count.optional(),
    featureSchemaHash: z.string().optional(),
  }).optional(),
  evaluation: z.object({ accuracy: z.number(), bias: z.number(), p99LatencyMs: z.number(), dataset: z.string() }).optional(),
});
const DoneSchema: z.ZodType<DoneRequest> = z.object({
  bodyHash: z.string(),
  answer: z.object({
    model: z.string(),
    revision: Count,
    state: StateSchema.optional(),
    rev: Count,
    production: Count.optional(),
    previous: Count.optional(),
    auditSequence: Count,
  }),
});

/** The head of a model, or what a model has before its first version. */
export function headOf(row: Row | undefined): Head {
  return row === undefined ? NO_HEAD : HeadSchema.parse(row);
}

export function versionOf(row: Row): Version {
  return VersionSchema.parse(row);
}

export function doneOf(row: Row | undefined): DoneRequest | undefined {
  return row === undefined ? undefined : DoneSchema.parse(row);
}

/**
 * An audit row as it lies there. Of all rows only these are shown whatever they are: who reads them looks for what somebody did
 * to them, and an error would hide it. The place of a row is what its key says.
 */
export function auditRowOf({ sk, record, hash }: Row): AuditRow {
  return { sequence: numberIn(text(sk), AUDITS), record: text(record), hash: text(hash) };
}

export function headRow(tenant: string, model: string, head: Head): Row {
  return { ...headKey(tenant, model), tenant, model, ...head };
}

export function versionRow(tenant: string, model: string, version: Version): Row {
  return { ...versionKey(tenant, model, version.revision), ...version };
}

/** `expiresAt` is the table's time to live, in seconds. */
export function doneRow(tenant: string, model: string, key: string, done: DoneRequest, now: number): Row {
  const expiresAt = Math.floor(now / 1000) + DAYS_A_REQUEST_KEY_IS_KEPT * 24 * 3600;
  return { ...requestKey(tenant, model, key), ...done, expiresAt };
}

export function auditRow(tenant: string, model: string, row: AuditRow): Row {
  return { ...auditKey(tenant, model, row.sequence), tenant, model, ...row };
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
