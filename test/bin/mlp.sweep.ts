import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { AddressServer } from './support/address-server';
import { NOBODY, SOMEBODY } from './support/aws-environment';
import { CLIENT, InferenceServer } from './support/inference-server';
import { Platform } from './support/platform';
import { json } from './support/stub-registry';
import { TemporaryFolder } from './support/temporary-folder';
import { cells, Ran } from './support/test-world';
import { WebServer } from './support/web-server';
import { bundleCli, writeCli } from '../../tools/bundle-cli';
import { session } from '../registry/support/callers';
import { AUDIT_TABLE } from '../registry/support/registry-bench';

/** The bundled command, in a process of its own, against the real handlers. */
const ROOT = join(__dirname, '..', '..');
let folder: TemporaryFolder;
let command: string;
beforeAll(() => {
  folder = new TemporaryFolder();
  writeCli(bundleCli(ROOT), folder.path);
  command = join(folder.path, 'mlp.js');
});
afterAll(() => folder.remove());

/** A file of the kernel that is always full. */
const FULL = '/dev/full';

/** A process, and what it will leave for the shell. */
function start(environment: Readonly<Record<string, string>>, out: 'pipe' | number, ...args: string[]) {
  const child = spawn(command, args, { env: { PATH: process.env.PATH, ...environment }, stdio: ['ignore', out, 'pipe'] });
  const exited = new Promise<number>((resolve) => { child.on('close', (code) => resolve(code ?? -1)); });
  return { child, exited };
}

async function mlp(environment: Readonly<Record<string, string>>, ...args: string[]): Promise<Ran> {
  const { child, exited } = start(environment, 'pipe', ...args);
  const [out, err, exitCode] = await Promise.all([text(child.stdout!), text(child.stderr!), exited]);
  return { exitCode, out, err };
}

