import { aws_dynamodb as dynamodb, aws_logs as logs, aws_s3 as s3, aws_sns as sns, Duration, Stack } from 'aws-cdk-lib';
import { AuditAlarms, AuditAlarmsProps, AuditTrail, AuditTrailProps, NewTrailStorageOptions, TrailStorage, WatchOptions } from '../../lib/audit';
import { describeHostileProps, Fine, LEFT_OUT, Make, NOTHING, NUMBER, testPropsThatAreNone, TIME } from '../support/hostile-props';

const EMPTY_LIST = 'undefined, an empty list';
const TRAIL: Fine<AuditTrailProps> = {
  deniedCalls: NUMBER,
  encryptionKey: LEFT_OUT,
  logRetention: NUMBER,
  notify: LEFT_OUT,
  owners: EMPTY_LIST,
  sageMakerDataEvents: 'undefined, true',
  storage: LEFT_OUT,
};
const ALARMS: Fine<AuditAlarmsProps> = {
  logGroup: NOTHING, notify: NOTHING, bucket: LEFT_OUT, deniedCalls: NUMBER, owners: EMPTY_LIST,
};
const STORAGE: Fine<NewTrailStorageOptions> = { accessLogs: LEFT_OUT, objectLock: LEFT_OUT, retention: TIME };
const WATCHED: Fine<WatchOptions> = { reads: 'undefined, true' };

const bucketOf = (stack: Stack) => new s3.Bucket(stack, 'Bucket');

const trail: Make = (stack, changed) => { new AuditTrail(stack, 'Trail', changed); };
const alarms: Make = (stack, changed) => {
  new AuditAlarms(stack, 'Alarms', { logGroup: new logs.LogGroup(stack, 'Group'), notify: new sns.Topic(stack, 'Topic'), ...changed });
};
const storage: Make = (stack, changed) => { new AuditTrail(stack, 'Trail', { storage: TrailStorage.create(changed) }); };
const watched: Make = (stack, changed) => { new AuditTrail(stack, 'Trail').watchBucket(bucketOf(stack), changed); };

testPropsThatAreNone([
  ['a trail', (props) => new AuditTrail(new Stack(), 'Trail', props)], ['alarms', (props) => new AuditAlarms(new Stack(), 'Alarms', props)],
  ['a storage', (props) => TrailStorage.create(props)],
  ['what is watched', (props) => {
    const stack = new Stack();
    new AuditTrail(stack, 'Trail').watchBucket(bucketOf(stack), props);
  }],
]);

describeHostileProps([['a trail', trail, TRAIL], ['alarms', alarms, ALARMS], ['a storage', storage, STORAGE], ['what is watched', watched, WATCHED]]);

test('a trail tells of its own props and those of its alarms at once', () => {
  expect(() => trail(new Stack(), { deniedCalls: 0, logRetention: 5.5 })).toThrow(/Trail: [^]*`logRetention`[^]*`deniedCalls`/);
});

test.each([undefined, null, 'ours', {}, 5n, Symbol('x')])('%p is nothing that could be watched, searched or read', (wrong) => {
  const other = new AuditTrail(new Stack(), 'Trail');
  const none = wrong as never;
  expect(() => { other.watchBucket(none); }).toThrow('`bucket` must be a bucket, made or imported');
  expect(() => { other.watchTable(none); }).toThrow('`table` must be a table of DynamoDB, made or imported');
  expect(() => { other.searchHandlersOf(none); }).toThrow('`construct` must be a construct');
  expect(() => AuditTrail.fromBucket(new Stack(), 'Trail', none)).toThrow('`bucket` must be a bucket, made or imported');
  expect(() => TrailStorage.existing(none)).toThrow('`bucket` must be a bucket, made or imported');
});

test('a table is watched that is only referred to', () => {
  const stack = new Stack();
  const table = new dynamodb.CfnTable(stack, 'Table', { keySchema: [] });
  expect(() => { new AuditTrail(stack, 'Trail').watchTable(table, { reads: false }); }).not.toThrow();
});

test('a lock of the wrong kind of time is named', () => {
  expect(() => TrailStorage.create({ objectLock: { mode: s3.ObjectLockMode.GOVERNANCE, duration: 30 } as never }))
    .toThrow('`objectLock` must be an ObjectLockRetention, as in s3.ObjectLockRetention.governance(Duration.days(30)): got an object');
  expect(() => TrailStorage.create({ objectLock: s3.ObjectLockRetention.compliance(Duration.days(30)) })).not.toThrow();
});
