import { person } from '../support/callers';
import { brokenAt } from '../support/commands';
import { AUDIT_TABLE, codeOf, REGISTRY_TABLE, RegistryBench } from '../support/registry-bench';

let bench: RegistryBench;
beforeEach(async () => {
  bench = new RegistryBench();
  for (const number of [1, 2]) {
    await bench.as(person('bob')).act('promote', 'fraud', await bench.approved('fraud', `content ${number}`));
  }
});

const cid = (client?: string) => bench.as(person('cid'), client);
const emergency = (body: object = {}, key?: string) =>
  cid().act('emergency-revoke', 'fraud', 2, { body: { changeTicket: 'INC-77', ...body }, key });
const records = () => bench.dynamodb.items(AUDIT_TABLE).map(({ record }) => String(record));
const stored = () => JSON.stringify([bench.dynamodb.items(REGISTRY_TABLE), bench.dynamodb.items(AUDIT_TABLE)]);

test('revokes, moves the pointer and writes the record in one transaction', async () => {
  const from = bench.dynamodb.calls.length;
  expect(await emergency()).toMatchObject({ status: 200, body: { revision: 2, state: 'Revoked', production: 1, previous: 2 } });
  expect(bench.dynamodb.calls.slice(from).map(({ name }) => name)).toEqual(['BatchGetItem', 'BatchGetItem', 'TransactWriteItems']);
  expect((await cid().get('/tenants/default/models/fraud/production')).body).toMatchObject({ revision: 1 });
  expect((await cid().get('/tenants/default/models/fraud/versions/2')).body).toMatchObject({ state: 'Revoked', usedAs: ['history'] });
  expect(brokenAt(records())).toBeUndefined();
});

test('leaves nothing in production when told to, and a promotion ends that', async () => {
  expect((await emergency({ leaveEmpty: true })).body).toMatchObject({ revision: 2, previous: 2 });
  expect(await cid().get('/tenants/default/models/fraud/production')).toMatchObject({ status: 404, body: { detail: 'fraud has nothing in production' } });
  expect((await bench.as(person('bob')).act('promote', 'fraud', 1)).body).toMatchObject({ production: 1 });
});

test('what serves afterwards was approved by somebody who did not register it', async () => {
  await emergency();
  const { body } = await cid().get('/tenants/default/models/fraud/versions/1');
  expect(body).toMatchObject({ state: 'Approved', usedAs: ['production'] });
  expect(body.decidedBy).not.toBe(body.registrant);
});

test('the same request twice is one change; the same key for another is refused', async () => {
  const first = await emergency({}, 'the-key');
  expect(await emergency({}, 'the-key')).toMatchObject({ status: 200, body: first.body, headers: { 'idempotent-replayed': 'true' } });
  expect(codeOf(await emergency({ leaveEmpty: true }, 'the-key'))).toBe('REQUEST_KEY_REUSED');
  expect(records()).toHaveLength(7);
});

test('somebody who saw an earlier rev changes nothing', async () => {
  expect(await emergency({ expectedRev: 5 })).toMatchObject({ status: 409, body: { code: 'STALE_REV', rev: 6 } });
});

test('of two at once one wins, and the other is told that it is revoked', async () => {
  const answers = await Promise.all(['one', 'other'].map(async (client) =>
    cid(client).act('emergency-revoke', 'fraud', 2, { body: { changeTicket: 'INC-77' } })));
  expect(answers.map(codeOf).sort()).toEqual(['REFUSED', undefined]);
  expect(records()).toHaveLength(7);
});

test.each([
  [{}, '`changeTicket` must name the incident, which those will ask for whom the alarm wakes: got undefined; give its ticket'],
  [{ changeTicket: 'a b' }, '`changeTicket` must be 1 to 64 letters'],
  [{ changeTicket: 'INC-77', leaveEmpty: 'yes' }, '`leaveEmpty` must be true or false'],
  [{ changeTicket: 'INC-77', to: 1 }, '`body` must have no fields but expectedRev, changeTicket, leaveEmpty'],
])('a body that is not right is refused, and nothing is written: %j', async (body, complaint) => {
  const before = stored();
  expect(await cid().act('emergency-revoke', 'fraud', 2, { body })).toMatchObject({
    status: 400, body: { code: 'BAD_REQUEST', detail: expect.stringContaining(complaint) },
  });
  expect(stored()).toBe(before);
});

describe('the version that takes its place', () => {
  const gone = async () => {
    const { body: { artifact } } = await cid().get('/tenants/default/models/fraud/versions/1');
    bench.s3.objects.delete(String(artifact).slice('s3://'.length));
  };

  test('has to be there: else it is refused, and production stays as it is', async () => {
    await gone();
    const before = stored();
    expect(await emergency()).toMatchObject({ status: 422, body: { code: 'REFUSED', detail: expect.stringMatching(/^there is no object at .*; put the same file back at this key, promote another version, or leave production empty \(`leaveEmpty`\)$/) } });
    expect(stored()).toBe(before);
  });

  test('is not looked at when nothing takes its place', async () => {
    await gone();
    bench.ecr.before = () => { throw new Error('nobody asks'); };
    expect((await emergency({ leaveEmpty: true })).status).toBe(200);
  });
});

test('an attempt that is refused is in the log', async () => {
  await emergency();
  bench.lines.length = 0;
  await emergency();
  expect(bench.lines.map((line) => JSON.parse(line) as object)).toMatchObject([{ action: 'model.emergency-revoke', outcome: 'REFUSED', version: 2 }]);
});
