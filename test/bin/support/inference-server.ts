import { Answered, Arrived, Reply, WebServer } from './web-server';

/** A client of an API, as Cognito and API Gateway know it. */
export const CLIENT = { id: '1example23456789', secret: 'a1b2secretc3d4', keyId: 'key123', key: 'value-of-the-key' };
export const POOL = 'eu-west-1_AbCdEfGhI';
const SCOPES = ['models/churn:invoke', 'models/churn:health', 'models/documents:invoke'];

/**
 * An inference API on this machine, with the token endpoint of its user pool and the two services that show secrets. Tokens and
 * keys are judged as the gateway judges them; what a model says is the test's.
 */
export class InferenceServer {
  public static async start(): Promise<InferenceServer> {
    const inference = new InferenceServer();
    inference.server = await WebServer.start((request) => inference.answer(request));
    return inference;
  }

  /** What arrived, oldest first. */
  public readonly asked: Arrived[] = [];
  /** What a caller who may call is answered. */
  public model: Reply | ((request: Arrived) => Reply | Promise<Reply>) = PREDICTION;
  /** Judges and answers in place of all of that; told of the scopes of the token. */
  public gateway?: (request: Arrived, scopes: readonly string[] | undefined) => Reply;
  /** Answers instead of the token endpoint, of Cognito, of API Gateway. */
  public instead: { token?: Reply; cognito?: Reply; keys?: Reply } = {};
  private readonly tokens = new Map<string, readonly string[]>();
  private server?: WebServer;

  public get url(): string {
    return `${this.server!.url}/v1`;
  }

  public get tokenUrl(): string {
    return `${this.server!.url}/oauth2/token`;
  }

  /** Where the AWS SDK finds the two services. */
  public get services(): Record<string, string> {
    return { AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER: this.server!.url, AWS_ENDPOINT_URL_API_GATEWAY: this.server!.url };
  }

  /** What the address of the API says. */
  public address(more: object = {}): string {
    const { url, tokenUrl } = this;
    return JSON.stringify({
      name: 'models', url, auth: 'cognito', region: 'eu-west-1', apiId: 'abc', stage: 'v1', userPoolId: POOL, tokenUrl, routes: ['churn', 'documents'], ...more,
    });
  }

  /** And the one of its client. */
  public client(more: object = {}): string {
    return JSON.stringify({ kind: 'machine', clientId: CLIENT.id, apiKeyId: CLIENT.keyId, scopes: SCOPES, ...more });
  }

  /** Requests to one path. */
  public to(path: string): Arrived[] {
    return this.asked.filter(({ url }) => url.pathname === path);
  }

  public reset(): void {
    this.asked.length = 0;
    this.tokens.clear();
    this.instead = {};
    this.model = PREDICTION;
    this.gateway = undefined;
  }

  /** A token that the gateway takes. */
  public issue(...scopes: string[]): string {
    const token = `token-${this.tokens.size + 1}`;
    this.tokens.set(token, scopes);
    return token;
  }

  public async stop(): Promise<void> {
    await this.server?.stop();
  }

  private async answer(request: Arrived): Promise<Reply> {
    this.asked.push(request);
    const { url: { pathname }, headers } = request;
    if (pathname === '/oauth2/token') {
      return this.instead.token ?? this.token(request);
    }
    if (headers['x-amz-target'] === 'AWSCognitoIdentityProviderService.DescribeUserPoolClient') {
      return this.instead.cognito ?? this.userPoolClient(request);
    }
    if (pathname === `/apikeys/${CLIENT.keyId}`) {
      return this.instead.keys ?? json(200, { id: CLIENT.keyId, ...request.url.searchParams.get('includeValue') === 'true' ? { value: CLIENT.key } : {} });
    }
    return this.gateway === undefined ? this.invocation(request) : this.gateway(request, this.tokens.get(headers.authorization ?? ''));
  }

  /** https://docs.aws.amazon.com/cognito/latest/developerguide/token-endpoint.html; errors are 400. */
  private token({ method, headers, body }: Arrived): Reply {
    const form = new URLSearchParams(body.toString());
    const basic = `Basic ${Buffer.from(`${CLIENT.id}:${CLIENT.secret}`).toString('base64')}`;
    if (method !== 'POST' || headers['content-type'] !== 'application/x-www-form-urlencoded' || form.get('grant_type') !== 'client_credentials') {
      return json(400, { error: 'invalid_request' });
    }
    if (headers.authorization !== basic) {
      return json(400, { error: 'invalid_client' });
    }
    const wanted = form.get('scope')?.split(' ') ?? SCOPES;
    return wanted.every((scope) => SCOPES.includes(scope))
      ? json(200, { access_token: this.issue(...wanted), expires_in: 3600, token_type: 'Bearer' }) : json(400, { error: 'invalid_scope' });
  }

  private userPoolClient({ body }: Arrived): Reply {
    const { UserPoolId, ClientId } = JSON.parse(body.toString()) as { UserPoolId: string; ClientId: string };
    return UserPoolId === POOL && ClientId === CLIENT.id
      ? json(200, { UserPoolClient: { UserPoolId, ClientId, ClientSecret: CLIENT.secret } }, 'application/x-amz-json-1.1')
      : json(400, { __type: 'ResourceNotFoundException', message: 'no such client' }, 'application/x-amz-json-1.1');
  }

  private async invocation(request: Arrived): Promise<Reply> {
    const { method, url: { pathname }, headers } = request;
    const [, name] = /^\/v1\/models\/(churn|documents)\/invocations$/.exec(pathname) ?? [];
    if (name === undefined || method !== 'POST') {
      return problem(404, 'not-found', 'There is no such route.');
    }
    const signed = /^AWS4-HMAC-SHA256 .*\/eu-west-1\/execute-api\/aws4_request/.test(headers.authorization ?? '');
    if (!signed && this.tokens.get(headers.authorization ?? '')?.includes(`models/${name}:invoke`) !== true) {
      return problem(401, 'unauthorized', 'The access token is missing, expired or not of this API.');
    }
    if (!signed && headers['x-api-key'] !== CLIENT.key) {
      return problem(403, 'key-missing', 'The header x-api-key is missing or not of this API.');
    }
    return typeof this.model === 'function' ? this.model(request) : this.model;
  }
}

export const PREDICTION: Answered = {
  status: 200, headers: { 'content-type': 'application/json', 'x-amz-apigw-id': 'eXaMpLe1=' }, body: '{"churn": 0.90, "id": 12345678901234567890}',
};

export const QUEUED: Answered = {
  status: 202,
  headers: {
    'content-type': 'application/json', 'x-amz-apigw-id': 'eXaMpLe2=', 'location': 's3://outputs/1.out', 'x-failure-location': 's3://failures/1.out',
  },
  body: '{"status":"queued","requestId":"eXaMpLe2="}',
};

/** A problem as the gateway writes it. */
export function problem(status: number, code: string, detail: string, headers: Readonly<Record<string, string>> = {}): Answered {
  const body = JSON.stringify({ type: 'about:blank', title: 'T', status, code, detail, requestId: 'eXaMpLe3=' });
  return { status, headers: { 'content-type': 'application/problem+json', 'x-amz-apigw-id': 'eXaMpLe3=', ...headers }, body };
}

function json(status: number, value: unknown, type = 'application/json'): Answered {
  return { status, headers: { 'content-type': type }, body: JSON.stringify(value) };
}
