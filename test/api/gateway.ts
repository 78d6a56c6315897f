import { Stack } from 'aws-cdk-lib';
import { fits, Schema } from './body-model';
import { Resource, resourcesOf } from './supplies';
import { CHOSEN_REQUEST_ID, EXTENDED_REQUEST_ID, fail, render } from './velocity';

/** What a caller sends. Headers are found whatever their case, as HTTP has it. */
export interface Call {
  readonly method: string;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** The token, as the user pool signed it: what it is for and what it allows. */
  readonly token?: { readonly use: 'access' | 'id'; readonly scope: string };
}

/** What SageMaker gets. */
export interface IntegrationRequest {
  readonly uri: string;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What SageMaker answers, and what a caller gets. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export type Backend = (request: IntegrationRequest) => Reply;

interface Integration {
  readonly Type: 'AWS' | 'MOCK';
  readonly Uri: unknown;
  readonly IntegrationHttpMethod: string;
  readonly PassthroughBehavior: string;
  readonly RequestParameters?: Readonly<Record<string, string>>;
  readonly RequestTemplates: Readonly<Record<string, unknown>>;
  readonly IntegrationResponses: ReadonlyArray<{
    readonly StatusCode: string;
    readonly SelectionPattern?: string;
    readonly ResponseParameters?: Readonly<Record<string, string>>;
    readonly ResponseTemplates?: Readonly<Record<string, string>>;
  }>;
}

interface Method {
  readonly HttpMethod: string;
  readonly ResourceId: { readonly Ref: string };
  readonly AuthorizationType: string;
  readonly AuthorizationScopes?: readonly string[];
  readonly ApiKeyRequired?: boolean;
  readonly RequestModels?: Readonly<Record<string, { readonly Ref: string }>>;
  readonly Integration: Integration;
}

export const API_KEY = 'a-key-of-this-api';
const LARGEST_PAYLOAD = 10 * 1024 * 1024; // of the gateway itself

/**
 * As much of API Gateway as our templates use, run on the synthesized template: routing by literal and greedy paths, scopes,
 * keys, request models, choice of templates, parameter mapping, Velocity, overrides, mock integrations, gateway responses. What a
 * template asks for and is not here fails the test.
 *
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-mapping-template-reference.html
 */
export class Gateway {
  private readonly resources: Record<string, Resource>;
  private readonly methods: readonly Method[];
  private readonly models: Record<string, Resource>;
  private readonly responses: readonly Resource[];

  constructor(stack: Stack) {
    this.resources = resourcesOf(stack, 'AWS::ApiGateway::Resource');
    this.methods = Object.values(resourcesOf(stack, 'AWS::ApiGateway::Method')).map(({ Properties }) => Properties as unknown as Method);
    this.models = resourcesOf(stack, 'AWS::ApiGateway::Model');
    this.responses = Object.values(resourcesOf(stack, 'AWS::ApiGateway::GatewayResponse'));
  }

  /** One request, all the way to the backend and back. */
  public call(call: Call, backend: Backend): Reply {
    const method = this.methodFor(call);
    if (method === undefined) {
      return this.refuse('MISSING_AUTHENTICATION_TOKEN');
    }
    const refusal = this.refusalOf(method, call);
    if (refusal !== undefined) {
      return this.refuse(refusal);
    }
    try {
      const request = this.requestOf(method.Integration, call);
      return this.answer(method.Integration, call, method.Integration.Type === 'MOCK' ? mocked(request) : backend(request));
    } catch {
      return this.refuse('DEFAULT_5XX'); // a template that cannot be rendered
    }
  }

  /** Every method with its path. */
  public get routes(): string[] {
    return this.methods.map((method) => `${method.HttpMethod} ${this.pathOf(method)}`);
  }

  /**
   * Path and method are looked for together: a literal path without the method leaves the request to a greedy one that has it.
   * LocalStack's test `test_proxy_routing_with_hardcoded_resource_sibling`, which they ran against AWS, says so for OPTIONS.
   */
  private methodFor({ method, path }: Call): Method | undefined {
    const able = this.methods.filter(({ HttpMethod }) => HttpMethod === method);
    return able.find((each) => this.pathOf(each) === path) ?? able.find((each) => {
      const [, parent] = /^(.*\/)\{\w+\+\}$/.exec(this.pathOf(each)) ?? [];
      return parent !== undefined && path.startsWith(parent) && path.length > parent.length;
    });
  }

  private pathOf(method: Method): string {
    const segments: string[] = [];
    for (let id: string | undefined = method.ResourceId.Ref; id !== undefined && id in this.resources;) {
      const { PathPart, ParentId } = this.resources[id].Properties as { PathPart: string; ParentId: { Ref?: string } };
      segments.unshift(PathPart);
      id = ParentId.Ref;
    }
    return `/${segments.join('/')}`;
  }

