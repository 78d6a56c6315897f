import { createHash } from 'node:crypto';
import * as z from 'zod';

/**
 * The one schema of everything that the library's handlers write down. A record has numbers, hashes, words from fixed lists,
 * and names: one word each, in which no sentence and no address of a person fits. The only text in it is `reason`, and our
 * own code writes that. So no personal data gets in but the name under which IAM knows the actor.
 *
 * What does not fit into a name or the reason is replaced, not refused: a record that is not written is a deed that nobody
 * knows of.
 */
const LONGEST_TEXT = 1024;
const MOST_NAMES = 100;
// a reader's terminal acts on these or hides them
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;
/** All that AWS allows in names, ARNs, S3 URIs and request ids, and no white space. */
const NOT_IN_NAMES = /[^\w.,:;/@#+=*~-]/g;

/** What was done, to be searched for: `<thing>.<act>`. */
export const AUDIT_ACTIONS = [
  'endpoint.deployment.verify', 'endpoint.configs.prune',
  'model.register', 'model.approve', 'model.reject', 'model.revoke', 'model.emergency-revoke', 'model.promote', 'model.rollback', 'model.retire',
  'model.hold', 'model.unhold', 'model.retention.check', 'audit.copy',
  'inference.run.start', 'inference.run.end',
  'training.run.begin', 'training.data.validate', 'training.model.train', 'training.model.evaluate', 'training.model.register',
  'training.approval.ask', 'training.run.end',
  'endpoint.release.start', 'endpoint.release.begin', 'endpoint.release.refuse', 'endpoint.release.issue', 'endpoint.release.see',
  'endpoint.release.confirm', 'endpoint.release.judge', 'endpoint.release.latch', 'endpoint.release.restore', 'endpoint.release.tidy',
  'endpoint.release.halt', 'endpoint.release.close', 'endpoint.release.recover', 'endpoint.release.allow', 'endpoint.release.adopt',
  'endpoint.release.rollback', 'endpoint.release.abort', 'endpoint.profile.store', 'endpoint.delete', 'emergency.stop', 'emergency.clear',
] as const;

export const AUDIT_OUTCOMES = [
  'SUCCEEDED', 'REFUSED', 'FAILED',
  'HEALTHY', 'INCONCLUSIVE', 'ERROR', 'ROLLED_BACK', 'ABORTED', 'HALTED',
  'AS_WANTED', 'NOT_AS_WANTED', 'NOT_AS_WANTED_IN_ROLLBACK', 'PRUNED', 'NOTHING_TO_PRUNE', 'POSTPONED',
] as const;

/** What the first record of a chain names as the hash before it. */
export const NO_PREVIOUS_HASH = '0'.repeat(64);

// cut first: what the cut leaves of a character is unprintable
const Sentence = z.string().transform((text) => text.slice(0, LONGEST_TEXT).replace(UNPRINTABLE, ' '));
const Name = z.string().transform((text) => text.slice(0, LONGEST_TEXT).replace(NOT_IN_NAMES, '_'));
const Names = z.array(Name).transform((names) =>
  names.length <= MOST_NAMES ? names : [...names.slice(0, MOST_NAMES - 1), `and-${names.length - MOST_NAMES + 1}-more`]);
const Revision = z.number().int().min(1);
const Sha256 = z.string().regex(/^[0-9a-f]{64}$/);
/** An ARN as IAM gives it, without the session name unless that can be trusted; or the service that acted. */
const Actor = z.string().max(2048)
  // a path may hold any printable character: https://docs.aws.amazon.com/IAM/latest/APIReference/API_Role.html
  .regex(/^(arn:aws[a-z-]*:(iam|sts)::[0-9]{12}:[\x21-\x7e]+|[a-z0-9.-]+\.amazonaws\.com(\.cn)?)$/);
const DetailName = z.string().regex(/^(?!(constructor|prototype)$)[a-z][A-Za-z0-9]{0,63}$/);

export const AuditRecord = z.strictObject({
  /** With milliseconds, so that text order is time order. */
  timestamp: z.iso.datetime({ precision: 3 }),
  actor: Actor,
  /** What the stack was told it is, such as `production`; or where the stack is, `aws://account/region`. */
  environment: Name,
  action: z.enum(AUDIT_ACTIONS),
  resourceType: Name,
  resourceName: Name,
  tenant: Name.optional(),
  model: Name.optional(),
  version: Revision.optional(),
  previousVersion: Revision.optional(),
  /** The change that allowed this, as its ticket is called elsewhere. */
  changeTicket: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_.#/-]{0,63}$/).optional(),
  outcome: z.enum(AUDIT_OUTCOMES),
  /** A sentence of ours. What AWS says may be quoted in it, what a caller says may not. */
  reason: Sentence.optional(),
  /** The version that a rollback would go to from here. */
  rollbackTarget: Revision.optional(),
  durationMs: z.number().int().min(0),
  requestId: Name,
  /** What only this action has: names and lists of names. */
  details: z.record(DetailName, z.union([Name, z.number(), Names]).optional()).optional(),
  /** Counts the records of a chain from 1, without gaps. Only chained records have it, and `previousHash`. */
  sequence: z.number().int().min(1).optional(),
  previousHash: Sha256.optional(),
}).refine(({ sequence, previousHash }) => (sequence === undefined) === (previousHash === undefined),
  { error: 'sequence and previousHash belong together', path: ['sequence'] });
export type AuditRecord = z.output<typeof AuditRecord>;
export type AuditRecordInput = z.input<typeof AuditRecord>;

/** A record as one line of JSON: no value can begin a line of its own. */
export function auditLine(record: AuditRecordInput): string {
  return `${canonical(AuditRecord.parse(record))}\n`;
}

/** A record as text that is the same wherever it is made: keys in order, nothing undefined. */
export function canonical(record: AuditRecord): string {
  return JSON.stringify(record, (_key, value: unknown) => ordered(value));
}

/** What the next record of the chain names as `previousHash`. */
export function hashOf(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}

function ordered(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return value;
  }
  return Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)));
}
