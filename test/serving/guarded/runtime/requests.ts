import { AuditRecord } from '../../../../lib/audit/audit-record';
import { CloudFormationRequest } from '../../../../lib/core/runtime/cloudformation-request';

export const STACK_ID = 'arn:aws:cloudformation:eu-west-1:111122223333:stack/MlOnline/0a1b2c3d';

/** A request as CloudFormation sends it: every value of a property is text. */
export function request(changed: Partial<CloudFormationRequest> = {}): CloudFormationRequest {
  return {
    RequestType: 'Update',
    RequestId: 'request-1',
    StackId: STACK_ID,
    LogicalResourceId: 'EndpointVerifier',
    PhysicalResourceId: 'verifier-1',
    ResourceProperties: {
      ServiceToken: 'arn:aws:lambda:eu-west-1:111122223333:function:verifier',
      ServiceTimeout: '600',
      EndpointName: 'churn',
      EndpointConfigName: 'cfg-2',
      Variants: [{ VariantName: 'Stable', Weight: '1', InstanceCount: '2' }],
      Retained: 'false',
    },
    OldResourceProperties: { EndpointName: 'churn', EndpointConfigName: 'cfg-1' },
    ...changed,
  };
}

/** The audit records among the lines that a handler wrote. */
export function records(lines: readonly string[]): AuditRecord[] {
  return lines.map((line) => JSON.parse(line) as AuditRecord);
}
