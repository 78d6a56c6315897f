import { BatchDeleteImageCommand } from '@aws-sdk/client-ecr';
import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import { EmulatedRegistry, succeeded } from './support/emulated-registry';
import { releaseTag } from '../../lib/registry/runtime/images';
import { person, session } from '../registry/support/callers';
import { brokenAt } from '../registry/support/commands';
import { Answer, codeOf } from '../registry/support/registry-bench';

let registry: EmulatedRegistry;
beforeAll(async () => { registry = await EmulatedRegistry.start(); });
afterAll(async () => { await registry.stop(); });

const ann = () => registry.as(person('ann'));
const bob = () => registry.as(person('bob'));
const historyOf = async (model: string) => (await bob().get(`/tenants/default/models/${model}/history`)).body;
const stateOf = async (model: string, revision: number) =>
  (await bob().get(`/tenants/default/models/${model}/versions/${revision}`)).body.state;
const serve = async (model: string, content: string) => {
  const revision = await registry.approved(model, content);
  succeeded(await bob().act('promote', model, revision));
  return revision;
};
const everything = async () => {
  const { moto, registryTable, auditTable } = registry;
  return JSON.stringify([await moto.rows(registryTable), await moto.rows(auditTable)]);
};
/** What was refused leaves both tables as they were. */
const writesNothing = async (act: () => Promise<Answer>) => {
  const before = await everything();
  const answer = await act();
  expect(await everything()).toBe(before);
  return answer;
};

