import { actorOf } from './actor';
import { LARGEST_BODY_BYTES, Route, ROUTES } from './contract';
import { GatewayEvent, jsonOf, Refuse, requestKeyOf as keyOf, routeOf } from './gateway';
import { Actor } from './model-state';
import { NotDone } from './problem';
import { RegistrySettings } from './registry-world';
import * as rules from './rules';
import { modelId, Rule } from '../../core/name-rules';

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
const BODY = { bytes: LARGEST_BODY_BYTES, hint: '; leave out what the registry need not know' };
const refuse: Refuse = (code, message) => new NotDone(code, message);

/** What the path names. */
export function addressOf(event: GatewayEvent): Address {
  const route = routeOf(event, ROUTES, PARAMETERS, refuse);
  const { tenant, model = '', revision = '0' } = event.pathParameters;
  return { route, tenant, model, revision: Number(revision) };
}

export function callerOf({ requestContext }: GatewayEvent, { trustedSessionRoles }: RegistrySettings): Actor {
  return actorOf(requestContext.authorizer?.iam ?? undefined, trustedSessionRoles, requestContext.accountId);
}

export function requestKeyOf(event: GatewayEvent): string {
  return keyOf(event, refuse);
}

export function bodyOf(event: GatewayEvent): unknown {
  return jsonOf(event, BODY, refuse);
}
