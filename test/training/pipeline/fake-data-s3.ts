import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import {
  GetObjectCommand, GetObjectCommandInput, ListObjectsV2Command, ListObjectsV2CommandInput,
  PutObjectCommand, PutObjectCommandInput, S3Client,
} from '@aws-sdk/client-s3';

interface Stored {
  readonly bytes: Buffer;
  readonly etag: string;
}

/** S3 in this process as far as a pipeline uses it: ranges, ETags, conditions, checksums, pages. Not verified against S3. */
export class FakeDataS3 {
  /** Throws what S3 would answer. */
  public before?: (name: string, input: { readonly Bucket?: string; readonly Key?: string }) => void;
  /** What was put, for others that have to see it. */
  public onPut?: (bucket: string, key: string, bytes: Buffer) => void;
  public readonly calls: string[] = [];
  private readonly objects = new Map<string, Stored>();

  public client(): Pick<S3Client, 'send'> {
    return { send: (command: unknown) => this.send(command) } as Pick<S3Client, 'send'>;
  }

  public put(uri: string, content: string | Buffer): void {
    const bytes = Buffer.from(content as string);
    this.objects.set(uri, { bytes, etag: `"${createHash('md5').update(bytes).digest('hex')}"` });
  }

  public remove(uri: string): void {
    this.objects.delete(uri);
  }

  public text(uri: string): string | undefined {
    return this.objects.get(uri)?.bytes.toString('utf8');
  }

  public get uris(): string[] {
    return [...this.objects.keys()].sort();
  }

  private async send(command: unknown): Promise<unknown> {
    const { input } = command as { input: { Bucket?: string; Key?: string } };
    const name = (command as object).constructor.name.replace(/Command$/, '');
    this.calls.push(name);
    this.before?.(name, input);
    if (command instanceof ListObjectsV2Command) {
      return this.list(command.input);
    }
    if (command instanceof GetObjectCommand) {
      return this.get(command.input);
    }
    if (command instanceof PutObjectCommand) {
      return this.write(command.input);
    }
    throw new Error(`this fake knows no ${name}`);
  }

  /** Pages of two, so that nobody forgets the next. */
  private list({ Bucket, Prefix = '', ContinuationToken }: ListObjectsV2CommandInput): unknown {
    const keys = this.uris.filter((uri) => uri.startsWith(`s3://${Bucket}/${Prefix}`)).map((uri) => uri.slice(`s3://${Bucket}/`.length));
    const from = Number(ContinuationToken ?? 0);
    const Contents = keys.slice(from, from + 2).map((Key) => {
      const { bytes, etag } = this.objects.get(`s3://${Bucket}/${Key}`)!;
      return { Key, ETag: etag, Size: bytes.length };
    });
    return { Contents, ...(from + 2 < keys.length ? { NextContinuationToken: String(from + 2) } : {}) };
  }

  private get({ Bucket, Key, Range, IfMatch }: GetObjectCommandInput): unknown {
    const { bytes, etag } = this.object(Bucket, Key);
    if (IfMatch !== undefined && IfMatch !== etag) {
      throw problem('PreconditionFailed', 412);
    }
    const [, start, end] = /^bytes=(\d+)-(\d+)$/.exec(Range ?? '') ?? [];
    const part = start === undefined ? bytes : bytes.subarray(Number(start), Number(end) + 1);
    return { ContentLength: part.length, ETag: etag, Body: Object.assign(Readable.from([part]), { transformToString: async () => part.toString('utf8') }) };
  }

  private async write({ Bucket, Key, Body, IfNoneMatch, ChecksumSHA256 }: PutObjectCommandInput): Promise<unknown> {
    const chunks: Buffer[] = [];
    for await (const chunk of typeof Body === 'string' ? [Buffer.from(Body)] : Body as AsyncIterable<Buffer>) {
      chunks.push(Buffer.from(chunk));
    }
    const bytes = Buffer.concat(chunks);
    const uri = `s3://${Bucket}/${Key}`;
    // the bucket policy of an artifact store
    if (IfNoneMatch !== '*' && Key?.startsWith('trials/') === false) {
      throw problem('AccessDenied', 403);
    }
    if (IfNoneMatch === '*' && this.objects.has(uri)) {
      throw problem('PreconditionFailed', 412);
    }
    if (ChecksumSHA256 !== undefined && ChecksumSHA256 !== createHash('sha256').update(bytes).digest('base64')) {
      throw problem('BadDigest', 400);
    }
    this.put(uri, bytes);
    this.onPut?.(Bucket ?? '', Key ?? '', bytes);
    return {};
  }

  /** Who may list one folder only is not told that an object is missing. */
  private object(bucket: string | undefined, key: string | undefined): Stored {
    const object = this.objects.get(`s3://${bucket}/${key}`);
    if (object === undefined) {
      throw problem('AccessDenied', 403);
    }
    return object;
  }
}

function problem(name: string, httpStatusCode: number): Error {
  return Object.assign(new Error(name), { name, $metadata: { httpStatusCode } });
}
