import * as z from 'zod';
import { actorOf, Identity } from './actor';
import { LARGEST_BODY_BYTES, REQUEST_KEY_HEADER, Route, ROUTES } from './contract';
import { Actor } from './model-state';
import { NotDone } from './problem';
import { RegistrySettings } from './registry-world';
import * as rules from './rules';
import { complain, modelId, Rule, shown } from '../../core/name-rules';

const Texts = z.record(z.string(), z.string());

/** As much of an event of API Gateway, payload format 2.0, as the registry reads. */
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

/** What a request is about, as far as its path says. */
export interface Address {
  readonly route: Route;
  readonly tenant: string;
  /** Empty where the path names none. */
  readonly model: string;
  /** 0 where the path names none. */
  readonly revision: number;
}

const PARAMETERS: Readonly<Record<string, Rule>> = { tenant: rules.tenant, model: modelId, revision: rules.numeral };

export function gatewayEventOf(event: unknown): GatewayEvent {
  return Event.parse(event);
}

/**
 * What the path names. IAM judged the path, and this judges the parameters that API Gateway made of it: both must be the same
 * text, or somebody could be let in to one model and change another. An HTTP API decodes the path before it hands it over, and
 * cuts it at a decoded `?` (https://github.com/middleapi/standard-server/pull/93), so what is left of an encoding shows here
 * as a character that no parameter may have, or as a path that is not the one of its parameters.
 */
export function addressOf({ routeKey, rawPath, pathParameters, requestContext: { stage, http } }: GatewayEvent): Address {
  const route = ROUTES.find(({ method, path }) => routeKey === `${method} ${path}` && method === http.method);
  if (route === undefined) {
    throw new NotDone('NOT_FOUND', 'there is nothing at this path');
  }
  const problems = [...route.path.matchAll(/\{(\w+)\}/g)].flatMap(([, name]) => {
    const complaint = PARAMETERS[name](pathParameters[name]);
    return complaint === undefined ? [] : [complain(name, complaint, shown(pathParameters[name]))];
  });
  if (problems.length > 0) {
    throw new NotDone('BAD_REQUEST', problems.join('\n'));
  }
  const canonical = route.path.replace(/\{(\w+)\}/g, (_whole, name: string) => pathParameters[name]);
  if (rawPath !== canonical && rawPath !== `/${stage}${canonical}`) {
    throw new NotDone('BAD_REQUEST', complain('path', `must be written ${canonical}; send it without encoded characters`, shown(rawPath)));
  }
  const { tenant, model = '', revision = '0' } = pathParameters;
  return { route, tenant, model, revision: Number(revision) };
}

export function callerOf({ requestContext }: GatewayEvent, { trustedSessionRoles }: RegistrySettings): Actor {
  return actorOf(requestContext.authorizer?.iam ?? undefined, trustedSessionRoles, requestContext.accountId);
}

/** The key that makes a request happen once. */
export function requestKeyOf({ headers }: GatewayEvent): string {
  const key = headers[REQUEST_KEY_HEADER];
  const complaint = rules.requestKey(key);
  if (complaint !== undefined) {
    throw new NotDone('BAD_REQUEST', complain(`${REQUEST_KEY_HEADER} header`, complaint, shown(key)));
  }
  return key;
}

/** The body as JSON; an absent one counts as an empty object. */
export function bodyOf({ body = '', isBase64Encoded }: GatewayEvent): unknown {
  const bytes = Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8');
  if (bytes.length > LARGEST_BODY_BYTES) {
    throw new NotDone('TOO_LARGE', complain('body', `must have at most ${LARGEST_BODY_BYTES} bytes; leave out what the registry need not know`,
      `${bytes.length}`));
  }
  if (bytes.length === 0) {
    return {};
  }
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new NotDone('BAD_REQUEST', complain('body', 'must be JSON in UTF-8', shown(bytes.toString())));
  }
}
