import { aws_apigateway as apigateway } from 'aws-cdk-lib';
import { schemaOf } from './methods';
import { Problem, PROBLEM_TYPE, PROBLEMS } from './problem';
import { Route } from './route';
import { fullScope, HOST_PLACEHOLDER, LOGIN_PLACEHOLDER } from './runtime/contract';

/** What the document needs to know beside the routes. */
export interface OpenApiProps {
  readonly title: string;
  readonly auth: 'cognito' | 'iam';
  readonly serverId: string;
  readonly routes: readonly Route[];
}

type Json = Readonly<Record<string, unknown>>;

/** Keywords of draft 4 that OpenAPI 3.0 does not have; leaving one out makes the document wider than the gateway. */
const NOT_IN_OPENAPI = ['$schema', 'schema', 'id', 'ref', '$ref', 'definitions', 'dependencies', 'patternProperties', 'additionalItems'];
const PROBLEM = { $ref: '#/components/schemas/Problem' };

type ProblemName = keyof typeof PROBLEMS;
const OF_EVERY_ROUTE = ['unauthorized', 'forbidden', 'notFound', 'throttled', 'internal', 'unavailable', 'timeout'] as const;
const OF_INVOCATIONS = [...OF_EVERY_ROUTE, 'badRequest', 'tooLarge', 'unsupported', 'modelFailed'] as const;

/**
 * The API in the words of OpenAPI 3.0. It is made from the routes that the methods are made from, so it can show no route that
 * is not there. The host is a variable, because only the deployment knows it.
 */
export function openApiDocument({ title, auth, serverId, routes }: OpenApiProps): Json {
  return {
    openapi: '3.0.3',
    info: { title, version: '1', description: 'Predictions over HTTPS. Every error is a problem of RFC 9457.' },
    servers: [{
      url: 'https://{host}', variables: { host: { default: HOST_PLACEHOLDER, description: 'Host and stage, or your domain' } },
    }],
    paths: Object.fromEntries(routes.flatMap((route) => [
      [route.invocationsPath, { post: invocation(route, security(auth, serverId, route.invokeScope)) }],
      [route.healthPath, { get: health(route, security(auth, serverId, route.healthScope)) }],
    ])),
    components: {
      schemas: { Problem: problemSchema() },
      responses: Object.fromEntries(OF_INVOCATIONS.map((name) => [name, problemResponse(PROBLEMS[name])])),
      securitySchemes: securitySchemes(auth, serverId, routes),
    },
  };
}

function invocation(route: Route, access: Json): Json {
  const { how, name } = route;
  const schema = schemaOf(route);
  const body = { schema: schema === undefined ? {} : openApiSchema(schema) };
  const types = how.kind === 'real-time' ? how.contentTypes : ['application/json'];
  return {
    operationId: `invoke-${name}`,
    summary: how.kind === 'real-time' ? `A prediction of ${name}` : `A prediction of ${name}, later`,
    ...access,
    requestBody: { required: true, content: Object.fromEntries(types.map((type) => [type, body])) },
    responses: {
      ...how.kind === 'real-time' ? prediction(how.accept) : queued(),
      ...problems(OF_INVOCATIONS),
    },
  };
}

function prediction(accept: string): Json {
  return { 200: { description: 'What the model answers', content: { [accept]: { schema: {} } } } };
}

function queued(): Json {
  const place = (description: string) => ({ description, schema: { type: 'string', format: 'uri' } });
  return {
    202: {
      description: 'The request is queued',
      headers: { 'Location': place('Where the answer will be, in S3'), 'X-Failure-Location': place('Where an error will be, in S3') },
      content: { 'application/json': { schema: objectOf({ status: { type: 'string', enum: ['queued'] }, requestId: { type: 'string' } }) } },
    },
  };
}

function health({ name }: Route, access: Json): Json {
  const status = { type: 'string', enum: ['up', 'updating'] };
  return {
    operationId: `health-${name}`,
    summary: `Whether ${name} takes requests`,
    ...access,
    responses: {
      200: { description: 'It does', content: { 'application/json': { schema: objectOf({ status }) } } },
      ...problems(OF_EVERY_ROUTE),
    },
  };
}

function problems(names: readonly ProblemName[]): Json {
  return Object.fromEntries(names.map((name) => [PROBLEMS[name].status, { $ref: `#/components/responses/${name}` }]));
}

function problemResponse({ title, retryAfter }: Problem): Json {
  return {
    description: title,
    ...retryAfter === undefined ? {} : { headers: { 'Retry-After': { description: 'Seconds to wait', schema: { type: 'integer' } } } },
    content: { [PROBLEM_TYPE]: { schema: PROBLEM } },
  };
}

function problemSchema(): Json {
  return objectOf({
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { type: 'string', enum: [...new Set(Object.values(PROBLEMS).map(({ code }) => code))] },
    detail: { type: 'string' },
  }, { requestId: { type: 'string', description: 'Also the inference id in data capture; a reply of the firewall has none' } });
}

function objectOf(required: Json, optional: Json = {}): Json {
  return { type: 'object', required: Object.keys(required), properties: { ...required, ...optional } };
}

function security(auth: OpenApiProps['auth'], serverId: string, scope: string): Json {
  return { security: [auth === 'iam' ? { sigv4: [] } : { oauth: [fullScope(serverId, scope)], clientKey: [] }] };
}

function securitySchemes(auth: OpenApiProps['auth'], serverId: string, routes: readonly Route[]): Json {
  if (auth === 'iam') {
    return { sigv4: { 'type': 'apiKey', 'name': 'Authorization', 'in': 'header', 'x-amazon-apigateway-authtype': 'awsSigv4' } };
  }
  const scopes = Object.fromEntries(routes.flatMap(({ name, invokeScope, healthScope }) => [
    [fullScope(serverId, invokeScope), `Invoke ${name}`], [fullScope(serverId, healthScope), `Ask for the state of ${name}`],
  ]));
  const tokenUrl = `${LOGIN_PLACEHOLDER}/oauth2/token`; // only the deployment knows it
  return {
    oauth: {
      type: 'oauth2',
      flows: {
        clientCredentials: { tokenUrl, scopes },
        authorizationCode: { authorizationUrl: `${LOGIN_PLACEHOLDER}/oauth2/authorize`, tokenUrl, scopes },
      },
    },
    clientKey: { type: 'apiKey', in: 'header', name: 'x-api-key', description: 'Counts requests; no identity' },
  };
}

/** A schema of draft 4 as OpenAPI 3.0 has it. */
function openApiSchema(schema: apigateway.JsonSchema): unknown {
  return translated(schema);
}

function translated(value: unknown, names = false): unknown {
  if (Array.isArray(value)) {
    return value.map((each) => translated(each));
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  const kept = Object.entries(value).filter(([key, inner]) => inner !== undefined && (names
    || !(NOT_IN_OPENAPI.includes(key) || (['type', 'items'].includes(key) && Array.isArray(inner)))));
  return Object.fromEntries(kept.map(([key, inner]) => [key, ['enum', 'default'].includes(key) && !names
    ? inner : translated(inner, key === 'properties' && !names)]));
}
