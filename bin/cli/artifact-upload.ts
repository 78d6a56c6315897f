import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { pipeline, Readable, Transform } from 'node:stream';
import {
  AbortMultipartUploadCommand, CompletedPart, CompleteMultipartUploadCommand, CreateMultipartUploadCommand, HeadObjectCommand,
  PutObjectCommand, S3Client, UploadPartCommand,
} from '@aws-sdk/client-s3';
import { ArtifactFile, changed } from './artifact-file';
import { passing, toFailure } from './aws-trouble';
import { World } from './world';

/** What S3 takes in one request; it knows the SHA-256 of such an object as a whole. */
const LARGEST_PUT_BYTES = 5 * 1024 ** 3;
const SMALLEST_PART_BYTES = 128 * 1024 ** 2;
const MOST_PARTS = 10_000;
const TRIES = 4;
const FIRST_WAIT_MS = 1_000;

export interface Upload {
  readonly client: S3Client;
  readonly bucket: string;
  readonly key: string;
  readonly file: ArtifactFile;
  readonly world: World;
  readonly progress: (done: number, size: number) => void;
  /** For tests: from which size on a file goes in parts, and how large a part is at least. */
  readonly sizes?: { readonly put: number; readonly part: number };
}

/**
 * Writes a file once: S3 compares the bytes with the hash, and refuses to write over what is there. Tells whether it was there
 * already, which is fine: the key holds the hash, and the registry compares what lies there.
 */
export async function uploadOnce(upload: Upload): Promise<'uploaded' | 'was there'> {
  const { client, bucket, key, file: { path, size } } = upload;
  try {
    await client.send(new HeadObjectCommand({ Bucket: bucket, Key: key }));
    return 'was there';
  } catch {
    // not there, or nothing that we may see: writing tells
  }
  try {
    await (size > (upload.sizes?.put ?? LARGEST_PUT_BYTES) ? inParts(upload) : whole(upload));
    return 'uploaded';
  } catch (error) {
    const name = error instanceof Error ? error.name : '';
    if (name === 'PreconditionFailed') {
      return 'was there';
    }
    throw name === 'BadDigest' || name === 'XAmzContentChecksumMismatch' ? changed(path)
      : toFailure(error, `to write s3://${bucket}/${key}`);
  }
}

async function whole(upload: Upload): Promise<void> {
  const { client, bucket, key, file: { path, size, sha256 } } = upload;
  await patiently(upload, () => client.send(new PutObjectCommand({
    Bucket: bucket,
    Key: key,
    Body: counted(upload, path, 0, size - 1),
    ContentLength: size,
    ChecksumSHA256: Buffer.from(sha256, 'hex').toString('base64'),
    IfNoneMatch: '*',
  })));
}

/** S3 knows no SHA-256 of the whole of such an object, only of each part; so the whole is hashed again on the way. */
async function inParts(upload: Upload): Promise<void> {
  const { client, bucket, key, file } = upload;
  const common = { Bucket: bucket, Key: key };
  const { UploadId } = await patiently(upload, () => client.send(new CreateMultipartUploadCommand({ ...common, ChecksumAlgorithm: 'SHA256' })));
  try {
    const Parts = await parts(upload, UploadId);
    await patiently(upload, () => client.send(new CompleteMultipartUploadCommand({
      ...common, UploadId, IfNoneMatch: '*', MultipartUpload: { Parts }, MpuObjectSize: file.size,
    })));
  } catch (error) {
    // parts that nobody completes cost storage
    await client.send(new AbortMultipartUploadCommand({ ...common, UploadId })).catch(() => undefined);
    throw error;
  }
}

async function parts(upload: Upload, UploadId: string | undefined): Promise<CompletedPart[]> {
  const { client, bucket, key, file: { path, size, sha256 } } = upload;
  const partSize = Math.max(upload.sizes?.part ?? SMALLEST_PART_BYTES, Math.ceil(size / MOST_PARTS));
  const all = createHash('sha256');
  const done: CompletedPart[] = [];
  for (let start = 0; start < size; start += partSize) {
    const end = Math.min(start + partSize, size) - 1;
    const PartNumber = done.length + 1;
    const part = createHash('sha256');
    for await (const chunk of createReadStream(path, { start, end }) as AsyncIterable<Buffer>) {
      part.update(chunk);
      all.update(chunk);
    }
    const ChecksumSHA256 = part.digest('base64');
    const { ETag } = await patiently(upload, () => client.send(new UploadPartCommand({
      Bucket: bucket,
      Key: key,
      UploadId,
      PartNumber,
      ChecksumSHA256,
      Body: counted(upload, path, start, end),
      ContentLength: end - start + 1,
    })));
    done.push({ PartNumber, ETag, ChecksumSHA256 });
  }
  if (all.digest('hex') !== sha256) {
    throw changed(path);
  }
  return done;
}

/** A fresh stream of a stretch of the file, which tells how far it is. */
function counted({ progress, file }: Upload, path: string, start: number, end: number): Readable {
  let done = start;
  const count = new Transform({
    transform(chunk: Buffer, _encoding, pass) {
      done += chunk.length;
      progress(done, file.size);
      pass(null, chunk);
    },
  });
  // an error of the file becomes one of the stream that is sent, and so of the request
  return pipeline(createReadStream(path, { start, end }), count, () => undefined);
}

/** The SDK cannot send a stream a second time: each try opens its own. */
async function patiently<T>({ world }: Upload, act: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await act();
    } catch (error) {
      if (attempt === TRIES || !passing(error)) {
        throw error;
      }
      await world.sleep(FIRST_WAIT_MS * 2 ** (attempt - 1));
    }
  }
}
