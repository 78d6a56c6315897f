import { App, aws_iam as iam, CfnParameter, Duration, Lazy, Stack, Token } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { modelRegistry } from './registries';
import { ApprovalGate, ApprovalGateOptions, ModelRegistry, ModelScope } from '../../lib/registry';
import { ENV } from '../support/judged';

let stack: Stack;
beforeEach(() => { stack = new Stack(new App(), 'Test', { env: ENV }); });

describe('an approval gate', () => {
  test('renders what is asked for, in the units of the handler', () => {
    const gate = ApprovalGate.of({ minimumAccuracy: 0.9, maximumBias: 0.1, maximumP99Latency: Duration.seconds(0.3) });
    expect(gate._render(stack)).toEqual({ accuracy: 0.9, bias: 0.1, p99LatencyMs: 300 });
  });

  test.each<[keyof ApprovalGateOptions, number]>([
    ['minimumAccuracy', 0], ['minimumAccuracy', 1], ['maximumBias', 0], ['maximumBias', 1],
  ])('takes %s of %p', (prop, value) => {
    expect(() => ApprovalGate.of({ [prop]: value })).not.toThrow();
  });

  test.each<[keyof ApprovalGateOptions, number]>([
    ['minimumAccuracy', -0.01], ['minimumAccuracy', 1.01], ['minimumAccuracy', 95], ['minimumAccuracy', NaN], ['maximumBias', -0.01], ['maximumBias', 1.01],
  ])('refuses %s of %p', (prop, value) => {
    expect(() => ApprovalGate.of({ [prop]: value })).toThrow(`\`${prop}\` must be a number from 0 to 1: got ${value}`);
  });

  test.each([Duration.millis(1), Duration.minutes(1)])('takes a latency at the bound', (latency) => {
    expect(() => ApprovalGate.of({ maximumP99Latency: latency })).not.toThrow();
  });

  test.each([Duration.millis(0), Duration.seconds(61)])('refuses a latency past the bound', (latency) => {
    expect(() => ApprovalGate.of({ maximumP99Latency: latency })).toThrow('from 1 to 60000 milliseconds');
  });

  test('says everything at once, and that it asks for nothing', () => {
    expect(() => ApprovalGate.of({ minimumAccuracy: 2, maximumBias: 2 })).toThrow(/minimumAccuracy[^]*maximumBias/);
    expect(() => ApprovalGate.of({})).toThrow('`options` must ask for something');
  });

  test('judges a token when it is used, and asks for a latency in milliseconds', () => {
    const app = new App();
    const lazy = ApprovalGate.of({ minimumAccuracy: Lazy.number({ produce: () => 7 }) });
    modelRegistry(new Stack(app, 'Lazy'), { approvalGates: { churn: lazy } });
    expect(() => app.synth()).toThrow('`minimumAccuracy` must be a number from 0 to 1: got 7');
    expect(() => ApprovalGate.of({ maximumP99Latency: Duration.seconds(Lazy.number({ produce: () => 1 })) })).toThrow('Duration.millis(token)');
  });
});

describe('a model', () => {
  const imported = (id = 'Registry') => ModelRegistry.fromAttributes(stack, id, { apiId: 'abc' });

  test('has a name, a tenant and an address', () => {
    const model = imported().model('churn');
    expect([model.name, model.tenant, stack.resolve(model.url)]).toEqual(
      ['churn', 'default', { 'Fn::Join': ['', ['https://abc.execute-api.eu-west-1.', { Ref: 'AWS::URLSuffix' }, '/tenants/default/models/churn']] }]);
    expect(imported('Second').model('churn', 'bank').url).toContain('/tenants/bank/models/churn');
  });

  test.each(['', 'a', 'A1', 'a.b', '../x', 'a/b', 'a*', `ab${'\n'}`, 'a'.repeat(65)])('is not called %p', (name) => {
    expect(() => imported().model(name)).toThrow('`model` must');
  });

  test.each(['', 'a', 'A1', 'a_b', 'a/b', '*', '-a', 'a'.repeat(33)])('is not of the tenant %p', (tenant) => {
    expect(() => imported().model('churn', tenant)).toThrow('`tenant` must be 2 to 32');
  });

  test('has versions by number', () => {
    const version = imported().version('churn', 7);
    expect([version.revision, version.model.name]).toEqual([7, 'churn']);
    expect(version.url).toBe(`${version.model.url}/versions/7`);
  });

  test.each([0, -1, 1.5, NaN, Infinity, '7', null, undefined])('has no version %p', (revision) => {
    expect(() => imported().version('churn', revision as number)).toThrow('`revision` must be a whole number from 1');
  });

  test.each(['latest', ' LATEST', 'v1-latest', 'ｌａｔｅｓｔ', 'churn:latest'])('has no version %p, and says why', (revision) => {
    expect(() => imported().version('churn', revision as unknown as number)).toThrow('must not say `latest`');
  });

  test('takes tokens for its name and its version', () => {
    const name = new CfnParameter(stack, 'Name').valueAsString;
    const revision = new CfnParameter(stack, 'Revision', { type: 'Number' }).valueAsNumber;
    expect(Token.isUnresolved(imported().version(name, revision).url)).toBe(true);
  });
});

describe('a scope', () => {
  test.each([
    ['no model', () => ModelScope.model(undefined as unknown as string)], ['a pattern', () => ModelScope.model('*')], ['a pattern for a tenant', () => ModelScope.tenant('*')],
  ])('is not made of %s', (_, make) => {
    expect(make).toThrow(/`(model|tenant)` must/);
  });

  test('with a lazy name is judged in the registry that uses it', () => {
    const app = new App();
    const own = new Stack(app, 'Lazy', { env: ENV });
    const registry = ModelRegistry.fromAttributes(own, 'Registry', { apiId: 'abc' });
    registry.grantRead(roleIn(own), ModelScope.model(Lazy.string({ produce: () => '*' })));
    expect(() => app.synth()).toThrow('`model` must');
  });
});

describe('a registry that was made elsewhere', () => {
  test('makes nothing', () => {
    ModelRegistry.fromAttributes(stack, 'Registry', { apiId: 'abc' });
    expect(Object.keys(Template.fromStack(stack).toJSON().Resources ?? {})).toEqual([]);
  });

  test('has the metrics of its environment', () => {
    const registry = ModelRegistry.fromAttributes(stack, 'Registry', { apiId: 'abc', environment: 'staging' });
    expect(registry.addressParameterName).toBe('/ml-platform/registry/staging');
    expect(registry.metricRefused()).toMatchObject({
      namespace: 'MlPlatform/Registry', metricName: 'RequestsRefused', dimensions: { Registry: 'staging' }, statistic: 'Sum',
    });
    expect(registry.metricServerErrors({ statistic: 'Average' })).toMatchObject({ metricName: '5xx', dimensions: { ApiId: 'abc' }, statistic: 'Average' });
  });

  test('lets nobody audit without a bucket', () => {
    const registry = ModelRegistry.fromAttributes(stack, 'Registry', { apiId: 'abc' });
    expect(() => registry.grantAudit(roleIn(stack))).toThrow('`auditBucket` must be known');
  });

  test.each(['', 'P', 'a b', 'production/'])('is not of the environment %p', (environment) => {
    expect(() => ModelRegistry.fromAttributes(stack, 'Registry', { apiId: 'abc', environment })).toThrow('Test/Registry: `environment` must be');
  });
});

function roleIn(own: Stack): iam.Role {
  return new iam.Role(own, 'Role', { assumedBy: new iam.AccountRootPrincipal() });
}
