import { App, aws_apigateway as apigateway, aws_iam as iam, Stack } from 'aws-cdk-lib';
import * as fc from 'fast-check';
import { API_KEY, Call, Gateway, IntegrationRequest } from './gateway';
import { inferenceApi, inputs, named, resourcesOf } from './supplies';
import { ApiAuth, ApiEndpoint, InferenceApi } from '../../lib/api';
import { Policies } from '../support/policy-evaluator';

const NAMES = ['churn', 'churn-eu', 'fraud'];
/** The only headers that may reach SageMaker: what names a variant, a model or a container is not among them. */
const ALLOWED_HEADERS = ['Accept', 'Content-Type', 'X-Amzn-SageMaker-Inference-Id'];
const HEALTH_HEADERS = ['Content-Type', 'X-Amz-Target'];

let stack: Stack;
let api: InferenceApi;
let gateway: Gateway;
beforeAll(() => {
  stack = new Stack(new App(), 'Test');
  api = inferenceApi(stack, { endpoints: NAMES.map((name) => named(stack, name)), corsOrigin: 'https://app.example.com' });
  gateway = new Gateway(stack);
});

function reached(call: Call): IntegrationRequest | undefined {
  let request: IntegrationRequest | undefined;
  gateway.call(call, (sent) => {
    request = sent;
    return { status: 200, headers: {}, body: '{}' };
  });
  return request;
}

const scopeOf = (name: string, verb: string) => `${api.apiName}/${name}:${verb}`;
const everything = () => NAMES.flatMap((name) => [scopeOf(name, 'invoke'), scopeOf(name, 'health')]).join(' ');

describe('whatever a caller sends', () => {
  const text = fc.string({ unit: 'binary', maxLength: 40 });
  const segment = fc.oneof(fc.constantFrom(...NAMES, '..', '.', '', '%2e%2e', 'churn%2finvocations', 'invocations', 'health', 'models'), text);
  const path = fc.oneof(
    fc.array(segment, { maxLength: 6 }).map((segments) => `/${segments.join('/')}`),
    fc.tuple(fc.constantFrom(...NAMES), fc.constantFrom('invocations', 'health')).map(([name, verb]) => `/models/${name}/${verb}`),
  );
  const sageMakerHeader = fc.constantFrom(
    'X-Amzn-SageMaker-Target-Variant', 'x-amzn-sagemaker-target-model', 'X-Amzn-SageMaker-Target-Container-Hostname',
    'X-Amzn-SageMaker-Inference-Component', 'X-Amzn-SageMaker-Inference-Id', 'X-Amz-Target', 'X-Amzn-RequestId', 'Host',
  );
  const headers = fc.dictionary(fc.oneof(sageMakerHeader, fc.string({ maxLength: 20 })), text, { maxKeys: 6 });
  const method = fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'HEAD', 'post');
  const body = fc.oneof(text, fc.json(), fc.constantFrom('{"EndpointName":"fraud"}', '#set($context.requestOverride.path.a = "fraud")'));

  test('only the endpoint that the path names is reached, with headers of ours', () => {
    let requests = 0;
    fc.assert(fc.property(method, path, headers, body, (verb, where, sent, content) => {
      const request = reached({
        method: verb, path: where, body: content, token: { use: 'access', scope: everything() }, headers: { ...sent, 'x-api-key': API_KEY },
      });
      if (request === undefined) {
        return;
      }
      requests += 1;
      const [, name, kind] = /^\/models\/([^/]+)\/(invocations|health)$/.exec(where)!;
      expect(NAMES).toContain(name);
      if (kind === 'invocations') {
        expect(request.uri).toMatch(new RegExp(`:runtime\\.sagemaker:path/endpoints/${name}/invocations$`));
        expect(ALLOWED_HEADERS).toEqual(expect.arrayContaining(Object.keys(request.headers)));
        expect(request.body).toBe(content);
      } else {
        expect(request.uri).toMatch(/:api\.sagemaker:action\/DescribeEndpoint$/);
        expect(HEALTH_HEADERS).toEqual(expect.arrayContaining(Object.keys(request.headers)));
        expect(JSON.parse(request.body)).toEqual({ EndpointName: name });
      }
    }), { numRuns: 2000 });
    expect(requests).toBeGreaterThan(50); // or the property says nothing
  });

  test('a token reaches exactly the routes of its scopes', () => {
    const scope = fc.oneof(fc.constantFrom(...everything().split(' ')), fc.constantFrom('openid', 'aws.cognito.signin.user.admin'),
      fc.constantFrom(...NAMES).map((name) => `${name}:invoke`), text);
    fc.assert(fc.property(fc.array(scope, { maxLength: 4 }), fc.constantFrom('access', 'id'), fc.constantFrom(...NAMES),
      fc.constantFrom('invocations', 'health'), (scopes, use, name, kind) => {
        const held = scopes.join(' ').split(' ');
        const request = reached({
          method: kind === 'health' ? 'GET' : 'POST',
          path: `/models/${name}/${kind}`,
          token: { use, scope: held.join(' ') },
          headers: { 'x-api-key': API_KEY },
        });
        expect(request !== undefined).toBe(use === 'access' && held.includes(scopeOf(name, kind === 'health' ? 'health' : 'invoke')));
      }), { numRuns: 1000 });
  });
});

