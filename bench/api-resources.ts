import { App, aws_apigateway as apigateway, aws_s3 as s3, Stack } from 'aws-cdk-lib';
import { ApiEndpoint, InferenceApi, InferenceApiProps } from '../lib/api';
import { GuardedEndpoint, IModelEndpoint } from '../lib/serving';

/** What one endpoint more is made of, in an API that has one of each kind already. */
export interface EndpointCost {
  readonly kind: string;
  readonly resources: number;
}

interface Resource {
  readonly Type: string;
  readonly Properties: Readonly<Record<string, unknown>>;
}
interface Template {
  readonly Resources: Readonly<Record<string, Resource>>;
}
type More = Pick<InferenceApiProps, 'endpoints' | 'routes'>;
type Kind = (stack: Stack, inputs: s3.IBucket) => More;

const { JsonSchemaType: JsonType } = apigateway;
const CORS = 'https://app.example.com';
const named = (stack: Stack, name: string): IModelEndpoint => GuardedEndpoint.fromEndpointName(stack, name, name);
const bodyWith = (feature: string): apigateway.JsonSchema => ({
  type: JsonType.OBJECT, required: [feature], properties: { [feature]: { type: JsonType.NUMBER } },
});
const typed = (stack: Stack, name: string, feature: string) =>
  ApiEndpoint.realTime(named(stack, name), { schema: bodyWith(feature) });
const queued = (stack: Stack, name: string, inputs: s3.IBucket) => ApiEndpoint.asynchronous(named(stack, name), { inputs });

const BEFORE: Kind = (stack, inputs) => ({
  endpoints: [named(stack, 'plain')], routes: [typed(stack, 'typed', 'age'), queued(stack, 'queued', inputs)],
});
const NOTHING_MORE: Kind = () => ({});
const KINDS: ReadonlyArray<readonly [kind: string, more: Kind, corsOrigin?: string]> = [
  ['real-time', (stack) => ({ endpoints: [named(stack, 'more')] })],
  ['real-time, with the schema of another one', (stack) => ({ routes: [typed(stack, 'more', 'age')] })],
  ['real-time, with a schema of its own', (stack) => ({ routes: [typed(stack, 'more', 'price')] })],
  ['asynchronous', (stack, inputs) => ({ routes: [queued(stack, 'more', inputs)] })],
  ['real-time, for a page (CORS)', (stack) => ({ endpoints: [named(stack, 'more')] }), CORS],
  ['asynchronous, for a page (CORS)', (stack, inputs) => ({ routes: [queued(stack, 'more', inputs)] }), CORS],
  ['real-time, with a schema of its own, for a page (CORS)', (stack) => ({ routes: [typed(stack, 'more', 'price')] }), CORS],
];

/** Counted in synthesized templates. */
export function endpointCosts(): EndpointCost[] {
  const [plain, forPages, ...others] = resources([[NOTHING_MORE], [NOTHING_MORE, CORS], ...KINDS.map(([, ...api]) => api)])
    .map((all) => all.length);
  return KINDS.map(([kind, , corsOrigin], index) =>
    ({ kind, resources: others[index] - (corsOrigin === undefined ? plain : forPages) }));
}

/** Functions between a caller and SageMaker, in an API of every kind: integrations and authorizers that are Lambda's. */
export function lambdaInvocations(): number {
  return callsOfLambda(resources([[NOTHING_MORE, CORS]])[0]);
}

export function callsOfLambda(all: readonly Resource[]): number {
  const methods = all.filter(({ Type: type, Properties: { Integration } }) => type === 'AWS::ApiGateway::Method'
    && /:lambda:path|AWS::Lambda/.test(JSON.stringify(Integration)));
  const authorizers = all.filter(({ Type: type, Properties: { Type: kind } }) =>
    type === 'AWS::ApiGateway::Authorizer' && kind !== 'COGNITO_USER_POOLS');
  return methods.length + authorizers.length;
}

/** The resources of APIs that have one endpoint of each kind, and more. */
function resources(apis: ReadonlyArray<readonly [more: Kind, corsOrigin?: string]>): Resource[][] {
  const app = new App();
  const stacks = apis.map(([more, corsOrigin], index) => {
    const stack = new Stack(app, `Api${index}`);
    const inputs = s3.Bucket.fromBucketName(stack, 'Inputs', 'our-inputs');
    const [before, after] = [BEFORE(stack, inputs), more(stack, inputs)];
    new InferenceApi(stack, 'Api', {
      apiName: `models-${index}`,
      corsOrigin,
      endpoints: [...before.endpoints ?? [], ...after.endpoints ?? []],
      routes: [...before.routes ?? [], ...after.routes ?? []],
    });
    return stack;
  });
  const assembly = app.synth();
  const templates = stacks.map(({ stackName }) => assembly.getStackByName(stackName).template as Template);
  return templates.map(({ Resources: all }) => Object.values(all));
}
