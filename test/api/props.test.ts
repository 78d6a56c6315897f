import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, aws_apigateway as apigateway, aws_s3 as s3, CfnParameter, Duration, Lazy, Stack, Token } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { text } from './gateway';
import { inferenceApi, inputs, named } from './supplies';
import { ApiAuth, ApiEndpoint, ApiFirewall, InferenceApi } from '../../lib/api';
import { GuardedEndpoint, IModelEndpoint } from '../../lib/serving';

const { JsonSchemaType: Type } = apigateway;

let stack: Stack;
let endpoint: IModelEndpoint;
beforeEach(() => {
  stack = new Stack(new App(), 'Test');
  endpoint = named(stack, 'churn');
});

describe('endpoints', () => {
  const many = (count: number) => Array.from({ length: count }, (_, index) => named(stack, `model-${index}`));

  test.each([0, 26])('are refused when there are %p', (count) => {
    expect(() => new InferenceApi(stack, 'Api', { endpoints: many(count) })).toThrow(new RegExp(`1 to 25 endpoints together: got ${count}`));
  });

  test('are taken when there are 25, and the permissions still fit into a policy', () => {
    const endpoints = Array.from({ length: 25 }, (_, index) => named(stack, `${'m'.repeat(60)}-${String(index).padStart(2, '0')}`.slice(-63)));
    new InferenceApi(stack, 'Api', { endpoints });
    const [policy] = Object.values(Template.fromStack(stack).findResources('AWS::IAM::ManagedPolicy'));
    const written = JSON.stringify(policy.Properties.PolicyDocument, (_, value: unknown) => longest(value));
    expect(written).toContain('arn:aws:sagemaker:ap-southeast-1:111122223333:endpoint/');
    expect(written.length).toBeLessThanOrEqual(6144);
  });

  test('are named once', () => {
    expect(() => new InferenceApi(stack, 'Twice', { endpoints: [endpoint, endpoint] })).toThrow(/each route once: got 'churn'/);
    expect(() => new InferenceApi(stack, 'InBoth', { endpoints: [endpoint], routes: [ApiEndpoint.realTime(endpoint)] }))
      .toThrow(/each route once/);
    expect(() => new InferenceApi(stack, 'Api', { endpoints: [endpoint], routes: [ApiEndpoint.realTime(endpoint, { routeName: 'old' })] }))
      .not.toThrow();
  });

  test('whose names are tokens need a name for the route, and keep theirs', () => {
    const parameter = new CfnParameter(stack, 'Name');
    const later = GuardedEndpoint.fromEndpointName(stack, 'Later', parameter.valueAsString);
    expect(() => new InferenceApi(stack, 'Refused', { endpoints: [later] })).toThrow(/`routeName` must be literal.*got a token/);
    new InferenceApi(stack, 'Api', { routes: [ApiEndpoint.realTime(later, { routeName: 'later' })] });
    expect(JSON.stringify(Template.fromStack(stack).findResources('AWS::ApiGateway::Method')))
      .toContain('runtime.sagemaker:path/endpoints/",{"Ref":"Name"},"/invocations');
  });

  test.each(['', 'a', 'A-b', 'a/b', '../x', 'a_b', '{proxy+}', 'a'.repeat(64), 'ab\n'])('have no route called %p', (routeName) => {
    expect(() => ApiEndpoint.realTime(endpoint, { routeName })).toThrow(/`routeName`.*got/);
  });
});

