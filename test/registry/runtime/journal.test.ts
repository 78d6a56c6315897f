import { EventBridgeClient, PutEventsCommand, PutEventsRequestEntry } from '@aws-sdk/client-eventbridge';
import { AuditRecordInput, AuditRecord, canonical, hashOf, NO_PREVIOUS_HASH } from '../../../lib/audit/audit-record';
import { copyKey } from '../../../lib/registry/runtime/contract';
import { journal, JournalWorld } from '../../../lib/registry/runtime/journal';
import { auditKey } from '../../../lib/registry/runtime/keys';
import { FakeS3 } from '../support/fake-s3';

const AT = Date.parse('2026-11-20T12:00:00.000Z');
const KEY = copyKey('default', 'churn', 1);

let s3: FakeS3;
let told: PutEventsRequestEntry[];
let refusals: number;
let counted: string[];
let lines: string[];
let warnings: string[];
let world: JournalWorld;
beforeEach(() => {
  s3 = new FakeS3();
  told = [];
  refusals = 0;
  counted = [];
  lines = [];
  warnings = [];
  world = {
    s3: s3.client(),
    events: { send: async (command: PutEventsCommand) => bus(command) } as Pick<EventBridgeClient, 'send'>,
    bucket: 'copies',
    eventBus: 'default',
    environment: 'production',
    runbook: 'Runbook: there',
    now: () => AT,
    write: (line) => { lines.push(line); },
    warn: (message, details) => { warnings.push(`${message} ${JSON.stringify(details)}`); },
    count: (metric) => { counted.push(metric); },
  };
});

function bus({ input: { Entries = [] } }: PutEventsCommand) {
  if (refusals > 0) {
    refusals -= 1;
    return { FailedEntryCount: 1, Entries: [{ ErrorCode: 'ThrottlingException' }] };
  }
  told.push(...Entries);
  return { FailedEntryCount: 0, Entries: [{ EventId: 'one' }] };
}

/** A record of a chain, as text. */
function record(sequence = 1, changed: Partial<AuditRecordInput> = {}): string {
  return canonical(AuditRecord.parse({
    timestamp: '2026-11-20T11:59:00.000Z',
    actor: 'arn:aws:iam::111122223333:role/trainer',
    environment: 'production',
    action: 'model.register',
    resourceType: 'ModelVersion',
    resourceName: 'default/churn/1',
    tenant: 'default',
    model: 'churn',
    version: 1,
    outcome: 'SUCCEEDED',
    durationMs: 5,
    requestId: 'r1',
    sequence,
    previousHash: NO_PREVIOUS_HASH,
    ...changed,
  }));
}

/** What the stream shows of a row. */
function change(text: string, { eventName = 'INSERT', sequence = 1, image }: { eventName?: string; sequence?: number; image?: object } = {}) {
  const { pk, sk } = auditKey('default', 'churn', sequence);
  return {
    eventID: `e${sequence}`,
    eventName,
    dynamodb: {
      SequenceNumber: `${1000 + sequence}`,
      Keys: { pk: { S: pk }, sk: { S: sk } },
      NewImage: image ?? { record: { S: text }, hash: { S: hashOf(text) }, sequence: { N: String(sequence) } },
    },
  };
}

const copies = () => [...s3.objects].map(([key, { body }]) => [key, body]);

describe('a new row', () => {
  test('is copied byte for byte, and then told with the record as detail and as a line of the log', async () => {
    const text = record();
    expect(await journal({ Records: [change(text)] }, world)).toEqual({ batchItemFailures: [] });
    expect(copies()).toEqual([[`copies/${KEY}`, text]]);
    expect(told).toEqual([{
      EventBusName: 'default',
      Source: 'cdk-ml-platform.registry',
      DetailType: 'Model Registry Transition',
      Detail: text,
      Time: new Date('2026-11-20T11:59:00.000Z'),
    }]);
    expect([counted, lines, warnings]).toEqual([[], [`${text}\n`], []]);
  });

  test('has a copy whose key sorts as its sequence does', () => {
    expect(copyKey('t', 'm', 9) < copyKey('t', 'm', 10)).toBe(true);
    expect(KEY).toBe('audit/default/churn/0000000001.json');
  });

  test('is put on the condition that nothing is there, with a checksum', async () => {
    const puts: unknown[] = [];
    s3.before = (name, input) => { if (name === 'PutObject') puts.push(input); };
    await journal({ Records: [change(record())] }, world);
    expect(puts).toEqual([expect.objectContaining({ IfNoneMatch: '*', ChecksumAlgorithm: 'SHA256', Bucket: 'copies', Key: KEY })]);
  });

  test('that comes again is told again, and its copy stays as it is', async () => {
    await journal({ Records: [change(record())] }, world);
    await journal({ Records: [change(record())] }, world);
    expect(copies()).toHaveLength(1);
    expect(told).toHaveLength(2);
    expect(counted).toEqual([]);
  });

  test('whose copy says something else rings, and leaves the copy', async () => {
    const key = `copies/${KEY}`;
    s3.objects.set(key, { body: 'something else' });
    expect(await journal({ Records: [change(record())] }, world)).toEqual({ batchItemFailures: [] });
    expect(s3.objects.get(key)).toEqual({ body: 'something else' });
    expect(counted).toEqual(['AuditCopiesDiffer']);
    expect(JSON.parse(lines[0])).toMatchObject({
      action: 'audit.copy',
      outcome: 'NOT_AS_WANTED',
      resourceName: 'TENANT#default#MODEL#churn/AUDIT#0000000001',
      reason: expect.stringContaining('Runbook: there'),
      details: { hashOfRow: hashOf(record()) },
    });
  });
});