describe('a caller', () => {
  const call = (token: Call['token'], key: string | undefined) => gateway.call({
    method: 'POST', path: '/models/churn/invocations', token, headers: key === undefined ? {} : { 'x-api-key': key },
  }, () => ({ status: 200, headers: {}, body: '{}' })).status;

  test.each([
    ['nothing', undefined, undefined, 401],
    ['a key and no token', undefined, API_KEY, 401],
    ['an ID token', { use: 'id', scope: 'churn:invoke' } as const, API_KEY, 401],
    ['a token without a key', { use: 'access', scope: '' } as const, undefined, 403],
    ['a token and a key of somewhere else', { use: 'access', scope: '' } as const, 'another-key', 403],
    ['a token and a key', { use: 'access', scope: '' } as const, API_KEY, 200],
  ])('with %s is answered by %p', (_, token, key, status) => {
    expect(call(token?.use === 'access' ? { ...token, scope: scopeOf('churn', 'invoke') } : token, key)).toBe(status);
  });

  test.each(['invoke', 'churn:invoke', 'CHURN:INVOKE', 'health'])('whose scope is only %s is refused', (scope) => {
    expect(call({ use: 'access', scope: scope.includes('churn') ? scope : scopeOf('churn', `${scope}X`) }, API_KEY)).toBe(401);
  });
});

describe('the small evaluator of policies that the next tests rely on', () => {
  const allow = (more: object) => ({ Effect: 'Allow', Action: 'sagemaker:InvokeEndpoint', Resource: 'arn:endpoint/churn', ...more });
  const policies = (...Statement: object[]) => {
    const own = new Stack(new App(), 'Policies');
    new iam.CfnManagedPolicy(own, 'Policy', { policyDocument: { Version: '2012-10-17', Statement } });
    return Policies.in(own, 'AWS::IAM::ManagedPolicy');
  };
  const asks = (more: object = {}) => ({ action: 'sagemaker:InvokeEndpoint', resource: 'arn:endpoint/churn', ...more });

  test.each<[string, boolean, object[], object?]>([
    ['what a statement names', true, [allow({})]],
    ['nothing that no statement names', false, []],
    ['no other action', false, [allow({})], { action: 'sagemaker:InvokeEndpointAsync' }],
    ['no other resource, longer or shorter', false, [allow({})], { resource: 'arn:endpoint/churn-eu' }],
    ['every resource of a pattern', true, [allow({ Resource: ['arn:endpoint/c*'] })]],
    ['one letter for a question mark, not two', false, [allow({ Resource: 'arn:endpoint/chu?' })]],
    ['no letter for a dot', false, [allow({ Resource: 'arn:endpoint/chu.n' })]],
    ['what a list of actions holds', true, [allow({ Action: ['a:b', 'sagemaker:Invoke*'] })]],
    ['nothing that another statement denies', false, [allow({}), allow({ Effect: 'Deny', Resource: '*' })]],
    ['nothing that NotResource leaves out', false, [allow({ Resource: undefined, NotResource: 'arn:endpoint/churn' })]],
    ['all that NotResource does not name', true, [allow({ Resource: undefined, NotResource: 'arn:endpoint/fraud' })]],
    ['with a condition that holds', true, [allow({ Condition: { StringEquals: { 'aws:k': ['x', 'y'] } } })], { context: { 'aws:k': 'y' } }],
    ['not with a condition on a key that is not there', false, [allow({ Condition: { StringEquals: { 'aws:k': 'x' } } })]],
  ])('allows %s: %p', (_, expected, statements, more = {}) => {
    expect(policies(...statements).allows(asks(more))).toBe(expected);
  });

  test('stops at a condition that it does not know', () => {
    expect(() => policies(allow({ Condition: { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } } })).allows(asks())).toThrow('does not know IpAddress');
  });
});