describe('the traces of the invariants, through the bundle that ships, on tables that nobody here wrote', () => {
  test('two versions served and a rollback leave version 1 in production, 2 before it, and seven records in a chain', async () => {
    await serve('trace', 'one');
    await serve('trace', 'two');
    succeeded(await bob().rollback('trace'));
    expect(await historyOf('trace')).toMatchObject({ rev: 7, production: { revision: 1 }, history: [{ revision: 2 }] });
    const rows = await registry.audits('trace');
    expect(rows.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(brokenAt(rows.map(({ record }) => String(record)))).toBeUndefined();
    const { body: { headHash, headSequence } } = await bob().get('/tenants/default/models/trace/audit');
    expect({ headSequence, headHash }).toEqual({ headSequence: 7, headHash: rows[6].hash });
  });

  test('who registered a version cannot approve it', async () => {
    const revision = await registry.registered('eyes', 'one');
    const answer = await writesNothing(() => ann().approve('eyes', revision));
    expect(codeOf(answer)).toBe('FOUR_EYES');
    expect(await stateOf('eyes', revision)).toBe('Pending');
    expect(await registry.audits('eyes')).toHaveLength(1);
  });

  test('nor can another session of the same role', async () => {
    const supplies = await registry.supplies('sessions', 'one');
    succeeded(await registry.as(session('Trainer', 'monday')).register('sessions', supplies));
    expect(codeOf(await registry.as(session('Trainer', 'somebody-else')).approve('sessions', 1))).toBe('FOUR_EYES');
  });

  test('a rejection is final', async () => {
    const revision = await registry.registered('rejected', 'one');
    succeeded(await bob().act('reject', 'rejected', revision));
    expect(codeOf(await writesNothing(() => bob().approve('rejected', revision)))).toBe('REFUSED');
    expect(await stateOf('rejected', revision)).toBe('Rejected');
  });

  test('what nobody approved is not promoted', async () => {
    const revision = await registry.registered('pending', 'one');
    expect(codeOf(await writesNothing(() => bob().act('promote', 'pending', revision)))).toBe('REFUSED');
  });

  test('a promotion with an older rev writes nothing and hears the present one', async () => {
    await serve('stale', 'one');
    const revision = await registry.approved('stale', 'two');
    const answer = await writesNothing(() => bob().act('promote', 'stale', revision, { body: { expectedRev: 4 } }));
    expect([answer.status, codeOf(answer), answer.body.rev]).toEqual([409, 'STALE_REV', 5]);
  });

  test('what is in production is revoked after a rollback, not before', async () => {
    await serve('revoked', 'one');
    const revision = await serve('revoked', 'two');
    expect(codeOf(await writesNothing(() => bob().act('revoke', 'revoked', revision)))).toBe('REFUSED');
    succeeded(await bob().rollback('revoked'));
    succeeded(await bob().act('revoke', 'revoked', revision));
    expect(await stateOf('revoked', revision)).toBe('Revoked');
  });

  test('in an emergency one transaction revokes what serves and puts the version before it into its place', async () => {
    await serve('emergency', 'one');
    const revision = await serve('emergency', 'two');
    const body = { changeTicket: 'INC-1' };
    const answer = succeeded(await bob().act('emergency-revoke', 'emergency', revision, { body }));
    expect(answer.body).toMatchObject({ revision, state: 'Revoked', production: 1, previous: revision });
    expect(await historyOf('emergency')).toMatchObject({ rev: 7, production: { revision: 1 }, history: [{ revision }] });
    expect(codeOf(await writesNothing(() => bob().rollback('emergency')))).toBe('REFUSED');
    succeeded(await bob().act('emergency-revoke', 'emergency', 1, { body: { ...body, leaveEmpty: true } }));
    expect(await historyOf('emergency')).not.toHaveProperty('production');
    expect(brokenAt((await registry.audits('emergency')).map(({ record }) => String(record)))).toBeUndefined();
  });

  test('the third version before production stays, and goes after one more promotion', async () => {
    for (const content of ['one', 'two', 'three', 'four']) {
      await serve('retired', content);
    }
    expect(codeOf(await writesNothing(() => bob().act('retire', 'retired', 1)))).toBe('REFUSED');
    await serve('retired', 'five');
    succeeded(await bob().act('retire', 'retired', 1));
    expect(await stateOf('retired', 1)).toBe('Retired');
  });

  test('records 9, 10 and 11 are read in that order', async () => {
    const { body } = await bob().get('/tenants/default/models/retired/audit?after=8&limit=3');
    expect((body.rows as { sequence: number }[]).map(({ sequence }) => sequence)).toEqual([9, 10, 11]);
  });
});

describe('what lies outside the tables', () => {
  test('an approval puts its tag on the image', async () => {
    const supplies = await registry.supplies('tagged', 'one');
    succeeded(await ann().register('tagged', supplies));
    succeeded(await bob().approve('tagged', 1));
    expect(await registry.moto.tagsOf(supplies.image)).toContain(releaseTag('default', 'tagged', 1));
  });

  test('an artifact that is not there is refused', async () => {
    const { artifact, ...supplies } = await registry.supplies('missing', 'one');
    const answer = await writesNothing(() => ann().register('missing', { ...supplies, artifact: artifact.replace('model.tar.gz', 'other.tar.gz') }));
    expect([codeOf(answer), answer.body.detail]).toEqual(['REFUSED', expect.stringContaining('there is no object at')]);
  });

  test('an artifact at the key of another hash is refused', async () => {
    const supplies = await registry.supplies('wrong', 'one');
    const wrong = await registry.moto.upload(registry.artifactBucket, 'wrong', 'tampered', 'what it should be');
    const answer = await writesNothing(() => ann().register('wrong', { ...supplies, ...wrong }));
    expect([codeOf(answer), answer.body.detail]).toEqual(['REFUSED', expect.stringContaining('not the one in its key')]);
  });

  test.each([
    ['a digest that nobody pushed', (image: string) => image.replace(/[0-9a-f]{64}$/, 'f'.repeat(64))],
    ['a repository that is not there', (image: string) => image.replace('/models-', '/others-')],
    ['another account', (image: string) => image.replace(/^\d{12}/, '210987654321')],
  ])('an image is refused: %s', async (_name, change) => {
    const { image, ...supplies } = await registry.supplies('no-image', _name);
    const answer = await writesNothing(() => ann().register('no-image', { ...supplies, image: change(image) }));
    expect([codeOf(answer), answer.body.detail]).toEqual(['REFUSED', expect.stringContaining('there is no image')]);
  });
});

describe('what is gone since its approval does not go into production', () => {
  test.each([
    ['artifact', 'there is no object at', async (_image: string, artifact: string) => {
      const Key = artifact.slice(`s3://${registry.artifactBucket}/`.length);
      await registry.moto.s3.send(new DeleteObjectCommand({ Bucket: registry.artifactBucket, Key }));
    }],
    ['image', 'there is no image', async (image: string) => {
      const [, repositoryName, imageDigest] = /\/([^@]+)@(.+)$/.exec(image) ?? [];
      await registry.moto.ecr.send(new BatchDeleteImageCommand({ repositoryName, imageIds: [{ imageDigest }] }));
    }],
  ])('%s', async (part, complaint, lose) => {
    const model = `lost-${part}`;
    const supplies = await registry.supplies(model, 'one');
    succeeded(await ann().register(model, supplies));
    succeeded(await bob().approve(model, 1));
    await lose(supplies.image, supplies.artifact);
    const answer = await writesNothing(() => bob().act('promote', model, 1));
    expect([codeOf(answer), answer.body.detail]).toEqual(['REFUSED', expect.stringContaining(complaint)]);
  });
});

describe('a request key', () => {
  test('makes a request happen once, and with another body it is refused', async () => {
    const supplies = await registry.supplies('once', 'one');
    const first = succeeded(await ann().register('once', supplies, 'default', 'key-1'));
    const again = succeeded(await ann().register('once', supplies, 'default', 'key-1'));
    expect([again.body, again.headers['idempotent-replayed']]).toEqual([first.body, 'true']);
    const other = await writesNothing(() => ann().register('once', { ...supplies, label: '1.0.0' }, 'default', 'key-1'));
    expect(codeOf(other)).toBe('REQUEST_KEY_REUSED');
  });

  test('is found by another process than the one that did the request', async () => {
    await registry.startMore(1);
    const supplies = await registry.supplies('elsewhere', 'one');
    const first = succeeded(await registry.as(person('ann'), 0).register('elsewhere', supplies, 'default', 'key-1'));
    expect((await registry.as(person('ann'), 1).register('elsewhere', supplies, 'default', 'key-1')).body).toEqual(first.body);
  });
});

test('the bundle writes refusals to its log, and into no chain', async () => {
  const revision = await registry.registered('logged', 'one');
  await ann().approve('logged', revision);
  expect(registry.lines.filter(({ outcome, model }) => outcome === 'REFUSED' && model === 'logged')).toEqual([
    expect.objectContaining({ action: 'model.approve', actor: person('ann').userArn, reason: expect.stringMatching(/^FOUR_EYES: /) }),
  ]);
  expect(await registry.audits('logged')).toHaveLength(1);
});
