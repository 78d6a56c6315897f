import { createHash } from 'node:crypto';
import { GetObjectCommand, HeadObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';

/** An object of a `FakeS3`. */
export interface StoredObject {
  readonly body: string;
  /** What S3 reports: base64, as it is; nothing if it was uploaded without. */
  readonly checksumSha256?: string;
  readonly checksumType?: 'FULL_OBJECT' | 'COMPOSITE';
}

/** S3 in this process: objects by `bucket/key`. Not verified against S3 itself. */
export class FakeS3 {
  /** Throws what S3 would answer, or waits. */
  public before?: (name: string, input: unknown) => unknown;
  public after?: (name: string, input: unknown) => unknown;
  public readonly calls: string[] = [];
  public readonly objects = new Map<string, StoredObject>();
  /** How many keys a page of a listing has; S3's own has 1,000. */
  public pageSize = 1000;

  public client(): Pick<S3Client, 'send'> {
    return { send: (command: unknown) => this.send(command) } as Pick<S3Client, 'send'>;
  }

  /** An artifact whose hash S3 knows. Answers its URI and its hash. */
  public upload(bucket: string, folder: string, body: string, file = 'model.tar.gz'): { readonly uri: string; readonly sha256: string } {
    const hash = createHash('sha256').update(body);
    const sha256 = hash.copy().digest('hex');
    const key = `${folder}/${sha256}/${file}`;
    this.objects.set(`${bucket}/${key}`, { body, checksumSha256: hash.digest('base64'), checksumType: 'FULL_OBJECT' });
    return { uri: `s3://${bucket}/${key}`, sha256 };
  }

  private async send(command: unknown): Promise<unknown> {
    const name = (command as object).constructor.name.replace(/Command$/, '');
    const { input } = command as { input: unknown };
    this.calls.push(name);
    await this.before?.(name, input);
    const answer = this.act(command);
    await this.after?.(name, input);
    return answer;
  }

  private act(command: unknown): unknown {
    if (command instanceof HeadObjectCommand) {
      const { body, checksumSha256: ChecksumSHA256, checksumType: ChecksumType } = this.object(command.input, 'NotFound');
      return { ContentLength: body.length, ...(command.input.ChecksumMode === 'ENABLED' ? { ChecksumSHA256, ChecksumType } : {}) };
    }
    if (command instanceof GetObjectCommand) {
      const { body } = this.object(command.input, 'NoSuchKey');
      return { ContentLength: body.length, Body: { transformToString: async () => body } };
    }
    if (command instanceof PutObjectCommand) {
      const { Bucket, Key, Body, IfNoneMatch } = command.input;
      if (IfNoneMatch === '*' && this.objects.has(`${Bucket}/${Key}`)) {
        throw problem('PreconditionFailed', 412);
      }
      this.objects.set(`${Bucket}/${Key}`, { body: String(Body) });
      return {};
    }
    if (command instanceof ListObjectsV2Command) {
      const { Bucket, Prefix = '', ContinuationToken: after = '' } = command.input;
      const keys = [...this.objects.keys()].filter((name) => name.startsWith(`${Bucket}/${Prefix}`))
        .map((name) => name.slice(`${Bucket}/`.length)).filter((key) => key > after).sort();
      const page = keys.slice(0, this.pageSize);
      return {
        Contents: page.map((Key) => ({ Key, ETag: `"${createHash('md5').update(this.objects.get(`${Bucket}/${Key}`)!.body).digest('hex')}"` })),
        NextContinuationToken: keys.length > page.length ? page[page.length - 1] : undefined,
      };
    }
    throw new Error(`this fake knows no ${(command as object).constructor.name}`);
  }

  private object({ Bucket, Key }: { Bucket?: string; Key?: string }, missing: string): StoredObject {
    const object = this.objects.get(`${Bucket}/${Key}`);
    if (object === undefined) {
      throw problem(missing, 404);
    }
    return object;
  }
}

function problem(name: string, httpStatusCode: number): Error {
  return Object.assign(new Error(name), { name, $fault: 'client', $metadata: { httpStatusCode } });
}
