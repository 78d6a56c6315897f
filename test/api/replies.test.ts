import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { API_KEY, Gateway, Reply } from './gateway';
import { inferenceApi, resourcesOf } from './supplies';
import { CHOSEN_REQUEST_ID, EXTENDED_REQUEST_ID } from './velocity';
import { ApiAuth } from '../../lib/api';
import { Problem, PROBLEMS } from '../../lib/api/problem';

/** What SageMaker and a container write, and no caller may read. */
const INTERNAL = [
  'arn:aws:logs:eu-west-1:111122223333:log-group:/aws/sagemaker/Endpoints/churn', '111122223333', 'Traceback (most recent call last)',
  'churn-config-7', 'Candidate', 'eu-west-1.console.aws.amazon.com',
];

let gateway: Gateway;
let apiName: string;
beforeAll(() => {
  const stack = new Stack(new App(), 'Test');
  ({ apiName } = inferenceApi(stack));
  gateway = new Gateway(stack);
});

function answered(status: number, body: string, headers: Reply['headers'] = {}, sent: Reply['headers'] = {}): Reply {
  return gateway.call({
    method: 'POST',
    path: '/models/churn/invocations',
    token: { use: 'access', scope: `${apiName}/churn:invoke` },
    headers: { 'x-api-key': API_KEY, ...sent },
    body: '{}',
  }, () => ({ status, headers, body }));
}

const modelError = (status: unknown) => JSON.stringify({
  ErrorCode: 'CLIENT_ERROR_FROM_MODEL', OriginalStatusCode: status, OriginalMessage: INTERNAL[2], LogStreamArn: INTERNAL[0], Message: INTERNAL.join(' '),
});
const message = (words: string) => JSON.stringify({ message: `${words} ${INTERNAL.join(' ')}` });

describe('a reply of SageMaker', () => {
  test.each([
    ['a refusal of the request', 400, message('1 validation error detected'), 400, 'bad-request', undefined],
    ['too many requests, in the type', 400, JSON.stringify({ __type: 'ThrottlingException' }), 429, 'throttled', '5'],
    ['too many requests, in words', 400, message('Rate exceeded'), 429, 'throttled', '5'],
    ['no such endpoint', 400, message('Endpoint churn of account 111122223333 not found.'), 503, 'unavailable', '10'],
    ['a role without permission', 403, message('User: arn:aws:sts::111122223333:assumed-role/x is not authorized'), 500, 'internal', undefined],
    ['a path that SageMaker does not know', 404, message('UnknownOperationException'), 500, 'internal', undefined],
    ['too many bytes', 413, message('too large'), 413, 'too-large', undefined],
    ['a model that refuses', 424, modelError(400), 400, 'model-refused', undefined],
    ['a model that finds nothing', 424, modelError(404), 400, 'model-refused', undefined],
    ['a model that finds too much', 424, modelError(413), 413, 'too-large', undefined],
    ['a model that does not know the type', 424, modelError(415), 415, 'unsupported-media-type', undefined],
    ['a model that is busy', 424, modelError(429), 429, 'throttled', '5'],
    ['a model that fails', 424, modelError(500), 502, 'model-failed', undefined],
    ['a model that times out', 424, modelError(504), 502, 'model-failed', undefined],
    ['a model without a status', 424, modelError(undefined), 502, 'model-failed', undefined],
    ['a status that is a text', 424, modelError('teapot'), 502, 'model-failed', undefined],
    ['a model that is still being loaded', 429, message('ModelNotReadyException'), 503, 'unavailable', '10'],
    ['a failure of the service', 500, message('InternalFailure'), 500, 'internal', undefined],
    ['a service that is not there', 503, message('ServiceUnavailable'), 503, 'unavailable', '10'],
    ['a failure behind the service', 530, message('InternalDependencyException'), 500, 'internal', undefined],
    ['a status that nobody knows', 207, message('?'), 500, 'internal', undefined],
    ['a redirect', 302, message('?'), 500, 'internal', undefined],
    ['HTML with a known status', 503, '<html>111122223333</html>', 503, 'unavailable', '10'],
    ['HTML where JSON was expected', 424, '<html>111122223333</html>', 500, 'internal', undefined],
    ['nothing where JSON was expected', 400, '', 500, 'internal', undefined],
  ])('that means %s becomes a problem without a word of it', (_, status, body, expected, code, retryAfter) => {
    const reply = answered(status, body, { 'x-amzn-errortype': 'ModelError', 'x-Amzn-Invoked-Production-Variant': 'Candidate' });
    expect(reply.status).toBe(expected);
    expect(reply.headers['Content-Type']).toBe('application/problem+json');
    expect(reply.headers['Retry-After']).toBe(retryAfter);
    expect(JSON.parse(reply.body)).toEqual({
      type: 'about:blank', status: expected, code, title: expect.any(String), detail: expect.any(String), requestId: EXTENDED_REQUEST_ID,
    });
    const all = JSON.stringify(reply);
    expect(INTERNAL.filter((word) => all.includes(word))).toEqual([]);
    expect(all).not.toContain(CHOSEN_REQUEST_ID);
  });

  test('is a problem also for a caller who accepts something else', () => {
    expect(answered(424, modelError(500), {}, { Accept: 'text/html' }).body).toContain('"code":"model-failed"');
  });

  test('that is a prediction passes, without the headers that tell of variants', () => {
    const reply = answered(200, '{"a": 1.50}', {
      'Content-Type': 'application/json', 'x-Amzn-Invoked-Production-Variant': 'Candidate', 'X-Amzn-SageMaker-Custom-Attributes': 'trace=1',
    });
    expect(reply).toEqual({ status: 200, headers: { 'Content-Type': 'application/json' }, body: '{"a": 1.50}' });
  });
});

