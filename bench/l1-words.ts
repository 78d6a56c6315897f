import { Aws, CfnResource, RemovalPolicy } from 'aws-cdk-lib';

// begin
export const RUNBOOK = 'https://github.com/cdk-ml-platform/cdk-ml-platform/blob/main/docs/runbook.md';
export const THIS_ACCOUNT = { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } };

export function keep<T extends CfnResource>(resource: T): T {
  resource.applyRemovalPolicy(RemovalPolicy.RETAIN);
  return resource;
}

export function policyDocument(...statements: object[]) {
  return { Version: '2012-10-17', Statement: statements };
}

export function allow(Sid: string | undefined, Action: string | string[], Resource: string | string[], Condition?: object) {
  return { Sid, Effect: 'Allow', Action, Resource, Condition };
}

export function regional(service: string, resource: string): string {
  return `arn:${Aws.PARTITION}:${service}:${Aws.REGION}:${Aws.ACCOUNT_ID}:${resource}`;
}
// end
