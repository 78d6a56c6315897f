import { App, aws_apigateway as apigateway, CfnParameter, Lazy, Stack, Stage } from 'aws-cdk-lib';
import { inferenceApi, inputs, named, Resource } from './supplies';
import { ApiAuth, ApiEndpoint, InferenceApi, InferenceApiProps } from '../../lib/api';
import { IModelEndpoint } from '../../lib/serving';

type Change = (api: InferenceApi, stack: Stack) => void;
type Props = (stack: Stack) => InferenceApiProps;
type Resources = Readonly<Record<string, Resource>>;

const nothing: Change = () => undefined;
const TWO: Props = (stack) => ({ endpoints: [named(stack, 'churn'), named(stack, 'fraud')] });

function resourcesAfter(props: Props, change: Change = nothing): Resources {
  const stack = new Stack(new App(), 'Test');
  change(inferenceApi(stack, props(stack)), stack);
  return resourcesIn(stack);
}

function resourcesIn(stack: Stack): Resources {
  const assembly = (stack.node.root as App).synth({ force: true });
  return (assembly.getStackByName(stack.stackName).template as { Resources: Resources }).Resources;
}

function deploymentIn(resources: Resources): string {
  const ids = Object.keys(resources).filter((id) => resources[id].Type === 'AWS::ApiGateway::Deployment');
  const [stage] = Object.values(resources).filter(({ Type }) => Type === 'AWS::ApiGateway::Stage');
  expect(stage.Properties.DeploymentId).toEqual({ Ref: ids[0] });
  expect(ids).toHaveLength(1);
  return ids[0];
}

const idAfter = (props: Props, change?: Change) => deploymentIn(resourcesAfter(props, change));
const method = (api: InferenceApi) => api.restApi.methods[0].node.defaultChild as apigateway.CfnMethod;
const withSchema = (required: string) => (stack: Stack): InferenceApiProps =>
  ({ routes: [ApiEndpoint.realTime(named(stack, 'churn'), { schema: { required: [required] } })] });

const before = idAfter(TWO);

describe('routes are deployed again', () => {
  test.each<[what: string, props: Props, change: Change]>([
    ['an endpoint more', (stack) => ({ endpoints: [...TWO(stack).endpoints!, named(stack, 'more')] }), nothing],
    ['an endpoint less', (stack) => ({ endpoints: [named(stack, 'churn')] }), nothing],
    ['another content type', (stack) => ({ endpoints: [named(stack, 'churn')], routes: [ApiEndpoint.realTime(named(stack, 'fraud'), { accept: 'text/csv' })] }), nothing],
    ['a queue', (stack) => ({ endpoints: [named(stack, 'churn')], routes: [ApiEndpoint.asynchronous(named(stack, 'fraud'), { inputs: inputs(stack) })] }), nothing],
    ['a page', (stack) => ({ ...TWO(stack), corsOrigin: 'https://app.example.com' }), nothing],
    ['other scopes', (stack) => ({ ...TWO(stack), apiName: 'other' }), nothing],
    ['other callers', (stack) => ({ ...TWO(stack), auth: ApiAuth.iam() }), nothing],
    ['an override', TWO, (api) => { method(api).addPropertyOverride('Integration.TimeoutInMillis', 1000); }],
    ['a property of the L1', TWO, (api) => { method(api).operationName = 'ask'; }],
    ['a method of somebody else', TWO, (api) => { api.restApi.root.addMethod('GET', undefined, { authorizationType: apigateway.AuthorizationType.IAM }); }],
    ['a reply of somebody else', TWO, (api) => { api.restApi.addGatewayResponse('Mine', { type: apigateway.ResponseType.of('BAD') }); }],
    ['a policy', TWO, (api) => { (api.restApi.node.defaultChild as apigateway.CfnRestApi).policy = { Statement: [] }; }],
  ])('for %s', (_, props, change) => {
    expect(idAfter(props, change)).not.toBe(before);
  });

  test('for another schema at the same place', () => {
    expect(idAfter(withSchema('age'))).not.toBe(idAfter(withSchema('price')));
  });

  test('for a value that somebody adds', () => {
    const [one, other] = ['1', '2'].map((version) => idAfter(TWO, (api) => { deploymentOf(api).addToLogicalId({ version }); }));
    expect([one, other]).toEqual([expect.not.stringMatching(before), expect.not.stringMatching(one)]);
  });

  test('for what a lazy value has become, and in a second synth', () => {
    const stack = new Stack(new App(), 'Test');
    let seconds = '1';
    const api = inferenceApi(stack, TWO(stack));
    method(api).operationName = Lazy.uncachedString({ produce: () => seconds });
    const asked = stack.resolve(deploymentOf(api).deploymentId) as string; // too early, and for nothing
    const first = deploymentIn(resourcesIn(stack));
    seconds = '2';
    const second = deploymentIn(resourcesIn(stack));
    expect(second).not.toBe(first);
    expect(asked).toEqual({ Ref: first });
  });
});

describe('routes are not deployed again', () => {
  test.each<[what: string, one: Props, other: Props, change: Change]>([
    ['the same app', TWO, TWO, nothing],
    ['another order', TWO, (stack) => ({ endpoints: [named(stack, 'fraud'), named(stack, 'churn')] }), nothing],
    ['a client', TWO, TWO, (api, stack) => {
      api.addClient('payments', { endpoints: [stack.node.findChild('Endpoint-churn') as unknown as IModelEndpoint] });
    }],
    ['another rate', TWO, (stack) => ({ ...TWO(stack), ratePerSecond: 50, alarms: { refusedCallers: 7 } }), nothing],
    ['what says nothing', TWO, TWO, (api) => { method(api).operationName = undefined; }],
  ])('for %s', (_, one, other, change) => {
    expect(idAfter(other, change)).toBe(idAfter(one));
  });

  test('for tokens that were counted differently', () => {
    Array.from({ length: 20 }, () => Lazy.string({ produce: () => 'another' }));
    expect(idAfter(TWO)).toBe(before);
  });

  test('because the app has another stage', () => {
    const [test, production] = ['Test', 'Production'].map((name) => {
      const app = new App();
      const stack = new Stack(new Stage(app, name), 'Models', { stackName: 'Models' });
      inferenceApi(stack, TWO(stack));
      const { template } = app.synth().getNestedAssembly(`assembly-${name}`).getStackByName('Models');
      return deploymentIn((template as { Resources: Resources }).Resources);
    });
    expect(test).toHaveLength(production.length);
  });
});

test('an endpoint whose name only the deployment knows has its parameter in the digest', () => {
  const [one, other] = ['First', 'Second'].map((id) => idAfter((stack) => {
    const name = new CfnParameter(stack, id).valueAsString;
    return { routes: [ApiEndpoint.realTime(named(stack, name), { routeName: 'churn' })] };
  }));
  expect(one).not.toBe(other);
});

test('the deployment waits for the permissions, and for all that it deploys', () => {
  const resources = resourcesAfter(TWO, (api) => { api.restApi.addGatewayResponse('Mine', { type: apigateway.ResponseType.of('BAD') }); });
  const deployed = /^AWS::(?:ApiGateway::(?!RestApi|Deployment|Stage|Account)|IAM::ManagedPolicy)/;
  const awaited = Object.keys(resources).filter((id) => deployed.test(resources[id].Type));
  expect([...resources[deploymentIn(resources)].DependsOn!].sort()).toEqual(awaited.sort());
  expect(awaited.length).toBeGreaterThan(30);
});

function deploymentOf(api: InferenceApi): apigateway.Deployment {
  return api.restApi.node.findChild('Deployment') as apigateway.Deployment;
}