  private refusalOf(method: Method, call: Call): string | undefined {
    if (method.AuthorizationType === 'COGNITO_USER_POOLS' && !admits(method, call.token)) {
      return 'UNAUTHORIZED';
    }
    if (method.ApiKeyRequired === true && header(call, 'x-api-key') !== API_KEY) {
      return 'INVALID_API_KEY';
    }
    if (Buffer.byteLength(call.body ?? '') > LARGEST_PAYLOAD) {
      return 'REQUEST_TOO_LARGE';
    }
    const type = contentType(call);
    if (!(type in method.Integration.RequestTemplates)) {
      return method.Integration.PassthroughBehavior === 'NEVER' ? 'UNSUPPORTED_MEDIA_TYPE' : fail('a body would pass without a template');
    }
    const model = method.RequestModels?.[type];
    return model === undefined || fits(JSON.parse(text(this.models[model.Ref].Properties.Schema)) as Schema, call.body)
      ? undefined : 'BAD_REQUEST_BODY';
  }

  private requestOf(integration: Integration, call: Call): IntegrationRequest {
    const { output, overrides } = render(text(integration.RequestTemplates[contentType(call)]), call.body ?? '', 'requestOverride');
    const mapped = Object.entries(integration.RequestParameters ?? {}).flatMap(([name, source]) => {
      const value = valueOf(source, call.headers ?? {});
      return value === undefined ? [] : [[name.replace(/^integration\.request\.header\./, ''), value] as const];
    });
    // a header that nobody maps is not in the request: https://docs.aws.amazon.com/apigateway/latest/developerguide/rest-api-parameter-mapping.html
    return {
      uri: text(integration.Uri),
      method: integration.IntegrationHttpMethod,
      headers: { ...Object.fromEntries(mapped), ...overrides.header },
      body: output,
    };
  }

  private answer(integration: Integration, call: Call, reply: Reply): Reply {
    const responses = integration.IntegrationResponses;
    const chosen = responses.find(({ SelectionPattern: pattern }) =>
      pattern !== undefined && new RegExp(`^(?:${pattern})$`).test(String(reply.status)))
      ?? responses.find(({ SelectionPattern: pattern }) => pattern === undefined) ?? fail('no response is the default');
    const headers = Object.fromEntries(Object.entries(chosen.ResponseParameters ?? {}).flatMap(([name, source]) => {
      const value = valueOf(source, reply.headers);
      return value === undefined ? [] : [[name.replace(/^method\.response\.header\./, ''), value]];
    }));
    const templates = chosen.ResponseTemplates;
    if (templates === undefined) {
      return { status: Number(chosen.StatusCode), headers, body: reply.body };
    }
    // by the caller's Accept; when none fits, JSON
    const template = templates[header(call, 'accept') ?? ''] ?? templates['application/json'];
    const { output, overrides } = render(template, reply.body, 'responseOverride');
    return { status: overrides.status ?? Number(chosen.StatusCode), headers: { ...headers, ...overrides.header }, body: output };
  }

  private refuse(type: string): Reply {
    const response = this.responses.find(({ Properties }) => Properties.ResponseType === type) ?? fail(`no gateway response ${type}`);
    const { StatusCode, ResponseParameters, ResponseTemplates } = response.Properties as {
      StatusCode: string; ResponseParameters: Record<string, string>; ResponseTemplates: Record<string, string>;
    };
    return {
      status: Number(StatusCode),
      headers: Object.fromEntries(Object.entries(ResponseParameters).map(([name, source]) =>
        [name.replace(/^gatewayresponse\.header\./, ''), valueOf(source, {}) ?? ''])),
      // no Velocity here, only variables
      body: ResponseTemplates['application/json'].replaceAll('$context.extendedRequestId', EXTENDED_REQUEST_ID),
    };
  }
}

/** A mock integration answers with the status that its own request template writes. */
function mocked({ body }: IntegrationRequest): Reply {
  const [, status] = /^\{ "statusCode": (\d{3}) \}$/.exec(body) ?? fail(body);
  return { status: Number(status), headers: {}, body: '' };
}

/** Scopes are compared as whole words. With scopes on the method, only access tokens count. */
function admits({ AuthorizationScopes: wanted = [] }: Method, token: Call['token']): boolean {
  if (token === undefined) {
    return false;
  }
  return wanted.length === 0 ? token.use === 'id' : token.use === 'access' && token.scope.split(' ').some((scope) => wanted.includes(scope));
}

function valueOf(source: string, headers: Readonly<Record<string, string>>): string | undefined {
  const [, literal] = /^'(.*)'$/.exec(source) ?? [];
  if (literal !== undefined) {
    return literal;
  }
  switch (source) {
    case 'context.extendedRequestId':
      return EXTENDED_REQUEST_ID;
    case 'context.requestId':
      return CHOSEN_REQUEST_ID;
  }
  const [, name] = /^(?:method\.request|integration\.response)\.header\.(.+)$/.exec(source) ?? fail(source);
  return header({ headers }, name);
}

function header({ headers = {} }: Pick<Call, 'headers'>, name: string): string | undefined {
  return Object.entries(headers).find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1];
}

/** Without its parameters, and JSON when the caller says nothing. */
function contentType(call: Call): string {
  return (header(call, 'content-type') ?? 'application/json').split(';')[0].trim().toLowerCase();
}

/** Text of a template; references are written as `<LogicalId>`. */
export function text(value: unknown): string {
  if (typeof value !== 'object' || value === null) {
    return String(value);
  }
  const { 'Fn::Join': join, 'Ref': ref } = value as { 'Fn::Join'?: [string, unknown[]]; 'Ref'?: string };
  if (join !== undefined) {
    return join[1].map(text).join(join[0]);
  }
  return ref === undefined ? JSON.stringify(value) : `<${ref}>`;
}
