import { AuditRecord, AuditRecordInput, canonical, hashOf, NO_PREVIOUS_HASH } from '../../../lib/audit/audit-record';
import { AuditPage, AuditRow } from '../../../lib/registry/runtime/contract';

/** The audit rows of a model, chained as the registry chains them. */
export function trailOf(model: string, records: readonly Partial<AuditRecordInput>[]): AuditRow[] {
  const rows: AuditRow[] = [];
  for (const [place, more] of records.entries()) {
    const sequence = place + 1;
    const record = canonical(AuditRecord.parse({
      timestamp: `2026-11-20T08:${String(place).padStart(2, '0')}:00.000Z`,
      actor: 'arn:aws:iam::111122223333:role/Trainer',
      environment: 'production',
      action: 'model.register',
      resourceType: 'ModelVersion',
      resourceName: `default/${model}/${sequence}`,
      tenant: 'default',
      model,
      version: sequence,
      outcome: 'SUCCEEDED',
      durationMs: 10,
      requestId: `request-${sequence}`,
      sequence,
      previousHash: rows.at(-1)?.hash ?? NO_PREVIOUS_HASH,
      ...more,
    }));
    rows.push({ sequence, record, hash: hashOf(record) });
  }
  return rows;
}

/** A page of them. */
export function pageOf(rows: readonly AuditRow[], of = rows, next?: number): AuditPage {
  const headHash = of.at(-1)?.hash ?? NO_PREVIOUS_HASH;
  return { rows, headSequence: of.length, headHash, ...(next === undefined ? {} : { next }) };
}
