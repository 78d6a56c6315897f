import { InferenceWorld } from './inference-world';
import { AuditRecordInput, auditLine } from '../../../audit/audit-record';

/** What a handler did about a run. */
export type Deed = Pick<AuditRecordInput, 'action' | 'outcome' | 'reason' | 'details'> & {
  readonly executionArn: string;
  /** Milliseconds. */
  readonly started: number;
};

/** Writes a deed down. Who started the execution Step Functions does not say; CloudTrail does, under the execution's ARN. */
export function recordDeed({ executionArn, started, details, ...deed }: Deed, { settings, now, write }: InferenceWorld): void {
  const [, , , region = '', account = '', , , execution = ''] = executionArn.split(':');
  const ended = now();
  write(auditLine({
    ...deed,
    timestamp: new Date(ended).toISOString(),
    actor: 'states.amazonaws.com',
    environment: `aws://${account}/${region}`,
    resourceType: 'BatchInference',
    resourceName: settings.name,
    details: { execution, image: settings.image, ...settings.model === '' ? {} : { artifact: settings.model }, ...details },
    durationMs: Math.max(0, Math.round(ended - started)),
    requestId: executionArn,
  }));
}
