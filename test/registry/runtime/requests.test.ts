import { LARGEST_BODY_BYTES, MOST_DATASETS } from '../../../lib/registry/runtime/contract';
import { person } from '../support/callers';
import { gatewayEvent } from '../support/gateway';
import { Answer, ARTIFACT_BUCKET, codeOf, RegistryBench } from '../support/registry-bench';

let bench: RegistryBench;
beforeEach(() => { bench = new RegistryBench({ datasetPrefixes: ['s3://data/approved'] }); });

const ann = () => bench.as(person('ann'));
const lines = (answer: Answer) => String(answer.body.detail).split('\n');
const nothingHappened = () => {
  expect(bench.dynamodb.calls).toEqual([]);
  expect([...bench.s3.calls, ...bench.ecr.calls]).toEqual([]);
};

describe('a path', () => {
  test.each([
    ['-fraud', '`model` must be 2 to 64 characters'],
    ['Fraud', '`model` must be 2 to 64 characters'],
    ['a', '`model` must be 2 to 64 characters'],
    ['a'.repeat(65), '`model` must have at most 64 characters'],
    ['__proto__', '`model` must be 2 to 64 characters'],
    ['fr%23aud', "got 'fr#aud'"],
    ['%2e%2e', "got '..'"],
    ['fraud%2Fversions', "got 'fraud/versions'"],
    ['fraud%0a', "got 'fraud\\u000a'"],
    ['%D0%B0bc', '`model` must be 2 to 64 characters'],
    ['%EF%BD%86raud', '`model` must be 2 to 64 characters'],
    ['fraud%00', "got 'fraud\\u0000'"],
  ])('does not name the model %s', async (model, complaint) => {
    const answer = await ann().get(`/tenants/default/models/${model}/production`);
    expect(codeOf(answer)).toBe('BAD_REQUEST');
    expect(lines(answer)[0]).toContain(complaint);
    nothingHappened();
  });

  test.each(['constructor', 'latest', 'undefined', 'con', 'a__b'])('may name the model %s', async (model) => {
    expect(codeOf(await ann().get(`/tenants/default/models/${model}/production`))).toBe('NOT_FOUND');
  });

  test.each(['A', 'acme_', 'a', '-acme', 'acme-', 'a'.repeat(33), 'a%23b'])('does not name the tenant %s', async (tenant) => {
    const answer = await ann().get(`/tenants/${tenant}/models`);
    expect(codeOf(answer)).toBe('BAD_REQUEST');
    expect(lines(answer)[0]).toMatch(/^`tenant` must be 2 to 32 characters/);
    nothingHappened();
  });

  test.each(['0', '-1', '1.5', '01', '1e3', '0x1', '%31%20', 'x', '99999999999'])('does not name the revision %s', async (revision) => {
    expect(codeOf(await ann().get(`/tenants/default/models/fraud/versions/${revision}`))).toBe('BAD_REQUEST');
    nothingHappened();
  });

  test.each(['latest', 'LATEST', 'prod-latest', '%EF%BD%8Catest', '%20latest'])('does not name a version by %s', async (revision) => {
    const answer = await ann().act('promote', 'fraud', 1, {});
    expect(codeOf(answer)).toBe('NOT_FOUND'); // the route is there
    const said = await ann().post(`/tenants/default/models/fraud/versions/${revision}/promote`);
    expect(lines(said)[0]).toMatch(/^`revision` must not say `latest`, .*; name a revision$/);
  });

  test('with two problems tells both', async () => {
    expect(lines(await ann().get('/tenants/A/models/B/versions/0'))).toHaveLength(3);
  });

  test('is refused when it is not the one that its parameters make', async () => {
    const event = gatewayEvent({ method: 'GET', target: '/tenants/default/models/fraud/production' }, person('ann'));
    for (const rawPath of [
      '/tenants/default/models/%66raud/production', '/tenants/default/models/other/production', '//tenants/default/models/fraud/production',
      '/tenants/default/models/fraud/production/', '/other/tenants/default/models/fraud/production',
    ]) {
      const answer = await ann().handed({ ...event, rawPath });
      expect(codeOf(answer)).toBe('BAD_REQUEST');
      expect(lines(answer)[0]).toMatch(/^`path` must be written \/tenants\/default\/models\/fraud\/production: got/);
    }
    nothingHappened();
  });

  test('may begin with the stage', async () => {
    const event = gatewayEvent({ method: 'GET', target: '/tenants/default/models' }, person('ann')) as { requestContext: object };
    const staged = { ...event, rawPath: '/v1/tenants/default/models', requestContext: { ...event.requestContext, stage: 'v1' } };
    expect((await ann().handed(staged)).status).toBe(200);
  });

  test('of no route is not found, nor one whose method differs', async () => {
    const event = gatewayEvent({ method: 'GET', target: '/tenants/default/models' }, person('ann')) as { requestContext: object };
    expect(codeOf(await ann().handed({ ...event, routeKey: '$default' }))).toBe('NOT_FOUND');
    const posted = { ...event, requestContext: { ...event.requestContext, http: { method: 'POST' } } };
    expect(codeOf(await ann().handed(posted))).toBe('NOT_FOUND');
  });
});

