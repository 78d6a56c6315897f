import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { FoundApi } from './api-address';
import { unreadable } from './artifact-file';
import { ExitCode } from './exit-code';
import { Failure } from './failure';
import { OPEN_API_METADATA } from '../../lib/api/runtime/contract';

const Metadata = z.record(z.string(), z.array(z.looseObject({ type: z.string(), data: z.unknown().optional() })));
/**
 * As much of a cloud assembly as says where metadata lies: in the manifest, or in a file beside it. Stages have folders of
 * their own.
 */
const Manifest = z.looseObject({
  artifacts: z.record(z.string(), z.looseObject({
    type: z.string(),
    properties: z.looseObject({ directoryName: z.string().optional() }).optional(),
    metadata: Metadata.optional(),
    additionalMetadataFile: z.string().optional(),
  })).optional(),
});
const Flow = z.looseObject({ tokenUrl: z.string().optional(), authorizationUrl: z.string().optional() });
const Document = z.looseObject({
  openapi: z.string(),
  info: z.looseObject({ title: z.string() }),
  components: z.looseObject({
    securitySchemes: z.record(z.string(), z.looseObject({ flows: z.record(z.string(), Flow).optional() })),
  }),
});

/** An OpenAPI document of `InferenceApi`, as far as it is looked at. */
export type OpenApiDocument = z.output<typeof Document>;

const DEEPEST = 4;

/** The OpenAPI documents of a cloud assembly, the folder that `cdk synth` writes. */
export async function openApiDocuments(folder: string, depth = 0): Promise<OpenApiDocument[]> {
  const { artifacts = {} } = await read(Manifest, folder, 'manifest.json');
  const documents: OpenApiDocument[] = [];
  for (const { type, properties, metadata = {}, additionalMetadataFile: file } of Object.values(artifacts)) {
    const beside = file === undefined ? {} : await read(Metadata, folder, file);
    const entries = [...Object.values(metadata), ...Object.values(beside)].flat();
    documents.push(...entries.filter((entry) => entry.type === OPEN_API_METADATA).map(({ data }) => understood(Document, String(data), `the document in ${folder}`)));
    if (type === 'cdk:cloud-assembly' && properties?.directoryName !== undefined && depth < DEEPEST) {
      documents.push(...await openApiDocuments(join(folder, properties.directoryName), depth + 1));
    }
  }
  return documents;
}

/** The same document with the hosts of a deployment. */
export function deployedAt(document: OpenApiDocument, { url, tokenUrl }: FoundApi): OpenApiDocument {
  const { components } = document;
  const securitySchemes = tokenUrl === undefined ? components.securitySchemes : mapped(components.securitySchemes, (scheme) =>
    scheme.flows === undefined ? scheme : { ...scheme, flows: mapped(scheme.flows, issuedBy(tokenUrl)) });
  return { ...document, servers: [{ url }], components: { ...components, securitySchemes } };
}

/** Cognito signs people in beside the place where it issues tokens. */
function issuedBy(tokenUrl: string): (flow: z.output<typeof Flow>) => z.output<typeof Flow> {
  const authorizationUrl = tokenUrl.replace(/\/token$/, '/authorize');
  return (flow) => ({
    ...flow,
    ...(flow.tokenUrl === undefined ? {} : { tokenUrl }),
    ...(flow.authorizationUrl === undefined ? {} : { authorizationUrl }),
  });
}

function mapped<T>(values: Readonly<Record<string, T>>, change: (value: T) => T): Record<string, T> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, change(value)]));
}

async function read<T>(schema: z.ZodType<T>, folder: string, name: string): Promise<T> {
  const path = join(folder, name);
  try {
    return understood(schema, await readFile(path, 'utf8'), path);
  } catch (error) {
    if (error instanceof Failure) {
      throw error;
    }
    const failure = unreadable(path, error);
    throw failure.exitCode !== ExitCode.NOT_FOUND ? failure : new Failure(ExitCode.NOT_FOUND, 'NO_ASSEMBLY',
      `there is no cloud assembly in ${folder}; synthesize first (cdk synth), or name its folder (--assembly)`, { cause: error });
  }
}

/** What was read, as it was: its keys stay in their order. */
function understood<T>(schema: z.ZodType<T>, text: string, from: string): T {
  try {
    const value: unknown = JSON.parse(text);
    schema.parse(value);
    return value as T;
  } catch (error) {
    throw new Failure(ExitCode.REFUSED, 'NO_ASSEMBLY',
      `${from} is not what cdk synth writes; synthesize again, with a CDK that mlp knows`, { cause: error });
  }
}
