import { createHash } from 'node:crypto';
import { ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import { Plan } from './contract';
import { PipelineWorld } from './pipeline-world';

/** An object of the training data, by what S3 says of its content. */
export interface DataObject {
  readonly key: string;
  readonly etag: string;
  readonly size: number;
}

const MOST_OBJECTS = 100_000;

/** The data's objects in the order of their keys. Files that begin with `_` or `.` are markers and no data. */
export async function dataObjects({ bucket, prefix }: Plan['data'], world: PipelineWorld): Promise<DataObject[]> {
  const objects: DataObject[] = [];
  let token: string | undefined;
  do {
    const page = await world.s3.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, ContinuationToken: token }));
    for (const { Key: key = '', ETag: etag = '', Size: size = 0 } of page.Contents ?? []) {
      if (size > 0 && /^[^_.]/.test(key.split('/').pop() ?? '')) {
        objects.push({ key, etag, size });
      }
    }
    token = page.NextContinuationToken;
    if (objects.length > MOST_OBJECTS) {
      throw new Error(`the training data has more than ${MOST_OBJECTS} objects below ${prefix}; put several records into each file`);
    }
  } while (token !== undefined);
  return objects.sort((one, other) => one.key < other.key ? -1 : 1);
}

/** Pure: the same data, images, definitions and parameters give the same text; anything else another. */
export function inputHashOf(
  objects: readonly DataObject[], identity: readonly string[], parameters: Readonly<Record<string, string>>,
  again: string | undefined,
): string {
  const sorted = Object.entries(parameters).sort(([one], [other]) => one < other ? -1 : 1);
  const content = [objects.map(({ key, etag, size }) => [key, etag, size]), identity, sorted, again ?? null];
  return createHash('sha256').update(JSON.stringify(content)).digest('hex');
}

/** Which objects the run is about, for jobs that want to read these and no others. */
export async function writeManifest(
  uri: string, data: Plan['data'], objects: readonly DataObject[], world: PipelineWorld,
): Promise<void> {
  await world.s3.send(new PutObjectCommand({
    ...placeOf(uri), Body: JSON.stringify({ bucket: data.bucket, objects }), ContentType: 'application/json',
  }));
}

/**
 * One object, or nothing if it is not there. Asked by its name and not by HeadObject: who may list one folder only hears 403 for
 * an object that is missing, as for one that is none of its business.
 */
export async function objectAt(uri: string, world: PipelineWorld): Promise<DataObject | undefined> {
  const { Bucket, Key } = placeOf(uri);
  const { Contents: [first] = [] } = await world.s3.send(new ListObjectsV2Command({ Bucket, Prefix: Key, MaxKeys: 1 }));
  return first?.Key !== Key || first.ETag === undefined ? undefined : { key: Key, etag: first.ETag, size: first.Size ?? 0 };
}

/** Bucket and key of an S3 URI. */
export function placeOf(uri: string): { Bucket: string; Key: string } {
  const [, , bucket = '', ...key] = uri.split('/');
  return { Bucket: bucket, Key: key.join('/') };
}