describe('content types', () => {
  test.each([
    [['application/json', 'text/csv', 'application/jsonlines', 'application/x-ndjson', 'application/vnd.api+json']], [['text/plain']],
  ])('%p are taken', (contentTypes) => {
    expect(() => ApiEndpoint.realTime(endpoint, { contentTypes })).not.toThrow();
  });

  test.each([
    [[]], [null as never], ['text/csv' as never], [['image/png']], [['application/octet-stream']], [['application/x-npy']], [['text/csv; charset=utf-8']], [['Text/CSV']], [['*/*']],
    [['text/csv', 'text/csv']], [['text/csv")$context.x']], [['text/csv\n']], [['']], [['multipart/form-data']],
    [Array.from({ length: 11 }, (_, index) => `text/t${index}`)],
  ])('%p are refused', (contentTypes) => {
    expect(() => ApiEndpoint.realTime(endpoint, { contentTypes })).toThrow(/`contentTypes`.*got/);
  });

  test.each(['image/png', "text/csv'", ''])('of an answer is not %p', (accept) => {
    expect(() => ApiEndpoint.realTime(endpoint, { accept })).toThrow(/`accept`.*got/);
  });

  test.each(["image/png'", 'png', '', 'a b/c'])('of an asynchronous input is not %p', (contentType) => {
    expect(() => ApiEndpoint.asynchronous(endpoint, { inputs: inputs(stack), contentType })).toThrow(/`contentType`.*got/);
  });
});

describe('a timeout', () => {
  test.each([50, 29_000])('of %p milliseconds is taken', (millis) => {
    expect(() => ApiEndpoint.realTime(endpoint, { timeout: Duration.millis(millis) })).not.toThrow();
  });

  test.each([49, 29_001, 60_000])('of %p milliseconds is refused', (millis) => {
    expect(() => ApiEndpoint.realTime(endpoint, { timeout: Duration.millis(millis) })).toThrow(/`timeout`.*got.*asynchronous/);
  });
});

test.each([5, '29 seconds', null])('a timeout is not %p', (timeout) => {
  expect(() => ApiEndpoint.realTime(endpoint, { timeout: timeout as unknown as Duration })).toThrow('`timeout` must be a Duration, as in Duration.hours(1): got');
});

describe('a schema', () => {
  test('judges JSON, so it stands alone', () => {
    expect(() => ApiEndpoint.realTime(endpoint, { schema: { type: Type.OBJECT }, contentTypes: ['application/json', 'text/csv'] }))
      .toThrow(/`schema` judges JSON only.*got text\/csv/);
  });
});

