import { createHash } from 'node:crypto';
import { hashOf } from '../../../lib/audit/audit-record';
import { physicalName } from '../../../lib/core/name-rules';
import { Registration } from '../../../lib/registry/runtime/contract';
import { Change } from '../../../lib/registry/runtime/model-state';
import { RegistrySettings } from '../../../lib/registry/runtime/registry-world';
import { DoneRequest } from '../../../lib/registry/runtime/rows';
import { judgeCancellation, PlannedWrite, transactionOf } from '../../../lib/registry/runtime/transaction';
import { Memory, registration } from '../support/commands';

const SETTINGS: RegistrySettings = {
  registryTable: 'registry',
  auditTable: 'audit',
  artifactBucket: 'artifacts',
  region: 'eu-west-1',
  environment: 'test',
  trustedSessionRoles: [],
  datasetPrefixes: [],
  approvalMinimums: new Map(),
  runbook: 'Read docs/runbook.md.',
};
const PK = 'TENANT#risk#MODEL#fraud';
const NOW = Date.UTC(2026, 10, 20, 12, 0, 0, 999);
const NEW = { ConditionExpression: 'attribute_not_exists(#pk)', ExpressionAttributeNames: { '#pk': 'pk' } };

function planned(change: Change): PlannedWrite[] {
  const done: DoneRequest = { bodyHash: 'hash of the body', answer: change.answer };
  return transactionOf(change, done, { tenant: 'risk', model: 'fraud', requestKey: 'key-1', now: NOW }, SETTINGS);
}
const parts = (change: Change) => planned(change).map(({ part }) => part);
const only = (change: Change, part: PlannedWrite['part']) => {
  const [found, ...more] = planned(change).filter((each) => each.part === part);
  expect(more).toEqual([]);
  return found.write;
};
const registered = (more: Partial<Registration> = {}, model = new Memory()) => model.must({ verb: 'register', registration: { ...registration(), ...more } });

/** A change of each kind that has a transaction of its own. */
function changes(): Readonly<Record<'registered' | 'decided' | 'promoted' | 'unheld', Change>> {
  const model = new Memory();
  const first = model.register();
  const decided = model.approve(1);
  const promoted = model.must({ verb: 'promote', revision: 1 });
  model.must({ verb: 'hold', revision: 1, release: 'blue', as: 'shadow' });
  const unheld = model.must({ verb: 'unhold', revision: 1, release: 'blue' });
  return { registered: first, decided: decided as Change, promoted, unheld };
}

