import {
  GetObjectCommand, ListObjectVersionsCommand, ListObjectVersionsCommandInput, ListObjectVersionsCommandOutput, PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { Copies, Copy } from './audit-chain';
import { toFailure } from './aws-trouble';
import { ExitCode } from './exit-code';
import { Failure } from './failure';
import { Progress } from './progress';
import { modelId } from '../../lib/core/name-rules';
import { copiesBelow, copiesOfTenant, copyKey } from '../../lib/registry/runtime/contract';

const READ_AT_ONCE = 16;
const COPY = /^([0-9]{10})\.json$/;

/** Where the copies of a model's audit records lie. */
export interface CopyPlace {
  readonly client: S3Client;
  readonly bucket: string;
  readonly tenant: string;
  readonly model: string;
}

/** Everything of a tenant. */
export type TenantPlace = Omit<CopyPlace, 'model'>;

/** A key with everything that was ever written to it. */
interface Listed {
  readonly first?: { readonly versionId?: string; readonly at: number };
  readonly versions: number;
}

/** Every key of a model, and when they were listed. */
export interface Listing {
  readonly keys: ReadonlyMap<string, Listed>;
  readonly at: number;
}

/** The models of which there are copies, whether the registry knows them or not. */
export async function copiedModels({ client, bucket, tenant }: TenantPlace): Promise<string[]> {
  const below = copiesOfTenant(tenant);
  const models: string[] = [];
  try {
    for await (const { CommonPrefixes = [] } of versionPages(client, { Bucket: bucket, Prefix: below, Delimiter: '/' })) {
      models.push(...CommonPrefixes.map(({ Prefix = '' }) => Prefix.slice(below.length, -1)));
    }
  } catch (error) {
    throw toFailure(error, `to list the copies below s3://${bucket}/${below}`);
  }
  return models.filter((model) => modelId(model) === undefined);
}

/**
 * What lies in the audit bucket, to be read later. Listed before the rows are read: a record that is written in between then
 * is a row without a copy yet, and never a copy without a row.
 */
export async function listCopies(place: CopyPlace, at: number): Promise<Listing> {
  const { client, bucket } = place;
  const listed = new Map<string, Listed>();
  try {
    for await (const { Versions = [], DeleteMarkers = [] } of versionPages(client, { Bucket: bucket, Prefix: prefixOf(place) })) {
      for (const { Key = '', VersionId, LastModified } of Versions) {
        listed.set(Key, withVersion(listed.get(Key), VersionId, LastModified));
      }
      for (const { Key = '' } of DeleteMarkers) {
        const { first, versions } = listed.get(Key) ?? { versions: 0 };
        listed.set(Key, { first, versions: versions + 1 });
      }
    }
  } catch (error) {
    throw toFailure(error, `to list the copies below s3://${bucket}/${prefixOf(place)}`);
  }
  return { keys: listed, at };
}

/**
 * Reads the copies: of each the version that was written first. Somebody who may write to the bucket can lay another over it,
 * but as long as the object lock holds nobody can take it away.
 */
export async function readCopies(place: CopyPlace, { keys, at }: Listing, progress: Progress): Promise<Copies> {
  const nameOf = (key: string) => key.slice(prefixOf(place).length);
  const names = [...keys].map(([key, about]) => ({ key, ...about, sequence: COPY.exec(nameOf(key))?.[1] }));
  const strayKeys = names.filter(({ sequence }) => sequence === undefined).map(({ key }) => key);
  const wanted = names.filter(({ sequence, first }) => sequence !== undefined && first !== undefined);
  const copies: Copy[] = [];
  const queue = wanted.values();
  const read = async () => {
    for (const { key, sequence, first, versions } of queue) {
      copies.push({ sequence: Number(sequence), versions, text: await textOf(place, key, first?.versionId) });
      progress.update(`${copies.length} of ${wanted.length} copies of ${place.model}`);
    }
  };
  await Promise.all(Array.from({ length: READ_AT_ONCE }, read));
  return { copies: copies.sort((one, other) => one.sequence - other.sequence), strayKeys, listedAt: at };
}

/**
 * Makes the copy of a record, as the registry's journal would have: never over something, and S3 compares what arrives with its
 * hash. If there is one by now, it must say the same.
 */
export async function makeCopy(place: CopyPlace, sequence: number, record: string): Promise<'made' | 'was there'> {
  const { client, bucket } = place;
  const key = copyKey(place.tenant, place.model, sequence);
  try {
    await client.send(new PutObjectCommand({
      Bucket: bucket,
      Key: key,
      Body: record,
      ContentType: 'application/json',
      IfNoneMatch: '*',
      ChecksumAlgorithm: 'SHA256',
      Metadata: { 'made-by': 'mlp-audit-repair' }, // the journal's copies have none
    }));
    return 'made';
  } catch (error) {
    if (!(error instanceof Error && error.name === 'PreconditionFailed')) {
      throw toFailure(error, `to make s3://${bucket}/${key}`);
    }
  }
  if (await textOf(place, key) !== record) {
    throw new Failure(ExitCode.REFUSED, 'AUDIT_TRAIL_DAMAGED', `there is a copy at s3://${bucket}/${key} by now, and it says something else than row `
      + `${sequence}; see audit-copies-differ in the runbook`);
  }
  return 'was there';
}

async function* versionPages(
  client: S3Client, asked: ListObjectVersionsCommandInput,
): AsyncGenerator<ListObjectVersionsCommandOutput> {
  let from: Pick<ListObjectVersionsCommandOutput, 'NextKeyMarker' | 'NextVersionIdMarker'> = {};
  do {
    const page: ListObjectVersionsCommandOutput = await client.send(new ListObjectVersionsCommand({
      ...asked, KeyMarker: from.NextKeyMarker, VersionIdMarker: from.NextVersionIdMarker,
    }));
    yield page;
    from = page.IsTruncated === true ? page : {};
  } while (from.NextKeyMarker !== undefined);
}

async function textOf({ client, bucket }: CopyPlace, key: string, versionId?: string): Promise<string> {
  try {
    const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key, VersionId: versionId }));
    return await Body?.transformToString('utf8') ?? '';
  } catch (error) {
    throw toFailure(error, `to read s3://${bucket}/${key}`);
  }
}

function withVersion(known: Listed | undefined, versionId: string | undefined, modified: Date | undefined): Listed {
  const at = modified?.getTime() ?? 0;
  // versions of a key are listed newest first: of two in the same second, the later of the list is the older
  const first = known?.first === undefined || at <= known.first.at ? { versionId, at } : known.first;
  return { first, versions: (known?.versions ?? 0) + 1 };
}

function prefixOf({ tenant, model }: CopyPlace): string {
  return copiesBelow(tenant, model);
}
