import { Registration } from '../../../lib/registry/runtime/contract';
import { person } from '../support/callers';
import { accessDenied } from '../support/dynamodb-errors';
import { AUDIT_TABLE, codeOf, REGISTRY_TABLE, RegistryBench } from '../support/registry-bench';

/** Version 1 and 2 served, 3 is approved: a promotion goes to 3, a rollback to 1. */
let bench: RegistryBench;
/** What each version was registered with; place 0 is nobody's. */
let supplies: Registration[];
beforeEach(async () => {
  bench = new RegistryBench();
  supplies = [0, 1, 2, 3].map((number) => bench.supplies('fraud', `content ${number}`));
  for (const number of [1, 2]) {
    await bob().act('promote', 'fraud', await bench.approved('fraud', `content ${number}`));
  }
  await bench.approved('fraud', 'content 3');
});

const bob = (client?: string) => bench.as(person('bob'), client);
const stored = () => JSON.stringify([bench.dynamodb.items(REGISTRY_TABLE), bench.dynamodb.items(AUDIT_TABLE)]);
const objectOf = (revision: number) => supplies[revision].artifact.slice('s3://'.length);
const problem = (name: string, httpStatusCode: number) => Object.assign(new Error(name), { name, $metadata: { httpStatusCode } });
const loseArtifact = (revision: number) => { bench.s3.objects.delete(objectOf(revision)); };
const loseImage = (revision: number) => { bench.ecr.delete(supplies[revision].image); };

const PROMOTE = { name: 'a promotion', target: 3, send: async (key?: string) => bob().act('promote', 'fraud', 3, { key }) };
const ROLLBACK = { name: 'a rollback', target: 1, send: async (key?: string) => bob().rollback('fraud', { key }) };

describe.each([PROMOTE, ROLLBACK])('$name', ({ target, send }) => {
  /** Refused, with this problem, and nothing is written. */
  async function refused(detail: RegExp, status = 422, code = 'REFUSED'): Promise<void> {
    const before = stored();
    expect(await send()).toMatchObject({ status, body: { code, detail: expect.stringMatching(detail) } });
    expect(stored()).toBe(before);
  }

  test('looks at artifact and image, each once, before it writes', async () => {
    const order: string[] = [];
    bench.s3.before = (name) => { order.push(name); };
    bench.ecr.before = (name) => { order.push(name); };
    bench.dynamodb.hooks.before = ({ name }) => { order.push(name); };
    expect((await send()).body).toMatchObject({ production: target });
    expect(order.filter((name) => !name.endsWith('GetItem'))).toEqual(['HeadObject', 'DescribeImages', 'TransactWriteItems']);
  });

  test('is refused when the artifact is gone', async () => {
    loseArtifact(target);
    await refused(/^there is no object at s3:\S+\.tar\.gz; put the same file back at this key, or promote another version$/);
  });

  test('looks for the artifact where it was registered, though new ones go to another bucket by now', async () => {
    const looked: unknown[] = [];
    bench.s3.before = (_name, input) => { looked.push(input); };
    Object.assign(bench.settings, { artifactBucket: 'new' });
    expect((await send()).body).toMatchObject({ production: target });
    expect(looked).toMatchObject([{ Bucket: supplies[target].artifact.split('/')[2] }]);
  });

  test('is refused when the image is gone', async () => {
    loseImage(target);
    await refused(/^there is no image \S+@sha256:[0-9a-f]{64}; push the same image again, or promote another version$/);
  });

  test('is told of both at once', async () => {
    loseArtifact(target);
    loseImage(target);
    await refused(/^there is no object at .*\nthere is no image /);
  });

  test('is refused when ECR answers, and not with that image', async () => {
    bench.ecr.client = () => ({ send: async () => ({ imageDetails: [{ imageDigest: `sha256:${'0'.repeat(64)}` }] }) }) as unknown as ReturnType<typeof bench.ecr.client>;
    await refused(/^there is no image /);
  });

  test('is refused when something else lies there than was approved', async () => {
    bench.s3.objects.set(objectOf(target), { body: 'x', checksumSha256: Buffer.alloc(32, 1).toString('base64'), checksumType: 'FULL_OBJECT' });
    await refused(/^the object at \S+ has the SHA-256 (01){32}, not the one in its key/);
  });

  test('is refused when nobody lets the registry look', async () => {
    bench.s3.before = () => { throw problem('403', 403); };
    await refused(/^the registry cannot read s3:/);
    bench.s3.before = undefined;
    bench.ecr.before = () => { throw accessDenied('ecr:DescribeImages'); };
    await refused(/^the registry may not use the repository of /);
  });

  test('is not done when looking fails for good, in whatever way, though the other is missing too', async () => {
    loseArtifact(target);
    bench.ecr.before = () => { throw problem('InvalidParameterException', 400); };
    await refused(/^the registry failed, and its log says why/, 500, 'INTERNAL');
  });

  test('is not done while ECR throttles, and the caller is told to come again', async () => {
    bench.ecr.before = () => { throw problem('ThrottlingException', 400); };
    await refused(/send the same request with the same request key again/, 503, 'BUSY');
  });

  test('looks again when throttling passes', async () => {
    let times = 0;
    bench.ecr.before = () => { if ((times += 1) < 3) { throw problem('ThrottlingException', 400); } };
    expect((await send()).body).toMatchObject({ production: target });
  });

  test('that was done is answered again, though what it needed is gone since', async () => {
    const first = await send('the-key');
    loseArtifact(target);
    expect(await send('the-key')).toMatchObject({ status: 200, body: first.body });
  });

  test('that is done by its twin meanwhile is answered as the twin was', async () => {
    let looked = false;
    bench.s3.before = async () => {
      if (!looked) {
        looked = true;
        await send('the-key');
        loseArtifact(target);
      }
    };
    expect(await send('the-key')).toMatchObject({ status: 200, body: { production: target }, headers: { 'idempotent-replayed': 'true' } });
  });
});

test('a rollback that goes to another version in the end looks at that one', async () => {
  // between look and write somebody promotes 3: the rollback then goes to 2, whose image is gone
  loseImage(2);
  let promoted = false;
  bench.dynamodb.hooks.before = async ({ name, client }) => {
    if (name === 'TransactWriteItems' && client === 'late' && !promoted) {
      promoted = true;
      await bob('early').act('promote', 'fraud', 3);
    }
  };
  expect(codeOf(await bob('late').rollback('fraud'))).toBe('REFUSED');
  expect((await bob().get('/tenants/default/models/fraud/production')).body).toMatchObject({ revision: 3 });
});

test('a hold and a retirement look at nothing', async () => {
  loseImage(3);
  expect((await bob().act('hold', 'fraud', 3, { body: { release: 'green', as: 'shadow' } })).status).toBe(200);
  expect((await bob().act('unhold', 'fraud', 3, { body: { release: 'green' } })).status).toBe(200);
  expect((await bob().act('retire', 'fraud', 3)).status).toBe(200);
});
