import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { App, aws_apigateway as apigateway, Stack } from 'aws-cdk-lib';
import { Gateway } from './gateway';
import { inferenceApi, inputs, named, resourcesOf } from './supplies';
import { ApiAuth, ApiEndpoint, InferenceApi } from '../../lib/api';

const { JsonSchemaType: Type } = apigateway;

// the validator is an ES module, which jest cannot load
const VALIDATE = `
import { Validator } from '@seriousme/openapi-schema-validator';
let text = '';
for await (const part of process.stdin) text += part;
const { valid, errors } = await new Validator().validate(JSON.parse(text));
console.log(JSON.stringify({ valid, errors }));
`;

function validate(document: unknown): { valid: boolean; errors?: unknown } {
  const answer = execFileSync(process.execPath, ['--input-type=module', '-e', VALIDATE], {
    input: JSON.stringify(document), encoding: 'utf8', cwd: join(__dirname, '..', '..'),
  });
  return JSON.parse(answer) as { valid: boolean; errors?: unknown };
}

interface Operation {
  readonly security: ReadonlyArray<Record<string, string[]>>;
  readonly requestBody?: { readonly content: Record<string, { schema: unknown }> };
  readonly responses: Record<string, Response | { readonly $ref: string }>;
}
interface Response {
  readonly content: Record<string, unknown>;
}
interface Document {
  readonly openapi: string;
  readonly paths: Record<string, Record<string, Operation>>;
  readonly components: {
    readonly responses: Record<string, Response>;
    readonly securitySchemes: Record<string, { type: string }>;
  };
}

function api(stack: Stack, auth?: ApiAuth): InferenceApi {
  return inferenceApi(stack, {
    apiName: 'models',
    auth,
    endpoints: [named(stack, 'churn')],
    routes: [
      ApiEndpoint.realTime(named(stack, 'typed'), {
        schema: {
          title: 'Features',
          type: Type.OBJECT,
          required: ['age'],
          properties: {
            age: { type: Type.NUMBER, minimum: 0, exclusiveMinimum: true },
            type: { type: Type.STRING, enum: ['a', 'b'] },
            any: { type: [Type.STRING, Type.NULL] },
            pair: { type: Type.ARRAY, items: [{ type: Type.STRING }, { type: Type.NUMBER }] },
          },
          patternProperties: { '^x-': { type: Type.STRING } },
          definitions: { unused: { type: Type.STRING } },
        },
      }),
      ApiEndpoint.realTime(named(stack, 'rank'), { contentTypes: ['text/csv'], accept: 'text/csv' }),
      ApiEndpoint.asynchronous(named(stack, 'batch'), { inputs: inputs(stack) }),
    ],
  });
}

let stack: Stack;
let document: Document;
beforeAll(() => {
  stack = new Stack(new App(), 'Test');
  document = JSON.parse(api(stack).openApi()) as Document;
});

test('an OpenAPI validator finds the document valid', () => {
  expect(validate(document)).toEqual({ valid: true });
  expect(document.openapi).toMatch(/^3\.0\./);
});

test('an OpenAPI validator finds the document for AWS credentials valid', () => {
  const signed = JSON.parse(api(new Stack(new App(), 'Signed'), ApiAuth.iam()).openApi()) as Document;
  expect(validate(signed)).toEqual({ valid: true });
  expect(Object.keys(signed.components.securitySchemes)).toEqual(['sigv4']);
});

test('the validator finds a mistake', () => {
  expect(validate({ ...document, paths: { '/a': { post: { responses: 'none' } } } }).valid).toBe(false);
});

test('the document has the routes of the gateway, all of them and no other', () => {
  const shown = Object.entries(document.paths).flatMap(([path, operations]) => Object.keys(operations).map((verb) => `${verb.toUpperCase()} ${path}`));
  expect(shown.sort()).toEqual(new Gateway(stack).routes.sort());
});

test('the document has the scopes of the methods', () => {
  const operations = Object.values(document.paths).flatMap((verbs) => Object.values(verbs));
  const shown = operations.flatMap(({ security: [{ oauth }] }) => oauth);
  const wanted = Object.values(resourcesOf(stack, 'AWS::ApiGateway::Method')).flatMap(({ Properties }) => Properties.AuthorizationScopes as string[]);
  expect(shown.sort()).toEqual(wanted.sort());
});

test('the document has the content types that the gateway takes', () => {
  expect(Object.keys(document.paths['/models/rank/invocations'].post.requestBody!.content)).toEqual(['text/csv']);
  expect(Object.keys(document.paths['/models/churn/invocations'].post.requestBody!.content)).toEqual(['application/json']);
});

test('the document has the schema of a body, as far as OpenAPI knows its words', () => {
  expect(document.paths['/models/typed/invocations'].post.requestBody!.content['application/json'].schema).toEqual({
    title: 'Features',
    type: 'object',
    required: ['age'],
    properties: {
      age: { type: 'number', minimum: 0, exclusiveMinimum: true },
      type: { type: 'string', enum: ['a', 'b'] },
      any: {},
      pair: { type: 'array' },
    },
  });
});

test('every operation tells of the problems that it can end in', () => {
  for (const operations of Object.values(document.paths)) {
    for (const { responses } of Object.values(operations)) {
      const errors = Object.entries(responses).filter(([status]) => Number(status) >= 400);
      expect(errors.map(([status]) => Number(status))).toEqual(expect.arrayContaining([401, 403, 404, 429, 500, 503, 504]));
      for (const [, response] of errors) {
        const { content } = '$ref' in response ? document.components.responses[response.$ref.replace('#/components/responses/', '')] : response;
        expect(Object.keys(content)).toEqual(['application/problem+json']);
      }
    }
  }
});

test('an asynchronous route answers with a place', () => {
  expect(Object.keys(document.paths['/models/batch/invocations'].post.responses)).toContain('202');
});

test('tools find the document in the manifest of the assembly', () => {
  const own = new Stack(new App(), 'Own');
  const made = api(own);
  const { data } = made.node.metadata.find(({ type }) => type === 'cdk-ml-platform:openapi')!;
  expect(JSON.parse(String(data))).toEqual(JSON.parse(made.openApi()));
});
