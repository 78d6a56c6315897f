import { PROBLEMS } from '../../../lib/api/problem';
import { AddressServer } from '../support/address-server';
import { NOBODY, SOMEBODY, withAwsEnvironment } from '../support/aws-environment';
import { CLIENT, InferenceServer, problem, QUEUED } from '../support/inference-server';
import { TemporaryFolder } from '../support/temporary-folder';
import { run, Surroundings } from '../support/test-world';
import { WebServer } from '../support/web-server';

let addresses: AddressServer;
let api: InferenceServer;
let folder: TemporaryFolder;
let input: string;
beforeAll(async () => {
  addresses = await AddressServer.start();
  api = await InferenceServer.start();
  folder = new TemporaryFolder();
  input = folder.file('customer.json', '{"age": 31}');
});
afterAll(async () => {
  await Promise.all([addresses.stop(), api.stop()]);
  folder.remove();
});
beforeEach(() => {
  api.reset();
  addresses.instead = undefined;
  addresses.parameters.clear();
  addresses.stacks.clear();
  addresses.parameters.set('/ml-platform/api/models', api.address());
  addresses.parameters.set('/ml-platform/api/models/clients/payments', api.client());
});
withAwsEnvironment(() => ({
  ...SOMEBODY, ...api.services, AWS_REGION: 'eu-west-1', AWS_ENDPOINT_URL_SSM: addresses.url, AWS_ENDPOINT_URL_CLOUDFORMATION: addresses.url,
}));

const CHURN = '/v1/models/churn/invocations';
const SECRETS = { MLP_CLIENT_SECRET: CLIENT.secret, MLP_API_KEY: CLIENT.key };
const invoke = (args: readonly string[] = ['--client', 'payments'], surroundings: Surroundings = {}) =>
  run(['invoke', 'churn', '--input', input, ...args], surroundings);
/** Without AWS: what an application team of another company has. */
const outside = () => ['--url', api.url, '--token-url', api.tokenUrl, '--client-id', CLIENT.id];
/** The same, with what is secret in the environment: no AWS service is asked. */
const ask = (...more: readonly string[]) => invoke([...outside(), ...more], { env: SECRETS });
const sent = () => api.to(CHURN).map(({ headers, body }) => ({ type: headers['content-type'], token: headers.authorization, body: body.toString() }));
const PRINTABLE = /[^\P{C}\n]/u;