describe('what one change writes', () => {
  test('is the head, the request key, the record, and what the verb is about', () => {
    const { registered: first, decided, promoted, unheld } = changes();
    expect(parts(first)).toEqual(['head', 'request', 'audit', 'version', 'list', 'name']);
    expect(parts(decided)).toEqual(['head', 'request', 'audit', 'version']);
    expect(parts(promoted)).toEqual(['head', 'request', 'audit', 'version']);
    expect(parts(unheld)).toEqual(['head', 'request', 'audit']);
  });

  test('begins with a head that nobody has written', () => {
    const { head } = changes().registered;
    expect(only(changes().registered, 'head')).toEqual({
      Put: { TableName: 'registry', Item: { pk: PK, sk: 'HEAD', tenant: 'risk', model: 'fraud', ...head }, ...NEW },
    });
  });

  test('goes on from the head that was read', () => {
    const change = changes().decided;
    expect(only(change, 'head')).toEqual({
      Put: {
        TableName: 'registry',
        Item: { pk: PK, sk: 'HEAD', tenant: 'risk', model: 'fraud', ...change.head },
        ConditionExpression: '#rev = :seen',
        ExpressionAttributeNames: { '#rev': 'rev' },
        ExpressionAttributeValues: { ':seen': 1 },
      },
    });
  });

  test('has the request key with its answer, for 30 days', () => {
    const { answer } = changes().promoted;
    expect(only(changes().promoted, 'request')).toEqual({
      Put: {
        TableName: 'registry',
        Item: {
          pk: PK, sk: 'IDEM#key-1', bodyHash: 'hash of the body', answer, expiresAt: Date.UTC(2026, 11, 20, 12) / 1000,
        },
        ...NEW,
      },
    });
  });

  test('has the record in the other table, byte for byte, with its hash', () => {
    const { record } = changes().decided;
    expect(only(changes().decided, 'audit')).toEqual({
      Put: {
        TableName: 'audit',
        Item: { pk: PK, sk: 'AUDIT#0000000002', tenant: 'risk', model: 'fraud', sequence: 2, record, hash: hashOf(record) },
        ...NEW,
      },
    });
  });

  test('has a new version where none is', () => {
    const change = changes().registered;
    expect(only(change, 'version')).toEqual({
      Put: { TableName: 'registry', Item: { pk: PK, sk: 'REV#0000000001', ...change.version?.after }, ...NEW },
    });
  });

  test('changes the state of a version, and touches nothing that it was registered with', () => {
    const { image, artifactSha256 } = registration();
    const change = changes().decided;
    const { decidedBy, decidedAt } = change.version?.after ?? {};
    expect(only(change, 'version')).toEqual({
      Update: {
        TableName: 'registry',
        Key: { pk: PK, sk: 'REV#0000000001' },
        UpdateExpression: 'SET #state = :state, #decidedBy = :decidedBy, #decidedAt = :decidedAt, #approved = :approved',
        ConditionExpression: '#state = :before AND #image = :image AND #artifactSha256 = :artifactSha256',
        ExpressionAttributeNames: {
          '#state': 'state',
          '#decidedBy': 'decidedBy',
          '#decidedAt': 'decidedAt',
          '#approved': 'approved',
          '#image': 'image',
          '#artifactSha256': 'artifactSha256',
        },
        ExpressionAttributeValues: {
          ':state': 'Approved',
          ':decidedBy': decidedBy,
          ':decidedAt': decidedAt,
          ':approved': { image, artifactSha256 },
          ':before': 'Pending',
          ':image': image,
          ':artifactSha256': artifactSha256,
        },
      },
    });
  });

  test('says nothing of an approval where there was none', () => {
    const model = new Memory();
    model.register();
    const { Update } = only(model.must({ verb: 'reject', revision: 1 }), 'version');
    expect(Update?.UpdateExpression).toBe('SET #state = :state, #decidedBy = :decidedBy, #decidedAt = :decidedAt');
    expect(Object.keys(Update?.ExpressionAttributeNames ?? {})).not.toContain('#approved');
    expect(Object.keys(Update?.ExpressionAttributeValues ?? {})).not.toContain(':approved');
  });

  test('relies on the version being what was approved', () => {
    const { image, artifactSha256 } = registration();
    expect(only(changes().promoted, 'version')).toEqual({
      ConditionCheck: {
        TableName: 'registry',
        Key: { pk: PK, sk: 'REV#0000000001' },
        ConditionExpression: '#state = :state AND #image = :image AND #artifactSha256 = :artifactSha256 AND #approved = :approved',
        ExpressionAttributeNames: { '#state': 'state', '#image': 'image', '#artifactSha256': 'artifactSha256', '#approved': 'approved' },
        ExpressionAttributeValues: {
          ':state': 'Approved', ':image': image, ':artifactSha256': artifactSha256, ':approved': { image, artifactSha256 },
        },
      },
    });
  });

  test('takes a label, and a version without one takes none', () => {
    expect(only(registered({ label: '1.2.3' }), 'label')).toEqual({
      Put: { TableName: 'registry', Item: { pk: PK, sk: 'LABEL#1.2.3', revision: 1 }, ...NEW },
    });
    expect(parts(registered())).not.toContain('label');
  });

  test('with the first version lists the model, and takes the name that SageMaker knows it by', () => {
    const model = new Memory();
    const first = registered({}, model);
    expect(only(first, 'list')).toEqual({
      Put: { TableName: 'registry', Item: { pk: 'TENANT#risk#MODELS', sk: 'MODEL#fraud', model: 'fraud', since: first.version?.after.registeredAt } },
    });
    expect(only(first, 'name')).toEqual({
      Put: { TableName: 'registry', Item: { pk: 'TENANT#risk#NAMES', sk: `NAME#${physicalName('fraud')}`, model: 'fraud' }, ...NEW },
    });
    expect(parts(registered({}, model))).toEqual(['head', 'request', 'audit', 'version']);
  });

  test('can be found by commit and by each data set, unless lineage names none', () => {
    const commit = 'c'.repeat(40);
    const datasets = ['s3://data/one', 's3://data/two'];
    const [one, two] = datasets.map((uri) => createHash('sha256').update(uri).digest('hex'));
    const lists = (lineage: Registration['lineage']) => planned(registered({ lineage }))
      .filter(({ part }) => part === 'list').map(({ write }) => write.Put?.Item).filter((item) => item?.pk !== 'TENANT#risk#MODELS');
    const entry = (origin: string) => ({ pk: `TENANT#risk#LINEAGE#${origin}`, sk: 'MODEL#fraud#REV#0000000001', model: 'fraud', revision: 1 });
    expect(lists({ commit, datasets })).toEqual([entry(`commit#${commit}`), entry(`dataset#${one}`), entry(`dataset#${two}`)]);
    expect(lists({ commit })).toEqual([entry(`commit#${commit}`)]);
    expect(lists({ datasets: [datasets[1]] })).toEqual([entry(`dataset#${two}`)]);
    expect(lists({})).toEqual([]);
    expect(lists(undefined)).toEqual([]);
  });
});

