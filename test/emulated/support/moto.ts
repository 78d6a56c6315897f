import { createHash } from 'node:crypto';
import { CreateTableCommand, DeleteTableCommand, DescribeTableCommand, DynamoDBClient, PutResourcePolicyCommand } from '@aws-sdk/client-dynamodb';
import { CreateRepositoryCommand, DescribeImagesCommand, ECRClient, PutImageCommand } from '@aws-sdk/client-ecr';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { CreateBucketCommand, PutObjectCommand, PutObjectLockConfigurationCommand, S3Client } from '@aws-sdk/client-s3';
import { DynamoDBDocumentClient, ScanCommand } from '@aws-sdk/lib-dynamodb';
import { Registration } from '../../../lib/registry/runtime/contract';

export const REGION = 'eu-west-1';
/** The account that moto says is ours. */
export const MOTO_ACCOUNT = '123456789012';
const MEDIA_TYPE = 'application/vnd.docker.distribution.manifest.v2+json';

export type Row = Readonly<Record<string, unknown>>;

/** Where moto listens. */
export function motoUrl(): string {
  const url = process.env.EMULATED_AWS;
  if (url === undefined) {
    throw new Error('no moto server is named in EMULATED_AWS: run `npm run test:emulated`, which starts one');
  }
  return url;
}