describe('a model is asked', () => {
  test('as a client whose id, secret and key are looked up, with a token for this model and nothing else', async () => {
    const { exitCode, out, err } = await invoke();
    expect({ exitCode, out }).toEqual({ exitCode: 0, out: '{"churn": 0.90, "id": 12345678901234567890}' });
    expect(err).toMatch(/^200 in \d+ ms, request eXaMpLe1=\n$/);
    expect(sent()).toEqual([{ type: 'application/json', token: 'token-1', body: '{"age": 31}' }]);
    expect(new URLSearchParams(api.to('/oauth2/token')[0].body.toString()).get('scope')).toBe('models/churn:invoke');
  });

  test('by whoever has id, secret and key of a client, and no AWS credentials', async () => {
    Object.entries(NOBODY).forEach(([name, value]) => { process.env[name] = value; });
    delete process.env.AWS_ACCESS_KEY_ID;
    expect(await invoke(outside(), { env: SECRETS })).toMatchObject({ exitCode: 0, out: expect.stringContaining('0.90') });
    expect(new URLSearchParams(api.to('/oauth2/token')[0].body.toString()).has('scope')).toBe(false);
  });

  test('with a token of before, which costs no other', async () => {
    const env = { MLP_ACCESS_TOKEN: api.issue('models/churn:invoke'), MLP_API_KEY: CLIENT.key };
    expect(await invoke(['--url', api.url], { env })).toMatchObject({ exitCode: 0 });
    expect(api.to('/oauth2/token')).toEqual([]);
  });

  test.each(['InferenceApiAddress', 'MlInferenceApiInferenceApiAddress1A2B3C4D'])('of an API that the output %s of a stack names', async (key) => {
    addresses.stacks.set('MlInferenceApi', { Other: 'x', [key]: api.address() });
    expect(await invoke(['--stack', 'MlInferenceApi', '--client', 'payments'])).toMatchObject({ exitCode: 0 });
  });

  test('of an API of any name, and of any parameter', async () => {
    addresses.parameters.set('/ml-platform/api/credit', api.address());
    addresses.parameters.set('/team/credit', api.address());
    expect(await invoke(['--api', 'credit', '--client', 'payments'])).toMatchObject({ exitCode: 0 });
    expect(await invoke(['--parameter', '/team/credit', '--client', 'payments'])).toMatchObject({ exitCode: 0 });
  });

  test('with AWS credentials, where the API wants those: signed, without token and key', async () => {
    addresses.parameters.set('/ml-platform/api/models', api.address({ auth: 'iam', tokenUrl: undefined, userPoolId: undefined }));
    expect(await invoke([])).toMatchObject({ exitCode: 0, out: expect.stringContaining('0.90') });
    expect(sent()).toEqual([expect.objectContaining({ token: expect.stringContaining('/eu-west-1/execute-api/aws4_request'), body: '{"age": 31}' })]);
    expect(api.to('/oauth2/token')).toEqual([]);
  });

  test.each([
    ['a.csv', 'text/csv'], ['a.jsonl', 'application/jsonlines'], ['A.CSV', 'text/csv'], ['a.bin', 'application/json'], ['a.xml', 'application/xml'],
  ])('with %s as %s', async (name, type) => {
    expect(await invoke(['--client', 'payments', '--input', folder.file(name, 'a,b\n')])).toMatchObject({ exitCode: 0 });
    expect(sent()).toEqual([expect.objectContaining({ type, body: 'a,b\n' })]);
  });

  test('with what stdin says, in the type that is given', async () => {
    expect(await invoke(['--client', 'payments', '--input', '-', '--content-type', 'text/csv'], { stdin: '1,2' })).toMatchObject({ exitCode: 0 });
    expect(sent()).toEqual([expect.objectContaining({ type: 'text/csv', body: '1,2' })]);
  });

  test('and answers as one JSON document, when that is asked for', async () => {
    const { out, err } = await invoke(['--client', 'payments', '--json']);
    expect(JSON.parse(out)).toEqual({
      status: 200, latencyMs: expect.any(Number), requestId: 'eXaMpLe1=', contentType: 'application/json', answer: { churn: 0.9, id: Number('12345678901234567890') },
    });
    expect(err).toBe('');
  });

  test('an asynchronous one answers with the place of the answer to come', async () => {
    api.model = QUEUED;
    const { exitCode, out, err } = await run(['invoke', 'documents', '--input', '-', '--client', 'payments'], { stdin: '{"input":"a.pdf"}' });
    expect(exitCode).toBe(0);
    expect(out).toBe('answer will be at   s3://outputs/1.out\nfailure will be at  s3://failures/1.out\n');
    expect(err).toMatch(/^202 in \d+ ms, request eXaMpLe2=\n$/);
    const again = await run(['invoke', 'documents', '--input', '-', '--client', 'payments', '--json'], { stdin: '{}' });
    expect(JSON.parse(again.out)).toMatchObject({ status: 202, location: 's3://outputs/1.out', failureLocation: 's3://failures/1.out' });
  });
});

