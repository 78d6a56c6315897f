import { NO_PREVIOUS_HASH } from '../../../lib/audit/audit-record';
import {
  auditKey, headKey, labelKey, lineageKey, lineagePartition, modelKey, modelsPartition, padded, physicalNameKey, requestKey,
  versionKey,
} from '../../../lib/registry/runtime/keys';
import { Head, NO_HEAD, Version } from '../../../lib/registry/runtime/model-state';
import { auditRow, auditRowOf, doneOf, doneRow, headOf, headRow, Row, versionOf, versionRow } from '../../../lib/registry/runtime/rows';
import { ANN, BOB, registration } from '../support/commands';

const AT = '2026-11-20T12:00:00.000Z';
const SERVING = { revision: 2, image: 'image', artifact: 's3://b/k', artifactSha256: 'a', label: '2.0.0' };
const HEAD: Head = {
  rev: 7,
  nextRevision: 3,
  production: SERVING,
  history: [{ revision: 1, image: 'image', artifact: 's3://b/k', artifactSha256: 'a' }],
  holds: [{ revision: 2, release: 'blue', as: 'shadow' }, { revision: 1, release: 'blue', as: 'rollout' }],
  auditSequence: 7,
  auditHash: NO_PREVIOUS_HASH,
  lastAt: AT,
};
const LEAST: Version = {
  ...registration(), revision: 2, state: 'Pending', registrant: ANN.arn, registrantPerson: ANN.person, registeredAt: AT,
};
const VERSION: Version = {
  ...LEAST,
  label: '1.0.0',
  lineage: { trainingJob: 'job', datasets: ['s3://data/one'], commit: 'c'.repeat(40), parent: 1, featureSchemaHash: 'f'.repeat(64) },
  evaluation: { accuracy: 0.9, bias: 0, p99LatencyMs: 40, dataset: 's3://data/test' },
  state: 'Approved',
  decidedBy: BOB.arn,
  decidedAt: AT,
  approved: { image: registration().image, artifactSha256: registration().artifactSha256 },
};
const ANSWER = { model: 'fraud', revision: 2, state: 'Approved' as const, rev: 7, production: 2, previous: 1, auditSequence: 7 };
const DONE = { bodyHash: 'hash', answer: ANSWER };
const AUDIT = { sequence: 7, record: '{}', hash: 'hash' };

describe('a row comes back as it was written', () => {
  test('the head', () => {
    expect(headOf(headRow('risk', 'fraud', HEAD))).toEqual(HEAD);
    expect(headOf(headRow('risk', 'fraud', NO_HEAD))).toEqual(NO_HEAD);
  });

  test('a version, with all that it can have and with the least', () => {
    expect(versionOf(versionRow('risk', 'fraud', VERSION))).toEqual(VERSION);
    expect(versionOf(versionRow('risk', 'fraud', LEAST))).toEqual(LEAST);
    expect(versionOf(versionRow('risk', 'fraud', { ...LEAST, lineage: {} }))).toEqual({ ...LEAST, lineage: {} });
  });

  test('a request that was done', () => {
    expect(doneOf(doneRow('risk', 'fraud', 'key', DONE, 0))).toEqual(DONE);
    const least = { bodyHash: 'hash', answer: { model: 'fraud', revision: 1, rev: 1, auditSequence: 1 } };
    expect(doneOf(doneRow('risk', 'fraud', 'key', least, 0))).toEqual(least);
  });

  test('a record', () => {
    expect(auditRowOf(auditRow('risk', 'fraud', AUDIT))).toEqual(AUDIT);
  });
});

describe('where there is no row', () => {
  test('a model has the head from before its first version', () => {
    expect(headOf(undefined)).toBe(NO_HEAD);
    expect(NO_HEAD).toEqual({
      rev: 0, nextRevision: 1, history: [], holds: [], auditSequence: 0, auditHash: '0'.repeat(64), lastAt: '1970-01-01T00:00:00.000Z',
    });
  });

  test('nothing was done', () => { expect(doneOf(undefined)).toBeUndefined(); });
});