/** What a process needs to take moto for AWS. */
export function motoEnvironment(): Record<string, string> {
  return { AWS_ENDPOINT_URL: motoUrl(), AWS_REGION: REGION, AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE', AWS_SECRET_ACCESS_KEY: 'any' };
}

/** moto, with hands: it makes what a stack would make, and looks at what handlers left there. */
export class Moto {
  private readonly config = {
    endpoint: motoUrl(), region: REGION, credentials: { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'any' },
  };
  private readonly tables = new DynamoDBClient(this.config);
  public readonly dynamodb = DynamoDBDocumentClient.from(this.tables);
  public readonly s3 = new S3Client(this.config);
  public readonly ecr = new ECRClient(this.config);
  public readonly events = new EventBridgeClient(this.config);

  /** A table with the keys of lib/registry/runtime/keys.ts and the stream of the audit table. */
  public async createTable(TableName: string): Promise<void> {
    await this.tables.send(new CreateTableCommand({
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }, { AttributeName: 'sk', KeyType: 'RANGE' }],
      AttributeDefinitions: ['pk', 'sk'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' as const })),
      StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
    }));
  }

  public async deleteTable(TableName: string): Promise<void> {
    await this.tables.send(new DeleteTableCommand({ TableName }));
  }

  /** Gives a table a policy that forbids everybody something. */
  public async forbid(TableName: string, Action: string): Promise<void> {
    const { Table } = await this.tables.send(new DescribeTableCommand({ TableName }));
    const ResourceArn = Table?.TableArn ?? '';
    const Statement = [{ Effect: 'Deny', Principal: '*', Action, Resource: ResourceArn }];
    await this.tables.send(new PutResourcePolicyCommand({ ResourceArn, Policy: JSON.stringify({ Version: '2012-10-17', Statement }) }));
  }

  /** All items of a table, in the order of their keys. */
  public async rows(TableName: string): Promise<Row[]> {
    const rows: Row[] = [];
    let ExclusiveStartKey: Record<string, unknown> | undefined;
    do {
      const page = await this.dynamodb.send(new ScanCommand({ TableName, ConsistentRead: true, ExclusiveStartKey }));
      rows.push(...page.Items ?? []);
      ExclusiveStartKey = page.LastEvaluatedKey;
    } while (ExclusiveStartKey !== undefined);
    return rows.sort((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1));
  }

  /** What Lambda would be handed of a table's stream, from its beginning. */
  public async stream(TableName: string): Promise<{ readonly Records: readonly Row[] }> {
    const { Table } = await this.tables.send(new DescribeTableCommand({ TableName }));
    const StreamArn = Table?.LatestStreamArn;
    const { StreamDescription } = await this.askStream<{ StreamDescription: { Shards: { ShardId: string }[] } }>('DescribeStream', { StreamArn });
    const [{ ShardId }] = StreamDescription.Shards;
    const { ShardIterator } = await this.askStream<{ ShardIterator: string }>('GetShardIterator', {
      StreamArn, ShardId, ShardIteratorType: 'TRIM_HORIZON',
    });
    return this.askStream('GetRecords', { ShardIterator });
  }

  /** `locked`: as the audit bucket is. */
  public async createBucket(Bucket: string, locked = false): Promise<void> {
    await this.s3.send(new CreateBucketCommand({
      Bucket, ObjectLockEnabledForBucket: locked, CreateBucketConfiguration: { LocationConstraint: REGION },
    }));
    if (locked) {
      await this.s3.send(new PutObjectLockConfigurationCommand({
        Bucket,
        ObjectLockConfiguration: { ObjectLockEnabled: 'Enabled', Rule: { DefaultRetention: { Mode: 'GOVERNANCE', Years: 7 } } },
      }));
    }
  }

  /** An artifact at the key of its hash, or of the hash that somebody says it has. */
  public async upload(Bucket: string, model: string, content: string, said = content): Promise<Pick<Registration, 'artifact' | 'artifactSha256'>> {
    const artifactSha256 = createHash('sha256').update(said).digest('hex');
    const Key = `${model}/${artifactSha256}/model.tar.gz`;
    await this.s3.send(new PutObjectCommand({ Bucket, Key, Body: content, ChecksumAlgorithm: 'SHA256' }));
    return { artifact: `s3://${Bucket}/${Key}`, artifactSha256 };
  }

  public async createRepository(repositoryName: string): Promise<void> {
    await this.ecr.send(new CreateRepositoryCommand({ repositoryName, imageTagMutability: 'IMMUTABLE' }));
  }

  /** An image; moto takes its digest from its layers. Answers its address. */
  public async push(repositoryName: string, content: string): Promise<string> {
    const layer = { mediaType: 'application/vnd.docker.image.rootfs.diff.tar.gzip', size: 1, digest: `sha256:${sha256(content)}` };
    const config = { mediaType: 'application/vnd.docker.container.image.v1+json', size: 1, digest: `sha256:${sha256(`config of ${content}`)}` };
    const { image } = await this.ecr.send(new PutImageCommand({
      repositoryName,
      imageManifest: JSON.stringify({ schemaVersion: 2, mediaType: MEDIA_TYPE, config, layers: [layer] }),
      imageTag: `build-${sha256(content).slice(0, 8)}`,
    }));
    return `${MOTO_ACCOUNT}.dkr.ecr.${REGION}.amazonaws.com/${repositoryName}@${image?.imageId?.imageDigest}`;
  }

  public async tagsOf(image: string): Promise<readonly string[]> {
    const [, repositoryName, imageDigest] = /\/([^@]+)@(.+)$/.exec(image) ?? [];
    const { imageDetails } = await this.ecr.send(new DescribeImagesCommand({ repositoryName, imageIds: [{ imageDigest }] }));
    return imageDetails?.[0].imageTags ?? [];
  }

  /** DynamoDB Streams, by hand: its client is no dependency of ours. moto looks at no signature, only at the service in it. */
  private async askStream<T>(action: string, body: object): Promise<T> {
    const answer = await fetch(this.config.endpoint, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': `DynamoDBStreams_20120810.${action}`,
        'authorization': `AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20260101/${REGION}/dynamodb/aws4_request, SignedHeaders=host, Signature=0`,
      },
      body: JSON.stringify(body),
    });
    if (!answer.ok) {
      throw new Error(`${action} was answered with ${answer.status}: ${await answer.text()}`);
    }
    return await answer.json() as T;
  }
}

export function keyOf({ pk, sk }: Row): string {
  return `${String(pk)} ${String(sk)}`;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
