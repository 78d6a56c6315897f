import { join } from 'node:path';
import { App, aws_apigateway as apigateway, Stack, Stage } from 'aws-cdk-lib';
import { ApiAuth, ApiEndpoint } from '../../../lib/api';
import { OPEN_API_METADATA } from '../../../lib/api/runtime/contract';
import { API_KEY, Backend, Gateway } from '../../api/gateway';
import { inferenceApi, inputs, named } from '../../api/supplies';
import { EXTENDED_REQUEST_ID } from '../../api/velocity';
import { AddressServer } from '../support/address-server';
import { SOMEBODY, withAwsEnvironment } from '../support/aws-environment';
import { CLIENT, InferenceServer } from '../support/inference-server';
import { TemporaryFolder } from '../support/temporary-folder';
import { run } from '../support/test-world';

const { JsonSchemaType } = apigateway;

let addresses: AddressServer;
let api: InferenceServer;
let folder: TemporaryFolder;
beforeAll(async () => {
  addresses = await AddressServer.start();
  api = await InferenceServer.start();
  folder = new TemporaryFolder();
});
afterAll(async () => {
  await Promise.all([addresses.stop(), api.stop()]);
  folder.remove();
});
beforeEach(() => {
  api.reset();
  addresses.parameters.clear();
  addresses.parameters.set('/ml-platform/api/models', api.address());
  addresses.parameters.set('/ml-platform/api/models/clients/payments', api.client());
});
withAwsEnvironment(() => ({
  ...SOMEBODY, ...api.services, AWS_REGION: 'eu-west-1', AWS_ENDPOINT_URL_SSM: addresses.url, AWS_ENDPOINT_URL_CLOUDFORMATION: addresses.url,
}));

describe('mlp invoke, through the templates of an API as it is synthesized', () => {
  const ENDPOINT_ARN = 'arn:aws:sagemaker:eu-west-1:111122223333:endpoint/churn';
  let gateway: Gateway;
  let backend: Backend;
  beforeAll(() => {
    const stack = new Stack(new App(), 'Test');
    inferenceApi(stack, {
      apiName: 'models',
      routes: [
        ApiEndpoint.realTime(named(stack, 'churn'), { schema: { type: JsonSchemaType.OBJECT, required: ['age'] } }),
        ApiEndpoint.asynchronous(named(stack, 'documents'), { inputs: inputs(stack) }),
      ],
    });
    gateway = new Gateway(stack);
  });
  beforeEach(() => {
    api.gateway = ({ method, url, headers, body }, scopes) => {
      const given = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
      const token = scopes === undefined ? undefined : { use: 'access', scope: scopes.join(' ') } as const;
      const reply = gateway.call({ method, path: url.pathname.replace(/^\/v1/, ''), headers: given, body: body.toString(), token }, backend);
      return { ...reply, headers: { ...reply.headers, 'x-amz-apigw-id': EXTENDED_REQUEST_ID } }; // API Gateway adds it by itself
    };
  });
  const invoke = (name: string, body: string, ...args: string[]) =>
    run(['invoke', name, '--input', '-', '--client', 'payments', ...args], { stdin: body, env: { MLP_API_KEY: API_KEY } });

  test('a prediction comes as the model says it', async () => {
    backend = ({ body }) => ({ status: 200, headers: { 'content-type': 'application/json' }, body: `{"asked": ${body}}` });
    const { exitCode, out, err } = await invoke('churn', '{"age": 31.0}');
    expect({ exitCode, out }).toEqual({ exitCode: 0, out: '{"asked": {"age": 31.0}}' });
    expect(err).toContain(`request ${EXTENDED_REQUEST_ID}`);
  });

  test('a queued one tells where it will be', async () => {
    backend = () => ({ status: 202, headers: { 'X-Amzn-SageMaker-OutputLocation': 's3://outputs/1.out' }, body: '{}' });
    expect(await invoke('documents', '{"input": "2026/a.pdf"}')).toMatchObject({ exitCode: 0, out: 'answer will be at  s3://outputs/1.out\n' });
  });

  test.each<[string, string[], string, number, string]>([
    ['a body that does not fit the schema', [], '{}', 1, 'bad-request'],
    ['another type', ['--content-type', 'text/csv'], '1,2', 1, 'unsupported-media-type'],
  ])('%s never reaches the model', async (_what, args, body, exitCode, code) => {
    backend = () => { throw new Error('it was asked'); };
    expect(await invoke('churn', body, ...args)).toMatchObject({ exitCode, out: '', err: expect.stringContaining(`${code}, request ${EXTENDED_REQUEST_ID}`) });
  });

  test.each<[number, string, number, string]>([
    [424, JSON.stringify({ OriginalStatusCode: 500, Message: ENDPOINT_ARN }), 6, 'model-failed'],
    [424, JSON.stringify({ OriginalStatusCode: 400, Message: ENDPOINT_ARN }), 1, 'model-refused'],
    [400, JSON.stringify({ __type: 'ThrottlingException', message: ENDPOINT_ARN }), 6, 'throttled'],
    [413, ENDPOINT_ARN, 1, 'too-large'],
    [503, ENDPOINT_ARN, 6, 'try again in 10 s'],
    [500, ENDPOINT_ARN, 6, 'internal'],
  ])('what SageMaker says with %p is told without a word of it: %s', async (status, body, exitCode, sentence) => {
    backend = () => ({ status, headers: {}, body });
    const { exitCode: left, err } = await invoke('churn', '{"age": 1}');
    expect(left).toBe(exitCode);
    expect(err).toContain(sentence);
    expect(err).not.toContain('arn:');
  });

  test('a token for another model is refused, and so is a key of somewhere else', async () => {
    backend = () => { throw new Error('it was asked'); };
    const call = (env: Record<string, string>) => run(['invoke', 'churn', '--input', '-', '--url', api.url], { stdin: '{"age": 1}', env });
    const [other, right] = [api.issue('models/documents:invoke'), api.issue('models/churn:invoke')];
    expect(await call({ MLP_ACCESS_TOKEN: other, MLP_API_KEY: API_KEY })).toMatchObject({ exitCode: 5, err: expect.stringContaining('unauthorized') });
    expect(await call({ MLP_ACCESS_TOKEN: right, MLP_API_KEY: 'other' })).toMatchObject({ exitCode: 5, err: expect.stringContaining('key-missing') });
  });
});