describe('a row that is none of ours is an error:', () => {
  const without = (row: Row, field: string) => Object.fromEntries(Object.entries(row).filter(([name]) => name !== field));

  test.each(['rev', 'nextRevision', 'history', 'holds', 'auditSequence', 'auditHash', 'lastAt'])('a head without %s', (field) => {
    expect(() => headOf(without(headRow('risk', 'fraud', HEAD), field))).toThrow(field);
  });

  test.each([
    ['a rev in words', { rev: '7' }], ['half a rev', { rev: 0.5 }], ['a rev below 0', { rev: -1 }],
    ['production without an image', { production: { ...SERVING, image: undefined } }],
    ['production without a hash', { production: { ...SERVING, artifactSha256: undefined } }],
    ['production without an artifact', { production: { ...SERVING, artifact: undefined } }],
    ['production with a number for a label', { production: { ...SERVING, label: 2 } }],
    ['a number in the history', { history: [1] }],
    ['a hold that is neither shadow nor rollout', { holds: [{ revision: 1, release: 'blue', as: 'Shadow' }] }],
    ['a hold without a release', { holds: [{ revision: 1, as: 'shadow' }] }],
  ])('%s', (_name, wrong) => {
    expect(() => headOf({ ...headRow('risk', 'fraud', HEAD), ...wrong })).toThrow();
  });

  test.each(['revision', 'state', 'registrant', 'registrantPerson', 'registeredAt', 'artifact', 'artifactSha256', 'image'])(
    'a version without %s', (field) => {
      expect(() => versionOf(without(versionRow('risk', 'fraud', VERSION), field))).toThrow(field);
    });

  test.each([
    ['a revision in words', { revision: '2' }], ['a state in lower case', { state: 'approved' }], ['a decision by a number', { decidedBy: 1 }],
    ['a decision at a number', { decidedAt: 1 }], ['an approval of no image', { approved: { artifactSha256: 'a' } }],
    ['an approval of no artifact', { approved: { image: 'i' } }], ['a label in digits', { label: 1 }],
    ['a lineage of words', { lineage: 'commit' }], ['a commit in digits', { lineage: { commit: 1 } }], ['a data set alone', { lineage: { datasets: 's3://a' } }],
    ['data sets in digits', { lineage: { datasets: [1] } }], ['a parent in words', { lineage: { parent: '1' } }],
    ['a training job in digits', { lineage: { trainingJob: 1 } }], ['a schema in digits', { lineage: { featureSchemaHash: 1 } }],
    ['an evaluation without its data set', { evaluation: { accuracy: 1, bias: 0, p99LatencyMs: 1 } }],
    ['an evaluation in words', { evaluation: { accuracy: '1', bias: 0, p99LatencyMs: 1, dataset: 's' } }],
    ['an evaluation without bias', { evaluation: { accuracy: 1, p99LatencyMs: 1, dataset: 's' } }],
    ['an evaluation without latency', { evaluation: { accuracy: 1, bias: 0, dataset: 's' } }],
  ])('a version with %s', (_name, wrong) => {
    expect(() => versionOf({ ...versionRow('risk', 'fraud', VERSION), ...wrong })).toThrow();
  });

  test.each(['Pending', 'Approved', 'Rejected', 'Revoked', 'Retired'] as const)('but a version that is %s is one', (state) => {
    expect(versionOf(versionRow('risk', 'fraud', { ...VERSION, state })).state).toBe(state);
  });

  test.each<[string, object]>([
    ['no hash', { bodyHash: undefined }], ['no answer', { answer: undefined }],
    ...['model', 'revision', 'rev', 'auditSequence'].map((field): [string, object] =>
      [`no ${field}`, { answer: { ...ANSWER, [field]: undefined } }]),
    ...['state', 'production', 'previous'].map((field): [string, object] =>
      [`a wrong ${field}`, { answer: { ...ANSWER, [field]: 'x' } }]),
  ])('a request with %s', (_name, wrong) => {
    expect(() => doneOf({ ...doneRow('risk', 'fraud', 'key', DONE, 0), ...wrong })).toThrow();
  });

  test.each<[string, object]>([
    ['record', { record: '' }], ['hash', { hash: '' }], ['sequence', {}],
  ])('but an audit row without %s is shown, since somebody looks for what was done to it', (field, shown) => {
    expect(auditRowOf(without(auditRow('risk', 'fraud', AUDIT), field))).toEqual({ ...AUDIT, ...shown });
  });

  test.each([
    ['AUDIT#0000000012', 12], ['AUDIT#0000000012#copy', 12], ['AUDIT#00000001x', 199], ['AUDIT#x', 9_999_999_999],
  ])('and %p has its place by its key, whatever it says of itself', (sk, sequence) => {
    expect(auditRowOf({ ...auditRow('risk', 'fraud', AUDIT), sk, sequence: 3 }).sequence).toBe(sequence);
  });
});

describe('keys', () => {
  const PK = 'TENANT#risk#MODEL#fraud';

  test('begin with the tenant, all of them', () => {
    expect([
      headKey('risk', 'fraud'), versionKey('risk', 'fraud', 7), requestKey('risk', 'fraud', 'key'), labelKey('risk', 'fraud', '1.0.0'),
      auditKey('risk', 'fraud', 12), modelKey('risk', 'fraud'), physicalNameKey('risk', 'fraud'),
      lineageKey('risk', { commit: 'c' }, 'fraud', 7), lineageKey('risk', { dataset: 's3://data' }, 'fraud', 7),
    ]).toEqual([
      { pk: PK, sk: 'HEAD' },
      { pk: PK, sk: 'REV#0000000007' },
      { pk: PK, sk: 'IDEM#key' },
      { pk: PK, sk: 'LABEL#1.0.0' },
      { pk: PK, sk: 'AUDIT#0000000012' },
      { pk: 'TENANT#risk#MODELS', sk: 'MODEL#fraud' },
      { pk: 'TENANT#risk#NAMES', sk: 'NAME#fraud' },
      { pk: 'TENANT#risk#LINEAGE#commit#c', sk: 'MODEL#fraud#REV#0000000007' },
      {
        // echo -n s3://data | sha256sum
        pk: 'TENANT#risk#LINEAGE#dataset#3be12e96bf52d4561457fb5b6c8077f38b9d55ae55eeeeefe6083a54cdb39add',
        sk: 'MODEL#fraud#REV#0000000007',
      },
    ]);
  });

  test('of lists are what their rows lie under', () => {
    expect(modelKey('risk', 'fraud').pk).toBe(modelsPartition('risk'));
    expect(lineageKey('risk', { commit: 'c' }, 'fraud', 7).pk).toBe(lineagePartition('risk', { commit: 'c' }));
  });

  test.each([[9, 10], [99, 100], [999_999_999, 1_000_000_000]])('sort %p before %p', (smaller, larger) => {
    expect(padded(smaller) < padded(larger)).toBe(true);
    expect(padded(smaller)).toHaveLength(10);
  });
});
