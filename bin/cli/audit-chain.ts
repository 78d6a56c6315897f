import * as z from 'zod';
import { hashOf, NO_PREVIOUS_HASH } from '../../lib/audit/audit-record';
import { AuditRow } from '../../lib/registry/runtime/contract';

/** What can be wrong with a row, or with its copy. */
export type FindingKind =
  | 'ALTERED' | 'MISSING' | 'REORDERED' | 'FOREIGN' | 'UNREADABLE' | 'CHAIN_BROKEN' | 'TIME_GOES_BACK' | 'TRUNCATED' | 'HEAD_DIFFERS'
  | 'HEAD_MISSING' | 'COPY_DIFFERS' | 'COPY_MISSING' | 'COPY_OVERWRITTEN' | 'COPY_WITHOUT_ROW' | 'STRAY_COPY';

/** Something that nobody of ours does. */
export interface Finding {
  /** The row that it is about; 0 if it is about none. */
  readonly sequence: number;
  readonly kind: FindingKind;
  readonly detail: string;
}

/** The audit trail of a model, as it was read. */
export interface Chain {
  readonly tenant: string;
  readonly model: string;
  /** In the order in which they came. */
  readonly rows: readonly AuditRow[];
  readonly headSequence: number;
  readonly headHash: string;
  /** The registry knows no such model: there are neither rows to be had nor a head. */
  readonly lost?: true;
}

/** A copy of a record in the audit bucket. */
export interface Copy {
  readonly sequence: number;
  /** What was written first. */
  readonly text: string;
  /** How often something was written or deleted there: once is right. */
  readonly versions: number;
}

/** What lies in the audit bucket for a model. */
export interface Copies {
  readonly copies: readonly Copy[];
  /** Keys that are not those of a copy. */
  readonly strayKeys: readonly string[];
  /** When it was looked: what is younger may have been copied since. */
  readonly listedAt: number;
}

/** What was found, and how many rows are too new to have been copied. */
export interface Verdict {
  readonly findings: readonly Finding[];
  readonly tooNew: number;
}

/** A copy is made within seconds; for so long a row without one is no finding. */
export const COPY_LAG_MS = 120_000;
/** A row that says it was written later than that is not excused from having a copy. */
const CLOCK_SKEW_MS = 120_000;

/** As much of a record as ties it to its place. Newer registries may write more. */
const Placed = z.object({
  sequence: z.number(), previousHash: z.string(), timestamp: z.iso.datetime(), tenant: z.string(), model: z.string(),
});
type Placed = z.output<typeof Placed>;

/**
 * Compares a chain with itself, with what the head says, and with the copies if there are any. A function of its arguments.
 *
 * What the chain alone cannot show is a chain that somebody wrote anew from some row on, together with the head: that is what
 * the copies are for.
 */
export function verifyChain(chain: Chain, copies: Copies | undefined, now: number): Verdict {
  const findings = [...ofRows(chain), ...ofHead(chain)];
  const { found, tooNew } = copies === undefined ? { found: [], tooNew: 0 } : ofCopies(chain, copies, now);
  return { findings: [...findings, ...found].sort((one, other) => one.sequence - other.sequence), tooNew };
}