describe('an event', () => {
  test.each([undefined, null, 'x', {}, { Records: [] }])('that is none of API Gateway gets an answer without a word of ours: %j', async (event) => {
    const answer = await ann().handed(event);
    expect(answer).toMatchObject({ status: 500, body: { code: 'INTERNAL' } });
    expect(JSON.stringify(answer.body)).not.toMatch(/routeKey|zod|requestContext/i);
    expect(bench.logged.at(-1)).toMatchObject({ level: 'error' });
  });

  test('without a caller is refused, read or write', async () => {
    const nobody = bench.as(undefined);
    expect(await nobody.get('/tenants/default/models')).toMatchObject({ status: 403, body: { code: 'UNKNOWN_ACTOR' } });
    expect(await nobody.rollback('fraud')).toMatchObject({ status: 403, body: { code: 'UNKNOWN_ACTOR' } });
    nothingHappened();
  });
});

describe('a request key', () => {
  test.each(['', ' ', 'a b', 'a\nb', 'ä', 'x'.repeat(129), 'a#b', '../x'])('is not %j', async (key) => {
    const answer = await ann().rollback('fraud', { key });
    expect(codeOf(answer)).toBe('BAD_REQUEST');
    expect(lines(answer)[0]).toMatch(/^`idempotency-key header` must be 1 to 128 of A-Z/);
    nothingHappened();
  });

  test('has to be there', async () => {
    const answer = await ann().send({ method: 'POST', target: '/tenants/default/models/fraud/rollback' });
    expect(lines(answer)[0]).toContain('got undefined');
  });

  test.each(['a', 'x'.repeat(128), '0b6c1f2e-9d3a-4f57-8f53-0c5e8f9b7a11'])('may be %s', async (key) => {
    expect(codeOf(await ann().rollback('fraud', { key }))).toBe('REFUSED');
  });
});

