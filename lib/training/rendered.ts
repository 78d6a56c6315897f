import { CfnResource, Stack } from 'aws-cdk-lib';

/** What of a resource stands in the template. */
export type Rendered = Readonly<Record<string, unknown>>;

/** Judges a resource as it stands in the template, overrides and all. At synth only: before, references are not complete. */
export function judgeRendered(resource: CfnResource, judge: (properties: Rendered) => (string | undefined)[]): void {
  resource.node.addValidation({
    validate: () => {
      const properties = propertiesOf(resource);
      return properties === undefined ? [] : judge(properties).filter((problem) => problem !== undefined);
    },
  });
}

/** Nothing: it cannot be written. CDK says so later, and the checks of the props, which know why, have their say before. */
function propertiesOf(resource: CfnResource): Rendered | undefined {
  try {
    const { Resources: resources } = Stack.of(resource).resolve(resource._toCloudFormation()) as {
      readonly Resources: Readonly<Record<string, { readonly Properties?: Rendered }>>;
    };
    return Object.values(resources)[0].Properties ?? {};
  } catch {
    return undefined;
  }
}
