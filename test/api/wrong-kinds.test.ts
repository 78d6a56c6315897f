import { App, Stack } from 'aws-cdk-lib';
import { inferenceApi, inputs, named } from './supplies';
import { ApiAuth, ApiEndpoint, ApiFirewall, InferenceApiProps } from '../../lib/api';

let stack: Stack;
beforeEach(() => { stack = new Stack(new App(), 'Test'); });

test.each<[string, (scope: Stack) => unknown, string]>([
  ['endpoints', (scope) => named(scope, 'churn'), '`endpoints` must be a list: got an object'],
  ['endpoints', () => ['churn'], '`endpoints[0]` must be an endpoint, made or brought by its name: got \'churn\''],
  ['endpoints', (scope) => [ApiEndpoint.realTime(named(scope, 'churn'))], '`endpoints[0]` must be an endpoint'],
  ['routes', (scope) => [named(scope, 'churn')], '`routes[0]` must be an ApiEndpoint, as in ApiEndpoint.realTime(endpoint): got an object'],
  ['auth', () => 'iam', '`auth` must be an ApiAuth, as in ApiAuth.cognito(): got \'iam\''],
  ['firewall', () => ApiAuth.iam(), '`firewall` must be an ApiFirewall, as in ApiFirewall.managed(): got an object'],
  ['domain', () => 'example.com', '`domain` must be an ApiDomain, as in ApiDomain.of(options): got \'example.com\''],
  ['domain', () => ApiFirewall.managed(), '`domain` must be an ApiDomain'],
  ['alarms', () => true, '`alarms` must be a plain object: got true'],
  ['notify', () => 'arn', '`notify` must be an SNS topic, made or imported: got \'arn\''],
  ['encryptionKey', () => 'alias/mine', '`encryptionKey` must be a KMS key, made or imported: got \'alias/mine\''],
  ['accountLogging', () => 'no', '`accountLogging` must be true or false: got \'no\''],
])('an API says what %s has to be', (prop, wrong, message) => {
  expect(() => inferenceApi(stack, { [prop]: wrong(stack) } as InferenceApiProps)).toThrow(message);
});

test.each(['churn', undefined, {}])('a route to %j is none', (wrong) => {
  const message = '`endpoint` must be an endpoint, made or brought by its name: got';
  expect(() => ApiEndpoint.realTime(wrong as never)).toThrow(message);
  expect(() => ApiEndpoint.asynchronous(wrong as never, { inputs: inputs(stack) })).toThrow(message);
});

test('a route wants a bucket, not its name', () => {
  expect(() => ApiEndpoint.asynchronous(named(stack, 'churn'), { inputs: 'our-inputs' as never }))
    .toThrow('`inputs` must be a bucket, made or imported: got \'our-inputs\'');
});

test('a client wants endpoints, not their names', () => {
  const api = inferenceApi(stack);
  expect(() => api.addClient('partner', { endpoints: ['churn'] as never })).toThrow('`endpoints[0]` must be an endpoint');
});
