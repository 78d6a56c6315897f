import { Registration } from '../../../lib/registry/runtime/contract';
import { person } from '../support/callers';
import { AUDIT_TABLE, codeOf, REGISTRY_TABLE, RegistryBench } from '../support/registry-bench';

let bench: RegistryBench;
beforeEach(() => { bench = new RegistryBench(); });

const ann = () => bench.as(person('ann'));
const bob = () => bench.as(person('bob'));
const version = async (revision: number) => (await ann().get(`/tenants/default/models/fraud/versions/${revision}`)).body;
/** Everything that is stored, to see that nothing was written. */
const stored = () => JSON.stringify([bench.dynamodb.items(REGISTRY_TABLE), bench.dynamodb.items(AUDIT_TABLE)]);

describe('gates', () => {
  const evaluation = { accuracy: 0.9, bias: 0.05, p99LatencyMs: 40, dataset: 's3://data/test' };
  const gated = (minimums: object) => new RegistryBench({ approvalMinimums: new Map([['fraud', minimums], ['constructor', { accuracy: 1 }]]) });

  test.each([[{ accuracy: 0.95 }, /accuracy 0.9 is below 0.95/], [{ bias: 0.01, p99LatencyMs: 10 }, /bias .*; p99 latency/]])(
    'of a model hold for its approvals: %j', async (minimums, complaint) => {
      bench = gated(minimums);
      await ann().register('fraud', { ...bench.supplies('fraud'), evaluation });
      expect(await bob().approve('fraud', 1)).toMatchObject({ status: 422, body: { detail: expect.stringMatching(complaint) } });
      expect(bench.ecr.tags(bench.supplies('fraud').image)).toEqual([]);
    });

  test('let a version through that reaches them', async () => {
    bench = gated({ accuracy: 0.9, bias: 0.05, p99LatencyMs: 40 });
    await ann().register('fraud', { ...bench.supplies('fraud'), evaluation });
    expect((await bob().approve('fraud', 1)).status).toBe(200);
  });

  test('are those of the model alone', async () => {
    bench = gated({ accuracy: 1 });
    await ann().register('churn', bench.supplies('churn'));
    expect((await bob().approve('churn', 1)).status).toBe(200);
    await ann().register('constructor', bench.supplies('constructor'));
    expect(codeOf(await bob().approve('constructor', 1))).toBe('REFUSED');
  });
});

