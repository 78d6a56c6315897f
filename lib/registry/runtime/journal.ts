import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import * as z from 'zod';
import {
  copyKey, EVENT_DETAIL_TYPE, EVENT_SOURCE, METRIC_AUDIT_COPIES_DIFFER, METRIC_AUDIT_ROWS_CHANGED, METRIC_EMERGENCIES,
} from './contract';
import { auditKey } from './keys';
import { AuditRecord, auditLine, canonical, hashOf } from '../../audit/audit-record';

/** What the journal needs of the world. */
export interface JournalWorld {
  readonly s3: Pick<S3Client, 'send'>;
  readonly events: Pick<EventBridgeClient, 'send'>;
  /** Object-locked. */
  readonly bucket: string;
  readonly eventBus: string;
  readonly environment: string;
  /** The sentence that says where to read on. */
  readonly runbook: string;
  /** Milliseconds. */
  readonly now: () => number;
  /** Takes an audit line. */
  readonly write: (line: string) => void;
  /** For whoever looks after the registry. */
  readonly warn: (message: string, details: Readonly<Record<string, unknown>>) => void;
  /** Adds one to a metric. */
  readonly count: (metric: string) => void;
}

/** What Lambda is told: from which record on it has to come again. */
export interface JournalAnswer {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
}

const Text = z.object({ S: z.string() });
const Change = z.object({
  eventID: z.string().default('unknown'),
  eventName: z.enum(['INSERT', 'MODIFY', 'REMOVE']),
  dynamodb: z.object({
    SequenceNumber: z.string().min(1),
    Keys: z.object({ pk: Text, sk: Text }),
    NewImage: z.record(z.string(), z.unknown()).optional(), // whoever may put can put anything
  }),
});
type Change = z.infer<typeof Change>;
const Event = z.object({ Records: z.array(Change) });

/** A record that is one, and lies where its content says. */
interface Written {
  readonly text: string;
  readonly record: AuditRecord;
  readonly key: string;
}

/**
 * Copies audit records in the order in which they were written, and tells of each after it is copied: on the event bus, and as
 * a line of the log. It stops at the first that does not succeed, and Lambda comes again from there: a copy that exists already
 * and says the same counts as made, so that nothing is lost and at most an event is told twice.
 */
export async function journal(event: unknown, world: JournalWorld): Promise<JournalAnswer> {
  for (const change of Event.parse(event).Records) {
    try {
      await take(change, world);
    } catch (error) {
      const { SequenceNumber, Keys } = change.dynamodb;
      world.warn('an audit record is not copied or told yet; it is tried again', {
        row: `${Keys.pk.S}/${Keys.sk.S}`, problem: error instanceof Error ? `${error.name}: ${error.message}` : String(error),
      });
      return { batchItemFailures: [{ itemIdentifier: SequenceNumber }] };
    }
  }
  return { batchItemFailures: [] };
}

async function take(change: Change, world: JournalWorld): Promise<void> {
  if (change.eventName !== 'INSERT') {
    report(change, `Somebody ${change.eventName === 'MODIFY' ? 'overwrote' : 'removed'} a row of the audit table.`, METRIC_AUDIT_ROWS_CHANGED, world);
    return;
  }
  const written = writtenIn(change);
  if (typeof written === 'string') {
    report(change, `A row of the audit table is none of ours: ${written}.`, METRIC_AUDIT_ROWS_CHANGED, world);
    return;
  }
  if (!await copy(written, world)) {
    report(change, 'The copy of an audit record was there before, and says something else.', METRIC_AUDIT_COPIES_DIFFER, world);
  }
  await tell(written, world);
  if (written.record.action === 'model.emergency-revoke') {
    world.count(METRIC_EMERGENCIES); // here and not where it is decided: what is in the table is told, whatever dies
  }
  world.write(`${written.text}\n`); // canonical text is one line; the saved queries read it in the log
}

/** The record of a new row, or what is wrong with it. */
function writtenIn(change: Change): Written | string {
  const { Keys } = change.dynamodb;
  const text = attribute(change, 'record');
  if (text === undefined || attribute(change, 'hash') !== hashOf(text)) {
    return 'its hash is not that of its record';
  }
  const parsed = AuditRecord.safeParse(jsonOf(text));
  if (!parsed.success || canonical(parsed.data) !== text) {
    return 'its record is not one';
  }
  const { tenant = '', model = '', sequence = 0 } = parsed.data;
  const { pk, sk } = auditKey(tenant, model, sequence);
  if (pk !== Keys.pk.S || sk !== Keys.sk.S) {
    return 'it lies where its record does not belong';
  }
  return { text, record: parsed.data, key: copyKey(tenant, model, sequence) };
}

/** Whether the copy says what the record says. */
async function copy({ key: Key, text }: Written, { s3, bucket: Bucket }: JournalWorld): Promise<boolean> {
  try {
    await s3.send(new PutObjectCommand({
      Bucket, Key, Body: text, ContentType: 'application/json', IfNoneMatch: '*', ChecksumAlgorithm: 'SHA256',
    }));
    return true;
  } catch (error) {
    if (!isThere(error)) {
      throw error;
    }
  }
  const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
  return await Body?.transformToString() === text;
}

async function tell({ record, text }: Written, { events, eventBus, now }: JournalWorld): Promise<void> {
  const { FailedEntryCount = 0, Entries = [] } = await events.send(new PutEventsCommand({
    Entries: [{
      EventBusName: eventBus,
      Source: EVENT_SOURCE,
      DetailType: EVENT_DETAIL_TYPE,
      Time: new Date(Math.min(Date.parse(record.timestamp), now())),
      Detail: text,
    }],
  }));
  if (FailedEntryCount > 0) {
    throw new Error(`EventBridge did not take the event: ${Entries[0]?.ErrorCode ?? 'no reason given'}`);
  }
}

/** Says it where people look, and rings. What the row holds stays out of the log but for its hash: it may be anything. */
function report(change: Change, sentence: string, metric: string, world: JournalWorld): void {
  const { eventID, dynamodb: { Keys } } = change;
  const text = attribute(change, 'record');
  world.count(metric);
  world.write(auditLine({
    timestamp: new Date(world.now()).toISOString(),
    actor: 'lambda.amazonaws.com',
    environment: world.environment,
    action: 'audit.copy',
    resourceType: 'AuditRecord',
    resourceName: `${Keys.pk.S}/${Keys.sk.S}`,
    outcome: 'NOT_AS_WANTED',
    reason: `${sentence} ${world.runbook}`,
    details: { hashOfRow: text === undefined ? undefined : hashOf(text) },
    durationMs: 0,
    requestId: eventID,
  }));
}

function attribute({ dynamodb: { NewImage } }: Change, name: string): string | undefined {
  return Text.safeParse(NewImage?.[name]).data?.S;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isThere(error: unknown): boolean {
  return error instanceof Error && error.name === 'PreconditionFailed';
}
