import { AccessToken, accessToken, HEADER_TEXT, later } from './access-token';
import { findApi, findClient, FoundApi, FoundClient } from './api-address';
import { ApiAnswer, apiAnswer } from './api-answer';
import { ApiOptions, KEY_VARIABLE, SECRET_VARIABLE, TOKEN_VARIABLE } from './api-options';
import { CommandSession } from './command-session';
import { ExitCode } from './exit-code';
import { Failure, usage } from './failure';
import { HttpReply, Limits, NoAnswer, send } from './http';
import { withProgress } from './progress';
import { SignedHttp } from './signed-http';

/** A request to an API. */
export interface ApiQuestion {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** Without the name of the API. */
  readonly scope: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
}

/** What a client is known by, and where its key is. */
interface Credentials {
  readonly clientId: string;
  readonly secret: string;
  readonly scopes?: readonly string[];
}

// API Gateway answers at most 10 MB
const LARGEST_ANSWER_BYTES = 11_000_000;

/** One run of a verb that calls an API, or asks for a token of it. */
export class ApiSession<Options extends ApiOptions = ApiOptions> extends CommandSession<Options> {
  private found?: Promise<FoundApi>;
  private client?: Promise<FoundClient>;

  /** Where the API is; looked up once. */
  public async api(): Promise<FoundApi> {
    this.found ??= withProgress(this.world, 'looking for the API', () => findApi(this.aws, this.options)).then((found) => {
      this.debug(`API ${found.url}, by ${found.foundBy}`);
      return found;
    });
    return this.found;
  }

  /** A token of the client, for some scopes with the name of the API or, if there are none, for all that it has. */
  public async token(scopes: readonly string[]): Promise<AccessToken & { readonly scopes: readonly string[] }> {
    const { tokenUrl, foundBy, address } = await this.api();
    if (address?.auth === 'iam') {
      throw usage('this API takes AWS credentials (ApiAuth.iam()); it has no tokens');
    }
    if (tokenUrl === undefined) {
      throw usage(`the API was named by ${foundBy}, which does not say where its tokens are issued; give --token-url`);
    }
    const credentials = await this.credentials();
    const wanted = scopes.length > 0 ? scopes : credentials.scopes ?? [];
    const { clientId, secret } = credentials;
    this.debug(`token for ${wanted.join(' ') || 'every scope of the client'} from ${tokenUrl}`);
    const got = await withProgress(this.world, 'waiting for a token',
      () => accessToken({ tokenUrl, clientId, secret, scopes: wanted, patienceMs: this.limits.patienceMs }));
    return { ...got, scopes: wanted };
  }

  /** One request, sent once: whether a model may be asked twice is not for us to say. */
  public async call(question: ApiQuestion, what: string): Promise<ApiAnswer & { readonly latencyMs: number }> {
    const { url } = await this.api();
    const ask = await this.caller(question);
    const began = this.world.now();
    const said = (outcome: string) => this.debug(`${question.method} ${url}${question.path} ${this.world.now() - began} ms ${outcome}`);
    this.world.underway.note = 'interrupted: whether the model was asked is unknown';
    try {
      const reply = await withProgress(this.world, what, ask);
      said(String(reply.status));
      return { ...apiAnswer(reply, url), latencyMs: this.world.now() - began };
    } catch (error) {
      if (!(error instanceof NoAnswer)) {
        throw error;
      }
      said(error.message);
      throw new Failure(ExitCode.NO_ANSWER, error.unsent ? 'UNREACHABLE' : 'NO_ANSWER',
        `${url} gave no answer: ${error.message}; ${error.unsent ? 'nothing was sent' : `the model may have been asked; try again ${later(undefined)}`}`,
        { cause: error });
    } finally {
      this.world.underway.note = undefined;
    }
  }

  /** How a request says who sends it: by a signature, or by a token with a key. */
  private async caller({ method, path, headers, body, scope }: ApiQuestion): Promise<() => Promise<HttpReply>> {
    const { url, address } = await this.api();
    if (address?.auth === 'iam') {
      await withProgress(this.world, 'loading AWS credentials', () => this.aws.credentials());
      const http = new SignedHttp(url, address.region, () => this.aws.credentials(), this.limits);
      return () => http.ask({ method, path, query: {}, headers, body });
    }
    const token = this.secretOf(TOKEN_VARIABLE) ?? (await this.token(address === undefined ? [] : [`${address.name}/${scope}`])).token;
    const identified = { ...headers, 'authorization': token, 'x-api-key': await this.apiKey() };
    return () => send({ url: new URL(`${url}${path}`), method, headers: identified, body }, this.limits);
  }

  /** The client of that name; looked up once. */
  private async named(client: string): Promise<FoundClient> {
    this.client ??= this.api().then((api) => findClient(this.aws, api, client));
    return this.client;
  }

  private async credentials(): Promise<Credentials> {
    const { client, clientId } = this.options;
    if (client !== undefined && clientId !== undefined) {
      throw usage('--client and --client-id each name the client; give one of them');
    }
    if (client !== undefined) {
      const { clientId: id, scopes } = await this.named(client);
      return { clientId: id, secret: await this.secret(id), scopes };
    }
    if (clientId === undefined) {
      throw usage(`name the client that calls: --client, or --client-id with its secret in ${SECRET_VARIABLE}; or give a token in ${TOKEN_VARIABLE}`);
    }
    return { clientId, secret: await this.secret(clientId) };
  }

  /** The secret of the environment, or the one that Cognito shows to who may ask. */
  private async secret(clientId: string): Promise<string> {
    const given = this.secretOf(SECRET_VARIABLE);
    if (given !== undefined) {
      return given;
    }
    const { address } = await this.api();
    if (address?.userPoolId === undefined) {
      throw usage(`the secret of the client is not known; give it in ${SECRET_VARIABLE}`);
    }
    const secret = await this.aws.clientSecret(address.region, address.userPoolId, clientId);
    if (secret === undefined) {
      throw usage(`the client ${clientId} has no secret: it is one for people, who sign in for their tokens`);
    }
    return secret;
  }

  private async apiKey(): Promise<string> {
    const given = this.secretOf(KEY_VARIABLE);
    if (given !== undefined) {
      return given;
    }
    const { client } = this.options;
    const api = await this.api();
    if (client === undefined || api.address === undefined) {
      throw usage(`the API counts requests by a key; give it in ${KEY_VARIABLE}, or name the client (--client)`);
    }
    const { apiKeyId } = await this.named(client);
    const key = await this.aws.apiKey(api.address.region, apiKeyId);
    if (key === undefined || !HEADER_TEXT.test(key)) {
      throw new Failure(ExitCode.NOT_ALLOWED, 'NOT_ALLOWED', `API Gateway does not show the value of the key of ${client}; give it in ${KEY_VARIABLE}`);
    }
    return key;
  }

  /** A secret of the environment. What is wrong with it is said without it. */
  private secretOf(variable: string): string | undefined {
    const value = this.world.env[variable];
    if (value === undefined || value === '') {
      return undefined;
    }
    if (!HEADER_TEXT.test(value)) {
      throw usage(`${variable} must be printable ASCII without spaces; is there a line break at its end?`);
    }
    return value;
  }

  private get limits(): Limits {
    return { patienceMs: this.options.timeout * 1000, largestBytes: LARGEST_ANSWER_BYTES, whose: 'inference API' };
  }
}
