import { createHash } from 'node:crypto';
import { Answered, Arrived, WebServer } from './web-server';

/** A version of an object, or a marker that hides the ones before it. */
interface Version {
  readonly id: string;
  readonly body?: Buffer;
}

/**
 * As much of S3 as `mlp` uses, over HTTP: conditional writes, checksums of what arrives, uploads in parts, versions. Not
 * verified against S3 itself.
 */
export class S3Server {
  public static async start(): Promise<S3Server> {
    const s3 = new S3Server();
    s3.server = await WebServer.start((request) => s3.answer(request));
    return s3;
  }

  /** `bucket/key` to its versions, newest last. */
  public readonly objects = new Map<string, Version[]>();
  public readonly requests: string[] = [];
  /** Answers instead, if it answers anything. */
  public instead?: (request: Arrived) => Answered | 'cut' | undefined;
  /** Told of each object that was written. */
  public written?: (place: string, body: Buffer) => void;
  private readonly uploads = new Map<string, Map<number, Buffer>>();
  private server?: WebServer;
  private ids = 0;

  public get url(): string {
    return this.server!.url;
  }

  public async stop(): Promise<void> {
    await this.server?.stop();
  }

  public put(place: string, body: string | Buffer): void {
    this.add(place, Buffer.from(body));
  }

  /** A delete without a version: a marker on top. */
  public hide(place: string): void {
    this.add(place);
  }

  public text(place: string): string | undefined {
    return this.objects.get(place)?.at(-1)?.body?.toString('utf8');
  }

  private answer(request: Arrived): Answered | 'cut' {
    const { method, url } = request;
    this.requests.push(`${method} ${url.pathname}${url.search}`);
    const instead = this.instead?.(request);
    if (instead !== undefined) {
      return instead;
    }
    const place = decodeURIComponent(url.pathname.slice(1));
    const query = url.searchParams;
    if (method === 'GET' && query.has('versions')) {
      return this.list(place.replace(/\/$/, ''), query);
    }
    if (method === 'POST' && query.has('uploads')) {
      const id = this.nextId();
      this.uploads.set(id, new Map());
      return xml(200, `<InitiateMultipartUploadResult><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`);
    }
    switch (method) {
      case 'POST': return this.complete(place, request);
      case 'PUT': return this.store(place, request);
      case 'DELETE': return this.uploads.delete(query.get('uploadId') ?? '') ? { status: 204 } : failed(404, 'NoSuchUpload');
      default: return this.read(place, method, query.get('versionId'));
    }
  }

  private read(place: string, method: string, id: string | null): Answered {
    const versions = this.objects.get(place) ?? [];
    const found = id === null ? versions.at(-1) : versions.find((version) => version.id === id);
    if (found?.body === undefined) {
      return method === 'HEAD' ? { status: 404 } : failed(404, 'NoSuchKey');
    }
    return { status: 200, headers: { 'content-length': String(found.body.length) }, body: method === 'HEAD' ? undefined : found.body };
  }

  private store(place: string, { url, headers, body }: Arrived): Answered {
    const expected = headers['x-amz-checksum-sha256'];
    if (typeof expected === 'string' && createHash('sha256').update(body).digest('base64') !== expected) {
      return failed(400, 'BadDigest');
    }
    const upload = this.uploads.get(url.searchParams.get('uploadId') ?? '');
    if (upload !== undefined) {
      upload.set(Number(url.searchParams.get('partNumber')), body);
      return { status: 200, headers: { etag: `"${createHash('md5').update(body).digest('hex')}"` } };
    }
    return this.unlessThere(place, headers['if-none-match'], body) ?? { status: 200 };
  }

  private complete(place: string, { url, headers }: Arrived): Answered {
    const parts = this.uploads.get(url.searchParams.get('uploadId') ?? '') ?? new Map<number, Buffer>();
    const body = Buffer.concat([...parts].sort(([one], [other]) => one - other).map(([, part]) => part));
    return this.unlessThere(place, headers['if-none-match'], body)
      ?? xml(200, '<CompleteMultipartUploadResult><ETag>"x-2"</ETag></CompleteMultipartUploadResult>');
  }

  private unlessThere(place: string, condition: string | undefined, body: Buffer): Answered | undefined {
    if (condition === '*' && this.objects.get(place)?.at(-1)?.body !== undefined) {
      return failed(412, 'PreconditionFailed');
    }
    this.add(place, body);
    this.written?.(place, body);
    return undefined;
  }

  /** Two entries a page, so that paging is seen; within a key the newest first, as S3 does. With a delimiter, folders. */
  private list(bucket: string, query: URLSearchParams): Answered {
    const prefix = `${bucket}/${query.get('prefix') ?? ''}`;
    const after = query.get('key-marker');
    const folderOf = (place: string) => {
      const end = query.has('delimiter') ? place.indexOf('/', prefix.length) : -1;
      return end === -1 ? place : place.slice(0, end + 1);
    };
    const places = [...new Set([...this.objects.keys()].filter((place) => place.startsWith(prefix)).map(folderOf))].sort()
      .filter((place) => after === null || place > `${bucket}/${after}`);
    const page = places.slice(0, 2);
    const folders = page.filter((place) => place.endsWith('/'))
      .map((place) => `<CommonPrefixes><Prefix>${place.slice(bucket.length + 1)}</Prefix></CommonPrefixes>`);
    const entries = page.flatMap((place) => [...this.objects.get(place) ?? []].reverse().map(({ id, body }) => {
      const kind = body === undefined ? 'DeleteMarker' : 'Version';
      const key = place.slice(bucket.length + 1);
      return `<${kind}><Key>${key}</Key><VersionId>${id}</VersionId><LastModified>2026-11-20T08:00:00.000Z</LastModified></${kind}>`;
    }));
    const more = places.length > page.length
      ? `<IsTruncated>true</IsTruncated><NextKeyMarker>${page[1].slice(bucket.length + 1)}</NextKeyMarker><NextVersionIdMarker>v</NextVersionIdMarker>`
      : '<IsTruncated>false</IsTruncated>';
    return xml(200, `<ListVersionsResult>${more}${[...entries, ...folders].join('')}</ListVersionsResult>`);
  }

  private add(place: string, body?: Buffer): void {
    this.objects.set(place, [...this.objects.get(place) ?? [], { id: this.nextId(), body }]);
  }

  private nextId(): string {
    this.ids += 1;
    return `id-${this.ids}`;
  }
}

export function failed(status: number, code: string): Answered {
  return xml(status, `<Error><Code>${code}</Code><Message>${code}</Message></Error>`);
}

function xml(status: number, body: string): Answered {
  return { status, headers: { 'content-type': 'application/xml' }, body: `<?xml version="1.0" encoding="UTF-8"?>${body}` };
}
