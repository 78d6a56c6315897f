import { Change } from './reduce';
import { Actor, Head } from './release-state';
import { AuditRecord, canonical, hashOf } from '../../../audit/audit-record';

/** Who changes something, and how the request is known elsewhere. */
export interface Request {
  readonly requestId: string;
  /** Milliseconds, of the function's clock. */
  readonly started: number;
}

/** Services on whose behalf a function changes something by itself. */
export const STATE_MACHINE: Actor = { arn: 'states.amazonaws.com', person: 'service:states' };
export const ALARMS: Actor = { arn: 'cloudwatch.amazonaws.com', person: 'service:cloudwatch' };
export const SWITCH: Actor = { arn: 'ssm.amazonaws.com', person: 'service:ssm' };
export const DEPLOYMENT: Actor = { arn: 'cloudformation.amazonaws.com', person: 'service:cloudformation' };

/** A change with its record as text, byte for byte what its hash is of. */
export interface Recorded {
  readonly head: Head;
  readonly record: string;
}

export interface Circumstances extends Request {
  readonly actor: Actor;
  readonly environment: string;
  readonly endpoint: string;
  readonly now: number;
}

/** Continues the chain. */
export function recorded(before: Head, { head, event, deed }: Change, about: Circumstances): Recorded {
  const release = head.release;
  const record = canonical(AuditRecord.parse({
    timestamp: new Date(head.lastAt).toISOString(),
    actor: about.actor.arn,
    environment: about.environment,
    action: `endpoint.release.${event}`,
    resourceType: 'AWS::SageMaker::Endpoint',
    resourceName: about.endpoint,
    ...(release === undefined ? {} : {
      tenant: release.profile.tenant,
      model: release.profile.model,
      version: release.revision,
      previousVersion: release.previous?.revision,
      changeTicket: release.changeTicket,
      rollbackTarget: release.previous?.revision,
    }),
    outcome: deed.outcome,
    reason: deed.reason,
    durationMs: Math.max(0, Math.round(about.now - about.started)),
    requestId: about.requestId,
    details: {
      ...(release === undefined ? {} : { release: release.releaseId, state: release.state, part: release.part }),
      ...deed.details,
    },
    sequence: head.auditSequence,
    previousHash: before.auditHash,
  }));
  return { head: { ...head, auditHash: hashOf(record) }, record };
}
