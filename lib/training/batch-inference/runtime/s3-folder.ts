import { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';

const JSON_LINES = 'application/x-ndjson';

/** What the handlers ask of S3, in one bucket. Requests are repeated by the SDK. */
export class S3Folder {
  constructor(private readonly client: Pick<S3Client, 'send'>, private readonly bucket: string) {}

  /** Every key below a prefix, in S3's order, with what S3 says of its content. */
  public async* list(prefix: string): AsyncGenerator<{ readonly key: string; readonly etag: string }> {
    let token: string | undefined;
    do {
      const command = new ListObjectsV2Command({ Bucket: this.bucket, Prefix: prefix, ContinuationToken: token });
      const page = await this.client.send(command);
      for (const { Key: key, ETag: etag = '' } of page.Contents ?? []) {
        if (key !== undefined) {
          yield { key, etag };
        }
      }
      token = page.NextContinuationToken;
    } while (token !== undefined);
  }

  public async read(key: string): Promise<string> {
    const { Body: body } = await this.client.send(new GetObjectCommand({ Bucket: this.bucket, Key: key }));
    if (body === undefined) {
      throw new Error('S3 answered without a body');
    }
    return body.transformToString('utf-8');
  }

  /**
   * The same, or nothing if there is no such object. Looked for in a list: who may list some folders only hears 403 from
   * GetObject for what is missing, as for what is none of its business.
   */
  public async readIfThere(key: string): Promise<string | undefined> {
    for await (const found of this.list(key)) {
      return found.key === key ? this.read(key) : undefined; // the first below a prefix is the prefix itself, if it is there
    }
    return undefined;
  }

  public async write(key: string, text: string): Promise<void> {
    await this.client.send(new PutObjectCommand({ Bucket: this.bucket, Key: key, Body: text, ContentType: typeOf(key) }));
  }

  /** Writes unless there is something already, and says whether it did. */
  public async writeOnce(key: string, text: string): Promise<boolean> {
    try {
      await this.client.send(new PutObjectCommand({
        Bucket: this.bucket, Key: key, Body: text, ContentType: typeOf(key), IfNoneMatch: '*',
      }));
      return true;
    } catch (error) {
      // 409: another conditional write to this key is under way
      if (['PreconditionFailed', 'ConditionalRequestConflict'].includes(nameOf(error))) {
        return false;
      }
      throw error;
    }
  }
}

/** Values as lines of JSON. */
export function linesOf(values: readonly unknown[]): string {
  return values.map((value) => `${JSON.stringify(value)}\n`).join('');
}

/** The lines of a text that have something in them. */
export function linesIn(text: string): string[] {
  return text.split('\n').filter((line) => line.trim() !== '');
}

function typeOf(key: string): string {
  return key.endsWith('.jsonl') ? JSON_LINES : 'application/json';
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : '';
}