describe('the role of the gateway', () => {
  const arn = (name: string) => `arn:<AWS::Partition>:sagemaker:<AWS::Region>:<AWS::AccountId>:endpoint/${name}`;
  let policies: Policies;
  beforeAll(() => {
    const own = new Stack(new App(), 'Roles');
    inferenceApi(own, {
      endpoints: [named(own, 'churn')], routes: [ApiEndpoint.asynchronous(named(own, 'batch'), { inputs: inputs(own) })],
    });
    policies = Policies.in(own, 'AWS::IAM::ManagedPolicy');
  });

  test.each([
    ['sagemaker:InvokeEndpoint', 'churn', true],
    ['sagemaker:InvokeEndpoint', 'batch', false],
    ['sagemaker:InvokeEndpointAsync', 'batch', true],
    ['sagemaker:InvokeEndpointAsync', 'churn', false],
    ['sagemaker:DescribeEndpoint', 'churn', true],
    ['sagemaker:DescribeEndpoint', 'batch', true],
    ['sagemaker:InvokeEndpointWithResponseStream', 'churn', false],
    ['sagemaker:UpdateEndpoint', 'churn', false],
    ['sagemaker:DeleteEndpoint', 'churn', false],
    ['sagemaker:DescribeEndpointConfig', 'churn', false],
    ['sagemaker:InvokeEndpoint', 'churn-eu', false],
    ['sagemaker:InvokeEndpoint', 'chur', false],
    ['sagemaker:InvokeEndpoint', '*', false],
    ['sagemaker:DescribeEndpoint', 'fraud', false],
  ])('may %s of %s: %p', (action, name, allowed) => {
    expect(policies.allows({ action, resource: arn(name) })).toBe(allowed);
  });

  test('can do nothing but these three, for any name', () => {
    fc.assert(fc.property(fc.constantFrom('sagemaker:InvokeEndpoint', 'sagemaker:InvokeEndpointAsync', 'sagemaker:DescribeEndpoint'),
      fc.stringMatching(/^[a-z*?][a-z0-9*?-]{0,20}$/), (action, name) => {
        if (!['churn', 'batch'].includes(name)) {
          expect(policies.allows({ action, resource: arn(name) })).toBe(false);
        }
      }));
    expect(policies.statements.map(({ Action }) => Action)).toEqual([
      ['sagemaker:InvokeEndpoint', 'sagemaker:DescribeEndpoint'], ['sagemaker:InvokeEndpointAsync', 'sagemaker:DescribeEndpoint'],
    ]);
  });

  test('is the only one that the methods have, the preflight has none, and no policy hangs on it beside this one', () => {
    const methods = Object.values(resourcesOf(stack, 'AWS::ApiGateway::Method')).map(({ Properties }) => Properties);
    const credentials = (preflight: boolean) => new Set(methods.filter(({ HttpMethod }) => (HttpMethod === 'OPTIONS') === preflight)
      .map(({ Integration }) => JSON.stringify((Integration as { Credentials?: unknown }).Credentials)));
    expect(credentials(false).size).toBe(1);
    expect([...credentials(true)]).toEqual([undefined]);
    expect(Object.keys(resourcesOf(stack, 'AWS::IAM::Policy'))).toEqual([]);
  });
});

