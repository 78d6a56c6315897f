import { DESK_ROUTES, DeskRoute } from './contract';
import { deskReads } from './desk-reads';
import { deskWrites } from './desk-writes';
import { answer, callerOf, gatewayEventOf, HttpAnswer, isOurs, problemAnswer, Refused, requestKeyOf, routeOf } from './http';
import { Actor } from './release-state';
import { DeskWorld } from './release-world';
import { auditLine, AuditRecordInput } from '../../../audit/audit-record';
import { endpointName } from '../../../core/name-rules';
import { isPassing } from '../../../registry/runtime/failures';

/** What is known of a request when it fails. */
interface Attempt {
  readonly requestId: string;
  /** Milliseconds. */
  readonly started: number;
  readonly route?: DeskRoute;
  readonly endpoint?: string;
  readonly actor?: Actor;
}

/** Answers every request of a person; what went wrong inside is in the log and nowhere else. */
export function releaseDesk(world: DeskWorld): (event: unknown) => Promise<HttpAnswer> {
  return async (event) => {
    let attempt: Attempt = { requestId: 'unknown', started: world.now() };
    try {
      const known = gatewayEventOf(event);
      attempt = { ...attempt, requestId: known.requestContext.requestId };
      const route = routeOf(known, DESK_ROUTES, { endpoint: endpointName });
      const { endpoint } = known.pathParameters;
      attempt = { ...attempt, route, endpoint };
      const actor = callerOf(known, world.trustedSessionRoles);
      attempt = { ...attempt, actor };
      if (route.method === 'GET') {
        return answer(200, await deskReads(route.verb, endpoint, known.queryStringParameters, world));
      }
      if (Object.keys(known.queryStringParameters).length > 0) {
        throw new Refused('BAD_REQUEST', 'a request that writes takes no query parameters; say it in the body');
      }
      const { requestId, started } = attempt;
      const { view, replayed } = await deskWrites(
        { verb: route.verb, endpoint, actor, key: requestKeyOf(known), event: known, requestId, started }, world);
      return answer(route.verb === 'start' || route.verb === 'rollback' ? 202 : 200, view, replayed);
    } catch (error) {
      const problem = problemOf(error, attempt, world);
      recordRefusal(problem, attempt, world);
      return problemAnswer(problem, attempt.requestId);
    }
  };
}

/** What the caller hears. An error that nobody planned for says nothing: its text may name tables, roles and keys. */
function problemOf(error: unknown, { requestId, route }: Attempt, world: DeskWorld): Refused {
  if (error instanceof Refused) {
    return error;
  }
  world.log.error('a request failed', { requestId, verb: route?.verb, error, runbook: world.settings.runbook });
  return isPassing(error) || (error instanceof Error && error.name === 'ReleaseBusy')
    ? new Refused('BUSY', 'it could not be finished in time, and may have been done: send the same request with the same request key again')
    : new Refused('INTERNAL', `the desk failed, and its log says why under request id ${requestId}; if you retry, use the same request key`);
}

/** A line in the log and no row of the chain, which holds changes only: else anybody who is let in could make it grow. */
function recordRefusal({ code, message }: Refused, attempt: Attempt, world: DeskWorld): void {
  const { requestId, started, route, endpoint, actor } = attempt;
  if (actor === undefined || route === undefined || endpoint === undefined || route.method === 'GET') {
    return;
  }
  const now = world.now();
  world.write(auditLine({
    timestamp: new Date(now).toISOString(),
    actor: actor.arn,
    environment: world.settings.environment,
    action: `endpoint.release.${route.verb}` as AuditRecordInput['action'],
    resourceType: 'AWS::SageMaker::Endpoint',
    resourceName: endpoint,
    outcome: isOurs(code) ? 'FAILED' : 'REFUSED',
    // what is wrong with a body quotes it, and what a caller wrote does not belong in a record
    reason: code === 'BAD_REQUEST' ? code : `${code}: ${message}`,
    durationMs: Math.max(0, Math.round(now - started)),
    requestId,
  }));
}
