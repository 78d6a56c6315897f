import { createHash } from 'node:crypto';
import { SOMEBODY, withAwsEnvironment } from '../support/aws-environment';
import { failed, S3Server } from '../support/s3-server';
import { DONE, IMAGE, json, StubRegistry } from '../support/stub-registry';
import { TemporaryFolder } from '../support/temporary-folder';
import { run, Surroundings } from '../support/test-world';

const CONTENT = 'the model';
const SHA256 = createHash('sha256').update(CONTENT).digest('hex');
const PLACE = `artifact-bucket/fraud/${SHA256}/model.tar.gz`;

let s3: S3Server;
let registry: StubRegistry;
let folder: TemporaryFolder;
let artifact: string;
beforeAll(async () => {
  folder = new TemporaryFolder();
  artifact = folder.file('model.tar.gz', CONTENT);
  s3 = await S3Server.start();
  registry = await StubRegistry.start();
});
afterAll(async () => {
  folder.remove();
  await Promise.all([s3.stop(), registry.stop()]);
});
beforeEach(() => {
  s3.objects.clear();
  s3.requests.length = 0;
  s3.instead = undefined;
  registry.willAnswer(json({ ...DONE, state: 'Pending' }, 201));
});
withAwsEnvironment(() => ({ ...SOMEBODY, AWS_ENDPOINT_URL_S3: s3.url }));

const register = (args: string[], surroundings: Surroundings = {}) =>
  run(['model', 'register', 'fraud', ...registry.flags, '--artifact-bucket', 'artifact-bucket', ...args], surroundings);
const IN_S3 = ['--artifact', `s3://artifact-bucket/fraud/${SHA256}/model.tar.gz`, '--sha256', SHA256];

describe('a file', () => {
  test('is uploaded under its SHA-256, and registered there', async () => {
    const { exitCode, out, err } = await register(['--artifact', artifact, '--image', IMAGE, '--label', '1.4.0']);
    expect({ exitCode, out }).toEqual({ exitCode: 0, out: 'fraud version 3 is registered (Pending)\nfraud is at rev 8; audit record 8\n' });
    // a machine that is busy makes lines of progress
    expect(err.replace(/^.* … .*\n/gm, '')).toBe(`uploaded to s3://${PLACE} (9 B)\n`);
    expect(s3.text(PLACE)).toBe(CONTENT);
    expect(registry.asked).toEqual([expect.objectContaining({
      line: 'POST /tenants/default/models/fraud/versions',
      body: { label: '1.4.0', image: IMAGE, artifact: `s3://${PLACE}`, artifactSha256: SHA256 },
    })]);
  });

  test('that lies there already is not uploaded again', async () => {
    s3.put(PLACE, CONTENT);
    expect(await register(['--artifact', artifact, '--image', IMAGE])).toMatchObject({ exitCode: 0, err: expect.stringContaining('was there already') });
    expect(s3.requests.filter((line) => line.startsWith('PUT'))).toEqual([]);
  });

  test('that somebody else uploads at the same time is fine', async () => {
    s3.instead = ({ method }) => method === 'PUT' ? failed(412, 'PreconditionFailed') : undefined;
    expect(await register(['--artifact', artifact, '--image', IMAGE])).toMatchObject({ exitCode: 0, err: expect.stringContaining('was there already') });
  });

  test('is sent again as a whole when the connection breaks', async () => {
    let puts = 0;
    s3.instead = ({ method }) => method === 'PUT' && (puts += 1) < 3 ? puts === 1 ? 'cut' : failed(503, 'SlowDown') : undefined;
    expect(await register(['--artifact', artifact, '--image', IMAGE])).toMatchObject({ exitCode: 0 });
    expect(s3.text(PLACE)).toBe(CONTENT);
  });

  test('that may not be uploaded is not registered', async () => {
    s3.instead = () => failed(403, 'AccessDenied');
    expect(await register(['--artifact', artifact, '--image', IMAGE]))
      .toMatchObject({ exitCode: 5, err: expect.stringContaining(`not allowed to write s3://${PLACE}`) });
    expect(registry.asked).toEqual([]);
  });

  test('that is not what S3 got is not registered', async () => {
    s3.instead = ({ method }) => method === 'PUT' ? failed(400, 'BadDigest') : undefined;
    expect(await register(['--artifact', artifact, '--image', IMAGE])).toMatchObject({ exitCode: 1, err: expect.stringContaining('changes while it is read') });
    expect(registry.asked).toEqual([]);
  });

  test('with another SHA-256 than was said is not uploaded', async () => {
    expect(await register(['--artifact', artifact, '--image', IMAGE, '--sha256', '0'.repeat(64)]))
      .toMatchObject({ exitCode: 2, err: expect.stringContaining(SHA256) });
    expect(s3.requests).toEqual([]);
  });

  test.each([
    ['that is not there', () => `${folder.path}/nothing`, 3],
    ['that is a folder', () => folder.path, 2],
    ['that is empty', () => folder.file('empty', ''), 2],
  ])('%s is refused', async (_what, path, exitCode) => {
    expect(await register(['--artifact', path(), '--image', IMAGE])).toMatchObject({ exitCode });
    expect(s3.requests).toEqual([]);
  });

  test('is not uploaded when nobody knows where to', async () => {
    expect(await run(['model', 'register', 'fraud', ...registry.flags, '--artifact', artifact, '--image', IMAGE]))
      .toMatchObject({ exitCode: 2, err: expect.stringContaining('--artifact-bucket') });
  });
});

