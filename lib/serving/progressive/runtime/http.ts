import * as z from 'zod';
import { REQUEST_KEY_HEADER, ReleaseProblemCode } from './contract';
import { Actor, Refusal } from './release-state';
import { complain, Rule, shown } from '../../../core/name-rules';
import { actorOf, Identity } from '../../../registry/runtime/actor';
import { REPLAYED_HEADER, RETRY_AFTER_HEADER } from '../../../registry/runtime/contract';
import { NotDone } from '../../../registry/runtime/problem';
import * as rules from '../../../registry/runtime/rules';

/** Requests as API Gateway hands them on, and what goes back. As the registry's, with its own routes and problems. */

const LARGEST_BODY_BYTES = 16_384;
const RETRY_AFTER_SECONDS = 2;

const STATUS: Readonly<Record<ReleaseProblemCode, number>> = {
  BAD_REQUEST: 400,
  UNKNOWN_ACTOR: 403,
  SECOND_PERSON_NEEDED: 403,
  NOT_FOUND: 404,
  CONFLICT: 409,
  STALE_STEP: 409,
  REQUEST_KEY_REUSED: 409,
  STOPPED: 409,
  BASELINE_UNHEALTHY: 409,
  NOT_APPROVED: 409,
  APPROVAL_NEEDED: 409,
  NOTHING_LIVE: 409,
  NOTHING_TO_GO_BACK_TO: 409,
  TOO_LARGE: 413,
  INTERNAL: 500,
  BUSY: 503,
};

/** A request that is not done. The message is for the caller: a sentence of ours that says what to do. */
export class Refused extends Error {
  public static because({ code, detail }: Refusal): Refused {
    return new Refused(code, detail);
  }

  constructor(public readonly code: ReleaseProblemCode, message: string) {
    super(message);
    this.name = 'Refused';
  }
}

export interface HttpAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export function isOurs(code: ReleaseProblemCode): boolean {
  return STATUS[code] >= 500;
}

export function answer(statusCode: number, view: object, replayed = false): HttpAnswer {
  return rendered(statusCode, 'application/json', view, replayed ? { [REPLAYED_HEADER]: 'true' } : {});
}

export function problemAnswer({ code, message }: Refused, requestId: string): HttpAnswer {
  const problem = { status: STATUS[code], code, detail: message, requestId };
  return rendered(problem.status, 'application/problem+json', problem, code === 'BUSY' ? { [RETRY_AFTER_HEADER]: String(RETRY_AFTER_SECONDS) } : {});
}

function rendered(statusCode: number, type: string, view: object, headers: Readonly<Record<string, string>>): HttpAnswer {
  return {
    statusCode,
    headers: { 'content-type': type, 'cache-control': 'no-store', 'x-content-type-options': 'nosniff', ...headers },
    body: JSON.stringify(view),
  };
}

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
  readonly method: 'GET' | 'POST';
  readonly path: string;
}

export function gatewayEventOf(event: unknown): GatewayEvent {
  return Event.parse(event);
}

/** The route, after its parameters were judged: IAM judged the path, and both must be the same text (see the registry's). */
export function routeOf<Route extends AnyRoute>(
  { routeKey, rawPath, pathParameters, requestContext: { stage, http } }: GatewayEvent, routes: readonly Route[],
  parameters: Readonly<Record<string, Rule>>,
): Route {
  const route = routes.find(({ method, path }) => routeKey === `${method} ${path}` && method === http.method);
  if (route === undefined) {
    throw new Refused('NOT_FOUND', 'there is nothing at this path');
  }
  const problems = [...route.path.matchAll(/\{(\w+)\}/g)].flatMap(([, name]) => {
    const complaint = parameters[name](pathParameters[name]);
    return complaint === undefined ? [] : [complain(name, complaint, shown(pathParameters[name]))];
  });
  if (problems.length > 0) {
    throw new Refused('BAD_REQUEST', problems.join('\n'));
  }
  const canonical = route.path.replace(/\{(\w+)\}/g, (_whole, name: string) => pathParameters[name]);
  if (rawPath !== canonical && rawPath !== `/${stage}${canonical}`) {
    throw new Refused('BAD_REQUEST', complain('path', `must be written ${canonical}; send it without encoded characters`, shown(rawPath)));
  }
  return route;
}

export function callerOf({ requestContext }: GatewayEvent, trustedSessionRoles: readonly string[]): Actor {
  try {
    return actorOf(requestContext.authorizer?.iam ?? undefined, trustedSessionRoles, requestContext.accountId);
  } catch (error) {
    throw error instanceof NotDone ? new Refused('UNKNOWN_ACTOR', error.message) : error;
  }
}

/** The key that makes a request happen once. */
export function requestKeyOf({ headers }: GatewayEvent): string {
  const key = headers[REQUEST_KEY_HEADER];
  const complaint = rules.requestKey(key);
  if (complaint !== undefined) {
    throw new Refused('BAD_REQUEST', complain(`${REQUEST_KEY_HEADER} header`, complaint, shown(key)));
  }
  return key;
}

/** The body by its schema, or every problem that it has; an absent one counts as an empty object. */
export function bodyOf<T>(event: GatewayEvent, schema: z.ZodType<T>): T {
  const value = jsonOf(event);
  const result = schema.safeParse(value);
  if (!result.success) {
    throw new Refused('BAD_REQUEST', rules.problemsOf(result.error, value, 'body').join('\n'));
  }
  return result.data;
}

function jsonOf({ body = '', isBase64Encoded }: GatewayEvent): unknown {
  const bytes = Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8');
  if (bytes.length > LARGEST_BODY_BYTES) {
    throw new Refused('TOO_LARGE', complain('body', `must have at most ${LARGEST_BODY_BYTES} bytes`, `${bytes.length}`));
  }
  if (bytes.length === 0) {
    return {};
  }
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new Refused('BAD_REQUEST', complain('body', 'must be JSON in UTF-8', shown(bytes.toString())));
  }
}
