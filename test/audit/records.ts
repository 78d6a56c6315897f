import * as fc from 'fast-check';
import { AUDIT_ACTIONS, AUDIT_OUTCOMES, AuditRecord, AuditRecordInput, canonical, hashOf, NO_PREVIOUS_HASH } from '../../lib/audit/audit-record';

export const PROMOTION: AuditRecordInput = {
  timestamp: '2026-11-20T19:20:00.000Z',
  actor: 'arn:aws:iam::111122223333:user/ana',
  environment: 'production',
  action: 'model.promote',
  resourceType: 'ModelVersion',
  resourceName: 'default/churn/7',
  tenant: 'default',
  model: 'churn',
  version: 7,
  previousVersion: 6,
  changeTicket: 'CHG-12',
  outcome: 'SUCCEEDED',
  rollbackTarget: 6,
  durationMs: 42,
  requestId: 'JKJaXmPLvHcESHA=',
};

/** Any text, and text that was made to hurt. */
export const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.string({ unit: 'grapheme', maxLength: 60 }),
  fc.constantFrom('', 'a\nb', '\r\n{"outcome":"SUCCEEDED"}', '\u2028', '\u2029', '\u0085', '\u001b[2J', '\u202Etxt', '\ud800', 'x'.repeat(5000),
    '"},{"action":"model.approve"', '\\u000a', '{{resolve:secretsmanager:x}}', '__proto__', 'ana@example.com, born 1980'),
);

const revision = fc.integer({ min: 1, max: 1e9 });
const detail = fc.oneof(anyText, fc.double({ noNaN: true, noDefaultInfinity: true }), fc.array(anyText, { maxLength: 150 }));

/** Any record that a handler can write down: hostile wherever text goes in. */
export const anyRecord: fc.Arbitrary<AuditRecordInput> = fc.record({
  timestamp: fc.date({ min: new Date('2020-01-01'), max: new Date('2100-01-01'), noInvalidDate: true }).map((date) => date.toISOString()),
  actor: fc.constantFrom('cloudformation.amazonaws.com', 'arn:aws:iam::111122223333:user/a"b/ana', 'arn:aws-cn:sts::111122223333:assumed-role/r/s'),
  environment: anyText,
  action: fc.constantFrom(...AUDIT_ACTIONS),
  resourceType: anyText,
  resourceName: anyText,
  tenant: anyText,
  model: anyText,
  version: revision,
  previousVersion: revision,
  changeTicket: fc.constantFrom('CHG-12', 'a', 'T/1#2.x_y-z'),
  outcome: fc.constantFrom(...AUDIT_OUTCOMES),
  reason: anyText,
  rollbackTarget: revision,
  durationMs: fc.nat(),
  requestId: anyText,
  details: fc.dictionary(fc.stringMatching(/^[a-z][A-Za-z0-9]{0,20}$/).filter((key) => !['constructor', 'prototype'].includes(key)), detail),
}, {
  requiredKeys: ['timestamp', 'actor', 'environment', 'action', 'resourceType', 'resourceName', 'outcome', 'durationMs', 'requestId'],
});

/** Records as a chain, as text. */
export function chained(records: readonly AuditRecordInput[]): string[] {
  const texts: string[] = [];
  for (const record of records) {
    const previousHash = texts.length === 0 ? NO_PREVIOUS_HASH : hashOf(texts[texts.length - 1]);
    texts.push(canonical(AuditRecord.parse({ ...record, sequence: texts.length + 1, previousHash })));
  }
  return texts;
}
