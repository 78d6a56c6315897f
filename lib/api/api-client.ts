import { aws_apigateway as apigateway, aws_cognito as cognito, aws_ssm as ssm, Duration, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { AccessPool } from './access-pool';
import { ApiClientOptions, ApiWebClientOptions, ClientLimits, IApiClient } from './api-client-options';
import { durationIn } from './durations';
import { twice } from './rate';
import { clientParameterName, InferenceApiClientAddress } from './runtime/contract';
import { Checks } from '../core/checks';
import { shown } from '../core/invalid-props';
import { checkKept } from '../serving/rendered-resource';

/** Where a client belongs. */
export interface ClientOf {
  readonly pool: AccessPool;
  readonly stage: apigateway.Stage;
  readonly apiName: string;
  readonly apiRatePerSecond: number;
  /** Requests in a second with one key, over five minutes; nothing: the firewall does not count them. */
  readonly firewallRate?: number;
  readonly scopes: string[];
}

/** How clients differ. */
type Flow =
  | { readonly kind: 'machine'; readonly options: ApiClientOptions }
  | { readonly kind: 'web'; readonly options: ApiWebClientOptions };

const REFRESH_ONLY = ['ALLOW_REFRESH_TOKEN_AUTH']; // no password ever passes through a client

/** A client of a user pool, with a usage plan and a key of its own. Costs: tokens of machine clients, people who sign in. */
export class ApiClient extends Construct implements IApiClient {
  public readonly clientId: string;
  public readonly apiKeyId: string;
  public readonly scopes: string[];
  public readonly parameterName: string;

  constructor(scope: Construct, id: string, private readonly of: ClientOf, flow: Flow) {
    super(scope, id);
    checkLimits(flow, of).settle(this);
    this.scopes = of.scopes;
    this.clientId = this.createPoolClient(flow).ref;
    this.apiKeyId = this.createKey(flow.options);
    this.parameterName = clientParameterName(of.apiName, id);
    this.publish(flow.kind);
  }

  private createPoolClient(flow: Flow): cognito.CfnUserPoolClient {
    // the L1: the L2 lets people sign in with their password in the client as well, and cannot be told not to
    const client = new cognito.CfnUserPoolClient(this, 'Resource', {
      userPoolId: this.of.pool.pool.userPoolId,
      clientName: `${this.of.apiName}-${this.node.id}`,
      explicitAuthFlows: REFRESH_ONLY,
      allowedOAuthFlowsUserPoolClient: true,
      allowedOAuthScopes: this.scopes,
      preventUserExistenceErrors: 'ENABLED',
      enableTokenRevocation: true,
      ...flow.kind === 'machine' ? machine(flow.options) : web(flow.options),
    });
    client.node.addDependency(this.of.pool.resourceServer);
    checkKept(client, {
      ExplicitAuthFlows: REFRESH_ONLY,
      AllowedOAuthFlowsUserPoolClient: true,
      AllowedOAuthScopes: this.scopes,
      PreventUserExistenceErrors: 'ENABLED',
      EnableTokenRevocation: true,
    }, 'a client could take passwords, tell who has an account, keep a session that was ended, or call what it was not given');
    return client;
  }

  private createKey({ ratePerSecond = 10, burst = twice(ratePerSecond), quotaPerDay = 100_000 }: ClientLimits): string {
    const name = `${this.of.apiName}-${this.node.id}`;
    const plan = new apigateway.UsagePlan(this, 'Plan', {
      name,
      throttle: { rateLimit: ratePerSecond, burstLimit: burst },
      quota: { limit: quotaPerDay, period: apigateway.Period.DAY },
      apiStages: [{ api: this.of.stage.restApi, stage: this.of.stage }],
    });
    const key = new apigateway.ApiKey(this, 'Key', { apiKeyName: name });
    plan.addApiKey(key);
    return key.keyId;
  }

  private publish(kind: Flow['kind']): void {
    const { clientId, apiKeyId, scopes } = this;
    const address: InferenceApiClientAddress = { kind, clientId, apiKeyId, scopes };
    new ssm.StringParameter(this, 'Parameter', {
      parameterName: this.parameterName,
      description: `A client of ${this.of.apiName}`,
      stringValue: Stack.of(this).toJsonString(address),
    });
  }
}

type PoolClient = Partial<cognito.CfnUserPoolClientProps>;

function machine({ tokenValidity = Duration.hours(1) }: ApiClientOptions): PoolClient {
  return {
    generateSecret: true,
    allowedOAuthFlows: ['client_credentials'],
    accessTokenValidity: durationIn('minutes', 'tokenValidity', tokenValidity),
    tokenValidityUnits: { accessToken: 'minutes' }, // the others keep their days: there is no refresh token here
  };
}

/** The code flow, for a client that cannot keep a secret: PKCE takes its place, and the client has to use it. */
function web(options: ApiWebClientOptions): PoolClient {
  const { callbackUrls, logoutUrls, tokenValidity = Duration.minutes(15), sessionValidity = Duration.hours(8) } = options;
  const minutes = durationIn('minutes', 'tokenValidity', tokenValidity);
  return {
    generateSecret: false,
    allowedOAuthFlows: ['code'],
    supportedIdentityProviders: ['COGNITO'],
    callbackUrLs: callbackUrls,
    logoutUrLs: logoutUrls,
    accessTokenValidity: minutes,
    idTokenValidity: minutes,
    refreshTokenValidity: durationIn('minutes', 'sessionValidity', sessionValidity),
    tokenValidityUnits: { accessToken: 'minutes', idToken: 'minutes', refreshToken: 'minutes' },
  };
}

function checkLimits({ kind, options }: Flow, { apiRatePerSecond: apiRate, firewallRate }: ClientOf): Checks {
  const { ratePerSecond = 10, burst = twice(ratePerSecond), quotaPerDay = 100_000 } = options;
  const checks = new Checks()
    .number('ClientRate', 'ratePerSecond', ratePerSecond, { min: 1, unit: 'requests in a second' })
    .number('ClientBurst', 'burst', burst, { min: 1, whole: true, unit: 'requests' })
    .number('ClientQuota', 'quotaPerDay', quotaPerDay, { min: 1, whole: true, unit: 'requests in a day' })
    .that('ClientRateAboveApi', { ratePerSecond, apiRate }, (known) => known.ratePerSecond <= known.apiRate ? undefined
      : `\`ratePerSecond\` must not be above that of the API, which throttles first: got ${known.ratePerSecond} with ${known.apiRate}; `
        + 'raise `ratePerSecond` of the API')
    .that('ClientRateAboveFirewall', { ratePerSecond, firewallRate }, (known) =>
      known.firewallRate === undefined || known.ratePerSecond <= known.firewallRate ? undefined
        : `\`ratePerSecond\` must not be above what the firewall lets pass for one key: got ${known.ratePerSecond} with `
          + `${known.firewallRate}; raise \`requestsPerClient\`, which counts five minutes`);
  return kind === 'web' ? checkWeb(checks, options) : checkValidity(checks, 'tokenValidity', options.tokenValidity, 5, 24 * 60);
}

function checkWeb(checks: Checks, options: ApiWebClientOptions): Checks {
  const { callbackUrls, logoutUrls = [], tokenValidity, sessionValidity } = options;
  checks.report('CallbackCount', Array.isArray(callbackUrls) && callbackUrls.length >= 1 && callbackUrls.length <= 100 ? undefined
    : `\`callbackUrls\` must hold 1 to 100 addresses: got ${Array.isArray(callbackUrls) ? callbackUrls.length : shown(callbackUrls)}`);
  for (const [prop, urls] of [['callbackUrls', callbackUrls], ['logoutUrls', logoutUrls]] as const) {
    for (const url of Array.isArray(urls) ? urls : []) {
      checks.that('ReturnAddress', { url }, (known) => isReturnAddress(known.url) ? undefined
        : `\`${prop}\` must be https:// addresses, or http://localhost, without * and #: got ${shown(known.url)}; a code sent `
          + 'elsewhere can be read on the way');
    }
  }
  checkValidity(checks, 'tokenValidity', tokenValidity, 5, 24 * 60);
  checkValidity(checks, 'sessionValidity', sessionValidity, 60, 30 * 24 * 60);
  return checks.that('SessionOutlivesToken', {
    token: durationIn('minutes', 'tokenValidity', tokenValidity ?? Duration.minutes(15)),
    session: durationIn('minutes', 'sessionValidity', sessionValidity ?? Duration.hours(8)),
  }, ({ token, session }) => session > token ? undefined
    : `\`sessionValidity\` must be longer than \`tokenValidity\`: got ${session} and ${token} minutes; lengthen the session`);
}

/** https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-tokens-with-identity-providers.html */
function checkValidity(checks: Checks, prop: string, validity: Duration | undefined, min: number, max: number): Checks {
  return validity === undefined ? checks
    : checks.number('TokenValidity', prop, durationIn('minutes', prop, validity), { min, max, whole: true, unit: 'minutes' });
}

function isReturnAddress(url: unknown): boolean {
  return typeof url === 'string' && url.length <= 1024 && /^(?:https:\/\/[^\s/*#@]+|http:\/\/localhost(?::\d{1,5})?)(?:\/[^\s*#]*)?$/.test(url);
}
