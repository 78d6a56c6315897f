import { App, aws_apigateway as apigateway, Stack } from 'aws-cdk-lib';
import { API_KEY, Call, Gateway, IntegrationRequest, Reply } from './gateway';
import { inferenceApi, inputs, named } from './supplies';
import { EXTENDED_REQUEST_ID } from './velocity';
import { ApiEndpoint, InferenceApi } from '../../lib/api';

const { JsonSchemaType: Type } = apigateway;
const MIB = 1024 * 1024;
const PREDICTION: Reply = { status: 200, headers: { 'content-type': 'application/json' }, body: '[0.9]' };

const bodyWith = (feature: string): apigateway.JsonSchema => ({
  type: Type.OBJECT, required: [feature], properties: { [feature]: { type: Type.NUMBER } },
});

let api: InferenceApi;
let gateway: Gateway;
beforeAll(() => {
  const stack = new Stack(new App(), 'Test');
  api = inferenceApi(stack, {
    endpoints: [named(stack, 'churn')],
    routes: [
      ApiEndpoint.realTime(named(stack, 'rank'), { contentTypes: ['text/csv', 'application/jsonlines'], accept: 'text/csv' }),
      ...['typed', 'twin'].map((name) => ApiEndpoint.realTime(named(stack, name), { schema: bodyWith('age') })),
      ApiEndpoint.realTime(named(stack, 'other'), { schema: bodyWith('price') }),
      ApiEndpoint.asynchronous(named(stack, 'batch'), { inputs: inputs(stack), inputPrefix: 'requests/eu/', contentType: 'image/png' }),
    ],
  });
  gateway = new Gateway(stack);
});

/** A call of somebody who may call everything. */
function send(call: Partial<Call>, answer: Reply = PREDICTION): { reply: Reply; sent?: IntegrationRequest } {
  let sent: IntegrationRequest | undefined;
  const scope = ['churn', 'rank', 'typed', 'twin', 'other', 'batch'].map((name) => `${api.apiName}/${name}:invoke ${api.apiName}/${name}:health`).join(' ');
  const reply = gateway.call({
    method: 'POST', path: '/models/churn/invocations', token: { use: 'access', scope }, ...call, headers: { 'x-api-key': API_KEY, ...call.headers },
  }, (request) => {
    sent = request;
    return answer;
  });
  return { reply, sent };
}

