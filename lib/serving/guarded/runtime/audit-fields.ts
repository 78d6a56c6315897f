import { AuditRecordInput } from '../../../audit/audit-record';
import { CloudFormationRequest, placeOf } from '../../../core/runtime/cloudformation-request';

/** What a handler of an endpoint says of its deed, besides what the request tells. */
export type Deed = Pick<AuditRecordInput, 'action' | 'outcome' | 'reason'> & {
  readonly endpointName: string;
  readonly details: NonNullable<AuditRecordInput['details']>;
};

/** When it began and ended, in milliseconds. */
export interface Span {
  readonly started: number;
  readonly ended: number;
}

/** The audit record of a deed. CloudFormation does not say on whose behalf it asks; its own trail does. */
export function recordOf(request: CloudFormationRequest, { endpointName, details, ...deed }: Deed, span: Span): AuditRecordInput {
  const { environment, stack } = placeOf(request.StackId);
  return {
    ...deed,
    timestamp: new Date(span.ended).toISOString(),
    actor: 'cloudformation.amazonaws.com',
    environment,
    resourceType: 'AWS::SageMaker::Endpoint',
    resourceName: endpointName,
    details: { stack, previousConfig: previousConfig(request), ...details },
    durationMs: Math.max(0, Math.round(span.ended - span.started)),
    requestId: request.RequestId,
  };
}

/** The configuration that the deployment took over from, as far as CloudFormation says. */
export function previousConfig({ OldResourceProperties }: CloudFormationRequest): string | undefined {
  const { EndpointConfigName: name } = OldResourceProperties;
  return typeof name === 'string' ? name : undefined;
}
