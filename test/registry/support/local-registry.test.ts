import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';
import { person, user } from './callers';
import { LocalRegistry, startLocalRegistry } from './local-registry';
import { codeOf, RegistryBench } from './registry-bench';
import { Credentials } from './signature';

let registry: LocalRegistry;
const bench = new RegistryBench();
beforeAll(async () => {
  registry = await startLocalRegistry({ bench, rights: ({ userArn }) => userArn.endsWith('/reader') ? ['read'] : ['read', 'register', 'approve'] });
});
afterAll(() => registry.stop());

interface Sent {
  readonly target: string;
  readonly method?: string;
  readonly body?: string;
  readonly service?: string;
  readonly region?: string;
}

async function send(credentials: Credentials, { target, method = 'GET', body, service = 'execute-api', region = registry.region }: Sent, change: object = {}) {
  const url = new URL(target, registry.url);
  const signer = new SignatureV4({ credentials, region, service, sha256: Sha256 });
  const { headers } = await signer.sign({
    method,
    protocol: 'http:',
    hostname: url.hostname,
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    body,
    headers: { 'host': url.host, 'idempotency-key': 'key-1', 'content-type': 'application/json' },
  });
  const response = await fetch(url, { method, body, headers: { ...headers, ...change } });
  const answered = await response.json() as Record<string, unknown>;
  return { status: response.status, headers: Object.fromEntries(response.headers), body: answered };
}

test('the caller is whoever signed', async () => {
  const answer = await send(registry.credentials(person('ann')), {
    method: 'POST', target: '/tenants/default/models/fraud/versions', body: JSON.stringify(bench.supplies('fraud')),
  });
  expect(answer).toMatchObject({ status: 201, body: { revision: 1 }, headers: { 'content-type': 'application/json' } });
  const { body } = await send(registry.credentials(user('bob')), { target: '/tenants/default/models/fraud/versions/1' });
  expect(body.registrant).toBe(person('ann').userArn);
});

test('a query is signed, and arrives decoded', async () => {
  const target = '/tenants/default/lineage?dataset=s3%3A%2F%2Fdata%2Fa%20b';
  expect(await send(registry.credentials(person('ann')), { target })).toMatchObject({ status: 200, body: { versions: [] } });
});

test('a problem comes back as one', async () => {
  const answer = await send(registry.credentials(person('ann')), { target: '/tenants/default/models/churn/production' });
  expect(answer.headers['content-type']).toBe('application/problem+json');
  expect(codeOf(answer)).toBe('NOT_FOUND');
});

const forbidden = { status: 403, body: { message: 'Forbidden' } };
const models = { target: '/tenants/default/models' };
test.each<[string, () => ReturnType<typeof send>]>([
  ['is not signed', () => send(registry.credentials(person('ann')), models, { authorization: '' })],
  ['is signed with another secret', () => send({ ...registry.credentials(person('ann')), secretAccessKey: 'x' }, models)],
  ['is signed with a key that nobody has', () => send({ accessKeyId: 'AKIAX', secretAccessKey: 'x' }, models)],
  ['is signed for another service', () => send(registry.credentials(person('ann')), { ...models, service: 'lambda' })],
  ['is signed for another Region', () => send(registry.credentials(person('ann')), { ...models, region: 'us-east-1' })],
  ['was changed on the way', () => send(registry.credentials(person('ann')), models, { 'idempotency-key': 'key-2' })],
  ['has another token', () => send(registry.credentials(person('ann')), models, { 'x-amz-security-token': 'x' })],
  ['is not allowed by IAM', () => send(registry.credentials(user('reader')), {
    method: 'POST', target: '/tenants/default/models/fraud/rollback', body: '{}',
  })],
])('a request that %s never reaches the handler', async (_what, sent) => {
  const before = bench.dynamodb.calls.length;
  expect(await sent()).toMatchObject(forbidden);
  expect(bench.dynamodb.calls).toHaveLength(before);
});

test('a route that is not there is not found', async () => {
  expect(await send(registry.credentials(person('ann')), { target: '/models' })).toMatchObject({ status: 404, body: { message: 'Not Found' } });
});