describe('a request to a real-time endpoint', () => {
  test('becomes an invocation of that endpoint, with constant headers and the id of the request', () => {
    expect(send({ body: '{"age": 31}' }).sent).toEqual({
      uri: 'arn:<AWS::Partition>:apigateway:<AWS::Region>:runtime.sagemaker:path/endpoints/churn/invocations',
      method: 'POST',
      headers: { 'Accept': 'application/json', 'Content-Type': 'application/json', 'X-Amzn-SageMaker-Inference-Id': EXTENDED_REQUEST_ID },
      body: '{"age": 31}',
    });
  });

  test('is answered in the words and the type of the model', () => {
    expect(send({}).reply).toEqual({ status: 200, headers: { 'Content-Type': 'application/json' }, body: '[0.9]' });
  });

  test.each([
    ['numbers with zeros at their end', '{"price": 10.00, "big": 12345678901234567890}'],
    ['letters beyond ASCII', '{"name": "Žofie ☕ 👩‍🔬 \u202e"}'],
    ['half of a character', '{"name": "\ud800"}'],
    ['Velocity', '#set($context.requestOverride.path.a = "x")$input.body ${context.requestId} #foreach($i in [1..9])x#end'],
    ['a directive that stops a template', '#stop #evaluate("#set($a=1)") #[[raw]]#'],
    ['quotes and backslashes', '{"a": "\\" \\\\ \' \\n \\u0000"}'],
    ['line breaks that look like headers', '{"a": 1}\r\nX-Amzn-SageMaker-Target-Variant: Candidate\r\n\r\n{}'],
    ['ten thousand levels', '['.repeat(10_000) + ']'.repeat(10_000)],
    ['something that is no JSON', '<xml/>'],
    ['nothing but a space', ' '],
    ['keys of prototypes', '{"__proto__": {"a": 1}, "constructor": {"prototype": 1}}'],
    ['a secret of the stack', '{{resolve:secretsmanager:x}}'],
  ])('passes a body with %s as it is', (_, body) => {
    expect(send({ body }).sent?.body).toBe(body);
  });

  test.each([6 * MIB, 6 * MIB + 1])('passes %p bytes: it is SageMaker that counts them, and its refusal is told', (size) => {
    const body = 'x'.repeat(size);
    const answer = { status: 413, headers: {}, body: 'arn:aws:sagemaker:eu-west-1:111122223333:endpoint/churn' };
    const { sent, reply } = send({ body }, size > 6 * MIB ? answer : PREDICTION);
    expect(sent?.body.length).toBe(size);
    expect(reply.status).toBe(size > 6 * MIB ? 413 : 200);
    expect(reply.body).not.toContain('arn:');
  });

  test('with more than 10 MB ends at the gateway', () => {
    const { sent, reply } = send({ body: 'x'.repeat(10 * MIB + 1) });
    expect(sent).toBeUndefined();
    expect(reply).toMatchObject({ status: 413, headers: { 'Content-Type': 'application/problem+json' } });
  });

  test.each([
    'X-Amzn-SageMaker-Target-Variant', 'x-amzn-sagemaker-target-variant', 'X-AMZN-SAGEMAKER-TARGET-VARIANT', 'X-Amzn-SageMaker-Target-Model',
    'X-Amzn-SageMaker-Target-Container-Hostname', 'X-Amzn-SageMaker-Inference-Component', 'X-Amzn-SageMaker-Inference-Id',
    'X-Amzn-SageMaker-Session-Id', 'X-Amzn-SageMaker-Enable-Explanations', 'X-Amzn-SageMaker-Custom-Attributes', 'X-Amz-Target',
    'X-Amzn-SageMaker-InputLocation', 'X-HTTP-Method-Override', 'X-Forwarded-Host', 'Host', 'Authorization', 'Cookie', 'Accept',
  ])('loses the header %s that the caller sent', (name) => {
    const { sent } = send({ headers: { [name]: 'smuggled' }, body: '{}' });
    expect(JSON.stringify(sent)).not.toContain('smuggled');
  });

  test.each([
    ['churn', undefined, 'application/json'],
    ['churn', 'application/json; charset=utf-8', 'application/json'],
    ['churn', 'APPLICATION/JSON', 'application/json'],
    ['rank', 'text/csv', 'text/csv'],
    ['rank', 'text/csv; header=present', 'text/csv'],
    ['rank', 'application/jsonlines', 'application/jsonlines'],
  ])('to %s with the type %p tells the model %p', (name, type, expected) => {
    const { sent } = send({ path: `/models/${name}/invocations`, headers: type === undefined ? {} : { 'Content-Type': type }, body: '1' });
    expect(sent?.headers['Content-Type']).toBe(expected);
  });

  test.each([
    ['churn', 'text/csv'], ['churn', 'application/octet-stream'], ['churn', 'image/png'], ['churn', '*/*'], ['churn', ''],
    ['churn', 'multipart/form-data; boundary=x'], ['rank', 'application/json'], ['rank', undefined],
  ])('to %s with the type %p is refused', (name, type) => {
    const { sent, reply } = send({ path: `/models/${name}/invocations`, headers: type === undefined ? {} : { 'Content-Type': type }, body: '1' });
    expect(sent).toBeUndefined();
    expect(reply.status).toBe(415);
    expect(JSON.parse(reply.body)).toMatchObject({ code: 'unsupported-media-type', requestId: EXTENDED_REQUEST_ID });
  });

  test.each([['typed', 'age'], ['twin', 'age'], ['other', 'price']])('that does not fit the schema of %s never reaches the model', (name, feature) => {
    const path = `/models/${name}/invocations`;
    expect(send({ path, body: `{"${feature}": 31}` }).sent?.body).toBe(`{"${feature}": 31}`);
    for (const body of ['{}', `{"${feature}": "old"}`, `{"not-${feature}": 31}`, '[]', '']) {
      const { sent, reply } = send({ path, body });
      expect(sent).toBeUndefined();
      expect(reply.status).toBe(400);
    }
  });
});