describe('nothing is sent', () => {
  test.each<[string, string[], number, string]>([
    ['without a client', [], 2, '--client, or --client-id'],
    ['with two', ['--client', 'payments', '--client-id', 'a1'], 2, 'give one of them'],
    ['to two APIs', ['--api', 'models', '--stack', 'A', '--client', 'payments'], 2, 'give one of them'],
    ['to no API', ['--api', 'nothing', '--client', 'payments'], 3, 'no SSM parameter /ml-platform/api/nothing in eu-west-1'],
    ['from a stack that is none', ['--stack', 'Nothing', '--client', 'payments'], 3, 'no stack Nothing'],
    ['as a client that is none', ['--client', 'nobody'], 3, 'no SSM parameter /ml-platform/api/models/clients/nobody'],
    ['with the tokens of another place', ['--token-url', 'https://login.example.com', '--client', 'payments'], 2, '--token-url goes with --url'],
    ['without TLS', ['--url', 'http://api.example.com', '--client-id', 'a1'], 2, 'https'],
    ['with a type that is none', ['--client', 'payments', '--content-type', 'text/csv; a=b'], 2, 'media type'],
    ['with no patience', ['--client', 'payments', '--timeout', '0'], 2, '1 to 120 seconds'],
    ['of a file that is not there', ['--client', 'payments', '--input', '/nonexistent/a.json'], 3, 'there is no file /nonexistent/a.json'],
  ])('%s', async (_what, args, exitCode, sentence) => {
    expect(await invoke(args)).toMatchObject({ exitCode, out: '', err: expect.stringContaining(sentence) });
    expect(api.asked).toEqual([]);
  });

  test('to a model that the API does not have', async () => {
    expect(await run(['invoke', 'fraud', '--input', input, '--client', 'payments']))
      .toMatchObject({ exitCode: 3, err: expect.stringContaining('has no model fraud; it has churn, documents') });
    expect(api.asked).toEqual([]);
  });

  test.each(['../churn', 'churn/health', 'Churn', 'a'])('to a model that is called %p', async (name) => {
    expect(await run(['invoke', name, '--input', input, ...outside()], { env: SECRETS })).toMatchObject({ exitCode: 2 });
    expect(api.asked).toEqual([]);
  });

  test.each([['a file', false], ['stdin', true]])('of more than SageMaker takes, from %s', async (_what, piped) => {
    const large = 'x'.repeat(6_291_457);
    const path = piped ? '-' : folder.file('large.json', large);
    expect(await invoke(['--client', 'payments', '--input', path], { stdin: piped ? large : '' }))
      .toMatchObject({ exitCode: 2, err: expect.stringContaining('has 6291457 bytes, and SageMaker takes at most 6291456') });
    expect(api.asked).toEqual([]);
  });

  test('without a key, or as people', async () => {
    expect(await invoke(outside(), { env: { MLP_CLIENT_SECRET: CLIENT.secret } })).toMatchObject({ exitCode: 2, err: expect.stringContaining('MLP_API_KEY') });
    expect(await invoke(outside(), { env: { MLP_API_KEY: CLIENT.key } })).toMatchObject({ exitCode: 2, err: expect.stringContaining('MLP_CLIENT_SECRET') });
    addresses.parameters.set('/ml-platform/api/models/clients/support', api.client({ kind: 'web' }));
    expect(await invoke(['--client', 'support'])).toMatchObject({ exitCode: 2, err: expect.stringContaining('a client for people') });
    expect(api.to(CHURN)).toEqual([]);
  });

  test('to what is no API', async () => {
    addresses.parameters.set('/ml-platform/api/models', '{"url":"https://x"}');
    expect(await invoke()).toMatchObject({ exitCode: 3, err: expect.stringContaining('does not hold the address of an inference API') });
  });
});

