import { CfnResource, Stack } from 'aws-cdk-lib';

/** A resource as it stands in the template, overrides and all. */
export interface Rendered {
  readonly Properties?: Record<string, unknown>;
}

/** Asked at synth only: before, references are not complete. */
export function rendered(resource: CfnResource): Rendered {
  const { Resources: resources } = Stack.of(resource).resolve(resource._toCloudFormation()) as {
    readonly Resources: Readonly<Record<string, Rendered>>;
  };
  return Object.values(resources)[0];
}