describe('a request to an asynchronous endpoint', () => {
  const path = '/models/batch/invocations';
  const QUEUED = {
    status: 202,
    headers: {
      'X-Amzn-SageMaker-OutputLocation': 's3://our-outputs/1.out', 'X-Amzn-SageMaker-FailureLocation': 's3://our-failures/1.out',
    },
    body: '{"InferenceId": "1", "arn": "arn:aws:sagemaker"}',
  };

  test('names an input below the prefix, and is answered with the place of the answer', () => {
    const { sent, reply } = send({ path, body: '{"input": "2026/11/a.png"}' }, QUEUED);
    expect(sent).toEqual({
      uri: 'arn:<AWS::Partition>:apigateway:<AWS::Region>:runtime.sagemaker:path/endpoints/batch/async-invocations',
      method: 'POST',
      headers: {
        'X-Amzn-SageMaker-Accept': 'application/json',
        'X-Amzn-SageMaker-Content-Type': 'image/png',
        'X-Amzn-SageMaker-Inference-Id': EXTENDED_REQUEST_ID,
        'X-Amzn-SageMaker-InputLocation': 's3://our-inputs/requests/eu/2026/11/a.png',
      },
      body: '',
    });
    expect(reply).toEqual({
      status: 202,
      headers: { 'Content-Type': 'application/json', 'Location': 's3://our-outputs/1.out', 'X-Failure-Location': 's3://our-failures/1.out' },
      body: JSON.stringify({ status: 'queued', requestId: EXTENDED_REQUEST_ID }),
    });
  });

  test.each([
    '../secrets/a', 'a/../b', '/a', 'a//b', 'a/', '.a', 'a/.b', '', 's3://foreign/a', 'https://169.254.169.254/latest', 'a b', 'a\nX-Evil: 1', 'a%2e%2e',
    'a?versionId=1', 'a#b', '$context.requestId', 'é', 'a'.repeat(513), 'a..b', 'a./b',
  ])('is refused for the input %p', (input) => {
    const { sent, reply } = send({ path, body: JSON.stringify({ input }) }, QUEUED);
    expect(sent).toBeUndefined();
    expect(reply.status).toBe(400);
  });

  test.each(['{}', '{"input": 1}', '{"input": ["a"]}', '{"input": "a", "InputLocation": "s3://foreign/a"}', '[]', 'a'])('is refused for %s', (body) => {
    expect(send({ path, body }, QUEUED).reply.status).toBe(400);
  });
});

describe('a question for the state', () => {
  const ask = (answer: Reply, name = 'churn') => send({ method: 'GET', path: `/models/${name}/health` }, answer);
  const described = (EndpointStatus: unknown): Reply =>
    ({ status: 200, headers: {}, body: JSON.stringify({ EndpointStatus, EndpointArn: 'arn:aws:sagemaker:eu-west-1:111122223333:endpoint/churn' }) });

  test('asks for the endpoint of its path, whatever the caller sends', () => {
    const { sent } = send({ method: 'GET', path: '/models/batch/health', body: '{"EndpointName": "churn"}' }, described('InService'));
    expect(sent).toEqual({
      uri: 'arn:<AWS::Partition>:apigateway:<AWS::Region>:api.sagemaker:action/DescribeEndpoint',
      method: 'POST',
      headers: { 'Content-Type': 'application/x-amz-json-1.1', 'X-Amz-Target': 'SageMaker.DescribeEndpoint' },
      body: '{"EndpointName":"batch"}',
    });
  });

  test.each([
    ['InService', 200, { status: 'up' }],
    ['Updating', 200, { status: 'updating' }],
    ['SystemUpdating', 200, { status: 'updating' }],
    ['RollingBack', 200, { status: 'updating' }],
    ['Creating', 503, { code: 'unavailable' }],
    ['OutOfService', 503, { code: 'unavailable' }],
    ['Deleting', 503, { code: 'unavailable' }],
    ['Failed', 503, { code: 'unavailable' }],
    ['UpdateRollbackFailed', 503, { code: 'unavailable' }],
    [undefined, 503, { code: 'unavailable' }],
    ['"}<script>', 503, { code: 'unavailable' }],
  ])('tells of %p: %p', (status, expected, body) => {
    const { reply } = ask(described(status));
    expect(reply.status).toBe(expected);
    expect(reply.headers['Content-Type']).toBe(expected === 200 ? 'application/json' : 'application/problem+json');
    expect(JSON.parse(reply.body)).toMatchObject(body);
    expect(reply.body).not.toContain('arn:');
  });

  test.each([[400, 503], [403, 500], [500, 500], [503, 500]])('of which the service says %p is answered with %p', (status, expected) => {
    expect(ask({ status, headers: {}, body: '{"message": "Could not find endpoint arn:aws:..."}' }).reply.status).toBe(expected);
  });
});