describe('the feature schema of a version', () => {
  const folder = mkdtempSync(join(tmpdir(), 'schema-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  /** Writes a file, and answers where it is and its SHA-256. */
  const written = (content: string): [string, string] => {
    const sha256 = createHash('sha256').update(content).digest('hex');
    const path = join(folder, `${sha256}.json`);
    writeFileSync(path, content);
    return [path, sha256];
  };
  const AGE = { type: 'object', required: ['age'], properties: { age: { type: 'number' } } };

  test.each(['http://json-schema.org/draft-04/schema#', 'http://json-schema.org/draft-04/schema', undefined])(
    'judges bodies as the file says, with $schema %p', ($schema) => {
      const schema = ApiEndpoint.featureSchema(...written(JSON.stringify({ $schema, ...AGE })));
      inferenceApi(stack, { routes: [ApiEndpoint.realTime(endpoint, { schema })] });
      Template.fromStack(stack).hasResourceProperties('AWS::ApiGateway::Model', {
        Schema: { $schema: 'http://json-schema.org/draft-04/schema#', ...AGE },
      });
    });

  test('is refused when the file is that of another version', () => {
    const [path] = written(JSON.stringify(AGE));
    const [, other] = written('{}');
    expect(() => ApiEndpoint.featureSchema(path, other)).toThrow(new RegExp(`\`sha256\`.*got '${other}'.*take the schema of the version that serves`));
  });

  test.each([
    ['is not there', () => ApiEndpoint.featureSchema(join(folder, 'none.json'), ''), /`path` must be a file that can be read/],
    ['is no JSON', () => ApiEndpoint.featureSchema(...written('<xml/>')), /`path` must hold a JSON schema/],
    ['is a number of an open file', () => ApiEndpoint.featureSchema(0 as unknown as string, ''), /`path` must be a file that can be read: got 0/],
    ['is a list', () => ApiEndpoint.featureSchema(...written('[]')), /`path` must hold a JSON schema/],
  ])('is refused when the file %s', (_, read, message) => {
    expect(read).toThrow(message);
  });

  test('is refused like any other when it is of a later draft', () => {
    const schema = ApiEndpoint.featureSchema(...written(JSON.stringify({ $schema: 'http://json-schema.org/draft-07/schema#', ...AGE })));
    expect(() => ApiEndpoint.realTime(endpoint, { schema })).toThrow(/`schema.schema` must be DRAFT4/);
  });
});

describe('a folder of inputs', () => {
  test.each(['requests/', 'a/b.c/d-e/'])('%s is taken', (inputPrefix) => {
    expect(() => ApiEndpoint.asynchronous(endpoint, { inputs: inputs(stack), inputPrefix })).not.toThrow();
  });

  test.each(['', '/', 'requests', '/requests/', 'a//b/', '../', 'a/../', 'a b/', '$x/', '"/', 'a"b/'])('%p is refused', (inputPrefix) => {
    expect(() => ApiEndpoint.asynchronous(endpoint, { inputs: inputs(stack), inputPrefix })).toThrow(/`inputPrefix`.*got/);
  });
});

describe('rates of the API', () => {
  test.each([0, 0.5, 10_001, NaN])('of %p are refused', (ratePerSecond) => {
    expect(() => inferenceApi(stack, { endpoints: [endpoint], ratePerSecond })).toThrow(/`ratePerSecond`.*got/);
  });

  test.each([0, 5001, 1.5])('with bursts of %p are refused', (burst) => {
    expect(() => inferenceApi(stack, { endpoints: [endpoint], burst })).toThrow(/`burst`.*got/);
  });

  test.each([1, 1.5, 10_000])('of %p are taken', (ratePerSecond) => {
    expect(() => inferenceApi(stack, { endpoints: [endpoint], ratePerSecond })).not.toThrow();
  });
});

test('an account and Region has one API of a name, and others of other names', () => {
  const [first, second, third] = ['models', 'models', 'others'].map((apiName, place) =>
    new InferenceApi(stack, `Api${place}`, { endpoints: [endpoint], apiName }));
  expect([first, third].map(({ node }) => node.validate())).toEqual([[], []]);
  expect(second.node.validate()).toEqual([
    `\`apiName\` must be unique in an account and Region: got 'models', which '${first.node.path}' has; name one of them otherwise`,
  ]);
});

test.each(['', 'A', 'my api', 'a/b', 'x'.repeat(64)])('an API is not called %p', (apiName) => {
  expect(() => inferenceApi(stack, { endpoints: [endpoint], apiName })).toThrow(/`apiName`.*got/);
});

test('all problems of an API are told at once', () => {
  expect(() => new InferenceApi(stack, 'Api', { ratePerSecond: 0, corsOrigin: '*', apiName: 'X' }))
    .toThrow(/`endpoints` and `routes`[^]*`apiName`[^]*`ratePerSecond`[^]*`corsOrigin`/);
});

describe('tokens', () => {
  test('pass through where the deployment knows them', () => {
    const word = new CfnParameter(stack, 'Text').valueAsString;
    const number = new CfnParameter(stack, 'Number', { type: 'Number' }).valueAsNumber;
    const api = inferenceApi(stack, {
      routes: [
        ApiEndpoint.realTime(endpoint, { accept: word, timeout: Duration.millis(number) }),
        ApiEndpoint.asynchronous(named(stack, 'batch'), {
          inputs: new s3.Bucket(stack, 'Inputs'), inputPrefix: word, contentType: word, accept: word,
        }),
      ],
      ratePerSecond: number,
      burst: number,
      corsOrigin: word,
      auth: ApiAuth.cognito({ domainPrefix: word }),
      firewall: ApiFirewall.managed({ requestsPerIp: number, requestsPerClient: number }),
      alarms: {
        clientErrorPercent: number,
        serverErrorPercent: number,
        p99Latency: Duration.millis(number),
        throttledRequests: number,
        refusedCallers: number,
      },
    });
    api.addClient('payments', { endpoints: [endpoint], ratePerSecond: number, quotaPerDay: number, tokenValidity: Duration.minutes(number) });
    api.addWebClient('console', { endpoints: [endpoint], callbackUrls: [word], sessionValidity: Duration.minutes(number) });
    const written = JSON.stringify(Template.fromStack(stack).toJSON());
    expect(written).toContain('"RateLimit":{"Ref":"Number"}');
    expect(written).toContain('"AccessTokenValidity":{"Ref":"Number"}');
    expect(written).toContain('"Domain":{"Ref":"Text"}');
    expect(written).toContain('"TimeoutInMillis":{"Ref":"Number"}');
    expect(written).not.toMatch(/Token\[|-1\.8+\d*e\+?289/);
  });

  test('that are a burst come from the rate itself: nothing is calculated with a token', () => {
    const number = new CfnParameter(stack, 'Number', { type: 'Number' }).valueAsNumber;
    inferenceApi(stack, { endpoints: [endpoint], ratePerSecond: number });
    expect(JSON.stringify(Template.fromStack(stack).findResources('AWS::ApiGateway::Stage'))).toContain('"ThrottlingBurstLimit":{"Ref":"Number"}');
  });

  test('are refused where names are made from them', () => {
    const word = new CfnParameter(stack, 'Text').valueAsString;
    expect(() => inferenceApi(stack, { endpoints: [endpoint], apiName: word })).toThrow(/`apiName` must be literal/);
    expect(() => ApiEndpoint.realTime(endpoint, { contentTypes: [word] })).toThrow(/`contentTypes`/);
    const api = inferenceApi(stack, { endpoints: [endpoint] }, 'Sound');
    expect(() => api.addClient(word, { endpoints: [endpoint] })).toThrow(/`name` must be literal/);
  });

  test('in another unit cannot be converted, and the message says in which', () => {
    const number = new CfnParameter(stack, 'Number', { type: 'Number' }).valueAsNumber;
    expect(() => ApiEndpoint.realTime(endpoint, { timeout: Duration.seconds(number) }))
      .toThrow(/`timeout`.*Duration\.millis\(token\)/);
  });

  test.each<[string, (lazy: string) => void]>([
    ['accept', (lazy) => inferenceApi(stack, { routes: [ApiEndpoint.realTime(endpoint, { accept: lazy })] })],
    ['corsOrigin', (lazy) => inferenceApi(stack, { endpoints: [endpoint], corsOrigin: lazy })],
    ['domainPrefix', (lazy) => inferenceApi(stack, { endpoints: [endpoint], auth: ApiAuth.cognito({ domainPrefix: lazy }) })],
    ['inputPrefix', (lazy) => inferenceApi(stack, { routes: [ApiEndpoint.asynchronous(endpoint, { inputs: inputs(stack), inputPrefix: lazy })] })],
  ])('that resolve at synth are judged there: %s', (prop, make) => {
    make(Lazy.string({ produce: () => 'not fine at all!' }));
    expect(() => Template.fromStack(stack)).toThrow(new RegExp(`\`${prop}\`.*got 'not fine at all!'`));
  });

  test('that nobody made are refused', () => {
    expect(Token.isUnresolved('${Token[TOKEN.999999]}')).toBe(true);
    expect(() => ApiEndpoint.realTime(endpoint, { routeName: '${Token[TOKEN.999999]}' })).toThrow(/`routeName`/);
  });
});

/** A value of a template as a long Region and account would have it. */
function longest(value: unknown): unknown {
  const isJoin = typeof value === 'object' && value !== null && 'Fn::Join' in value;
  return isJoin ? text(value).replace('<AWS::Partition>', 'aws').replace('<AWS::Region>', 'ap-southeast-1').replace('<AWS::AccountId>', '111122223333')
    : value;
}

describe('an endpoint that the gateway would not find', () => {
  test.each([
    ['another Region', { account: '111122223333', region: 'us-east-1' }], ['another account', { account: '444455556666', region: 'eu-west-1' }],
  ])('lies in %s', (_, env) => {
    const app = new App();
    const there = named(new Stack(app, 'There', { env }), 'churn');
    const here = new Stack(app, 'Here', { env: { account: '111122223333', region: 'eu-west-1' } });
    expect(() => inferenceApi(here, { endpoints: [there] })).toThrow(`got '${there.node.path}' in '${env.account}/${env.region}'; make an API beside it`);
  });
});