describe('a body', () => {
  test.each(['{', 'null x', '[1', "{'a':1}", '\ufeff{', '{"a":1}}'])('that is no JSON is refused: %j', async (body) => {
    expect(lines(await ann().rollback('fraud', { body }))[0]).toMatch(/^`body` must be JSON in UTF-8: got/);
    nothingHappened();
  });

  test.each(['null', '[]', '1', '"x"', 'true'])('that is no object is refused: %s', async (body) => {
    expect(lines(await ann().rollback('fraud', { body }))[0]).toMatch(/^`body` must be an object: got/);
  });

  test.each([0, 1])(`may have ${LARGEST_BODY_BYTES} bytes, and %i more`, async (more) => {
    const frame = '{"changeTicket":""}';
    const answer = await ann().rollback('fraud', { body: `{"changeTicket":"${'x'.repeat(LARGEST_BODY_BYTES - frame.length + more)}"}` });
    expect(answer.status).toBe(more === 0 ? 400 : 413);
    nothingHappened();
  });

  test('is measured in bytes, not in characters', async () => {
    expect(codeOf(await ann().rollback('fraud', { body: `{"changeTicket":"${'ä'.repeat(LARGEST_BODY_BYTES / 2)}"}` }))).toBe('TOO_LARGE');
  });

  test('may come in base64, as API Gateway sends what it takes for binary', async () => {
    const request = {
      method: 'POST',
      target: '/tenants/default/models/fraud/rollback',
      headers: { 'idempotency-key': 'k1' },
      body: Buffer.from('{"x":1}').toString('base64'),
    };
    const answer = await ann().handed({ ...gatewayEvent(request, person('ann')), isBase64Encoded: true });
    expect(lines(answer)).toEqual(["`body` must have no fields but expectedRev, changeTicket: got 'x'"]);
  });

  test.each(['{"__proto__":{"expectedRev":1}}', '{"constructor":1}', '{"expectedrev":1}'])('has no fields that nobody knows: %s', async (body) => {
    expect(lines(await ann().rollback('fraud', { body }))[0]).toMatch(/^`body` must have no fields but expectedRev, changeTicket: got/);
    nothingHappened();
  });

  test('with a hundred unknown fields names a few of them', async () => {
    const body = Object.fromEntries(Array.from({ length: 100 }, (_each, place) => [`field${place}`, place]));
    expect(lines(await ann().rollback('fraud', { body }))[0]).toMatch(/'field0', 'field1', 'field2', 'field3', 'field4' and 95 more$/);
  });

  test.each([
    [{ expectedRev: -1 }], [{ expectedRev: '3' }], [{ expectedRev: 1.5 }], [{ expectedRev: null }], [{ changeTicket: '' }],
    [{ changeTicket: 'CHG 1' }], [{ changeTicket: 'x'.repeat(65) }], [{ changeTicket: 'CHG\n1' }], [{ changeTicket: 7 }],
  ])('does not say %j', async (body) => {
    expect(codeOf(await ann().rollback('fraud', { body }))).toBe('BAD_REQUEST');
    nothingHappened();
  });

  test.each(['Shadow', 'SHADOW', 'canary', '', undefined])('does not hold a version as %j', async (as) => {
    const answer = await ann().act('hold', 'fraud', 1, { body: { release: 'r-1', as } });
    expect(lines(answer)[0]).toMatch(/^`as` must be 'shadow' or 'rollout', in lower case: got/);
  });

  test('never comes with query parameters', async () => {
    expect(codeOf(await ann().post('/tenants/default/models/fraud/rollback?expectedRev=1'))).toBe('BAD_REQUEST');
    nothingHappened();
  });
});

