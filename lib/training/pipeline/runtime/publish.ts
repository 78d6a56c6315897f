import { createHash } from 'node:crypto';
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { Plan } from './contract';
import { placeOf } from './data-objects';
import { nameOf, PipelineWorld } from './pipeline-world';

/** Where an artifact lies for good. */
export interface Published {
  readonly artifact: string;
  readonly artifactSha256: string;
}

/**
 * Puts a model where artifacts are written once, `<model>/<sha256>/model.tar.gz`. Read twice: its hash is its address, and S3
 * compares what arrives with the hash. `etag` is of the object that was evaluated, so that no other is published.
 */
export async function publish(model: string, etag: string, plan: Plan, world: PipelineWorld): Promise<Published> {
  const hash = createHash('sha256');
  const { body } = await open(model, etag, world);
  for await (const chunk of body) {
    hash.update(chunk);
  }
  const digest = hash.digest();
  const artifactSha256 = digest.toString('hex');
  const bucket = plan.work.bucket;
  const key = `${plan.model}/${artifactSha256}/model.tar.gz`;
  const again = await open(model, etag, world);
  try {
    await world.s3.send(new PutObjectCommand({
      Bucket: bucket,
      Key: key,
      Body: again.stream as PutBody,
      ContentLength: again.bytes,
      ChecksumSHA256: digest.toString('base64'),
      IfNoneMatch: '*',
    }));
  } catch (error) {
    // its key is its hash: what is there is the same
    if (nameOf(error) !== 'PreconditionFailed') {
      throw error;
    }
  }
  return { artifact: `s3://${bucket}/${key}`, artifactSha256 };
}

type PutBody = NonNullable<ConstructorParameters<typeof PutObjectCommand>[0]['Body']>;

interface Opened {
  readonly stream: unknown;
  readonly body: AsyncIterable<Uint8Array>;
  readonly bytes?: number;
}

async function open(model: string, etag: string, world: PipelineWorld): Promise<Opened> {
  const { Body: stream, ContentLength: bytes } = await world.s3.send(new GetObjectCommand({ ...placeOf(model), IfMatch: etag }));
  return { stream, body: stream as unknown as AsyncIterable<Uint8Array>, bytes };
}