describe('a model, from registration to rollback and the proof of it', () => {
  let platform: Platform;
  let ann: Record<string, string>;
  let bob: Record<string, string>;
  beforeAll(async () => {
    platform = await Platform.start();
    ann = platform.environment('ann');
    bob = platform.environment('bob');
  });
  afterAll(() => platform.stop());

  const done = async (environment: Record<string, string>, ...args: string[]) => {
    const ran = await mlp(environment, ...args);
    expect(ran).toMatchObject({ exitCode: 0 });
    return ran;
  };
  const register = (content: string, ...args: string[]) => done(ann, 'model', 'register', 'fraud',
    '--artifact', folder.file(`${content}.tar.gz`, content), '--image', platform.registry.bench.ecr.push('models/fraud', content), ...args);

  test('ann registers a version: the file is in the bucket, the registry has looked at it', async () => {
    const { out, err } = await register('one', '--label', '1.0.0', '--commit', 'c'.repeat(40), '--dataset', 's3://features/november/');
    expect(out).toBe('fraud version 1 is registered (Pending)\nfraud is at rev 1; audit record 1\n');
    expect(err).toMatch(/^uploaded to s3:\/\/artifacts-111122223333\/fraud\/[0-9a-f]{64}\/model\.tar\.gz \(3 B\)\n$/);
  });

  test('ann cannot approve it', async () => {
    const { exitCode, err } = await mlp(ann, 'model', 'approve', 'fraud', '1', '--yes');
    expect(exitCode).toBe(1);
    expect(err).toContain('FOUR_EYES');
    expect(err).toContain('--request-key');
    expect(err).not.toMatch(/\n\s+at /);
  });

  test('a child of a pipeline cannot approve without --yes', async () => {
    expect(await mlp(bob, 'model', 'approve', 'fraud', '1')).toMatchObject({ exitCode: 2, err: expect.stringContaining('--yes') });
  });

  test('bob approves and promotes it', async () => {
    const { out } = await done(bob, 'model', 'approve', 'fraud', '1', '--yes', '--change-ticket', 'CHG-1');
    expect(out).toMatch(/^label +1\.0\.0$/m);
    expect(out).toContain('fraud version 1 is approved');
    expect((await done(bob, 'model', 'promote', 'fraud', '1')).out).toContain('fraud version 1 is in production (nothing was before)');
  });

  test('a second version takes its place', async () => {
    await register('two', '--label', '2.0.0', '--parent', '1');
    expect((await done(bob, 'model', 'diff', 'fraud', '1', '2')).out).toContain('label\n  version 1  1.0.0\n  version 2  2.0.0\n');
    await done(bob, 'model', 'approve', 'fraud', '2', '--yes');
    const { out } = await done(bob, 'model', 'promote', 'fraud', '2', '--json', '--request-key', 'release-2');
    expect(JSON.parse(out)).toEqual({ model: 'fraud', revision: 2, rev: 6, production: 2, previous: 1, auditSequence: 6, requestKey: 'release-2' });
  });

  test('a retry with the same key does nothing again; with another request it is refused', async () => {
    const again = await done(bob, 'model', 'promote', 'fraud', '2', '--request-key', 'release-2');
    expect(again.err).toContain('done before');
    expect(again.out).toContain('rev 6');
    expect(await mlp(bob, 'model', 'promote', 'fraud', '1', '--request-key', 'release-2'))
      .toMatchObject({ exitCode: 4, err: expect.stringContaining('REQUEST_KEY_REUSED') });
  });

  test('who looked at an old rev is refused', async () => {
    const { exitCode, err } = await mlp(bob, 'model', 'promote', 'fraud', '1', '--expected-rev', '3');
    expect(exitCode).toBe(4);
    expect(err).toContain('STALE_REV, present rev 6');
  });

  test('what cannot be is refused: a version that is none, one that is in production already, one that is kept', async () => {
    expect((await mlp(bob, 'model', 'promote', 'fraud', '9')).exitCode).toBe(3);
    expect((await mlp(bob, 'model', 'promote', 'fraud', '2')).exitCode).toBe(4);
    expect((await mlp(bob, 'model', 'retire', 'fraud', '1')).exitCode).toBe(1);
    expect((await mlp(bob, 'model', 'register', 'fraud', '--image', platform.registry.bench.ecr.push('models/fraud', 'two'),
      '--artifact', 's3://elsewhere/fraud/model.tar.gz', '--sha256', 'a'.repeat(64))).exitCode).toBe(1);
  });

  test('bob rolls back, and everything can be seen', async () => {
    expect((await done(bob, 'model', 'rollback', 'fraud', '--change-ticket', 'INC-7')).out).toContain('back at version 1 (before: version 2)');
    expect(cells((await done(bob, 'model', 'history', 'fraud')).out).map((row) => row.slice(0, 3))).toEqual([
      ['PLACE', 'REVISION', 'LABEL'], ['production', '1', '1.0.0'], ['1 before', '2', '2.0.0'], ['fraud is at rev 7'],
    ]);
    expect(cells((await done(bob, 'model', 'list', 'fraud')).out).map((row) => row.slice(0, 4)).slice(1)).toEqual([
      ['2', '2.0.0', 'Approved', 'history'], ['1', '1.0.0', 'Approved', 'production'],
    ]);
    expect((await done(bob, 'model', 'production', 'fraud')).out).toMatch(/^revision +1$/m);
    expect((await done(bob, 'model', 'describe', 'fraud', '1')).out).toMatch(/^used as +production$/m);
    expect(cells((await done(bob, 'model', 'models')).out)[1][0]).toBe('fraud');
    for (const lineage of [['--dataset', 's3://features/november/'], ['--commit', 'c'.repeat(40)]]) {
      expect(cells((await done(bob, 'model', 'find', ...lineage)).out)).toEqual([['MODEL', 'REVISION'], ['fraud', '1']]);
    }
  });

  test('the audit trail says who did it', async () => {
    const { out } = await done(bob, 'audit', 'query', '--model', 'fraud', '--action', 'rollback');
    expect(cells(out)).toHaveLength(2);
    expect(out).toContain('/bob');
    expect(out).toContain('INC-7');
  });

  test('the audit trail is whole, and so are its copies', async () => {
    await platform.copyAuditRecords();
    const { out } = await done(bob, 'audit', 'verify');
    expect(cells(out)).toEqual([['MODEL', 'ROWS', 'COPIES', 'FINDINGS'], ['fraud', '7', '7', '0']]);
  });

  test('a copy that was never made is made again, and then the trail is whole', async () => {
    const place = 'audit-copies-111122223333/audit/default/fraud/0000000005.json';
    const copy = platform.s3.text(place);
    platform.s3.objects.delete(place);
    expect((await mlp(bob, 'audit', 'verify')).exitCode).toBe(1);
    expect((await done(bob, 'audit', 'repair', '--dry-run')).out).toContain('nothing was made (--dry-run)');
    expect(platform.s3.text(place)).toBeUndefined();
    expect(cells((await done(bob, 'audit', 'repair')).out.split('\n\n')[0])[1]).toEqual(['fraud', '7', '1', '1', '0']);
    expect(platform.s3.text(place)).toBe(copy);
    await done(bob, 'audit', 'verify');
  });

  test('in an emergency, what serves is revoked and the version before it serves', async () => {
    await done(bob, 'model', 'promote', 'fraud', '2');
    expect(await mlp(bob, 'model', 'revoke', 'fraud', '2')).toMatchObject({ exitCode: 1, err: expect.stringContaining('in an emergency') });
    expect((await done(bob, 'model', 'revoke', 'fraud', '2', '--emergency', '--change-ticket', 'INC-8')).out)
      .toBe('fraud version 2 is revoked; version 1 is in production now\nfraud is at rev 9; audit record 9\n');
    expect(cells((await done(bob, 'model', 'list', 'fraud')).out).map((row) => row.slice(0, 4)).slice(1)).toEqual([
      ['2', '2.0.0', 'Revoked', 'history'], ['1', '1.0.0', 'Approved', 'production'],
    ]);
    expect((await done(bob, 'audit', 'query', '--action', 'emergency-revoke')).out).toContain('INC-8');
    await platform.copyAuditRecords();
    await done(bob, 'audit', 'verify');
  });

  test('somebody who changes a row of the table is found', async () => {
    const { dynamodb } = platform.registry.bench;
    const row = dynamodb.items(AUDIT_TABLE)[2];
    dynamodb.plant(AUDIT_TABLE, { ...row, record: String(row.record).replaceAll('bob', 'eve') });
    const { exitCode, out, err } = await mlp(bob, 'audit', 'verify', '--model', 'fraud');
    expect(exitCode).toBe(1);
    expect(cells(out.split('\n\n')[1]).slice(1).map(([, number, kind]) => [number, kind])).toEqual([['3', 'ALTERED'], ['3', 'COPY_DIFFERS']]);
    expect(err).toContain('2 findings in the audit trail');
  });

  test('somebody who removes a row of the table is found', async () => {
    const { pk, sk } = platform.registry.bench.dynamodb.items(AUDIT_TABLE)[8] as { pk: string; sk: string };
    platform.registry.bench.dynamodb.remove(AUDIT_TABLE, { pk, sk });
    const { exitCode, out } = await mlp(bob, 'audit', 'verify', '--model', 'fraud', '--json');
    expect(exitCode).toBe(1);
    expect(out).toContain('"kind": "TRUNCATED"');
  });
});