describe('a cancelled transaction', () => {
  const change = () => registered({ label: '1.0.0' });
  const judged = (codes: Partial<Record<PlannedWrite['part'], string>>) => {
    const plan = planned(change());
    return judgeCancellation(plan.map(({ part }) => ({ Code: codes[part] ?? 'None' })), plan, change());
  };

  test.each(['head', 'request', 'version'] as const)('is decided anew when somebody else wrote the %s', (part) => {
    expect(judged({ [part]: 'ConditionalCheckFailed' })).toBe('again');
  });

  test.each(['TransactionConflict', 'ThrottlingError', 'ProvisionedThroughputExceeded'])('is tried again after %s', (code) => {
    expect(judged({ audit: code })).toBe('again');
    expect(judged({ label: 'ConditionalCheckFailed', list: code })).toBe('again');
    expect(judged({ label: code })).toBe('again');
    expect(judged({ name: code })).toBe('again');
  });

  test('is tried again when the label was taken by this very request', () => {
    expect(judged({ request: 'ConditionalCheckFailed', label: 'ConditionalCheckFailed' })).toBe('again');
  });

  test('names the label that is taken', () => {
    expect(judged({ label: 'ConditionalCheckFailed' })).toEqual({
      refused: true, code: 'CONFLICT', detail: 'another version of fraud has the label 1.0.0; no two versions share one',
    });
  });

  test('names the model id that is too near to another', () => {
    expect(judged({ name: 'ConditionalCheckFailed' })).toEqual({
      refused: true,
      code: 'CONFLICT',
      detail: `SageMaker would know fraud by the name of another model, ${physicalName('fraud')}; choose another id`,
    });
  });

  test('is an error of ours when a record lies where the next one belongs', () => {
    expect(() => judged({ audit: 'ConditionalCheckFailed' })).toThrow('there is an audit row after the last that the head of the model knows: 1');
  });

  test('is an error when DynamoDB gives no reason', () => {
    expect(() => judged({})).toThrow('the transaction was cancelled without a reason');
    expect(() => judgeCancellation([], planned(change()), change())).toThrow('without a reason');
  });

  test('is an error when the reason is none that passes, whatever else is wrong', () => {
    expect(() => judged({ version: 'ItemCollectionSizeLimitExceeded', head: 'ConditionalCheckFailed' }))
      .toThrow('the transaction was cancelled because of ItemCollectionSizeLimitExceeded on its version');
    expect(() => judged({ label: 'ValidationError', audit: 'TransactionConflict' })).toThrow('ValidationError on its label');
  });
});
