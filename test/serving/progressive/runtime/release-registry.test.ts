import { after, canary, PROFILE, serving, starting } from './releases';
import { registryCaller } from '../../../../lib/registry/runtime/registry-caller';
import { wanted } from '../../../../lib/serving/progressive/runtime/arrangements';
import { notReleasable, ReleaseRegistry } from '../../../../lib/serving/progressive/runtime/release-registry';
import { Release } from '../../../../lib/serving/progressive/runtime/release-state';
import { session } from '../../../registry/support/callers';
import { LocalRegistry, startLocalRegistry } from '../../../registry/support/local-registry';

/** Against the registry itself, over HTTP: what one side writes, the other side has to read. */
let local: LocalRegistry;
let registry: ReleaseRegistry;
const environment = { ...process.env };

beforeAll(async () => {
  local = await startLocalRegistry({ rights: () => ['read', 'release', 'promote', 'register', 'approve'] });
  const { accessKeyId, secretAccessKey, sessionToken } = local.credentials(session('ReleaseClerk', 'clerk'));
  Object.assign(process.env, {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
    AWS_REGION: local.region,
  });
  const caller = registryCaller({ now: Date.now, random: () => 0, sleep: () => Promise.resolve() });
  registry = new ReleaseRegistry({ ...PROFILE, registryUrl: local.url, model: 'fraud' }, { registry: caller });
  await local.bench.approved('fraud', 'one');
  await local.bench.approved('fraud', 'two');
});
afterAll(async () => {
  process.env = { ...environment };
  await local.stop();
});

const releaseOf = (revision: number, number: number): Release =>
  ({ ...canary().release!, profile: { ...PROFILE, endpointName: 'a'.repeat(63) }, revision, number, changeTicket: 'CHG-7' });

test('a release holds its version, promotes it, lets it go, and can go back', async () => {
  const first = releaseOf(1, 1);
  expect(await registry.hold(first)).toMatchObject({ ok: true });
  expect(await registry.hold(first)).toMatchObject({ ok: true }); // the same request
  expect(await registry.hold(releaseOf(2, 2))).toMatchObject({ ok: false, code: 'CONFLICT' });
  expect(await registry.promote(first)).toMatchObject({ ok: true });
  expect(await registry.unhold(first)).toMatchObject({ ok: true });
  expect(await registry.unhold(releaseOf(2, 2))).toMatchObject({ ok: false, code: 'CONFLICT' });

  expect(await registry.promote(releaseOf(2, 3))).toMatchObject({ ok: true });
  const head = await registry.head();
  expect(head).toMatchObject({ ok: true, view: { production: { revision: 2 }, history: [{ revision: 1 }] } });
  const { rev } = (head as Extract<typeof head, { ok: true }>).view;
  expect(await registry.rollback(releaseOf(1, 4), rev - 1)).toMatchObject({ ok: false, code: 'STALE_REV' });
  expect(await registry.rollback(releaseOf(1, 4), rev)).toMatchObject({ ok: true });
  expect(await registry.head()).toMatchObject({ view: { production: { revision: 1 }, history: [{ revision: 2 }] } });
  expect(local.rejections).toEqual([]);
});

test('what earlier releases could not let go is let go, and nothing of others', async () => {
  expect(await registry.hold(releaseOf(1, 5))).toMatchObject({ ok: true });
  expect(await registry.letGoEarlier(releaseOf(2, 5))).toBe(false);
  expect(await registry.hold(releaseOf(2, 6))).toMatchObject({ ok: false, code: 'CONFLICT' });
  expect(await registry.letGoEarlier(releaseOf(2, 6))).toBe(true);
  expect(await registry.letGoEarlier(releaseOf(2, 6))).toBe(false);
  expect(await registry.hold(releaseOf(2, 6))).toMatchObject({ ok: true });
  expect(await registry.unhold(releaseOf(2, 6))).toMatchObject({ ok: true });
});

test('only a version that is approved as it is may be released', async () => {
  const answer = await registry.version(1);
  const version = (answer as Extract<typeof answer, { ok: true }>).view;
  expect(notReleasable(version)).toBeUndefined();
  expect(notReleasable({ ...version, state: 'Revoked' })).toContain('Revoked');
  expect(notReleasable({ ...version, artifactSha256: 'c'.repeat(64) })).toContain('another image or artifact');
  expect(notReleasable({ ...version, approved: undefined })).toContain('another image or artifact');
});

test('names are short enough for whatever takes them, and those of two endpoints never meet', () => {
  const long = (last: string) => after(serving(), starting({ profile: { ...PROFILE, endpointName: `${'a'.repeat(62)}${last}` } })).release!;
  const namesOf = (release: Release) => canaryNames({ ...release, number: 999_999, revision: 999_999 });
  for (const name of namesOf(long('b'))) {
    expect(name).toMatch(/^[a-z0-9](-*[a-z0-9]){0,62}$/);
    expect(namesOf(long('c'))).not.toContain(name);
  }
});

function canaryNames(release: Release): string[] {
  const { known, to } = wanted('finish', release, 0);
  return [...known.filter((name) => name !== 'config-1'), ...to!.variants.map(({ modelName }) => modelName)];
}