describe('a model behind an inference API', () => {
  let api: InferenceServer;
  let addresses: AddressServer;
  beforeAll(async () => {
    api = await InferenceServer.start();
    addresses = await AddressServer.start();
    addresses.parameters.set('/ml-platform/api/models', api.address());
    addresses.parameters.set('/ml-platform/api/models/clients/payments', api.client());
  });
  afterAll(() => Promise.all([api.stop(), addresses.stop()]));
  const input = () => folder.file('customer.json', '{"age": 31}');
  const environment = () => ({ ...SOMEBODY, ...api.services, AWS_REGION: 'eu-west-1', AWS_ENDPOINT_URL_SSM: addresses.url });

  test('is asked as a client that is looked up', async () => {
    const { exitCode, out, err } = await mlp(environment(), 'invoke', 'churn', '--input', input(), '--client', 'payments');
    expect({ exitCode, out }).toEqual({ exitCode: 0, out: '{"churn": 0.90, "id": 12345678901234567890}' });
    expect(err).toMatch(/^200 in \d+ ms, request eXaMpLe1=\n$/);
  });

  test('is asked with a token of before, without AWS credentials', async () => {
    const url = ['--url', api.url, '--token-url', api.tokenUrl];
    const token = await mlp({ ...NOBODY, MLP_CLIENT_SECRET: CLIENT.secret }, 'api', 'token', ...url, '--client-id', CLIENT.id);
    const env = { ...NOBODY, MLP_ACCESS_TOKEN: token.out.trimEnd(), MLP_API_KEY: CLIENT.key };
    expect(await mlp(env, 'invoke', 'churn', '--input', input(), '--url', api.url)).toMatchObject({ exitCode: 0 });
  });

  test('that does not answer is given up after the seconds that were named, without a stack trace', async () => {
    api.model = () => new Promise(() => undefined);
    const { exitCode, err } = await mlp(environment(), 'invoke', 'churn', '--input', input(), '--client', 'payments', '--timeout', '1');
    expect(exitCode).toBe(6);
    expect(err).toMatch(/no answer in 1 s; the model may have been asked; try again later\n {5}NO_ANSWER\n$/);
  });
});

