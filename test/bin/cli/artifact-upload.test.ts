import { createHash } from 'node:crypto';
import { hashed } from '../../../bin/cli/artifact-file';
import { uploadOnce } from '../../../bin/cli/artifact-upload';
import { AwsAccess } from '../../../bin/cli/aws-access';
import { processWorld } from '../../../bin/cli/world';
import { SOMEBODY, withAwsEnvironment } from '../support/aws-environment';
import { failed, S3Server } from '../support/s3-server';
import { TemporaryFolder } from '../support/temporary-folder';

const PART = 5_000;
const CONTENT = Buffer.alloc(12_345, 'models are large; ');

let s3: S3Server;
let folder: TemporaryFolder;
withAwsEnvironment(() => SOMEBODY);
beforeEach(async () => {
  s3 = await S3Server.start();
  folder = new TemporaryFolder();
});
afterEach(async () => {
  folder.remove();
  await s3.stop();
});

/** Uploads in parts of 5,000 bytes, as it is done with files that S3 does not take at once. */
async function uploadInParts(path: string, said: string[] = []): Promise<string> {
  const file = await hashed(path, () => undefined);
  process.env.AWS_ENDPOINT_URL_S3 = s3.url;
  const client = new AwsAccess({}, async () => '').s3('eu-west-1');
  return uploadOnce({
    client,
    bucket: 'bucket',
    key: 'key',
    file,
    world: { ...processWorld(), sleep: async () => undefined },
    sizes: { put: PART, part: PART },
    progress: (done, size) => said.push(`${done}/${size}`),
  });
}

test('a file is hashed as a stream, and says how far it is', async () => {
  const said: string[] = [];
  const file = await hashed(folder.file('model', CONTENT), (done, size) => said.push(`${done}/${size}`));
  expect(file).toMatchObject({ size: 12_345, sha256: createHash('sha256').update(CONTENT).digest('hex') });
  expect(said.at(-1)).toBe('12345/12345');
});

describe('a file that is too large for one request', () => {
  test('is sent in parts, each with its hash, and put together once', async () => {
    const said: string[] = [];
    expect(await uploadInParts(folder.file('model', CONTENT), said)).toBe('uploaded');
    expect(s3.objects.get('bucket/key')?.at(-1)?.body?.equals(CONTENT)).toBe(true);
    expect(s3.requests.filter((line) => line.startsWith('PUT'))).toHaveLength(3);
    expect(said.at(-1)).toBe('12345/12345');
  });

  test('is not sent if it is there', async () => {
    s3.put('bucket/key', CONTENT);
    expect(await uploadInParts(folder.file('model', CONTENT))).toBe('was there');
    expect(s3.requests).toHaveLength(1);
  });

  test('is sent in vain, and cleaned up, if somebody was faster', async () => {
    s3.instead = ({ method, url }) => {
      if (method === 'POST' && url.searchParams.has('uploadId')) {
        s3.put('bucket/key', CONTENT);
      }
      return undefined;
    };
    expect(await uploadInParts(folder.file('model', CONTENT))).toBe('was there');
    expect(s3.requests.at(-1)).toMatch(/^DELETE/);
    expect(s3.objects.get('bucket/key')).toHaveLength(1);
  });

  test('sends a part again that did not arrive', async () => {
    let cut = 0;
    s3.instead = ({ method, url }) => method === 'PUT' && url.searchParams.get('partNumber') === '2' && (cut += 1) < 3 ? 'cut' : undefined;
    expect(await uploadInParts(folder.file('model', CONTENT))).toBe('uploaded');
    expect(s3.objects.get('bucket/key')?.at(-1)?.body?.equals(CONTENT)).toBe(true);
  });

  test('sends a part again that came too slowly, which S3 says with a status of the caller', async () => {
    let slow = 0;
    s3.instead = ({ method, url }) => method === 'PUT' && url.searchParams.get('partNumber') === '2' && (slow += 1) < 3
      ? failed(400, 'RequestTimeout') : undefined;
    expect(await uploadInParts(folder.file('model', CONTENT))).toBe('uploaded');
  });

  test('is not put together if it changed meanwhile, and its parts are taken away', async () => {
    const path = folder.file('model', CONTENT);
    s3.instead = ({ method, url }) => {
      if (method === 'POST' && url.searchParams.has('uploads')) {
        folder.file('model', Buffer.alloc(12_345, 'another model; '));
      }
      return undefined;
    };
    await expect(uploadInParts(path)).rejects.toThrow('changes while it is read');
    expect(s3.requests.at(-1)).toMatch(/^DELETE/);
    expect(s3.objects.size).toBe(0);
  });

  test('leaves no parts when it fails', async () => {
    s3.instead = ({ method, url }) => method === 'PUT' && url.searchParams.get('partNumber') === '3' ? failed(403, 'AccessDenied') : undefined;
    await expect(uploadInParts(folder.file('model', CONTENT))).rejects.toThrow('not allowed to write s3://bucket/key');
    expect(s3.requests.at(-1)).toMatch(/^DELETE/);
  });
});