describe('with AWS credentials, a role', () => {
  let own: Stack;
  let policies: Policies;
  let apiId: string;
  beforeAll(() => {
    own = new Stack(new App(), 'Iam');
    const endpoints = NAMES.map((name) => named(own, name));
    const signed = inferenceApi(own, { endpoints, auth: ApiAuth.iam() });
    const role = new iam.Role(own, 'Caller', { assumedBy: new iam.AccountRootPrincipal() });
    signed.grantInvoke(role, endpoints[0]);
    policies = Policies.in(own, 'AWS::IAM::Policy');
    [apiId] = Object.keys(resourcesOf(own, 'AWS::ApiGateway::RestApi'));
  });
  const route = (verb: string, path: string) => `arn:<AWS::Partition>:execute-api:<AWS::Region>:<AWS::AccountId>:<${apiId}>/v1/${verb}${path}`;

  test.each([
    ['POST', '/models/churn/invocations', true], ['GET', '/models/churn/health', true], ['GET', '/models/churn/invocations', false],
    ['POST', '/models/churn-eu/invocations', false], ['POST', '/models/fraud/invocations', false], ['POST', '/models/*/invocations', false],
  ])('that was granted churn may %s %s: %p', (verb, path, allowed) => {
    expect(policies.allows({ action: 'execute-api:Invoke', resource: route(verb, path) })).toBe(allowed);
  });

  test('is asked for by every method', () => {
    const methods = Object.values(resourcesOf(own, 'AWS::ApiGateway::Method')).map(({ Properties }) => Properties);
    expect(methods.map(({ AuthorizationType, ApiKeyRequired }) => [AuthorizationType, ApiKeyRequired ?? false]))
      .toEqual(NAMES.flatMap(() => [['AWS_IAM', false], ['AWS_IAM', false]]));
  });
});

describe('what guards a method cannot be taken away', () => {
  const VARIANT = { 'integration.request.header.X-Amzn-SageMaker-Target-Variant': 'method.request.header.X-Variant' };
  const integration = (method: apigateway.CfnMethod) => method.integration as apigateway.CfnMethod.IntegrationProperty;

  test.each<[property: string, undo: (method: apigateway.CfnMethod) => void]>([
    ['AuthorizationType', (method) => { method.addPropertyOverride('AuthorizationType', 'NONE'); }],
    ['AuthorizationType', (method) => { method.authorizationType = 'NONE'; }],
    ['AuthorizationScopes', (method) => { method.addPropertyDeletionOverride('AuthorizationScopes'); }],
    ['AuthorizationScopes', (method) => { method.authorizationScopes = ['models/fraud:invoke']; }],
    ['ApiKeyRequired', (method) => { method.apiKeyRequired = false; }],
    ['HttpMethod', (method) => { method.httpMethod = 'ANY'; }],
    ['Integration.PassthroughBehavior', (method) => { method.addPropertyOverride('Integration.PassthroughBehavior', 'WHEN_NO_MATCH'); }],
    ['Integration.Uri', (method) => { method.addPropertyOverride('Integration.Uri', 'https://example.com/{proxy}'); }],
    ['Integration.RequestParameters', (method) => { method.addOverride('Properties.Integration.RequestParameters', VARIANT); }],
    ['Integration.RequestParameters', (method) => { Object.assign(integration(method).requestParameters!, VARIANT); }],
    ['Integration.RequestParameters', (method) => { method.integration = { ...integration(method), requestParameters: VARIANT }; }],
  ])('%s: %p', (property, undo) => {
    const app = new App();
    const own = new Stack(app, 'Test');
    undo(inferenceApi(own).restApi.methods[0].node.defaultChild as apigateway.CfnMethod);
    expect(() => app.synth()).toThrow(`\`${property}\` must stay as it was made`);
  });
});
