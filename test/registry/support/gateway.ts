import { randomUUID } from 'node:crypto';
import { ACCOUNT, Caller } from './callers';
import { ROUTES } from '../../../lib/registry/runtime/contract';

/** A request as it arrives at API Gateway. */
export interface GatewayRequest {
  readonly method: string;
  /** As it was sent, encoded, with the query behind `?` if there is one. */
  readonly target: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/**
 * The event, payload format 2.0, that an HTTP API with our routes makes of a request; nothing if it has no such route. Path
 * and parameters are decoded once, repeated query parameters are joined by commas, header names are in lower case.
 */
export function gatewayEvent({ method, target, headers = {}, body }: GatewayRequest, caller?: Caller): object | undefined {
  const [path, rawQueryString = ''] = target.split('?', 2);
  const segments = path.split('/');
  const route = ROUTES.find((each) => each.method === method && fits(each.path.split('/'), segments));
  if (route === undefined) {
    return undefined;
  }
  const names = route.path.split('/').map((segment) => /^\{(.+)\}$/.exec(segment)?.[1]);
  const pathParameters = Object.fromEntries(names.flatMap((name, place) =>
    name === undefined ? [] : [[name, decodeURIComponent(segments[place])]]));
  const query = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(rawQueryString)) {
    query.set(name, query.has(name) ? `${query.get(name)},${value}` : value);
  }
  const rawPath = decodeURIComponent(path);
  return {
    version: '2.0',
    routeKey: `${method} ${route.path}`,
    rawPath,
    rawQueryString,
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
    ...(query.size === 0 ? {} : { queryStringParameters: Object.fromEntries(query) }),
    pathParameters,
    requestContext: {
      accountId: ACCOUNT,
      apiId: 'abcdef1234',
      ...(caller === undefined ? {} : { authorizer: { iam: caller } }),
      domainName: 'abcdef1234.execute-api.eu-west-1.amazonaws.com',
      domainPrefix: 'abcdef1234',
      http: { method, path: rawPath, protocol: 'HTTP/1.1', sourceIp: '192.0.2.1', userAgent: 'test' },
      requestId: randomUUID(),
      routeKey: `${method} ${route.path}`,
      stage: '$default',
      time: '20/Nov/2026:12:00:00 +0000',
      timeEpoch: Date.UTC(2026, 10, 20, 12),
    },
    ...(body === undefined ? {} : { body }),
    isBase64Encoded: false,
  };
}

function fits(route: readonly string[], segments: readonly string[]): boolean {
  return route.length === segments.length
    && route.every((segment, place) => segment.startsWith('{') ? segments[place] !== '' : segment === segments[place]);
}