describe('trouble', () => {
  let platform: Platform;
  let trouble: { status: number; body: string }[] = [];
  beforeAll(async () => {
    platform = await Platform.start({
      rights: ({ userArn }) => userArn.includes('Reader') ? ['read'] : ['register', 'approve', 'promote', 'retire', 'release', 'read'], // and nobody `emergency`
      instead: () => trouble.shift(),
    });
    await platform.registry.bench.approved('fraud', 'one');
  });
  afterAll(() => platform.stop());

  test('no credentials', async () => {
    expect(await mlp({ ...NOBODY, ...platform.services() }, 'model', 'history', 'fraud'))
      .toMatchObject({ exitCode: 5, out: '', err: expect.stringContaining('no usable AWS credentials') });
  });

  test('a Region where there is no registry', async () => {
    platform.addresses.parameters.delete('/ml-platform/registry/production');
    const { exitCode, err } = await mlp(platform.environment('ann'), 'model', 'history', 'fraud', '--region', 'us-east-1');
    expect(exitCode).toBe(3);
    expect(err).toContain('no SSM parameter /ml-platform/registry/production in us-east-1');
    platform.addresses.parameters.set('/ml-platform/registry/production', JSON.stringify(platform.registry.address));
  });

  test('no network on the way to the address', async () => {
    const gone = await WebServer.start(() => 'cut');
    await gone.stop();
    const { exitCode, err } = await mlp({ ...platform.environment('ann'), AWS_ENDPOINT_URL_SSM: gone.url }, 'model', 'history', 'fraud');
    expect(exitCode).toBe(6);
    expect(err).toMatch(/is there a network, and is the Region right \(--region\)\?\n {5}UNREACHABLE/);
  });

  // only Linux has such a file
  (existsSync(FULL) ? test : test.skip)('a full disk: it is done, and that is said in a line', async () => {
    const disk = openSync(FULL, 'w');
    const { child, exited } = start(platform.environment('bob'), disk, 'model', 'models');
    const [exitCode, err] = await Promise.all([exited, text(child.stderr!)]);
    closeSync(disk);
    expect(exitCode).toBe(6);
    expect(err).toMatch(/^mlp: it is done, but what came of it could not be written: ENOSPC[^\n]*\n$/);
  });

  test('a signature for another Region', async () => {
    expect(await mlp(platform.environment('ann'), 'model', 'history', 'fraud', '--url', platform.registry.url, '--region', 'us-east-1'))
      .toMatchObject({ exitCode: 5, err: expect.stringContaining('another account or Region') });
  });

  test('no right', async () => {
    const reader = platform.environmentOf(session('Reader', 'x'));
    expect(await mlp(reader, 'model', 'promote', 'fraud', '1')).toMatchObject({ exitCode: 5, err: expect.stringContaining('not allowed to promote') });
    expect(await mlp(reader, 'model', 'describe', 'fraud', '1')).toMatchObject({ exitCode: 0 });
    expect(await mlp(platform.environment('bob'), 'model', 'revoke', 'fraud', '1', '--emergency', '--change-ticket', 'INC-1'))
      .toMatchObject({ exitCode: 5, err: expect.stringContaining('not allowed to emergency-revoke') });
  });

  test('a gateway that is busy: the same request again, done once', async () => {
    trouble = [{ status: 503, body: '{"message":"Service Unavailable"}' }];
    const before = platform.registry.requests.length;
    const { exitCode, out } = await mlp(platform.environment('bob'), 'model', 'promote', 'fraud', '1');
    expect(exitCode).toBe(0);
    expect(out).toBe('fraud version 1 is in production (nothing was before)\nfraud is at rev 3; audit record 3\n');
    const keys = platform.registry.requests.slice(before).map(({ headers }) => headers['idempotency-key']);
    expect(keys).toHaveLength(2);
    expect(new Set(keys).size).toBe(1);
  });

  test('no server', async () => {
    const gone = await WebServer.start(() => 'cut');
    await gone.stop();
    const { exitCode, err } = await mlp(platform.environment('bob'), 'model', 'promote', 'fraud', '1', '--url', gone.url);
    expect(exitCode).toBe(6);
    expect(err).toMatch(/nothing was changed\n {5}UNREACHABLE\n {5}to repeat the same request: --request-key/);
  });

  test.each([['SIGINT', 130], ['SIGTERM', 143]] as const)('a server that says nothing: something is said after two seconds, and %s names the key', async (signal, code) => {
    const silent = await WebServer.start(() => new Promise(() => undefined));
    const { child, exited } = start(platform.environment('bob'), 'pipe', 'model', 'rollback', 'fraud', '--url', silent.url);
    let err = '';
    child.stderr!.on('data', (chunk) => {
      err += String(chunk);
      if (err.includes('waiting for the registry (rollback)')) {
        child.kill(signal);
      }
    });
    expect(await exited).toBe(code);
    expect(err).toMatch(/whether the registry did it is unknown; repeat the command with --request-key [0-9a-f-]{36}/);
    await silent.stop();
  });

  test('a reader who stops reading', async () => {
    const versions = Array.from({ length: 5_000 }, (_none, place) => ({
      revision: place + 1, state: 'Pending', artifact: 's3://a/b', artifactSha256: 'b'.repeat(64), image: 'i', registrant: 'r', registeredAt: 't',
    }));
    const large = await WebServer.start(() => json({ model: 'fraud', versions }));
    const { child, exited } = start(platform.environment('bob'), 'pipe', 'model', 'list', 'fraud', '--url', large.url);
    child.stdout!.once('data', () => child.stdout!.destroy());
    const [exitCode, err] = await Promise.all([exited, text(child.stderr!)]);
    expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' });
    await large.stop();
  });
});
