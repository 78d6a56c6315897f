import * as z from 'zod';
import { ReleaseProblemCode } from './contract';
import { Actor, Refusal } from './release-state';
import { Rule } from '../../../core/name-rules';
import { actorOf } from '../../../registry/runtime/actor';
import { REPLAYED_HEADER } from '../../../registry/runtime/contract';
import * as gateway from '../../../registry/runtime/gateway';
import * as answers from '../../../registry/runtime/http-answer';
import { NotDone } from '../../../registry/runtime/problem';
import * as rules from '../../../registry/runtime/rules';

/** What comes and goes through API Gateway, in the problems of a release. */

export type HttpAnswer = answers.HttpAnswer;
export type GatewayEvent = gateway.GatewayEvent;
export const { gatewayEventOf } = gateway;

const BODY = { bytes: 16_384 };

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

const refuse: gateway.Refuse = (code, message) => new Refused(code, message);

export function isOurs(code: ReleaseProblemCode): boolean {
  return STATUS[code] >= 500;
}

export function answer(statusCode: number, view: object, replayed = false): HttpAnswer {
  return answers.answer(statusCode, view, replayed ? { [REPLAYED_HEADER]: 'true' } : {});
}

export function problemAnswer({ code, message }: Refused, requestId: string): HttpAnswer {
  const view = { status: STATUS[code], code, detail: message, requestId };
  return answers.problem(view);
}

export function routeOf<Route extends gateway.AnyRoute>(
  event: GatewayEvent, routes: readonly Route[], parameters: Readonly<Record<string, Rule>>,
): Route {
  return gateway.routeOf(event, routes, parameters, refuse);
}

export function callerOf({ requestContext }: GatewayEvent, trustedSessionRoles: readonly string[]): Actor {
  try {
    return actorOf(requestContext.authorizer?.iam ?? undefined, trustedSessionRoles, requestContext.accountId);
  } catch (error) {
    throw error instanceof NotDone ? new Refused('UNKNOWN_ACTOR', error.message) : error;
  }
}

export function requestKeyOf(event: GatewayEvent): string {
  return gateway.requestKeyOf(event, refuse);
}

/** The body by its schema, or every problem that it has; an absent one counts as an empty object. */
export function bodyOf<T>(event: GatewayEvent, schema: z.ZodType<T>): T {
  const value = gateway.jsonOf(event, BODY, refuse);
  const result = schema.safeParse(value);
  if (!result.success) {
    throw new Refused('BAD_REQUEST', rules.problemsOf(result.error, value, 'body').join('\n'));
  }
  return result.data;
}
