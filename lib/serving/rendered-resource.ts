import { isDeepStrictEqual } from 'node:util';
import { CfnResource, Stack } from 'aws-cdk-lib';
import { shown } from '../core/invalid-props';

/** A resource as it stands in the template, overrides and all. Packs and strict validation do not see what an override undoes. */
export interface RenderedResource {
  readonly Properties?: Record<string, unknown>;
  readonly DependsOn?: string | readonly string[];
  readonly UpdateReplacePolicy?: string;
}

/** Asked at synth only: before, references and dependencies are not complete. */
export function rendered(resource: CfnResource): RenderedResource {
  const { Resources: resources } = Stack.of(resource).resolve(resource._toCloudFormation()) as {
    readonly Resources: Readonly<Record<string, RenderedResource>>;
  };
  return Object.values(resources)[0];
}

/**
 * Holds properties of a resource to what they were made as.
 *
 * @param kept values in the spelling of the template, by their path, such as `DeploymentConfig.RollingUpdatePolicy`
 * @param why what another value would break
 */
export function checkKept(resource: CfnResource, kept: Readonly<Record<string, unknown>>, why: string): void {
  resource.node.addValidation({
    validate: () => {
      const { Properties: properties } = rendered(resource);
      return Object.entries(kept).flatMap(([path, value]) => {
        const now = at(properties, path);
        return isDeepStrictEqual(written(now), written(Stack.of(resource).resolve(value))) ? []
          : [`\`${path}\` must stay as it was made, because ${why}: got ${shown(now)}; drop the override`];
      });
    },
  });
}

/** Holds a resource to waiting for another by name: CloudFormation would make both at once. */
export function checkWaits(resource: CfnResource, other: CfnResource, why: string): void {
  resource.node.addValidation({
    validate: () => {
      const { DependsOn: named = [] } = rendered(resource);
      return [named].flat().includes(String(Stack.of(resource).resolve(other.logicalId))) ? []
        : [`\`DependsOn\` must name ${shown(other.node.path)}, because ${why}: got no such name; drop the override`];
    },
  });
}

function at(value: unknown, path: string): unknown {
  return path.split('.').reduce<unknown>((inner, key) => (inner as Readonly<Record<string, unknown>> | undefined)?.[key], value);
}

/** As a template has it: without what is undefined. */
function written(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value ?? null));
}
