import { aws_s3 as s3, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { InferenceApi, InferenceApiProps } from '../../lib/api';
import { GuardedEndpoint, IModelEndpoint } from '../../lib/serving';

/** An endpoint that exists: it costs a template nothing. */
export function named(stack: Stack, name: string): IModelEndpoint {
  return GuardedEndpoint.fromEndpointName(stack, `Endpoint-${name}`, name);
}

/** A bucket for the inputs of asynchronous endpoints. */
export function inputs(stack: Stack): s3.IBucket {
  return s3.Bucket.fromBucketName(stack, 'Inputs', 'our-inputs');
}

/** An API with nothing but what is required, and what a test changes. */
export function inferenceApi(stack: Stack, changed: InferenceApiProps = {}, id = 'Api'): InferenceApi {
  const made = changed.endpoints === undefined && changed.routes === undefined ? { endpoints: [named(stack, 'churn')] } : {};
  return new InferenceApi(stack, id, { ...made, ...changed });
}

export interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
  readonly DependsOn?: readonly string[];
}

/** The resources of one type, by logical id. */
export function resourcesOf(stack: Stack, type: string): Record<string, Resource> {
  return Template.fromStack(stack).findResources(type) as Record<string, Resource>;
}