describe('what is known of a version', () => {
  test('is registered: lineage and evaluation', async () => {
    const evaluation = { accuracy: 0.95, bias: 0.02, p99LatencyMs: 120, dataset: 's3://data/test/' };
    const args = [
      ...IN_S3, '--image', IMAGE, '--training-job', 'job-7', '--dataset', 's3://data/a/', '--dataset', 's3://data/b/', '--commit', 'c'.repeat(40),
      '--parent', '2', '--feature-schema-hash', 'd'.repeat(64), '--evaluation', folder.file('evaluation.json', JSON.stringify(evaluation)),
    ];
    expect(await register(args)).toMatchObject({ exitCode: 0 });
    expect(registry.asked[0].body).toMatchObject({
      lineage: { trainingJob: 'job-7', datasets: ['s3://data/a/', 's3://data/b/'], commit: 'c'.repeat(40), parent: 2, featureSchemaHash: 'd'.repeat(64) },
      evaluation,
    });
    expect(s3.requests).toEqual([]);
  });

  const whole = { artifact: `s3://${PLACE}`, artifactSha256: SHA256, image: IMAGE, label: '2.0.0' };

  test('can be said in a file', async () => {
    expect(await register(['--from', folder.file('version.json', JSON.stringify(whole)), '--change-ticket', 'CHG-9'])).toMatchObject({ exitCode: 0 });
    expect(registry.asked[0].body).toEqual({ ...whole, changeTicket: 'CHG-9' });
  });

  test('can be said on stdin', async () => {
    expect(await register(['--from', '-'], { stdin: JSON.stringify(whole) })).toMatchObject({ exitCode: 0 });
    expect(registry.asked[0].body).toEqual(whole);
  });

  test.each([
    ['in a file and in options', ['--from', '-', '--label', '1.0.0'], '{}', 'leave out the other options'],
    ['as no JSON', ['--from', '-'], 'hello', 'must hold a JSON object'],
    ['as a list', ['--from', '-'], '[]', 'must hold a JSON object'],
    ['at too great length', ['--from', '-'], `{"a":"${'x'.repeat(70_000)}"}`, 'more than 65536 bytes'],
    ['without an image', IN_S3, '', '--artifact and --image'],
    ['without a hash', ['--artifact', `s3://${PLACE}`, '--image', IMAGE], '', '--sha256'],
    ['with an image that can move', [...IN_S3, '--image', 'repository/scorer:1.0'], '', 'pinned by @sha256:'],
    ['with a label that says latest', [...IN_S3, '--image', IMAGE, '--label', '1.0.0-latest'], '', 'latest'],
    ['with half a commit', [...IN_S3, '--image', IMAGE, '--commit', 'abc'], '', '40 lower-case hex digits'],
  ])('cannot be said %s', async (_what, args, stdin, sentence) => {
    expect(await register(args, { stdin })).toMatchObject({ exitCode: 2, err: expect.stringContaining(sentence) });
    expect(registry.asked).toEqual([]);
  });
});
