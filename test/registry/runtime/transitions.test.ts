import { AuditRecord, hashOf } from '../../../lib/audit/audit-record';
import { person, session } from '../support/callers';
import { brokenAt } from '../support/commands';
import { AUDIT_TABLE, codeOf, REGISTRY_TABLE, RegistryBench } from '../support/registry-bench';

let bench: RegistryBench;
beforeEach(() => { bench = new RegistryBench(); });

const ann = () => bench.as(person('ann'));
const bob = () => bench.as(person('bob'));
const records = () => bench.dynamodb.items(AUDIT_TABLE).map(({ record }) => String(record));
const version = async (revision: number) => (await ann().get(`/tenants/default/models/fraud/versions/${revision}`)).body;
/** Everything that is stored, to see that nothing was written. */
const stored = () => JSON.stringify([bench.dynamodb.items(REGISTRY_TABLE), bench.dynamodb.items(AUDIT_TABLE)]);

async function serve(count: number): Promise<void> {
  for (let number = 1; number <= count; number++) {
    await bob().act('promote', 'fraud', await bench.approved('fraud', `content ${number}`));
  }
}

describe('over the whole way from request to tables', () => {
  test('register, approve, promote twice and roll back: seven records of one chain, and the way back', async () => {
    await serve(2);
    expect(await bob().rollback('fraud')).toMatchObject({ status: 200, body: { revision: 1, production: 1, previous: 2, rev: 7 } });
    const { body } = await ann().get('/tenants/default/models/fraud/history');
    expect(body).toMatchObject({ rev: 7, production: { revision: 1 }, history: [{ revision: 2 }] });
    expect(records()).toHaveLength(7);
    expect(brokenAt(records())).toBeUndefined();
    expect(records().map((text) => AuditRecord.parse(JSON.parse(text)).action)).toEqual([
      'model.register', 'model.approve', 'model.promote', 'model.register', 'model.approve', 'model.promote', 'model.rollback',
    ]);
  });

  test('a second rollback returns', async () => {
    await serve(2);
    await bob().rollback('fraud');
    expect((await bob().rollback('fraud')).body).toMatchObject({ production: 2, previous: 1 });
  });

  test('the registrant does not approve, and no record says so', async () => {
    await ann().register('fraud', bench.supplies('fraud'));
    const before = stored();
    expect(await ann().approve('fraud', 1)).toMatchObject({ status: 403, body: { code: 'FOUR_EYES' } });
    expect(stored()).toBe(before);
    expect((await version(1)).state).toBe('Pending');
  });

  test('two sessions of one role are not four eyes', async () => {
    await bench.as(session('deploy', 'ann')).register('fraud', bench.supplies('fraud'));
    expect(codeOf(await bench.as(session('deploy', 'bob')).approve('fraud', 1))).toBe('FOUR_EYES');
    expect((await bench.as(session('review', 'ann')).approve('fraud', 1)).status).toBe(200);
  });

  test.each([
    ['approve', 'reject'], ['promote', undefined], ['rollback', undefined],
  ])('%s is refused after %s, and nothing is written', async (verb, first) => {
    await ann().register('fraud', bench.supplies('fraud'));
    if (first !== undefined) {
      await bob().act(first, 'fraud', 1);
    }
    const before = stored();
    const answer = verb === 'approve' ? await bob().approve('fraud', 1)
      : verb === 'rollback' ? await bob().rollback('fraud') : await bob().act(verb, 'fraud', 1);
    expect(answer).toMatchObject({ status: 422, body: { code: 'REFUSED' } });
    expect(stored()).toBe(before);
  });

  test('what is in production is revoked only after a rollback', async () => {
    await serve(2);
    expect(codeOf(await bob().act('revoke', 'fraud', 2))).toBe('REFUSED');
    await bob().rollback('fraud');
    expect((await bob().act('revoke', 'fraud', 2)).body).toMatchObject({ state: 'Revoked' });
    expect(codeOf(await bob().rollback('fraud'))).toBe('REFUSED');
  });

  test('of five promoted versions only the first can be retired', async () => {
    await serve(5);
    const statuses = [];
    for (const revision of [5, 4, 3, 2, 1]) {
      statuses.push((await bob().act('retire', 'fraud', revision)).status);
    }
    expect(statuses).toEqual([422, 422, 422, 422, 200]);
  });

  test('a version that a release holds stays until the release ends', async () => {
    await bench.approved('fraud', 'one');
    const wish = { body: { release: 'r-1', as: 'shadow' } };
    expect((await bob().act('hold', 'fraud', 1, wish)).status).toBe(200);
    expect((await version(1)).usedAs).toEqual(['shadow']);
    expect(codeOf(await bob().act('retire', 'fraud', 1))).toBe('REFUSED');
    await bob().act('unhold', 'fraud', 1, { body: { release: 'r-1' } });
    expect((await bob().act('retire', 'fraud', 1)).status).toBe(200);
  });

  test('a label is for one version of a model, but another model may have it', async () => {
    const labelled = (model: string, content: string) => ann().register(model, { ...bench.supplies(model, content), label: '1.0.0' });
    expect((await labelled('fraud', 'one')).status).toBe(201);
    const before = stored();
    expect(await labelled('fraud', 'two')).toMatchObject({
      status: 409, body: { code: 'CONFLICT', detail: 'another version of fraud has the label 1.0.0; no two versions share one' },
    });
    expect(stored()).toBe(before);
    expect((await labelled('churn', 'one')).status).toBe(201);
  });

  test('a parent has to be there', async () => {
    const child = { ...bench.supplies('fraud'), lineage: { parent: 3 } };
    expect(await ann().register('fraud', child)).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } });
    expect(bench.dynamodb.items(REGISTRY_TABLE)).toEqual([]);
  });

  test('a model whose name SageMaker would confuse with another is refused', async () => {
    await ann().register('fraud', bench.supplies('fraud'));
    const { pk, sk } = bench.dynamodb.items(REGISTRY_TABLE).find((item) => String(item.sk).startsWith('NAME#'))!;
    expect(sk).toMatch(/^NAME#fraud-[0-9a-f]{10}$/);
    const other = new RegistryBench();
    other.dynamodb.plant(REGISTRY_TABLE, { pk, sk, model: 'another' });
    expect(codeOf(await other.as(person('ann')).register('fraud', other.supplies('fraud')))).toBe('CONFLICT');
  });

  test('tenants do not see each other, though their models have the same name', async () => {
    await bench.approved('fraud', 'one', 'acme');
    expect((await ann().get('/tenants/acme/models/fraud/versions/1')).status).toBe(200);
    expect((await ann().get('/tenants/default/models/fraud/versions/1')).status).toBe(404);
    expect((await ann().get('/tenants/acm/models/fraud/versions/1')).status).toBe(404);
    expect((await ann().get('/tenants/default/models')).body).toEqual({ models: [] });
    const partitions = [REGISTRY_TABLE, AUDIT_TABLE].flatMap((table) => bench.dynamodb.items(table).map(({ pk }) => String(pk)));
    expect(partitions.every((pk) => pk.startsWith('TENANT#acme#'))).toBe(true);
  });
});