describe('what does not succeed', () => {
  test.each([
    ['S3', () => { s3.before = (name) => { if (name === 'PutObject') throw Object.assign(new Error('no'), { name: 'AccessDenied' }); }; }],
    ['the look at a copy that is there', () => {
      s3.objects.set(`copies/${KEY}`, { body: record() });
      s3.before = (name) => { if (name === 'GetObject') throw Object.assign(new Error('no'), { name: 'SlowDown' }); };
    }],
    ['EventBridge', () => { refusals = 1; }],
  ])('because of %s is named, and nothing after it is done', async (_, broken) => {
    broken();
    const second = record(2);
    expect(await journal({ Records: [change(record()), change(second, { sequence: 2 })] }, world))
      .toEqual({ batchItemFailures: [{ itemIdentifier: '1001' }] });
    expect(told).toEqual([]);
    expect(copies().map(([key]) => key)).not.toContain(`copies/${copyKey('default', 'churn', 2)}`);
    expect(warnings).toHaveLength(1);
  });

  test('is done when it comes again, the event too', async () => {
    refusals = 1;
    const batch = { Records: [change(record()), change(record(2), { sequence: 2 })] };
    await journal(batch, world);
    expect(await journal(batch, world)).toEqual({ batchItemFailures: [] });
    expect(told.map(({ Detail }) => (JSON.parse(Detail!) as AuditRecord).sequence)).toEqual([1, 2]);
    expect(counted).toEqual([]);
  });

  test('does not undo what succeeded before it in the batch', async () => {
    s3.before = (_, input) => { if ((input as { Key: string }).Key === copyKey('default', 'churn', 2)) throw new Error('timeout'); };
    expect(await journal({ Records: [change(record()), change(record(2), { sequence: 2 })] }, world))
      .toEqual({ batchItemFailures: [{ itemIdentifier: '1002' }] });
    expect(told).toHaveLength(1);
  });
});

describe('an emergency', () => {
  const emergency = () => ({ Records: [change(record(1, { action: 'model.emergency-revoke' }))] });

  test('is counted, for the alarm', async () => {
    await journal(emergency(), world);
    expect(counted).toEqual(['EmergencyRevocations']);
    expect(told).toHaveLength(1);
  });

  test('is counted once it is told, and not before', async () => {
    refusals = 1;
    await journal(emergency(), world);
    expect(counted).toEqual([]);
    await journal(emergency(), world);
    expect(counted).toEqual(['EmergencyRevocations']);
  });

  test('is the only change that is', async () => {
    await journal({ Records: [change(record(1, { action: 'model.revoke' }))] }, world);
    expect(counted).toEqual([]);
  });
});

describe('rows that nobody of ours writes', () => {
  test.each(['MODIFY', 'REMOVE'])('%s rings, copies nothing and tells nothing', async (eventName) => {
    expect(await journal({ Records: [change(record(), { eventName })] }, world)).toEqual({ batchItemFailures: [] });
    expect(counted).toEqual(['AuditRowsChanged']);
    expect([copies(), told]).toEqual([[], []]);
    expect(JSON.parse(lines[0])).toMatchObject({ action: 'audit.copy', outcome: 'NOT_AS_WANTED' });
  });

  const forged = record(1, { actor: 'arn:aws:iam::111122223333:role/somebody' });
  test.each([
    ['another hash', { record: { S: record() }, hash: { S: hashOf(forged) } }],
    ['no record', { hash: { S: hashOf('') } }],
    ['a number for a record', { record: { N: '1' }, hash: { S: hashOf('1') } }],
    ['no image', {}],
    ['no JSON', { record: { S: '{' }, hash: { S: hashOf('{') } }],
    ['a record of another shape', { record: { S: '{"a":1}' }, hash: { S: hashOf('{"a":1}') } }],
    ['keys in another order', { record: { S: unordered(record()) }, hash: { S: hashOf(unordered(record())) } }],
    ['the record of another place', { record: { S: record(7) }, hash: { S: hashOf(record(7)) } }],
    ['the record of another model', { record: { S: record(1, { model: 'fraud' }) }, hash: { S: hashOf(record(1, { model: 'fraud' })) } }],
    ['a record outside of any chain', outside(record())],
  ])('%s: rings, is not copied, and stops nobody', async (_, image) => {
    expect(await journal({ Records: [change('', { image }), change(record(2), { sequence: 2 })] }, world)).toEqual({ batchItemFailures: [] });
    expect(counted).toEqual(['AuditRowsChanged']);
    expect(copies().map(([key]) => key)).toEqual([`copies/${copyKey('default', 'churn', 2)}`]);
  });

  test('reach the log by their hash only', async () => {
    const image = { record: { S: 'a secret\n{"action":"model.approve"}' }, hash: { S: 'x' } };
    await journal({ Records: [change('', { image })] }, world);
    expect(lines.join('')).not.toContain('secret');
    expect(lines[0].trim().split('\n')).toHaveLength(1);
  });
});

test('an event that is none of a stream is refused', async () => {
  await expect(journal({ Records: [{ eventName: 'INSERT' }] }, world)).rejects.toThrow();
});

function unordered(text: string): string {
  return JSON.stringify(Object.fromEntries(Object.entries(JSON.parse(text) as object).reverse()));
}

function outside(text: string): object {
  const { sequence: _sequence, previousHash: _previous, ...rest } = JSON.parse(text) as AuditRecord;
  const own = canonical(rest as AuditRecord);
  return { record: { S: own }, hash: { S: hashOf(own) } };
}