describe('a token that is not given', () => {
  test.each<[string, string, number, string]>([
    ['because the secret is wrong', 'invalid_client', 5, 'the id or the secret of the client is not right'],
    ['because the scope is not the client\'s', 'invalid_scope', 5, 'is the endpoint among its `endpoints`'],
    ['because the client is for people', 'unauthorized_client', 5, 'addClient'],
    ['because the grant is not the client\'s', 'invalid_grant', 5, 'may not ask for this'],
    ['for a reason that is not known yet', 'constructor', 1, 'constructor'],
  ])('%s, is told so', async (_what, error, exitCode, sentence) => {
    api.instead = { token: { status: 400, body: JSON.stringify({ error }) } };
    const { exitCode: left, err } = await ask();
    expect({ left, code: err.includes('TOKEN_REFUSED') }).toEqual({ left: exitCode, code: true });
    expect(err).toContain(sentence);
    expect(api.to(CHURN)).toEqual([]);
  });

  test('by an endpoint that looks at secret and scopes itself', async () => {
    expect(await invoke(['--client', 'payments'], { env: { MLP_CLIENT_SECRET: 'wrong' } })).toMatchObject({ exitCode: 5 });
    addresses.parameters.set('/ml-platform/api/models', api.address({ routes: ['churn', 'fraud'] }));
    expect(await run(['invoke', 'fraud', '--input', input, '--client', 'payments']))
      .toMatchObject({ exitCode: 5, err: expect.stringContaining('refused a token for models/fraud:invoke: invalid_scope') });
  });

  test.each<[string, object, string]>([
    ['too many requests', { status: 429, headers: { 'retry-after': '7' }, body: '{}' }, 'try again in 7 s'],
    ['a failure', { status: 503, body: '<html>' }, 'try again later'],
    ['HTML', { status: 200, body: '<html>log in</html>' }, 'holds no token'],
    ['a redirect', { status: 302, headers: { location: 'https://evil.example.com' } }, 'holds no token'],
    ['a token with a line break', { status: 200, body: '{"access_token":"a\\r\\nX-Evil: 1","expires_in":1}' }, 'holds no token'],
    ['an answer without end', { status: 200, body: 'x'.repeat(100_001) }, 'larger than 100000 bytes'],
  ])('but %s, is no answer', async (_what, reply, sentence) => {
    api.instead = { token: reply as never };
    expect(await ask()).toMatchObject({ exitCode: 6, err: expect.stringContaining(sentence) });
    expect(api.to('/oauth2/token')).toHaveLength(1);
    expect(api.to(CHURN)).toEqual([]);
  });

  test('because nobody listens, or the connection breaks', async () => {
    const gone = await WebServer.start(() => 'cut');
    await gone.stop();
    addresses.parameters.set('/ml-platform/api/models', api.address({ tokenUrl: `${gone.url}/oauth2/token` }));
    expect(await invoke()).toMatchObject({ exitCode: 6, err: expect.stringContaining('NO_TOKEN') });
    addresses.parameters.set('/ml-platform/api/models', api.address());
    api.instead = { token: 'cut' };
    expect(await invoke()).toMatchObject({ exitCode: 6, err: expect.stringContaining('gave no token') });
  });

  test('because Cognito does not show the secret, or API Gateway the key', async () => {
    const denied = { status: 400, headers: { 'content-type': 'application/x-amz-json-1.1' }, body: '{"__type":"AccessDeniedException","message":"no"}' };
    api.instead = { cognito: denied };
    expect(await invoke()).toMatchObject({ exitCode: 5, err: expect.stringContaining('not allowed to ask the user pool') });
    api.instead = { keys: { status: 403, headers: { 'x-amzn-errortype': 'AccessDeniedException' }, body: '{"message":"no"}' } };
    expect(await invoke()).toMatchObject({ exitCode: 5, err: expect.stringContaining('not allowed to ask API Gateway for the value of the key') });
  });
});

