import * as z from 'zod';
import { registryCaller, RegistryQuestion } from '../../../lib/registry/runtime/registry-caller';
import { session } from '../support/callers';
import { LocalRegistry, startLocalRegistry, WireAnswer } from '../support/local-registry';

const CLERK = session('ReleaseClerk', 'release-clerk');
const Version = z.object({ revision: z.number(), state: z.string() });
const MODEL = '/tenants/default/models/fraud';

let registry: LocalRegistry;
let instead: (() => WireAnswer | undefined) | undefined;
let pauses: number[];
const environment = { ...process.env };

beforeAll(async () => {
  registry = await startLocalRegistry({
    instead: () => instead?.(), rights: ({ userArn }) => userArn.includes('ReleaseClerk') ? ['read', 'release'] : ['read', 'register', 'approve', 'release'],
  });
});
afterAll(() => registry.stop());
beforeEach(() => {
  instead = undefined;
  pauses = [];
  registry.requests.length = 0;
  const { accessKeyId, secretAccessKey, sessionToken } = registry.credentials(CLERK);
  Object.assign(process.env, {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
    AWS_REGION: registry.region,
  });
});
afterEach(() => { process.env = { ...environment }; });

const caller = registryCaller({
  now: Date.now, random: () => 1, sleep: async (milliseconds) => { pauses.push(milliseconds); },
});
const ask = (own: Partial<RegistryQuestion<{ revision: number; state: string }>> = {}) =>
  caller.ask({ url: registry.url, path: `${MODEL}/versions/1`, view: Version, ...own });

test('what is signed with the credentials of Lambda is let in, and the view comes back', async () => {
  await registry.bench.approved('fraud', 'one');
  expect(await ask()).toEqual({ ok: true, view: { revision: 1, state: 'Approved' } });
  expect(await ask({ url: `${registry.url}/`, path: `${MODEL}/diff?from=1&to=1`, view: z.any() })).toMatchObject({ ok: true });
  expect(registry.rejections).toEqual([]);
});

test('what writes carries its request key, and happens once', async () => {
  const hold = { path: `${MODEL}/versions/1/hold`, requestKey: 'r1-hold', body: { release: 'r1', as: 'rollout' }, view: z.object({ rev: z.number() }) };
  const first = await caller.ask({ url: registry.url, ...hold });
  expect(await caller.ask({ url: registry.url, ...hold })).toEqual(first);
  expect(registry.requests.map(({ method, headers }) => [method, headers['idempotency-key']])).toEqual([['POST', 'r1-hold'], ['POST', 'r1-hold']]);
});

test.each([
  ['a version that is not there', { path: `${MODEL}/versions/9` }, 'NOT_FOUND'],
  ['what IAM does not let it do', { path: `${MODEL}/versions/1/promote`, requestKey: 'k1' }, 'FORBIDDEN'],
  ['a body that makes no sense', { path: `${MODEL}/versions/1/hold`, requestKey: 'k2', body: { as: 'x' } }, 'BAD_REQUEST'],
  ['a view that is another one', { view: z.object({ revision: z.string() }) as never }, 'UNREACHABLE'],
])('%s is a value and no exception', async (_name, own, code) => {
  expect(await ask(own)).toMatchObject({ ok: false, code });
});

test.each([
  ['busy', { status: 503, body: '{"code":"BUSY","detail":"d"}' }], ['broken', { status: 500, body: '{"code":"INTERNAL","detail":"d"}' }],
  ['behind a gateway that gave up', { status: 504, body: '{"message":"Endpoint request timed out"}' }], ['not to be understood', { status: 200, body: '<html>' }],
])('a registry that is %s is asked again, with growing pauses, and then the caller is told', async (_name, answer) => {
  let times = 0;
  instead = () => ++times < 3 ? answer : undefined;
  expect(await ask()).toMatchObject({ ok: true });
  expect(pauses).toEqual([400, 800]);
  times = -9;
  expect(await ask()).toMatchObject({ ok: false });
  expect(registry.requests).toHaveLength(3 + 4);
});

test('a registry that is not there is a value too', async () => {
  expect(await ask({ url: 'http://127.0.0.1:9' })).toMatchObject({ ok: false, code: 'UNREACHABLE' });
});

test('a refusal is not tried again', async () => {
  await ask({ path: `${MODEL}/versions/9` });
  expect(registry.requests).toHaveLength(1);
});
