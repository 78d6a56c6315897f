import { METRIC_REFUSED, PROBLEM_STATUS } from './contract';
import { Actor } from './model-state';
import { NotDone } from './problem';
import { Address } from './registry-request';
import { RegistryWorld } from './registry-world';
import { auditLine, AuditRecordInput } from '../../audit/audit-record';

/** What is known of a request when it fails. */
export interface Attempt {
  readonly requestId: string;
  /** Milliseconds. */
  readonly started: number;
  readonly address?: Address;
  readonly actor?: Actor;
}

/**
 * Writes down that somebody tried to change a model and could not. It is a line in the log and no row of the chain, which
 * holds changes only: else anybody who is let in could make it grow.
 */
export function recordRefusal(problem: NotDone, { requestId, started, address, actor }: Attempt, world: RegistryWorld): void {
  const ours = PROBLEM_STATUS[problem.code] >= 500;
  if (!ours) {
    world.count(METRIC_REFUSED);
  }
  if (actor === undefined || address === undefined || address.route.method === 'GET') {
    if (!ours) {
      world.log.warn('a request was refused', { requestId, code: problem.code, verb: address?.route.verb });
    }
    return;
  }
  const { tenant, model, revision, route: { verb } } = address;
  const at = world.now();
  world.write(auditLine({
    timestamp: new Date(at).toISOString(),
    actor: actor.arn,
    environment: world.settings.environment,
    action: `model.${verb}` as AuditRecordInput['action'],
    resourceType: 'ModelVersion',
    resourceName: [tenant, model, ...(revision === 0 ? [] : [revision])].join('/'),
    tenant,
    model,
    ...(revision === 0 ? {} : { version: revision }),
    outcome: ours ? 'FAILED' : 'REFUSED',
    // what is wrong with a body quotes it, and what a caller wrote does not belong in a record
    reason: problem.code === 'BAD_REQUEST' ? problem.code : `${problem.code}: ${problem.message}`,
    durationMs: Math.max(0, Math.round(at - started)),
    requestId,
  }));
}