describe('what the API refuses becomes an exit code', () => {
  test.each<[keyof typeof PROBLEMS, number, string]>([
    ['badRequest', 1, 'mlp api openapi'],
    ['modelRefused', 1, 'The model refused the input (400)'],
    ['unauthorized', 5, 'among the `endpoints` of its client'],
    ['forbidden', 5, 'grantInvoke'],
    ['keyMissing', 5, 'MLP_API_KEY'],
    ['filtered', 1, 'countOnly'],
    ['notFound', 3, 'is the name of the model right'],
    ['tooLarge', 1, 'at most 6291456 bytes (413)'],
    ['unsupported', 1, '--content-type'],
    ['throttled', 6, 'try again in 5 s'],
    ['quotaExceeded', 6, 'try again in 3600 s'],
    ['internal', 6, 'logs of the API'],
    ['modelFailed', 6, 'inference id'],
    ['unavailable', 6, 'try again in 10 s'],
    ['timeout', 6, 'asynchronous'],
  ])('%s', async (name, exitCode, sentence) => {
    const { status, code, detail, retryAfter } = { retryAfter: undefined, ...PROBLEMS[name] };
    api.model = problem(status, code, detail, retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) });
    const { exitCode: left, out, err } = await ask();
    expect({ left, out }).toEqual({ left: exitCode, out: '' });
    expect(err).toContain(sentence);
    expect(err).toContain(`${code}, request eXaMpLe3=`);
    expect(err).not.toMatch(/^\s+at /m);
    expect(api.to(CHURN)).toHaveLength(1);
  });

  test('every problem has one', () => {
    expect(Object.keys(PROBLEMS)).toHaveLength(15);
  });

  test('with --json as one line of JSON, with the seconds to wait', async () => {
    api.model = problem(429, 'throttled', 'There are more requests than the limit allows.', { 'retry-after': '5' });
    const { out, err } = await ask('--json');
    expect(out).toBe('');
    expect(JSON.parse(err)).toEqual({
      error: {
        code: 'throttled',
        exitCode: 6,
        requestId: 'eXaMpLe3=',
        retryAfterSeconds: 5,
        message: 'There are more requests than the limit allows (429); try again in 5 s',
      },
    });
  });

  test('also when the problem is new, or the gateway looks at token and key itself', async () => {
    api.model = problem(422, 'constructor', 'new');
    expect(await ask()).toMatchObject({ exitCode: 1, err: expect.stringContaining('new (422)') });
    const wrong = { env: { MLP_ACCESS_TOKEN: 'stale', MLP_API_KEY: CLIENT.key } };
    expect(await invoke([], wrong)).toMatchObject({ exitCode: 5, err: expect.stringContaining('unauthorized') });
    expect(await invoke(outside(), { env: { ...SECRETS, MLP_API_KEY: 'other' } })).toMatchObject({ exitCode: 5, err: expect.stringContaining('key-missing') });
  });

  test('of the firewall, which knows no request id', async () => {
    api.model = { status: 403, body: '{"status":403,"code":"filtered","detail":"The request was stopped by the firewall."}' };
    expect((await ask()).err).toMatch(/\n {5}filtered\n$/);
  });
});

describe('an answer that is none', () => {
  test.each<[string, object]>([
    ['HTML', { status: 403, body: '<html>forbidden</html>' }],
    ['a redirect', { status: 307, headers: { location: 'https://evil.example.com' } }],
    ['JSON of something else', { status: 500, body: '{"message":"Internal server error"}' }],
    ['a status that nobody uses', { status: 204 }],
  ])('is not understood: %s', async (_what, reply) => {
    api.model = reply as never;
    expect(await ask()).toMatchObject({ exitCode: 6, out: '', err: expect.stringContaining('NOT_UNDERSTOOD') });
    expect(api.to(CHURN)).toHaveLength(1);
  });

  test('is not read to its end if it has none', async () => {
    api.model = { status: 200, body: Buffer.alloc(11_000_001, 'x') };
    expect(await ask()).toMatchObject({ exitCode: 6, err: expect.stringContaining('ANSWER_TOO_LARGE') });
  });

  test('comes too late, and the model may have been asked', async () => {
    api.model = () => new Promise(() => undefined);
    expect(await ask('--timeout', '1'))
      .toMatchObject({ exitCode: 6, err: expect.stringMatching(/no answer in 1 s; the model may have been asked/) });
  });

  test('breaks off; the model is not asked again', async () => {
    api.model = 'cut';
    expect(await ask()).toMatchObject({ exitCode: 6, err: expect.stringContaining('may have been asked') });
    expect(api.to(CHURN)).toHaveLength(1);
  });

  test('of nobody means that nothing was sent', async () => {
    const gone = await WebServer.start(() => 'cut');
    await gone.stop();
    expect(await invoke(['--url', gone.url], { env: { MLP_ACCESS_TOKEN: 't', MLP_API_KEY: 'k' } }))
      .toMatchObject({ exitCode: 6, err: expect.stringMatching(/nothing was sent\n {5}UNREACHABLE/) });
  });
});

