import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, aws_apigateway as apigateway, aws_s3 as s3, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { inferenceApi, inputs, named } from './supplies';
import { ApiAuth, ApiEndpoint, InferenceApiProps } from '../../lib/api';
import { IModelEndpoint } from '../../lib/serving';
import { strictReport } from '../../tools/strict-synth';
import { ENV, judged, openFindings } from '../support/judged';

const { JsonSchemaType: Type } = apigateway;

const KINDS: Array<[string, (stack: Stack) => InferenceApiProps]> = [
  ['nothing but an endpoint', () => ({})],
  ['AWS credentials', () => ({ auth: ApiAuth.iam() })],
  ['a page that calls it', () => ({ corsOrigin: 'https://app.example.com' })],
  ['every kind of endpoint', (stack) => ({
    endpoints: [named(stack, 'churn')],
    routes: [
      ApiEndpoint.realTime(named(stack, 'typed'), { schema: { type: Type.OBJECT } }),
      ApiEndpoint.asynchronous(named(stack, 'batch'), { inputs: inputs(stack) }),
    ],
  })],
];

describe.each(KINDS)('an API with %s', (_, props) => {
  const build = (stack: Stack) => {
    const api = inferenceApi(stack, props(stack));
    if (api.userPool !== undefined) {
      const endpoints = [stack.node.findChild('Endpoint-churn') as unknown as IModelEndpoint];
      api.addClient('payments', { endpoints });
      api.addWebClient('console', { endpoints, callbackUrls: ['https://app.example.com'] });
    }
  };

  test('passes five packs', () => {
    expect(openFindings(build)).toEqual([]);
  });

  test('passes strict validation', () => {
    const report = strictReport(({ outdir, context }) => {
      const app = new App({ outdir, context });
      build(new Stack(app, 'Test', { env: ENV }));
      return app;
    }, mkdtempSync(join(tmpdir(), 'api-')));
    expect(report.error).toBeUndefined();
    expect(report.open.map(({ rule, path }) => `${rule} at ${path}`)).toEqual([]);
  });

  test('is the same template at every synth', () => {
    const made = () => {
      const stack = new Stack(new App(), 'Test', { env: ENV });
      build(stack);
      return JSON.stringify(Template.fromStack(stack).toJSON());
    };
    expect(made()).toBe(made());
  });
});

test('what is kept has a reason each, and nowhere more than five', () => {
  const kept = judged((stack) => { inferenceApi(stack); }).kept;
  const decisions = new Map<string, Set<string>>();
  for (const { path, acknowledged } of kept) {
    expect(acknowledged?.reason.length).toBeGreaterThan(40);
    const at = path.split('/').slice(0, 3).join('/');
    decisions.set(at, (decisions.get(at) ?? new Set()).add(acknowledged!.reason));
  }
  expect(new Map([...decisions].map(([at, reasons]) => [at, reasons.size]))).toEqual(new Map([
    ['Test/Api/Resource', 2], ['Test/MlPlatformApiGatewayLogs/Role', 1],
  ]));
});

describe('one endpoint more', () => {
  const count = (props: (stack: Stack) => InferenceApiProps) => {
    const stack = new Stack(new App(), 'Test');
    inferenceApi(stack, props(stack));
    return Object.keys(Template.fromStack(stack).toJSON().Resources as object).length;
  };
  const corsOrigin = 'https://a.example.com';
  const typed = (stack: Stack, name: string) => ApiEndpoint.realTime(named(stack, name), { schema: { type: Type.OBJECT } });
  const bucketOf = (stack: Stack) => stack.node.tryFindChild('Inputs') as s3.IBucket | undefined ?? inputs(stack);
  const queued = (stack: Stack, name: string) => ApiEndpoint.asynchronous(named(stack, name), { inputs: bucketOf(stack) });

  test.each<[string, number, (stack: Stack) => InferenceApiProps, (stack: Stack) => InferenceApiProps]>([
    ['real-time', 5, (stack) => ({ endpoints: [named(stack, 'a1')] }), (stack) => ({ endpoints: [named(stack, 'a1'), named(stack, 'b1')] })],
    ['real-time, with a schema', 6, (stack) => ({ endpoints: [named(stack, 'a1')] }), (stack) => ({
      endpoints: [named(stack, 'a1')], routes: [typed(stack, 'b1')],
    })],
    ['asynchronous', 6, (stack) => ({ endpoints: [named(stack, 'a1')] }), (stack) => ({
      endpoints: [named(stack, 'a1')], routes: [queued(stack, 'b1')],
    })],
    ['asynchronous, after another one', 5, (stack) => ({ routes: [queued(stack, 'a1')] }), (stack) => ({
      routes: [queued(stack, 'a1'), queued(stack, 'b1')],
    })],
    ['real-time, with the schema of another one', 5, (stack) => ({ routes: [typed(stack, 'a1')] }), (stack) => ({
      routes: [typed(stack, 'a1'), typed(stack, 'b1')],
    })],
    ['real-time, with a schema of its own, for a page of another origin', 6, (stack) => ({ endpoints: [named(stack, 'a1')], corsOrigin }),
      (stack) => ({ endpoints: [named(stack, 'a1')], routes: [typed(stack, 'b1')], corsOrigin })],
    ['real-time, for a page of another origin', 5, (stack) => ({ endpoints: [named(stack, 'a1')], corsOrigin }), (stack) => ({
      endpoints: [named(stack, 'a1'), named(stack, 'b1')], corsOrigin,
    })],
  ])('%s, is %p resources more', (_, expected, one, two) => {
    expect(count(two) - count(one)).toBe(expected);
  });
});
