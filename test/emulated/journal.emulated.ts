import { randomUUID } from 'node:crypto';
import { CreateArchiveCommand, CreateEventBusCommand, DescribeArchiveCommand } from '@aws-sdk/client-eventbridge';
import { DeleteObjectCommand, GetObjectCommand, HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { PutCommand } from '@aws-sdk/lib-dynamodb';
import { BundleProcess } from './support/bundle-process';
import { EmulatedRegistry, succeeded } from './support/emulated-registry';
import { MOTO_ACCOUNT, REGION, Row } from './support/moto';
import {
  copyKey, ENV_AUDIT_BUCKET, ENV_EVENT_BUS, EVENT_DETAIL_TYPE, EVENT_SOURCE, JOURNAL_BUNDLE, METRIC_AUDIT_COPIES_DIFFER,
  METRIC_AUDIT_ROWS_CHANGED,
} from '../../lib/registry/runtime/contract';
import { person } from '../registry/support/callers';

const BUCKET = `audit-${randomUUID().slice(0, 8)}`;
const BUS = `bus-${randomUUID().slice(0, 8)}`;
const DONE = { batchItemFailures: [] };

let registry: EmulatedRegistry;
let journal: BundleProcess;
const environment = (bus: string) => ({ ...registry.environment, [ENV_AUDIT_BUCKET]: BUCKET, [ENV_EVENT_BUS]: bus });
beforeAll(async () => {
  registry = await EmulatedRegistry.start();
  const { moto } = registry;
  await moto.createBucket(BUCKET, true);
  await moto.events.send(new CreateEventBusCommand({ Name: BUS }));
  await moto.events.send(new CreateArchiveCommand({
    ArchiveName: BUS,
    EventSourceArn: `arn:aws:events:${REGION}:${MOTO_ACCOUNT}:event-bus/${BUS}`,
    EventPattern: JSON.stringify({ 'source': [EVENT_SOURCE], 'detail-type': [EVENT_DETAIL_TYPE] }),
  }));
  journal = await BundleProcess.start(JOURNAL_BUNDLE, environment(BUS));
  await registry.approved('fraud', 'one');
  succeeded(await registry.as(person('bob')).act('promote', 'fraud', 1));
});
afterAll(async () => { await Promise.all([journal.stop(), registry.stop()]); });

const streamed = async () => registry.moto.stream(registry.auditTable);
const copyOf = async (sequence: number) => {
  const { Body } = await registry.moto.s3.send(new GetObjectCommand({ Bucket: BUCKET, Key: copyKey('default', 'fraud', sequence) }));
  return Body?.transformToString();
};
const told = async () => (await registry.moto.events.send(new DescribeArchiveCommand({ ArchiveName: BUS }))).EventCount;
const metric = (name: string) => journal.lines.filter((line) => name in line).map((line) => line[name]);
/** The stream as moto tells it after something was put there. */
const afterPutting = async (row: Row) => {
  const before = (await streamed()).Records.length;
  await registry.moto.dynamodb.send(new PutCommand({ TableName: registry.auditTable, Item: row }));
  const { Records } = await streamed();
  expect(Records).toHaveLength(before + 1);
  return { Records: Records.slice(before) };
};

test('records reach the locked bucket byte for byte, and one event each the bus', async () => {
  const event = await streamed();
  expect(event.Records).toHaveLength(3);
  expect(await journal.handle(event)).toEqual(DONE);
  const rows = await registry.audits('fraud');
  expect(await Promise.all(rows.map(async ({ sequence }) => copyOf(Number(sequence))))).toEqual(rows.map(({ record }) => record));
  expect(await told()).toBe(3);
});

test('a copy is locked: it can be neither removed nor written again', async () => {
  const at = { Bucket: BUCKET, Key: copyKey('default', 'fraud', 1) };
  const { ObjectLockMode, VersionId } = await registry.moto.s3.send(new HeadObjectCommand(at));
  expect(ObjectLockMode).toBe('GOVERNANCE');
  await expect(registry.moto.s3.send(new DeleteObjectCommand({ ...at, VersionId }))).rejects.toMatchObject({ name: 'AccessDenied' });
  await expect(registry.moto.s3.send(new PutObjectCommand({ ...at, Body: 'other', IfNoneMatch: '*', ChecksumAlgorithm: 'SHA256' })))
    .rejects.toMatchObject({ name: 'PreconditionFailed' });
});

test('the same part of the stream once more changes no copy, and events come twice at most', async () => {
  expect(await journal.handle(await streamed())).toEqual(DONE);
  expect(metric(METRIC_AUDIT_COPIES_DIFFER)).toEqual([]);
  expect(await told()).toBe(6);
});

test('a copy that was there before and says something else is noticed, and stays', async () => {
  await registry.moto.s3.send(new PutObjectCommand({
    Bucket: BUCKET, Key: copyKey('default', 'fraud', 4), Body: 'something else', ChecksumAlgorithm: 'SHA256',
  }));
  succeeded(await registry.as(person('bob')).act('hold', 'fraud', 1, { body: { release: 'blue', as: 'shadow' } }));
  expect(await journal.handle({ Records: (await streamed()).Records.slice(3) })).toEqual(DONE);
  expect(metric(METRIC_AUDIT_COPIES_DIFFER)).toEqual([1]);
  expect(await copyOf(4)).toBe('something else');
});

test('a row that somebody overwrote is noticed, and its copy still says what it said', async () => {
  const [first] = await registry.audits('fraud');
  const before = await copyOf(1);
  const event = await afterPutting({ ...first, record: String(first.record).replace('model.register', 'model.approve') });
  expect(event.Records).toMatchObject([{ eventName: 'MODIFY' }]);
  expect(await journal.handle(event)).toEqual(DONE);
  expect(metric(METRIC_AUDIT_ROWS_CHANGED)).toEqual([1]);
  expect(await copyOf(1)).toBe(before);
});

test('a row that is none of ours is noticed, and not copied', async () => {
  const [, second] = await registry.audits('fraud');
  const event = await afterPutting({ ...second, sk: 'AUDIT#0000000099' });
  expect(await journal.handle(event)).toEqual(DONE);
  expect(metric(METRIC_AUDIT_ROWS_CHANGED)).toEqual([1, 1]);
  await expect(copyOf(99)).rejects.toMatchObject({ name: 'NoSuchKey' });
});

test('where the bus is gone, Lambda hears from which record on it has to come again', async () => {
  const lost = await BundleProcess.another(JOURNAL_BUNDLE, environment('no-such-bus'));
  const { Records } = await streamed();
  const { dynamodb: { SequenceNumber } } = Records[0] as { dynamodb: { SequenceNumber: string } };
  expect(await lost.handle({ Records })).toEqual({ batchItemFailures: [{ itemIdentifier: SequenceNumber }] });
  await lost.stop();
});