describe('mlp api token', () => {
  const token = (...args: string[]) => run(['api', 'token', ...args]);
  const scopeOf = (request: number) => new URLSearchParams(api.to('/oauth2/token')[request].body.toString()).get('scope');

  test('prints a token for all scopes of the client to stdout, and what it is good for to stderr', async () => {
    expect(await token('--client', 'payments')).toEqual({
      exitCode: 0, out: 'token-1\n', err: 'valid for 60 minutes, for models/churn:invoke models/churn:health models/documents:invoke\n',
    });
    expect(scopeOf(0)).toBe('models/churn:invoke models/churn:health models/documents:invoke');
  });

  test('prints one for the scopes that are asked for', async () => {
    const { out, err } = await token('--client', 'payments', '--scope', 'models/churn:invoke', '--scope', 'models/churn:health', '--json');
    expect(JSON.parse(out)).toEqual({ accessToken: 'token-1', expiresInSeconds: 3600, scopes: ['models/churn:invoke', 'models/churn:health'] });
    expect({ err, scope: scopeOf(0) }).toEqual({ err: '', scope: 'models/churn:invoke models/churn:health' });
  });

  test('needs no AWS credentials where the secret is given', async () => {
    delete process.env.AWS_ACCESS_KEY_ID;
    const args = ['api', 'token', '--url', api.url, '--token-url', api.tokenUrl, '--client-id', CLIENT.id];
    expect(await run(args, { env: { MLP_CLIENT_SECRET: CLIENT.secret } })).toMatchObject({ exitCode: 0, out: 'token-1\n' });
    expect(await run(args)).toMatchObject({ exitCode: 2, out: '', err: expect.stringContaining('MLP_CLIENT_SECRET') });
  });

  test('prints nothing to stdout when the scope is refused, and no secret anywhere', async () => {
    const { exitCode, out, err } = await token('--client', 'payments', '--scope', 'models/fraud:invoke', '--debug');
    expect({ exitCode, out }).toEqual({ exitCode: 5, out: '' });
    expect(err).toContain('refused a token for models/fraud:invoke: invalid_scope');
    expect(err).not.toMatch(new RegExp(`${CLIENT.secret}|not-a-secret`));
  });

  test.each<[string, string, string[], string]>([
    ['there are none', 'iam', ['--client', 'payments'], 'it has no tokens'],
    ['it is not known where', 'url', ['--client-id', 'a1'], 'give --token-url'],
    ['a client of an API cannot be looked up', 'url', ['--token-url', 'https://a.example.com/oauth2/token', '--client', 'payments'], 'give --client-id'],
    ['a scope is two', 'cognito', ['--client', 'payments', '--scope', 'a b'], 'one scope'],
  ])('asks for none when %s', async (_what, kind, args, sentence) => {
    addresses.parameters.set('/ml-platform/api/models', api.address({ auth: kind === 'iam' ? 'iam' : 'cognito' }));
    expect(await token(...kind === 'url' ? ['--url', api.url] : [], ...args)).toMatchObject({ exitCode: 2, out: '', err: expect.stringContaining(sentence) });
    expect(api.asked).toEqual([]);
  });

  test('asks for none when the client has no secret', async () => {
    api.instead = { cognito: { status: 200, headers: { 'content-type': 'application/x-amz-json-1.1' }, body: '{"UserPoolClient":{}}' } };
    expect(await token('--client', 'payments')).toMatchObject({ exitCode: 2, err: expect.stringContaining('has no secret') });
  });
});

