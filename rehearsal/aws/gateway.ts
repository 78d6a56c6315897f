/** Somebody whom IAM knows, as API Gateway tells a handler: `requestContext.authorizer.iam`. */
export interface Caller { readonly accountId: string; readonly userArn: string; readonly userId: string }

export interface Route { readonly method: string; readonly path: string }

export interface HttpRequest {
  readonly method: string;
  readonly target: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly caller?: Caller;
}

export function userOf(name: string, accountId: string): Caller {
  return { accountId, userArn: `arn:aws:iam::${accountId}:user/${name}`, userId: `AIDA${idOf(name)}` };
}

/** A function calls with the session of its role that Lambda assumed. */
export function functionCaller(roleArn: string, functionName: string, accountId: string): Caller {
  const role = roleArn.split('/').pop() ?? '';
  return { accountId, userArn: `arn:aws:sts::${accountId}:assumed-role/${role}/${functionName}`, userId: `AROA${idOf(role)}:${functionName}` };
}

/**
 * The event, payload format 2.0, that an HTTP API makes of a request; nothing if it has no such route.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export function gatewayEvent(
  routes: readonly Route[], request: HttpRequest, now: number, requestId: string,
): Readonly<Record<string, unknown>> | undefined {
  const { method, target, headers = {}, body, caller } = request;
  const [path, rawQueryString = ''] = target.split('?', 2);
  const segments = path.split('/');
  const route = routes.find((each) => each.method === method && fits(each.path.split('/'), segments));
  if (route === undefined) {
    return undefined;
  }
  const pathParameters = Object.fromEntries(route.path.split('/').flatMap((segment, place) =>
    segment.startsWith('{') ? [[segment.slice(1, -1), decodeURIComponent(segments[place])]] : []));
  const query = Object.fromEntries(new URLSearchParams(rawQueryString));
  const routeKey = `${method} ${route.path}`;
  return {
    version: '2.0',
    routeKey,
    rawPath: decodeURIComponent(path),
    rawQueryString,
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
    ...(rawQueryString === '' ? {} : { queryStringParameters: query }),
    ...(Object.keys(pathParameters).length === 0 ? {} : { pathParameters }),
    requestContext: {
      accountId: caller?.accountId ?? '',
      apiId: 'rehearsed1',
      stage: '$default',
      requestId,
      routeKey,
      ...(caller === undefined ? {} : { authorizer: { iam: { ...caller, callerId: caller.userId, accessKey: 'ASIAREHEARSED', cognitoIdentity: null, principalOrgId: null } } }),
      domainName: 'rehearsed1.execute-api.eu-west-1.amazonaws.com',
      domainPrefix: 'rehearsed1',
      http: { method, path: decodeURIComponent(path), protocol: 'HTTP/1.1', sourceIp: '192.0.2.1', userAgent: 'rehearsal' },
      time: new Date(now).toUTCString(),
      timeEpoch: now,
    },
    ...(body === undefined ? {} : { body }),
    isBase64Encoded: false,
  };
}

function fits(route: readonly string[], segments: readonly string[]): boolean {
  return route.length === segments.length
    && route.every((segment, place) => segment.startsWith('{') ? segments[place] !== '' : segment === segments[place]);
}

/** 16 capital letters and digits that are the same for the same name. */
function idOf(name: string): string {
  const hash = [...name].reduce((sum, character) => (sum * 31n + BigInt(character.codePointAt(0) ?? 0)) % (36n ** 16n), 7n);
  return hash.toString(36).toUpperCase().padStart(16, '0');
}
