import { aws_ssm as ssm } from 'aws-cdk-lib';
import { Construct } from 'constructs';

/** What a parameter points to. */
export interface PointerProps {
  /** Unique in the account and Region. It stays, whatever becomes of the ARN. */
  readonly parameterName: string;
  readonly arn: string;
  readonly description: string;
}

/** Makes a parameter that holds an ARN which a replacement changes, and answers its name. */
export function createPointer(scope: Construct, id: string, { parameterName, arn, description }: PointerProps): string {
  new ssm.CfnParameter(scope, id, { type: 'String', name: parameterName, value: arn, description });
  return parameterName;
}