describe('a refusal', () => {
  test('is a line in the log, with a sentence of ours, and counted', async () => {
    await ann().register('fraud', bench.supplies('fraud'));
    await ann().approve('fraud', 1, 'default', { changeTicket: 'CHG-1' });
    expect(bench.lines).toHaveLength(1);
    expect(AuditRecord.parse(JSON.parse(bench.lines[0]))).toMatchObject({
      action: 'model.approve',
      outcome: 'REFUSED',
      actor: person('ann').userArn,
      model: 'fraud',
      version: 1,
      resourceName: 'default/fraud/1',
      reason: expect.stringMatching(/^FOUR_EYES: version 1 was registered by the same person/),
    });
    expect(bench.lines[0]).not.toContain('sequence');
    expect(bench.counts).toEqual(['RequestsRefused']);
  });

  test('of a malformed body keeps the words of the caller out of the log', async () => {
    await ann().register('fraud', { label: 'Jane Doe, born 1970' });
    expect(AuditRecord.parse(JSON.parse(bench.lines[0]))).toMatchObject({ outcome: 'REFUSED', reason: 'BAD_REQUEST' });
    expect(JSON.stringify([bench.lines, bench.logged])).not.toContain('Jane');
  });

  test('of a read is told to whoever looks after the registry', async () => {
    await ann().get('/tenants/default/models/fraud/production');
    expect(bench.lines).toEqual([]);
    expect(bench.logged).toEqual([{ level: 'warn', message: 'a request was refused', details: expect.objectContaining({ code: 'NOT_FOUND' }) }]);
  });
});

describe('the audit table', () => {
  test('lists record 9 before record 10, each with the hash of its text', async () => {
    await serve(4);
    const rows = bench.dynamodb.items(AUDIT_TABLE);
    expect(rows.map(({ sk }) => sk).slice(8, 10)).toEqual(['AUDIT#0000000009', 'AUDIT#0000000010']);
    expect(rows.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 12 }, (_each, place) => place + 1));
    expect(rows.every(({ record, hash }) => hashOf(String(record)) === hash)).toBe(true);
    expect(brokenAt(records())).toBeUndefined();
  });

  test('holds a chain that breaks when one byte of it changes', async () => {
    await serve(4);
    const changed = records();
    changed[8] = changed[8].replace('"durationMs":0', '"durationMs":1');
    expect(brokenAt(changed)).toBe(10);
  });

  test('never takes a second row with the same number', async () => {
    await serve(1);
    bench.dynamodb.plant(AUDIT_TABLE, { pk: 'TENANT#default#MODEL#fraud', sk: 'AUDIT#0000000004', record: 'forged' });
    const before = stored();
    const answer = await ann().register('fraud', bench.supplies('fraud', 'two'));
    expect(answer).toMatchObject({ status: 500, body: { code: 'INTERNAL' } });
    expect(JSON.stringify(answer.body)).not.toContain('audit row');
    expect(String(bench.logged.at(-1)?.details.error)).toContain('there is an audit row after the last that the head of the model knows: 4');
    expect(stored()).toBe(before);
  });
});
