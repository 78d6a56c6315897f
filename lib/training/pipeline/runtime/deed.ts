import { PipelineWorld } from './pipeline-world';
import { AUDIT_ACTIONS, auditLine, AuditRecordInput } from '../../../audit/audit-record';

type Action = Extract<typeof AUDIT_ACTIONS[number], `training.${string}`>;

/** What was done. */
export interface Deed {
  readonly execution: string;
  readonly model: string;
  readonly tenant: string;
  readonly action: Action;
  readonly outcome: AuditRecordInput['outcome'];
  readonly reason?: string;
  readonly version?: number;
  readonly details?: AuditRecordInput['details'];
  /** Milliseconds. */
  readonly started: number;
}

/** One audit record for each act. Who started an execution, Step Functions does not tell it; CloudTrail does. */
export function record({ execution, started, details, ...deed }: Deed, world: PipelineWorld): void {
  const [, , , region = '', account = ''] = execution.split(':');
  const ended = world.now();
  world.write(auditLine({
    ...deed,
    timestamp: new Date(ended).toISOString(),
    actor: 'states.amazonaws.com',
    environment: `aws://${account}/${region}`,
    resourceType: 'MlPlatform::TrainingPipeline',
    resourceName: world.pipeline,
    durationMs: Math.max(0, Math.round(ended - started)),
    requestId: execution.split(':').pop() ?? execution,
    details,
  }));
}