describe('a reply of the gateway', () => {
  const responses = (auth?: ApiAuth) => {
    const stack = new Stack(new App(), 'Test');
    inferenceApi(stack, { auth });
    return new Map(Object.values(resourcesOf(stack, 'AWS::ApiGateway::GatewayResponse')).map(({ Properties: all }) => [String(all.ResponseType), {
      status: Number(all.StatusCode),
      headers: all.ResponseParameters as Record<string, string>,
      body: JSON.parse((all.ResponseTemplates as Record<string, string>)['application/json']) as Record<string, unknown>,
    }]));
  };

  test.each([
    ['ACCESS_DENIED', 403], ['API_CONFIGURATION_ERROR', 500], ['AUTHORIZER_CONFIGURATION_ERROR', 500], ['AUTHORIZER_FAILURE', 500],
    ['BAD_REQUEST_BODY', 400], ['BAD_REQUEST_PARAMETERS', 400], ['DEFAULT_4XX', 400], ['DEFAULT_5XX', 500], ['EXPIRED_TOKEN', 401],
    ['INTEGRATION_FAILURE', 504], ['INTEGRATION_TIMEOUT', 504], ['INVALID_API_KEY', 403], ['INVALID_SIGNATURE', 401],
    ['MISSING_AUTHENTICATION_TOKEN', 404], ['QUOTA_EXCEEDED', 429], ['REQUEST_TOO_LARGE', 413], ['RESOURCE_NOT_FOUND', 404], ['THROTTLED', 429],
    ['UNAUTHORIZED', 401], ['UNSUPPORTED_MEDIA_TYPE', 415], ['WAF_FILTERED', 403],
  ])('%s is a problem with the status %p', (type, status) => {
    const response = responses().get(type);
    expect(response?.status).toBe(status);
    expect(response?.headers['gatewayresponse.header.Content-Type']).toBe("'application/problem+json'");
    expect(response?.body).toMatchObject({ status, requestId: '$context.extendedRequestId' });
  });

  test('uses no text of the gateway, which could quote the request', () => {
    const variables = [...responses().values()].flatMap(({ body }) => JSON.stringify(body).match(/\$[\w.]+/g) ?? []);
    expect(new Set(variables)).toEqual(new Set(['$context.extendedRequestId']));
  });

  test.each([['THROTTLED', "'5'"], ['QUOTA_EXCEEDED', "'3600'"]])('%s says when to come back', (type, seconds) => {
    expect(responses().get(type)?.headers['gatewayresponse.header.Retry-After']).toBe(seconds);
  });

  test('tells a caller without a signature that he may not, where there are signatures', () => {
    expect(responses(ApiAuth.iam()).get('MISSING_AUTHENTICATION_TOKEN')?.status).toBe(403);
  });
});

test('the README of the area has every problem, with its status and the seconds to wait', () => {
  const readme = readFileSync(join(__dirname, '..', '..', 'lib', 'api', 'README.md'), 'utf8');
  const rows = readme.split('\n').flatMap((line) => {
    const [, status, code, , again] = /^\| (\d{3}) \| `([a-z-]+)` \| (.+) \| (.+) \|$/.exec(line) ?? [];
    return status === undefined ? [] : [{ status: Number(status), code, retryAfter: /`Retry-After` (\d+) s/.exec(again)?.[1] }];
  });
  const problems: readonly Problem[] = Object.values(PROBLEMS);
  expect(rows).toEqual(problems.map(({ status, code, retryAfter }) => ({ status, code, retryAfter: retryAfter?.toString() })));
});

test('every problem has a title, a detail and a code of its own', () => {
  const problems = Object.values(PROBLEMS);
  expect(new Set(problems.map(({ code }) => code)).size).toBe(problems.length);
  expect(problems.filter(({ title, detail }) => title === '' || detail === '')).toEqual([]);
});