describe('hostile bytes', () => {
  const HOSTILE = '\u001b]0;owned\u0007\u001b[2J\u202e\r\nmlp: all is well';

  test('of a prediction never reach a terminal, and reach a program as they came', async () => {
    api.model = { status: 200, headers: { 'content-type': 'text/csv' }, body: `a\tb${HOSTILE}\n` };
    const seen = await invoke(outside(), { tty: true, env: SECRETS });
    expect(seen.out).not.toMatch(PRINTABLE);
    expect(seen.out).toContain('\\u001b]0;owned\\u0007');
    expect((await ask()).out).toBe(`a\tb${HOSTILE}\n`);
    const { out } = await ask('--json');
    expect(out).not.toMatch(PRINTABLE);
    expect(JSON.parse(out)).toMatchObject({ answer: `a\tb${HOSTILE}\n` });
  });

  test('of a problem never reach a terminal, and no line of it looks like one of ours', async () => {
    api.model = { status: 400, body: JSON.stringify({ status: 400, code: HOSTILE, detail: `no${HOSTILE}`, requestId: HOSTILE }) };
    for (const args of [['--debug'], ['--json']]) {
      const { err } = await invoke([...outside(), ...args], { tty: true, env: SECRETS });
      expect(err).not.toMatch(PRINTABLE);
      expect(err).not.toMatch(/^mlp: all is well/m);
    }
  });

  test('of a token endpoint never reach a terminal', async () => {
    api.instead = { token: { status: 400, body: JSON.stringify({ error: HOSTILE }) } };
    const { err } = await invoke(outside(), { tty: true, env: SECRETS });
    expect(err).not.toMatch(PRINTABLE);
    expect(err).not.toMatch(/^mlp: all is well/m);
  });

  test('of a long problem are cut', async () => {
    api.model = problem(400, 'c'.repeat(1000), 'd'.repeat(100_000));
    expect((await ask()).err.length).toBeLessThan(1000);
  });
});

describe('nothing secret is said', () => {
  const SECRET = new RegExp([CLIENT.secret, CLIENT.key, 'token-1', 'not-a-secret', Buffer.from(CLIENT.secret).toString('base64').slice(0, 8)].join('|'));

  test.each(['success', 'failure', 'no answer'])('with --debug, after %s', async (what) => {
    api.model = what === 'no answer' ? 'cut' : what === 'failure' ? problem(502, 'model-failed', 'no') : api.model;
    const { out, err } = await invoke(['--client', 'payments', '--debug']);
    expect(err).toContain('debug: POST');
    expect(out + err).not.toMatch(SECRET);
  });

  test.each(['MLP_CLIENT_SECRET', 'MLP_API_KEY', 'MLP_ACCESS_TOKEN'])('of %s, when it cannot be a header', async (name) => {
    const { exitCode, err } = await invoke(outside(), { env: { ...SECRETS, [name]: 'hidden\nvalue' } });
    expect(exitCode).toBe(2);
    expect(err).toContain(`${name} must be printable ASCII`);
    expect(err).not.toContain('hidden');
  });

  test('and no option takes a secret', async () => {
    const { out } = await run(['invoke', '--help']);
    expect(out).not.toMatch(/--[a-z-]*(secret|password|api-key|access-token)/);
  });
});
