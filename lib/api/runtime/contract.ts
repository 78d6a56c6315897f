/** What an API and the `mlp` command say to each other. */

/** Where the address of an API is: this, and its name. */
export const API_PARAMETER_PREFIX = '/ml-platform/api/';
/** The output of a stack with the same JSON: its key ends so, before the hash that CDK adds. */
export const API_ADDRESS_OUTPUT = 'InferenceApiAddress';
/** The API of the reference app, and the one that the command looks for when it is told nothing. */
export const DEFAULT_API_NAME = 'models';
/** Where tools find the OpenAPI document of an API: metadata of the construct, in the cloud assembly. */
export const OPEN_API_METADATA = 'cdk-ml-platform:openapi';
/** What the OpenAPI document says instead of the hosts that only a deployment knows. */
export const HOST_PLACEHOLDER = 'api.invalid';
export const LOGIN_PLACEHOLDER = 'https://login.invalid';
/** The header with the id under which logs, data capture and problems know a request. */
export const REQUEST_ID_HEADER = 'x-amz-apigw-id';

/** How others find an API. Nothing in it is secret. */
export interface InferenceApiAddress {
  readonly name: string;
  readonly url: string;
  readonly auth: 'cognito' | 'iam';
  readonly region: string;
  readonly apiId: string;
  readonly stage: string;
  /** Of APIs that want tokens: whose, and where they are asked for. */
  readonly userPoolId?: string;
  readonly tokenUrl?: string;
  readonly routes: readonly string[];
}

/** A client of an API. Its secret and the value of its key are asked for where they are kept. */
export interface InferenceApiClientAddress {
  readonly kind: 'machine' | 'web';
  readonly clientId: string;
  readonly apiKeyId: string;
  readonly scopes: readonly string[];
}

/** Where the clients of an API are, each under its name. */
export function clientParameterName(apiName: string, client: string): string {
  return `${API_PARAMETER_PREFIX}${apiName}/clients/${client}`;
}

export function invocationsPath(route: string): string {
  return `/models/${route}/invocations`;
}

export function healthPath(route: string): string {
  return `/models/${route}/health`;
}

/** Names of scopes, without the resource server. */
export function invokeScope(route: string): string {
  return `${route}:invoke`;
}

export function healthScope(route: string): string {
  return `${route}:health`;
}

/** A scope as tokens and methods have it. */
export function fullScope(serverId: string, scope: string): string {
  return `${serverId}/${scope}`;
}
