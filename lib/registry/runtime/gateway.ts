import * as z from 'zod';
import { Identity } from './actor';
import { REQUEST_KEY_HEADER } from './contract';
import * as rules from './rules';
import { complain, Rule, shown } from '../../core/name-rules';

/** Requests as API Gateway hands them on: the same for the registry and for releases. */

/** What can be wrong with a request before anybody looks at what it asks for. */
export type Unread = 'NOT_FOUND' | 'BAD_REQUEST' | 'TOO_LARGE';
/** The error of one API; its message is for the caller. */
export type Refuse = (code: Unread, message: string) => Error;

const Texts = z.record(z.string(), z.string());

/** As much of an event of API Gateway, payload format 2.0, as is read here. */
const Event = z.object({
  routeKey: z.string(),
  rawPath: z.string(),
  headers: Texts.default({}),
  pathParameters: Texts.default({}),
  queryStringParameters: Texts.default({}),
  body: z.string().optional(),
  isBase64Encoded: z.boolean().default(false),
  requestContext: z.object({
    requestId: z.string(),
    accountId: z.string(),
    stage: z.string(),
    http: z.object({ method: z.string() }),
    authorizer: z.object({ iam: Identity.nullish() }).nullish(),
  }),
});
export type GatewayEvent = z.infer<typeof Event>;

export interface AnyRoute {
  readonly method: string;
  readonly path: string;
}

/** How large a body may be. */
export interface BodyLimit {
  readonly bytes: number;
  /** What the caller can do about more. */
  readonly hint?: string;
}

export function gatewayEventOf(event: unknown): GatewayEvent {
  return Event.parse(event);
}

/**
 * The route, after its parameters were judged. IAM judged the path, and this judges the parameters that API Gateway made of it:
 * both must be the same text, or somebody could be let in to one model and change another. An HTTP API decodes the path before
 * it hands it over, and cuts it at a decoded `?` (https://github.com/middleapi/standard-server/pull/93), so what is left of an
 * encoding shows here as a character that no parameter may have, or as a path that is not the one of its parameters.
 */
export function routeOf<Route extends AnyRoute>(
  { routeKey, rawPath, pathParameters, requestContext: { stage, http } }: GatewayEvent, routes: readonly Route[],
  parameters: Readonly<Record<string, Rule>>, refuse: Refuse,
): Route {
  const route = routes.find(({ method, path }) => routeKey === `${method} ${path}` && method === http.method);
  if (route === undefined) {
    throw refuse('NOT_FOUND', 'there is nothing at this path');
  }
  const problems = [...route.path.matchAll(/\{(\w+)\}/g)].flatMap(([, name]) => {
    const complaint = parameters[name](pathParameters[name]);
    return complaint === undefined ? [] : [complain(name, complaint, shown(pathParameters[name]))];
  });
  if (problems.length > 0) {
    throw refuse('BAD_REQUEST', problems.join('\n'));
  }
  const canonical = route.path.replace(/\{(\w+)\}/g, (_whole, name: string) => pathParameters[name]);
  if (rawPath !== canonical && rawPath !== `/${stage}${canonical}`) {
    throw refuse('BAD_REQUEST', complain('path', `must be written ${canonical}; send it without encoded characters`, shown(rawPath)));
  }
  return route;
}

/** The key that makes a request happen once. */
export function requestKeyOf({ headers }: GatewayEvent, refuse: Refuse): string {
  const key = headers[REQUEST_KEY_HEADER];
  const complaint = rules.requestKey(key);
  if (complaint !== undefined) {
    throw refuse('BAD_REQUEST', complain(`${REQUEST_KEY_HEADER} header`, complaint, shown(key)));
  }
  return key;
}

/**
 * The body as JSON; an absent one counts as an empty object.
 *
 * @param most how many bytes at most, and what to do about more
 */
export function jsonOf(
  { body = '', isBase64Encoded }: GatewayEvent, most: BodyLimit, refuse: Refuse,
): unknown {
  const bytes = Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8');
  if (bytes.length > most.bytes) {
    throw refuse('TOO_LARGE', complain('body', `must have at most ${most.bytes} bytes${most.hint ?? ''}`, `${bytes.length}`));
  }
  if (bytes.length === 0) {
    return {};
  }
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw refuse('BAD_REQUEST', complain('body', 'must be JSON in UTF-8', shown(bytes.toString())));
  }
}