describe('mlp api openapi', () => {
  interface Made {
    readonly staged?: boolean;
    readonly auth?: ApiAuth;
  }
  /** Synthesizes APIs of these names, below an app or a stage of it. */
  function synthesized(place: string, names: readonly string[], { staged = false, auth }: Made = {}) {
    const outdir = join(folder.path, place);
    const app = new App({ outdir });
    const stack = new Stack(staged ? new Stage(app, 'Production') : app, 'Api');
    const endpoints = [named(stack, 'churn')];
    const apis = new Map(names.map((apiName) => [apiName, inferenceApi(stack, { apiName, auth, endpoints }, `Api-${apiName}`)]));
    app.synth();
    return { outdir, document: (name: string) => JSON.parse(apis.get(name)!.openApi()) as Document };
  }
  interface Document {
    readonly servers: unknown;
    readonly components: { readonly securitySchemes: { readonly oauth: { readonly flows: Flows } } };
  }
  type Flows = Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  const openApi = (...args: string[]) => run(['api', 'openapi', ...args]);

  test('prints what was synthesized, letter by letter', async () => {
    const { outdir, document } = synthesized('one', ['models']);
    const { exitCode, out, err } = await openApi('--assembly', outdir);
    expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' });
    expect(out).toBe(`${JSON.stringify(document('models'), undefined, 2)}\n`);
  });

  test('fills in the hosts of a deployment, and nothing else', async () => {
    const { outdir, document } = synthesized('deployed', ['models']);
    const { out } = await openApi('--assembly', outdir, '--parameter', '/ml-platform/api/models');
    const shown = JSON.parse(out) as Document;
    expect(shown.servers).toEqual([{ url: api.url }]);
    const { flows } = shown.components.securitySchemes.oauth;
    expect(flows.clientCredentials.tokenUrl).toBe(api.tokenUrl);
    expect(flows.authorizationCode).toMatchObject({ tokenUrl: api.tokenUrl, authorizationUrl: api.tokenUrl.replace('/token', '/authorize') });
    const placeholders = JSON.stringify(document('models')).replaceAll('https://login.invalid/oauth2/token', api.tokenUrl)
      .replaceAll('https://login.invalid/oauth2/authorize', api.tokenUrl.replace('/token', '/authorize'));
    expect({ ...shown, servers: 0 }).toEqual({ ...JSON.parse(placeholders), servers: 0 });
    expect((await openApi('--assembly', outdir, '--url', 'https://api.example.com')).out).toContain('"url": "https://api.example.com"');
  });

  test('fills in the host of an API that takes AWS credentials', async () => {
    const { outdir } = synthesized('signed', ['models'], { auth: ApiAuth.iam() });
    addresses.parameters.set('/ml-platform/api/models', api.address({ auth: 'iam', tokenUrl: undefined }));
    expect((await openApi('--assembly', outdir, '--parameter', '/ml-platform/api/models')).out).toContain(api.url);
  });

  test('finds an API of a stage, one of several, and in the manifest of an older CDK', async () => {
    const { outdir } = synthesized('staged', ['models', 'credit'], { staged: true });
    expect(JSON.parse((await openApi('--assembly', outdir, '--api', 'credit')).out)).toMatchObject({ info: { title: 'credit' } });
    expect(await openApi('--assembly', outdir)).toMatchObject({ exitCode: 2, err: expect.stringContaining('several inference APIs: models, credit') });
    expect(await openApi('--assembly', outdir, '--api', 'fraud')).toMatchObject({ exitCode: 3, err: expect.stringContaining('it has models, credit') });
    const { document } = synthesized('newer', ['models']);
    const metadata = { '/Api': [{ type: OPEN_API_METADATA, data: JSON.stringify(document('models')) }] };
    const old = new TemporaryFolder();
    old.file('manifest.json', JSON.stringify({ artifacts: { Api: { type: 'aws:cloudformation:stack', metadata } } }));
    expect(JSON.parse((await openApi('--assembly', old.path)).out)).toEqual(document('models'));
    old.remove();
  });

  test('does not give one API the address of another', async () => {
    const { outdir } = synthesized('other', ['credit']);
    expect(await openApi('--assembly', outdir, '--parameter', '/ml-platform/api/models'))
      .toMatchObject({ exitCode: 4, out: '', err: expect.stringContaining('is the address of models, and the document is that of credit') });
  });

  test.each<[string, string | undefined, number, string]>([
    ['there is nothing', undefined, 3, 'synthesize first'],
    ['there is no JSON', 'hello', 1, 'is not what cdk synth writes'],
    ['there is something else', '{"artifacts":[]}', 1, 'is not what cdk synth writes'],
    ['there is no API', '{"artifacts":{}}', 3, 'has no inference API'],
    ['the document is none', JSON.stringify({ artifacts: { A: { type: 'a', metadata: { '/A': [{ type: OPEN_API_METADATA, data: '{}' }] } } } }), 1, 'is not what cdk'],
  ])('says so where %s', async (_what, manifest, exitCode, sentence) => {
    const place = new TemporaryFolder();
    if (manifest !== undefined) {
      place.file('manifest.json', manifest);
    }
    const { exitCode: left, out, err } = await openApi('--assembly', place.path);
    expect({ left, out }).toEqual({ left: exitCode, out: '' });
    expect(err).toContain(sentence);
    expect(err).not.toMatch(/^\s+at /m);
    place.remove();
  });
});
