import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { App, aws_s3_assets as assets, CfnDeletionPolicy, CfnOutput, CfnResource, Stack } from 'aws-cdk-lib';

/** One resource of a template, as CloudFormation has it. */
interface RawResource {
  readonly Type: string;
  readonly Properties?: Record<string, unknown>;
  readonly DependsOn?: string | readonly string[];
  readonly DeletionPolicy?: CfnDeletionPolicy;
  readonly UpdateReplacePolicy?: CfnDeletionPolicy;
  readonly Metadata?: Record<string, unknown>;
}

interface RawOutput {
  readonly Value: unknown;
  readonly Description?: string;
  readonly Export?: { readonly Name: string };
}

interface RawTemplate {
  readonly Resources?: Readonly<Record<string, RawResource>>;
  readonly Outputs?: Readonly<Record<string, RawOutput>>;
  readonly [other: string]: unknown;
}

/** An assembly that was synthesized, read before the clock starts. */
export interface Recorded {
  readonly stacks: readonly { readonly name: string; readonly template: RawTemplate }[];
  /** Folders of what is packed into Lambda functions. */
  readonly packed: readonly string[];
}

const STACK = /^(.+)\.template\.json$/;
/** What a stack of an app without an environment has of itself. */
const OF_THE_CDK = ['Resources', 'Outputs', 'Parameters', 'Rules'];

export function recorded(assembly: string): Recorded {
  const names = readdirSync(assembly).sort();
  const stacks = names.flatMap((file) => {
    const [, name] = STACK.exec(file) ?? [];
    return name === undefined ? [] : [{ name, template: JSON.parse(readFileSync(join(assembly, file), 'utf8')) as RawTemplate }];
  });
  const unknown = stacks.flatMap(({ template }) => Object.keys(template).filter((section) => !OF_THE_CDK.includes(section)));
  if (unknown.length > 0) {
    throw new Error(`a template has ${unknown.join(', ')}, which is not replayed yet`);
  }
  return { stacks, packed: names.filter((name) => name.startsWith('asset.')).map((name) => join(assembly, name)) };
}

/**
 * The same templates from raw L1 resources: `CfnResource` with the properties as they are, which nothing renders, grants or
 * checks. Nobody writes an app like that, and no app that is written by hand can be quicker: a multiple of it is the most that
 * ours can cost over L1.
 */
export function replay(app: App, { stacks, packed }: Recorded): void {
  const places = stacks.map(({ name, template }) => ({ stack: new Stack(app, name), template }));
  // whoever writes the app has to stage what is packed, too
  packed.forEach((path, place) => new assets.Asset(places[0].stack, `Packed${place}`, { path, assetHash: basename(path) }));
  for (const { stack, template: { Resources: resources = {}, Outputs: outputs = {} } } of places) {
    const made = new Map(Object.entries(resources).map(([id, resource]) => [id, resourceOf(stack, id, resource)]));
    for (const [id, { DependsOn: needs = [] }] of Object.entries(resources)) {
      [needs].flat().forEach((each) => { made.get(id)!.addResourceDependency(made.get(each)!); });
    }
    for (const [id, { Value: value, Description: description, Export: exported }] of Object.entries(outputs)) {
      new CfnOutput(stack, `Output${id}`, { value: value as string, description, exportName: exported?.Name }).overrideLogicalId(id);
    }
  }
}

function resourceOf(stack: Stack, id: string, resource: RawResource): CfnResource {
  const { Type: type, Properties: properties, DeletionPolicy, UpdateReplacePolicy, Metadata = {} } = resource;
  const made = new CfnResource(stack, id, { type, properties });
  made.cfnOptions.deletionPolicy = DeletionPolicy;
  made.cfnOptions.updateReplacePolicy = UpdateReplacePolicy;
  Object.entries(Metadata).filter(([name]) => name !== 'aws:cdk:path').forEach(([name, value]) => { made.addMetadata(name, value); });
  return made;
}
