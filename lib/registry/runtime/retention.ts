import { DescribeImagesCommand, ECRClient } from '@aws-sdk/client-ecr';
import { HeadObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { DynamoDBDocumentClient, GetCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import * as z from 'zod';
import { METRIC_RETAINED_CHECKED, METRIC_RETAINED_MISSING } from './contract';
import { HEAD, versionKey } from './keys';
import { auditLine } from '../../audit/audit-record';

/** What the check needs of the world. */
export interface RetentionWorld {
  readonly dynamodb: Pick<DynamoDBDocumentClient, 'send'>;
  readonly s3: Pick<S3Client, 'send'>;
  readonly ecr: Pick<ECRClient, 'send'>;
  readonly registryTable: string;
  readonly environment: string;
  /** The sentence that says where to read on. */
  readonly runbook: string;
  /** Milliseconds. */
  readonly now: () => number;
  /** Takes an audit line. */
  readonly write: (line: string) => void;
  /** Writes a metric. */
  readonly measure: (metric: string, value: number) => void;
}

const Stored = z.object({ revision: z.number(), image: z.string(), artifact: z.string() });
const HeadRow = z.object({
  tenant: z.string(),
  model: z.string(),
  production: Stored.optional(),
  history: z.array(Stored),
  holds: z.array(z.object({ revision: z.number() })),
});
type HeadRow = z.infer<typeof HeadRow>;
type Stored = z.infer<typeof Stored>;

/** What one check came to. */
interface Found {
  /** Versions that were looked at. */
  checked: number;
  /** `<tenant>/<model>/<revision>:<part>` for each artifact and image that is gone. */
  readonly missing: string[];
  /** `<tenant>/<model>/<revision>:<error>` for each version that could not be looked at, and the key of each head. */
  readonly unknown: string[];
}

const S3_URI = /^s3:\/\/([^/]+)\/(.+)$/;
const IMAGE = /^(\d{12})\.dkr\.ecr\.[a-z0-9-]+\.[a-z0-9.-]+\/([^@:]+)@(sha256:[0-9a-f]{64})$/;
const GONE = ['NotFound', 'NoSuchKey', 'ImageNotFoundException', 'RepositoryNotFoundException'];

/**
 * Looks whether everything is there that a rollback or a release would need. What cannot be looked at is not called missing: the
 * check then fails as a whole, after it has told what it found, and writes no sign that it was done.
 */
export async function checkRetention(requestId: string, world: RetentionWorld): Promise<void> {
  const started = world.now();
  const found: Found = { checked: 0, missing: [], unknown: [] };
  for await (const row of heads(world)) {
    const head = HeadRow.safeParse(row);
    if (head.success) {
      await checkModel(head.data, found, world);
    } else {
      found.unknown.push(`${String(row.pk)}:UnreadableHead`);
    }
  }
  world.measure(METRIC_RETAINED_MISSING, found.missing.length);
  tell(requestId, found, started, world);
  if (found.unknown.length > 0) {
    throw new Error(`${found.unknown.length} versions could not be looked at, the first: ${found.unknown[0]}`);
  }
  world.measure(METRIC_RETAINED_CHECKED, found.checked);
}

/** Every model of every tenant. Pages that hold none of them are passed over. */
async function* heads({ dynamodb, registryTable }: RetentionWorld): AsyncGenerator<Record<string, unknown>> {
  let from: Record<string, unknown> | undefined;
  do {
    const page = await dynamodb.send(new ScanCommand({
      TableName: registryTable,
      ConsistentRead: true,
      FilterExpression: '#sk = :head',
      ExpressionAttributeNames: { '#sk': 'sk' },
      ExpressionAttributeValues: { ':head': HEAD },
      ExclusiveStartKey: from,
    }));
    yield* page.Items ?? [];
    from = page.LastEvaluatedKey;
  } while (from !== undefined);
}

async function checkModel(head: HeadRow, found: Found, world: RetentionWorld): Promise<void> {
  const { tenant, model, production, history, holds } = head;
  const served = [...production === undefined ? [] : [production], ...history];
  const known = new Map(served.map((version) => [version.revision, version]));
  const revisions = new Set([...known.keys(), ...holds.map(({ revision }) => revision)]);
  for (const revision of revisions) {
    const name = `${tenant}/${model}/${revision}`;
    try {
      const gone = await goneOf(known.get(revision) ?? await read(head, revision, world), world);
      found.missing.push(...gone.map((part) => `${name}:${part}`));
      found.checked += 1;
    } catch (error) {
      found.unknown.push(`${name}:${error instanceof Error ? error.name : 'unknown'}`);
    }
  }
}

/** A version that only a release uses: the head has no copy of it. */
async function read({ tenant, model }: HeadRow, revision: number, { dynamodb, registryTable }: RetentionWorld): Promise<Stored> {
  const { Item } = await dynamodb.send(new GetCommand({
    TableName: registryTable, Key: versionKey(tenant, model, revision), ConsistentRead: true,
  }));
  return Stored.parse(Item);
}

async function goneOf({ artifact, image }: Stored, { s3, ecr }: RetentionWorld): Promise<string[]> {
  const [Bucket, Key] = partsOf(S3_URI, artifact);
  const [registryId, repositoryName, imageDigest] = partsOf(IMAGE, image);
  const imageIds = [{ imageDigest }];
  const artifactThere = await isThere(() => s3.send(new HeadObjectCommand({ Bucket, Key })));
  const imageThere = await isThere(() => ecr.send(new DescribeImagesCommand({ registryId, repositoryName, imageIds })));
  return [...artifactThere ? [] : ['artifact'], ...imageThere ? [] : ['image']];
}

function partsOf(pattern: RegExp, address: string): string[] {
  const [, ...parts] = pattern.exec(address) ?? [];
  if (parts.length === 0) {
    throw Object.assign(new Error('an address cannot be read'), { name: 'UnreadableAddress' });
  }
  return parts;
}

async function isThere(look: () => Promise<unknown>): Promise<boolean> {
  try {
    await look();
    return true;
  } catch (error) {
    if (error instanceof Error && GONE.includes(error.name)) {
      return false;
    }
    throw error;
  }
}

function tell(requestId: string, { checked, missing, unknown }: Found, started: number, world: RetentionWorld): void {
  const fine = missing.length === 0 && unknown.length === 0;
  const ended = world.now();
  world.write(auditLine({
    timestamp: new Date(ended).toISOString(),
    actor: 'scheduler.amazonaws.com',
    environment: world.environment,
    action: 'model.retention.check',
    resourceType: 'ModelRegistry',
    resourceName: world.environment,
    outcome: fine ? 'AS_WANTED' : unknown.length > 0 ? 'FAILED' : 'NOT_AS_WANTED',
    reason: fine ? 'Every version that must stay is there.'
      : `${missing.length} parts are gone, ${unknown.length} versions could not be looked at. ${world.runbook}`,
    details: { checked, missing, unknown },
    durationMs: Math.max(0, Math.round(ended - started)),
    requestId,
  }));
}