describe('an approval', () => {
  let supplies: Registration;
  beforeEach(async () => {
    supplies = bench.supplies('fraud');
    await ann().register('fraud', supplies);
  });

  test('names what it approves', async () => {
    expect(codeOf(await bob().act('approve', 'fraud', 1, { body: {} }))).toBe('BAD_REQUEST');
    const other = bench.supplies('fraud', 'two');
    for (const [{ image }, { artifactSha256 }] of [[other, other], [other, supplies], [supplies, other]]) {
      expect(codeOf(await bob().act('approve', 'fraud', 1, { body: { image, artifactSha256 } }))).toBe('REFUSED');
    }
    expect((await bob().approve('fraud', 1)).status).toBe(200);
    expect((await version(1)).approved).toEqual({ image: supplies.image, artifactSha256: supplies.artifactSha256 });
  });

  test('tags the image, so that it never expires, before it is written', async () => {
    bench.dynamodb.hooks.before = ({ name }) => {
      if (name === 'TransactWriteItems') {
        expect(bench.ecr.tags(supplies.image)).toEqual(['release-default.fraud.1']);
      }
    };
    expect((await bob().approve('fraud', 1)).status).toBe(200);
    expect.assertions(2);
  });

  test('that is refused tags nothing', async () => {
    await ann().approve('fraud', 1);
    expect(bench.ecr.tags(supplies.image)).toEqual([]);
  });

  test('finds its tag there from an attempt before, and goes on', async () => {
    bench.ecr.push('models/fraud', 'one', 'release-default.fraud.1');
    expect((await bob().approve('fraud', 1)).status).toBe(200);
    expect(bench.ecr.calls.filter((name) => name === 'PutImage')).toEqual([]);
  });

  test('is refused when its tag is on another image', async () => {
    bench.ecr.push('models/fraud', 'other', 'release-default.fraud.1');
    const before = stored();
    expect(await bob().approve('fraud', 1)).toMatchObject({
      status: 422, body: { detail: expect.stringMatching(/^the tag release-default\.fraud\.1 is on sha256:/) },
    });
    expect(stored()).toBe(before);
  });

  test.each([
    ['ImageAlreadyExistsException', 200], ['ImageTagAlreadyExistsException', 422], ['AccessDeniedException', 422], ['LayersNotFoundException', 500],
  ])('that meets %s when it tags is answered %i', async (name, status) => {
    bench.ecr.before = (call) => {
      if (call === 'PutImage') {
        throw Object.assign(new Error(name), { name });
      }
    };
    expect((await bob().approve('fraud', 1)).status).toBe(status);
  });

  test('is refused when the image is gone', async () => {
    bench.ecr.delete(supplies.image);
    expect(await bob().approve('fraud', 1)).toMatchObject({ status: 422, body: { detail: expect.stringMatching(/^there is no image/) } });
  });

  test('waits for ECR when that is short of breath', async () => {
    let failures = 3;
    bench.ecr.before = () => {
      if (failures-- > 0) {
        throw Object.assign(new Error('slow'), { name: 'ThrottlingException' });
      }
    };
    expect((await bob().approve('fraud', 1)).status).toBe(200);
  });
});

describe('a registration', () => {
  const denied = () => { throw Object.assign(new Error('no'), { name: '403', $metadata: { httpStatusCode: 403 } }); };

  test('needs its artifact to be there', async () => {
    const supplies = bench.supplies('fraud');
    bench.s3.objects.clear();
    expect(await ann().register('fraud', supplies)).toMatchObject({ status: 422, body: { detail: expect.stringMatching(/^there is no object at/) } });
    expect(bench.dynamodb.items(REGISTRY_TABLE)).toEqual([]);
  });

  test('needs an artifact that it may read', async () => {
    bench.s3.before = denied;
    expect(await ann().register('fraud', bench.supplies('fraud'))).toMatchObject({ status: 422, body: { code: 'REFUSED' } });
  });

  test('needs its image to be there', async () => {
    const supplies = bench.supplies('fraud');
    bench.ecr.delete(supplies.image);
    expect(codeOf(await ann().register('fraud', supplies))).toBe('REFUSED');
    const image = supplies.image.replace('models/fraud', 'models/other');
    expect(codeOf(await ann().register('fraud', { ...supplies, image }))).toBe('REFUSED');
  });

  test('needs a repository that it may look into, and says so', async () => {
    bench.ecr.before = denied;
    const { body } = await ann().register('fraud', bench.supplies('fraud'));
    expect(body.detail).toMatch(/^the registry may not use the repository of .*; add it to the repositories of the registry$/);
  });

  test.each([
    ['FULL_OBJECT', 'another', 422], ['COMPOSITE', 'another', 201], ['FULL_OBJECT', 'none', 201], ['FULL_OBJECT', 'its own', 201],
    ['FULL_OBJECT', 'of parts', 201],
  ] as const)('compares the hash that S3 knows: %s, %s: %i', async (checksumType, known, status) => {
    const supplies = bench.supplies('fraud');
    const [[key, object]] = [...bench.s3.objects];
    const other = Buffer.from('f'.repeat(64), 'hex').toString('base64');
    const checksumSha256 = { 'another': other, 'none': undefined, 'its own': object.checksumSha256, 'of parts': `${other}-3` }[known];
    bench.s3.objects.set(key, { body: object.body, checksumType, checksumSha256 });
    expect((await ann().register('fraud', supplies)).status).toBe(status);
  });
});
