import {
  aws_apigateway as apigateway, aws_cloudwatch as cw, aws_cognito as cognito, aws_iam as iam, aws_kms as kms, aws_sns as sns,
  aws_ssm as ssm, Names, RemovalPolicy, Stack, Token,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { AccessPool } from './access-pool';
import { ApiAlarms } from './api-alarms';
import { ApiAuth } from './api-auth';
import { ApiClient, ClientOf } from './api-client';
import { ApiClientOptions, ApiWebClientOptions, IApiClient } from './api-client-options';
import { ApiFirewall } from './api-firewall';
import { accountLoggingOf, ApiLogs } from './api-logs';
import { BodyModels } from './body-models';
import { checkApi, checkKinds } from './check-api';
import { addGatewayReplies } from './gateway-replies';
import { InferenceApiProps } from './inference-api-props';
import { apiReplies } from './integration-replies';
import { IntegrationRole } from './integration-role';
import { addRoute } from './methods';
import { openApiDocument } from './open-api';
import { addPreflight } from './preflight';
import { createRestApi, keepFindings, STAGE } from './rest-api';
import { Route, routesOf } from './route';
import { API_PARAMETER_PREFIX, fullScope, InferenceApiAddress, OPEN_API_METADATA } from './runtime/contract';
import { AlarmTopic } from '../core/alarm-topic';
import { Checks } from '../core/checks';
import { InvalidProps, shown } from '../core/invalid-props';
import { listOf } from '../core/kinds';
import { checkName } from '../core/names';
import { refuseNamesakes } from '../core/namesakes';
import { ownProps } from '../core/own-props';
import { IModelEndpoint } from '../serving';
import { MODEL_ENDPOINT } from '../serving/serving-kinds';

const LONGEST_NAME = 63;

/**
 * Models over HTTPS: `POST /models/<name>/invocations` and `GET /models/<name>/health` for each endpoint. The gateway calls
 * SageMaker itself, without a function in between; a caller can reach the endpoints that have a route and are in the scopes of
 * his token, and choose neither variant, model nor container.
 *
 * Makes a REST API with its stage, a firewall, encrypted logs, five alarms and, unless given, a user pool, a key and a topic.
 * Costs: requests and data; the firewall's rules and requests; what the user pool bills; alarms, logs, a key, traces.
 */
export class InferenceApi extends Construct {
  /** The name in metrics, scopes and parameters. */
  public readonly apiName: string;
  /** Where callers send requests, without a slash at the end. */
  public readonly url: string;
  /** The gateway. What is added to it is not in the OpenAPI document. */
  public readonly restApi: apigateway.RestApi;
  /** Who issues the tokens; nothing when callers sign with AWS credentials. */
  public readonly userPool?: cognito.IUserPool;
  /** Where tokens are asked for; nothing when callers sign with AWS credentials. */
  public readonly tokenUrl?: string;
  /** What your own name must point to, when `domain` is given without a zone. */
  public readonly domainTarget?: string;
  /** What SageMaker is called with. */
  public readonly integrationRole: iam.IRole;
  /** What encrypts the logs and the topic. */
  public readonly encryptionKey: kms.IKey;
  /** Where the alarms report. */
  public readonly notifications: sns.ITopicRef;
  /** Shares of errors, latency, throttles, refused callers. */
  public readonly alarms: cw.IAlarmRef[];
  /** The parameter that names all of this for tools: `/ml-platform/api/<apiName>`. */
  public readonly parameterName: string;
  /** How others find the API, as JSON: the value of that parameter, and of an output `InferenceApiAddress`. */
  public readonly address: string;

  private readonly routes: readonly Route[];
  private readonly auth: ApiAuth;
  private readonly pool?: AccessPool;
  private readonly firewall: ApiFirewall;
  private readonly clients: Construct;
  private readonly ratePerSecond: number;

  constructor(scope: Construct, id: string, props: InferenceApiProps) {
    super(scope, id);
    const own = ownProps(props);
    checkKinds(this, own);
    this.apiName = own.apiName ?? nameFromPath(this);
    this.routes = routesOf(own.endpoints ?? [], own.routes ?? []);
    this.auth = own.auth ?? ApiAuth.cognito();
    this.ratePerSecond = own.ratePerSecond ?? 100;
    checkApi(this, own, this.routes, this.apiName);
    refuseNamesakes(this, { prop: 'apiName', name: this.apiName }); // scopes and parameters are named after it
    [this.auth, ...own.routes ?? []].forEach((value) => { value._settle(this); });

    this.encryptionKey = own.encryptionKey ?? this.createKey();
    const logs = new ApiLogs(this, 'Logs', { key: this.encryptionKey, retention: own.logRetention ?? 365 });
    const { api, deployment } = createRestApi(this, {
      apiName: this.apiName,
      routes: this.routes,
      logs,
      ratePerSecond: this.ratePerSecond,
      burst: own.burst,
      open: own.domain === undefined,
    });
    this.restApi = api;
    this.pool = this.createPool();
    this.userPool = this.pool?.pool;
    this.tokenUrl = this.pool?.tokenUrl;
    const role = new IntegrationRole(this, 'Integration', this.routes);
    this.integrationRole = role.role;
    deployment.node.addDependency(role.policy); // it begins to call SageMaker at once
    this.createRoutes(role, own.corsOrigin);

    this.firewall = own.firewall ?? ApiFirewall.managed();
    this.firewall._guard(new Construct(this, 'Firewall'), {
      stageArn: this.restApi.deploymentStage.stageArn, logs: logs.firewall, keys: this.pool !== undefined,
    });
    const execution = logs.createExecutionLogs(this.restApi.restApiId, STAGE);
    this.restApi.deploymentStage.node.addDependency(execution, ...own.accountLogging ?? true ? [accountLoggingOf(this)] : []);
    const domain = own.domain?._bind(new Construct(this, 'Domain'), this.restApi);
    this.domainTarget = domain?.domainNameAliasDomainName;
    this.url = domain === undefined ? this.restApi.urlForPath('/').replace(/\/$/, '') : `https://${own.domain!._options.domainName}`;

    this.notifications = own.notify ?? new AlarmTopic(this, 'Notifications', { key: this.encryptionKey }).topic;
    this.alarms = this.createAlarms(own, logs);
    this.clients = new Construct(this, 'Clients');
    this.parameterName = `${API_PARAMETER_PREFIX}${this.apiName}`;
    this.address = this.addressOfThis();
    this.publish();
    keepFindings(this.restApi, this.auth._kind);
  }

  /**
   * A program that may call some of the endpoints. Its token says who it is; its key counts its requests against the rate and
   * the quota, and is no identity. Only with tokens: with `ApiAuth.iam()` use `grantInvoke`.
   *
   * @param name 2 to 63 characters of a-z, 0-9 and -; changing it makes a new client with a new secret.
   */
  public addClient(name: string, options: ApiClientOptions): IApiClient {
    const own = ownProps(options);
    return new ApiClient(this.clients, this.checkedClient(name), this.clientOf(own.endpoints), { kind: 'machine', options: own });
  }

  /**
   * A page or app in which people call some of the endpoints: they sign in at the user pool, and come back with a code that the
   * page changes into a token (with PKCE, which the page has to use). All people of a page share its rate and its quota.
   *
   * @param name 2 to 63 characters of a-z, 0-9 and -.
   */
  public addWebClient(name: string, options: ApiWebClientOptions): IApiClient {
    const own = ownProps(options);
    return new ApiClient(this.clients, this.checkedClient(name), this.clientOf(own.endpoints), { kind: 'web', options: own });
  }

  /** Lets a role of this account invoke one endpoint and ask for its state, and nothing else. Only with `ApiAuth.iam()`. */
  public grantInvoke(grantee: iam.IGrantable, endpoint: IModelEndpoint): iam.Grant {
    if (this.auth._kind !== 'iam') {
      throw new InvalidProps('GrantNeedsIam', '`grantInvoke` is for `ApiAuth.iam()`, and this API wants tokens: got a grantee; '
        + 'use addClient', this);
    }
    const { invocationsPath, healthPath } = this.routeTo(endpoint);
    return iam.Grant.addToPrincipal({
      grantee,
      actions: ['execute-api:Invoke'],
      resourceArns: [
        this.restApi.arnForExecuteApi('POST', invocationsPath, STAGE), this.restApi.arnForExecuteApi('GET', healthPath, STAGE),
      ],
    });
  }

  /** The API as an OpenAPI 3.0 document, JSON text. Hosts are placeholders: only the deployment knows them. */
  public openApi(): string {
    return JSON.stringify(this.openApiDocument(), undefined, 2);
  }

  private openApiDocument(): object {
    const { apiName, routes } = this;
    return openApiDocument({ title: apiName, auth: this.auth._kind, serverId: apiName, routes });
  }

  private createKey(): kms.Key {
    return new kms.Key(this, 'Key', {
      description: `Logs and alarms of ${this.node.path}`, enableKeyRotation: true, removalPolicy: RemovalPolicy.RETAIN,
    });
  }

  private createPool(): AccessPool | undefined {
    return this.auth._kind === 'iam' ? undefined : new AccessPool(this, 'Access', {
      auth: this.auth,
      serverId: this.apiName,
      scopes: this.routes.flatMap(({ name, invokeScope, healthScope }) => [
        { name: invokeScope, description: `Invoke ${name}` }, { name: healthScope, description: `Ask for the state of ${name}` },
      ]),
    });
  }

  private createRoutes({ role }: IntegrationRole, corsOrigin?: string): void {
    const models = this.restApi.root.addResource('models');
    const validator = this.restApi.addRequestValidator('Validator', { validateRequestBody: true, validateRequestParameters: true });
    const access = this.createAccess();
    const bodies = new BodyModels();
    const replies = apiReplies(corsOrigin);
    this.routes.forEach((route) => { addRoute(route, { models, role, validator, access, bodies, replies }); });
    if (corsOrigin !== undefined) {
      addPreflight(models, corsOrigin);
    }
    addGatewayReplies(this.restApi, this.auth._kind, corsOrigin);
  }

  /** A method without scopes would take ID tokens, and tokens for other methods. */
  private createAccess(): (scope: string) => apigateway.MethodOptions {
    if (this.pool === undefined) {
      return () => ({ authorizationType: apigateway.AuthorizationType.IAM });
    }
    const authorizer = new apigateway.CognitoUserPoolsAuthorizer(this, 'Authorizer', { cognitoUserPools: [this.pool.pool] });
    return (scope) => ({
      authorizer,
      authorizationType: apigateway.AuthorizationType.COGNITO,
      authorizationScopes: [fullScope(this.apiName, scope)],
      apiKeyRequired: true,
    });
  }

  private createAlarms({ alarms = {} }: InferenceApiProps, { access }: ApiLogs): cw.IAlarmRef[] {
    return new ApiAlarms(this, 'Alarms', {
      apiName: this.apiName,
      apiId: this.restApi.restApiId,
      stageName: STAGE,
      accessLogs: access,
      limits: alarms,
      topic: this.notifications,
    }).alarms;
  }

  /** Where everything is, and nothing secret. */
  private addressOfThis(): string {
    const stack = Stack.of(this);
    const address: InferenceApiAddress = {
      name: this.apiName,
      url: this.url,
      auth: this.auth._kind,
      region: stack.region,
      apiId: this.restApi.restApiId,
      stage: STAGE,
      userPoolId: this.userPool?.userPoolId,
      tokenUrl: this.tokenUrl,
      routes: this.routes.map(({ name }) => name),
    };
    return stack.toJsonString(address);
  }

  /** For the command line. */
  private publish(): void {
    new ssm.StringParameter(this, 'Parameter', {
      parameterName: this.parameterName, description: `Where ${this.apiName} is`, stringValue: this.address,
    });
    this.node.addMetadata(OPEN_API_METADATA, JSON.stringify(this.openApiDocument())); // a program reads it
  }

  private checkedClient(name: string): string {
    const checks = new Checks();
    checkName(checks, 'endpointName', 'name', name);
    checks.report('ClientNameNeedsText', Token.isUnresolved(name) ? '`name` must be literal, because parameters are named after it: '
      + 'got a token; write a name for the client' : undefined);
    checks.report('ClientTwice', this.clients.node.tryFindChild(name) === undefined ? undefined
      : `\`name\` must be that of one client: got ${shown(name)} again; choose another one`);
    checks.settle(this);
    return name;
  }

  private clientOf(endpoints: readonly IModelEndpoint[]): ClientOf {
    if (this.pool === undefined) {
      throw new InvalidProps('ClientNeedsTokens', '`addClient` needs tokens, and this API is called with AWS credentials: got '
        + '`ApiAuth.iam()`; use grantInvoke', this);
    }
    if (!Array.isArray(endpoints) || endpoints.length === 0) {
      throw new InvalidProps('ClientEndpoints', '`endpoints` must name what the client may call: got none; name an endpoint of '
        + 'this API', this);
    }
    new Checks().kinds({ endpoints }, { endpoints: listOf(MODEL_ENDPOINT) }).settle(this);
    const routes = [...new Set(endpoints.map((endpoint) => this.routeTo(endpoint)))];
    return {
      pool: this.pool,
      stage: this.restApi.deploymentStage,
      apiName: this.apiName,
      apiRatePerSecond: this.ratePerSecond,
      firewallRate: this.firewall._ratePerKey,
      scopes: routes.flatMap(({ invokeScope, healthScope }) => [invokeScope, healthScope])
        .map((each) => fullScope(this.apiName, each)),
    };
  }

  /** The route of an endpoint: the same construct, or another one of the same name. */
  private routeTo(endpoint: IModelEndpoint): Route {
    const found = this.routes.find((route) => route.endpoint === endpoint)
      ?? this.routes.find((route) => route.endpoint.endpointName === endpoint.endpointName);
    if (found === undefined) {
      throw new InvalidProps('EndpointWithoutRoute', `\`endpoints\` must have a route in this API: got ${shown(endpoint.endpointName)}; `
        + 'add it to `endpoints` of the API', this);
    }
    return found;
  }
}

/** A name that is known at synth and stays: from the path, as CDK derives all of its names. */
function nameFromPath(scope: Construct): string {
  return Names.uniqueResourceName(scope, { maxLength: LONGEST_NAME, separator: '-' }).toLowerCase();
}
