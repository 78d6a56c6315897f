/** One resource of a template, as CloudFormation reads it. */
export interface TemplateResource {
  readonly Type: string;
  readonly Properties?: Readonly<Record<string, unknown>>;
  readonly DeletionPolicy?: string;
  readonly UpdateReplacePolicy?: string;
  readonly Condition?: string;
}

/** The part of a template that the gate reads. */
export interface StackTemplate {
  readonly Resources?: Readonly<Record<string, TemplateResource>>;
}

/** The templates of an app, by the name of the stack. */
export type AppTemplates = ReadonlyMap<string, StackTemplate>;

/** The template of a stack before and after. */
export interface Update {
  readonly stack: string;
  readonly before: StackTemplate;
  readonly after: StackTemplate;
}

/** One resource before and after; both are there. */
export interface ResourceUpdate {
  readonly logicalId: string;
  readonly before: TemplateResource;
  readonly after: TemplateResource;
}

export function resourcesOf(template: StackTemplate): Map<string, TemplateResource> {
  return new Map(Object.entries(template.Resources ?? {}));
}

/** The resources that both templates have under the same logical id. */
export function keptResources({ before, after }: Update): ResourceUpdate[] {
  const now = resourcesOf(after);
  return [...resourcesOf(before)].flatMap(([logicalId, old]) => {
    const resource = now.get(logicalId);
    return resource === undefined ? [] : [{ logicalId, before: old, after: resource }];
  });
}

/** The resources that only the first template has. */
export function onlyIn(template: StackTemplate, other: StackTemplate): Map<string, TemplateResource> {
  const others = resourcesOf(other);
  return new Map([...resourcesOf(template)].filter(([logicalId]) => !others.has(logicalId)));
}

const ASSET_HASH = /[0-9a-f]{64}(?=\.(?:zip|json)\b)|(?<=\basset\.)[0-9a-f]{64}/g;

/** CDK appends a hash of a function, its code included, to the logical id of its version. */
const VERSION_HASH = /(?<=CurrentVersion[0-9A-F]{8})[0-9a-f]{32}/g;

/** A template whose hashes of code are masked: the gate judges resources, not the bytes of a bundle. */
export function withoutAssetHashes(text: string): StackTemplate {
  return JSON.parse(text.replace(ASSET_HASH, '<asset>').replace(VERSION_HASH, '<version>')) as StackTemplate;
}
