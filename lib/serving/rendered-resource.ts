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

/** A resource as it was given to CDK: properties in the spelling of the L1, tokens and all, and what was said over them. */
export interface GivenResource {
  readonly properties: Readonly<Record<string, unknown>>;
  readonly overrides: Readonly<Record<string, unknown>>;
}

/**
 * Much cheaper than `rendered`, because nothing is resolved. CDK shows both to subclasses only; nothing when it keeps them
 * somewhere else, and then the resource has to be rendered.
 */
export function given(resource: CfnResource): GivenResource | undefined {
  const { cfnProperties: properties, rawOverrides: overrides } = resource as unknown as {
    readonly cfnProperties?: Record<string, unknown>;
    readonly rawOverrides?: Record<string, unknown>;
  };
  return properties === undefined || overrides === undefined ? undefined : { properties, overrides };
}

/**
 * Holds properties of a resource to what they were made as. Where nothing was overridden and the values are those that were
 * given, there is nothing to resolve.
 *
 * @param kept values in the spelling of the template, by their path, such as `DeploymentConfig.RollingUpdatePolicy`
 * @param why what another value would break
 */
export function checkKept(resource: CfnResource, kept: Readonly<Record<string, unknown>>, why: string): void {
  resource.node.addValidation({
    validate: () => {
      if (isUntouched(given(resource), kept)) {
        return [];
      }
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

/** Whether a resource has exactly the values of `kept`, as far as that can be seen without resolving anything. */
function isUntouched(resource: GivenResource | undefined, kept: Readonly<Record<string, unknown>>): boolean {
  return resource !== undefined && Object.keys(resource.overrides).length === 0
    && Object.entries(kept).every(([path, value]) => hasAt(resource.properties, path, value));
}

/** A property that is not there by this name may have another one in the L1. */
function hasAt(properties: Readonly<Record<string, unknown>>, path: string, value: unknown): boolean {
  const names = path.split('.').map((name) => name.charAt(0).toLowerCase() + name.slice(1));
  const holder = at(properties, names.slice(0, -1).join('.')) as Readonly<Record<string, unknown>> | undefined;
  const last = names[names.length - 1];
  return typeof holder === 'object' && last in holder && isDeepStrictEqual(holder[last], value);
}

function at(value: unknown, path: string): unknown {
  return path === '' ? value : path.split('.').reduce<unknown>((inner, key) => (inner as Readonly<Record<string, unknown>> | undefined)?.[key], value);
}

/** As a template has it: without what is undefined. */
function written(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value ?? null));
}