function ofRows({ tenant, model, rows }: Chain): Finding[] {
  const findings: Finding[] = [];
  const found = (sequence: number, kind: FindingKind, detail: string) => findings.push({ sequence, kind, detail });
  let before = { sequence: 0, hashes: [NO_PREVIOUS_HASH], timestamp: '' };
  for (const { sequence, record, hash } of rows) {
    const placed = placedIn(record);
    const expected = before.sequence + 1;
    if (sequence > expected) {
      const last = sequence - 1;
      found(expected, 'MISSING', last === expected ? `row ${expected} is not there` : `rows ${expected} to ${last} are not there`);
    } else if (sequence < expected) {
      found(sequence, 'REORDERED', `row ${sequence} comes after row ${before.sequence}`);
    }
    if (hashOf(record) !== hash) {
      found(sequence, 'ALTERED', 'the record is not the one that its hash was made from');
    }
    if (placed === undefined) {
      found(sequence, 'UNREADABLE', 'the record is not one of the registry');
    } else {
      if (placed.sequence !== sequence) {
        found(sequence, 'REORDERED', `the record in row ${sequence} says that it is number ${placed.sequence}`);
      }
      if (placed.tenant !== tenant || placed.model !== model) {
        found(sequence, 'FOREIGN', `the record is one of ${placed.tenant}/${placed.model}`);
      }
      // after a gap nobody knows what the hash should be
      if (sequence === expected && !before.hashes.includes(placed.previousHash)) {
        found(sequence, 'CHAIN_BROKEN', sequence === 1 ? 'the first record names a row before it'
          : `the record continues another row ${before.sequence} than the one that is there: one of the two was rewritten`);
      }
      if (Date.parse(placed.timestamp) < Date.parse(before.timestamp)) {
        found(sequence, 'TIME_GOES_BACK', `the record is of ${placed.timestamp}, and the one before of ${before.timestamp}`);
      }
    }
    // of an altered row, which is a finding already, both: one alteration is not two findings
    before = { sequence, hashes: [hash, hashOf(record)], timestamp: placed?.timestamp ?? before.timestamp };
  }
  return findings;
}

function ofHead({ rows, headSequence, headHash, lost }: Chain): Finding[] {
  if (lost === true) {
    return [{ sequence: 0, kind: 'HEAD_MISSING', detail: 'the registry knows no such model, and there are copies of its records' }];
  }
  const last = rows.at(-1);
  const hashes = last === undefined ? [NO_PREVIOUS_HASH] : [last.hash, hashOf(last.record)];
  const end = last?.sequence ?? 0;
  if (end < headSequence) {
    return [{ sequence: end + 1, kind: 'TRUNCATED', detail: `the rows end at ${end}, and the model's head says ${headSequence}` }];
  }
  if (end > headSequence) {
    return [{ sequence: end, kind: 'HEAD_DIFFERS', detail: `the rows go on to ${end}, and the model's head says ${headSequence}` }];
  }
  return hashes.includes(headHash) ? []
    : [{ sequence: end, kind: 'HEAD_DIFFERS', detail: 'the model\'s head has another hash than the last row' }];
}

function ofCopies({ rows }: Chain, { copies, strayKeys, listedAt }: Copies, now: number): { found: Finding[]; tooNew: number } {
  const bySequence = new Map(copies.map((copy) => [copy.sequence, copy]));
  const numbers = new Set(rows.map(({ sequence }) => sequence));
  const found: Finding[] = [
    ...strayKeys.map((key): Finding => ({ sequence: 0, kind: 'STRAY_COPY', detail: `the audit bucket holds ${key}, which is no copy of a row` })),
    ...copies.filter(({ sequence }) => !numbers.has(sequence)).map(({ sequence }): Finding => (
      { sequence, kind: 'COPY_WITHOUT_ROW', detail: 'there is a copy, and no row' })),
    ...copies.filter(({ versions }) => versions !== 1).map(({ sequence, versions }): Finding => (
      { sequence, kind: 'COPY_OVERWRITTEN', detail: `something was written or deleted ${versions} times where the copy lies; the first was compared` })),
  ];
  let tooNew = 0;
  for (const { sequence, record } of rows) {
    const copy = bySequence.get(sequence);
    if (copy !== undefined && copy.text !== record) {
      found.push({ sequence, kind: 'COPY_DIFFERS', detail: 'the copy that was made when the row was written says something else' });
    }
    if (copy === undefined && isNew(record, listedAt, now)) {
      tooNew += 1;
    } else if (copy === undefined) {
      found.push({ sequence, kind: 'COPY_MISSING', detail: 'the row has no copy' });
    }
  }
  return { found, tooNew };
}

function isNew(record: string, listedAt: number, now: number): boolean {
  const written = Date.parse(placedIn(record)?.timestamp ?? '');
  return written >= listedAt - COPY_LAG_MS && written <= now + CLOCK_SKEW_MS;
}

function placedIn(record: string): Placed | undefined {
  try {
    return Placed.safeParse(JSON.parse(record)).data;
  } catch {
    return undefined;
  }
}
