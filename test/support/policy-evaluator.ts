import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Statement, Statements } from '../../rehearsal/aws/policies';

export type { Request } from '../../rehearsal/aws/policies';

/** The policies of a template, which the evaluator of rehearsals judges. */
export class Policies extends Statements {
  /** Every statement of the policies of a type, e.g. `AWS::IAM::Policy`. ARNs of resources read `<LogicalId.Arn>`. */
  public static in(stack: Stack, type: string): Policies {
    const found = Object.values(Template.fromStack(stack).findResources(type));
    return new Policies(found.flatMap(({ Properties }) => Properties.PolicyDocument.Statement as Statement[]), flat);
  }
}

function flat(value: unknown): string {
  if (typeof value === 'string') {
    return value;
  }
  const { 'Fn::Join': join, 'Fn::GetAtt': attribute, 'Ref': ref } = value as Record<string, unknown>;
  if (join !== undefined) {
    const [delimiter, parts] = join as [string, unknown[]];
    return parts.map(flat).join(delimiter);
  }
  return attribute === undefined ? `<${ref as string}>` : `<${(attribute as string[]).join('.')}>`;
}
