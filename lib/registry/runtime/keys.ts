import { createHash } from 'node:crypto';

/**
 * Where everything lies. The tenant begins every partition key, so that a policy on leading keys can be cut to a tenant; the
 * ids that follow hold no `#`. Numbers are padded, or 10 would sort before 9.
 */
export interface Key {
  readonly pk: string;
  readonly sk: string;
}

const DIGITS = 10;

export const HEAD = 'HEAD';
export const REVISIONS = 'REV#';
export const AUDITS = 'AUDIT#';
export const MODELS = 'MODEL#';

export function modelPartition(tenant: string, model: string): string {
  return `TENANT#${tenant}#MODEL#${model}`;
}

export function headKey(tenant: string, model: string): Key {
  return { pk: modelPartition(tenant, model), sk: HEAD };
}

export function versionKey(tenant: string, model: string, revision: number): Key {
  return { pk: modelPartition(tenant, model), sk: `${REVISIONS}${padded(revision)}` };
}

export function requestKey(tenant: string, model: string, key: string): Key {
  return { pk: modelPartition(tenant, model), sk: `IDEM#${key}` };
}

export function labelKey(tenant: string, model: string, label: string): Key {
  return { pk: modelPartition(tenant, model), sk: `LABEL#${label}` };
}

/** In the audit table. */
export function auditKey(tenant: string, model: string, sequence: number): Key {
  return { pk: modelPartition(tenant, model), sk: `${AUDITS}${padded(sequence)}` };
}

export function modelsPartition(tenant: string): string {
  return `TENANT#${tenant}#MODELS`;
}

export function modelKey(tenant: string, model: string): Key {
  return { pk: modelsPartition(tenant), sk: `${MODELS}${model}` };
}

/** What SageMaker knows a model by is shorter than its id, so two ids could meet there. */
export function physicalNameKey(tenant: string, name: string): Key {
  return { pk: `TENANT#${tenant}#NAMES`, sk: `NAME#${name}` };
}

/** What a version was made from: a commit, or a data set, whose URI may be too long for a key. */
export type Origin = { readonly commit: string } | { readonly dataset: string };

export function lineagePartition(tenant: string, origin: Origin): string {
  const name = 'commit' in origin ? `commit#${origin.commit}` : `dataset#${createHash('sha256').update(origin.dataset).digest('hex')}`;
  return `TENANT#${tenant}#LINEAGE#${name}`;
}

export function lineageKey(tenant: string, origin: Origin, model: string, revision: number): Key {
  return { pk: lineagePartition(tenant, origin), sk: `${MODELS}${model}#${REVISIONS}${padded(revision)}` };
}

export function padded(number: number): string {
  return String(number).padStart(DIGITS, '0');
}

/**
 * The number in a sort key. In a key that somebody else made, what is no digit counts as a nine: whoever reads on after that
 * number comes to what lies behind the key, and to nothing twice.
 */
export function numberIn(sk: string, prefix: string): number {
  return Number(sk.slice(prefix.length, prefix.length + DIGITS).replace(/[^0-9]/g, '9').padEnd(DIGITS, '9'));
}