describe('a registration', () => {
  const good = () => bench.supplies('fraud');
  const sha256 = 'a'.repeat(64);

  test('tells every problem at once, and what was got in at most 64 characters', async () => {
    const answer = await ann().register('fraud', {
      label: 'latest',
      artifact: 's3://elsewhere/x',
      artifactSha256: 'X',
      image: `repo:latest${'x'.repeat(500)}`,
      lineage: { parent: '1', commit: 'main', datasets: ['s3://data/approvedX/a', 7], featureSchemaHash: '', trainingJob: 'job_1', more: 1 },
      evaluation: { accuracy: 1.1, bias: '0', p99LatencyMs: 0, dataset: 'file:///etc/passwd' },
      state: 'Approved',
      changeTicket: '\u202e',
    });
    expect(answer.status).toBe(400);
    const fields = lines(answer).map((line) => /^`([^`]+)`/.exec(line)?.[1]);
    expect(fields.sort()).toEqual([
      'artifact', 'artifactSha256', 'body', 'changeTicket', 'evaluation.accuracy', 'evaluation.bias', 'evaluation.dataset',
      'evaluation.p99LatencyMs', 'image', 'label', 'lineage', 'lineage.commit', 'lineage.datasets[0]', 'lineage.datasets[1]',
      'lineage.featureSchemaHash', 'lineage.parent', 'lineage.trainingJob',
    ].sort());
    expect(Math.max(...lines(answer).map((line) => line.length))).toBeLessThan(400);
    expect(String(answer.body.detail)).not.toContain('\u202e');
    nothingHappened();
  });

  test.each([
    ['label', '1.2.3-latest'], ['label', 'v1'], ['label', '1.2.3\n'],
    ['artifact', `s3://${ARTIFACT_BUCKET}/fraud/${sha256}/../model.tar.gz`],
    ['artifact', `s3://${ARTIFACT_BUCKET}/churn/${sha256}/model.tar.gz`],
    ['artifact', `s3://${ARTIFACT_BUCKET}x/fraud/${sha256}/model.tar.gz`],
    ['artifact', `s3://${ARTIFACT_BUCKET}/fraud/${sha256.toUpperCase()}/model.tar.gz`],
    ['artifact', `s3://${ARTIFACT_BUCKET}/fraud/${sha256}/model.zip`],
    ['artifact', `s3://${ARTIFACT_BUCKET}/fraud/${sha256}/latest/model.tar.gz`],
    ['artifact', `s3://${ARTIFACT_BUCKET}/fraud/${sha256}/model.tar.gz\n`],
    ['image', 'models/fraud:latest'], ['image', 'models/fraud'],
    ['image', `docker.io/models/fraud@sha256:${sha256}`],
    ['image', `111122223333.dkr.ecr.eu-west-1.amazonaws.com/models/fraud:v1@sha256:${sha256}`],
    ['image', `111122223333.dkr.ecr.eu-west-1.amazonaws.com/models/fraud@sha256:${sha256.toUpperCase()}`],
  ])('does not have the %s %j', async (field, value) => {
    const answer = await ann().register('fraud', { ...good(), [field]: value });
    expect(codeOf(answer)).toBe('BAD_REQUEST');
    expect(lines(answer)[0]).toMatch(new RegExp(`^\`${field}\` must`));
    expect(bench.dynamodb.calls).toEqual([]);
  });

  test('does not have an image of another Region', async () => {
    const image = good().image.replace('eu-west-1', 'us-east-1');
    expect(lines(await ann().register('fraud', { ...good(), image }))).toEqual([
      expect.stringMatching(/^`image` must lie in eu-west-1, where SageMaker of .* pulls from: got .*; copy it there$/),
    ]);
  });

  test('does not have another hash than the key of its artifact says', async () => {
    expect(lines(await ann().register('fraud', { ...good(), artifactSha256: sha256 }))[0]).toMatch(/^`artifactSha256` must be the hash that/);
    nothingHappened();
  });

  test.each([
    [['s3://data/approved/a', 's3://data/approved/a'], /must name each data set once/],
    [Array.from({ length: MOST_DATASETS + 1 }, (_each, place) => `s3://data/approved/${place}`), /must have at most 50 entries/],
    [['s3://data/approvedX/a'], /must lie below an approved prefix: s3:\/\/data\/approved/],
    ['s3://data/approved/a', /must be a list of S3 URIs/],
  ])('does not have the data sets %j', async (datasets, complaint) => {
    expect(lines(await ann().register('fraud', { ...good(), lineage: { datasets } }))[0]).toMatch(complaint);
    nothingHappened();
  });

  test.each([
    [{ accuracy: 0, bias: 1, p99LatencyMs: 0.5, dataset: 's3://data/test' }, 201],
    [{ accuracy: -0.1, bias: 1, p99LatencyMs: 1, dataset: 's3://data/test' }, 400],
    [{ accuracy: 1e-200, bias: 1, p99LatencyMs: 1, dataset: 's3://data/test' }, 400], // no number of DynamoDB's
    [{ accuracy: 1, bias: 1, p99LatencyMs: 1e10, dataset: 's3://data/test' }, 400],
    [{ accuracy: 1, bias: 1, p99LatencyMs: 1 }, 400],
  ])('has the evaluation %j: %i', async (evaluation, status) => {
    expect((await ann().register('fraud', { ...good(), evaluation })).status).toBe(status);
  });

  test('takes everything that there is to say', async () => {
    await ann().register('fraud', good());
    const full = {
      ...bench.supplies('fraud', 'two'),
      label: 'v1.2.3-rc.1',
      lineage: {
        trainingJob: 'train-7',
        datasets: ['s3://data/approved/a', 's3://data/approved/b/'],
        commit: 'c'.repeat(40),
        parent: 1,
        featureSchemaHash: sha256,
      },
      evaluation: { accuracy: 0.93, bias: 0.02, p99LatencyMs: 41.5, dataset: 's3://data/test' },
    };
    expect(await ann().register('fraud', { ...full, changeTicket: 'CHG-12/3', expectedRev: 1 })).toMatchObject({ status: 201 });
    expect((await ann().get('/tenants/default/models/fraud/versions/2')).body).toMatchObject(full);
  });
});
