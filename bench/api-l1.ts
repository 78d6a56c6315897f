import { aws_apigateway as apigateway, aws_cognito as cognito, aws_iam as iam, Aws, CfnResource, Fn } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { ApiPlace } from './api-place';
import { healthReplies, invocationReplies, Replies } from '../lib/api/integration-replies';

/** What an API has however many endpoints are behind it; firewall, logs, alarms and replies of the gateway are left out. */
interface Shared {
  readonly apiName: string;
  readonly restApiId: string;
  readonly models: apigateway.CfnResource;
  readonly role: iam.CfnRole;
  readonly authorizerId: string;
  readonly requestValidatorId: string;
}

/** What differs between methods; the rest is the integration. */
interface Called extends Replies {
  readonly verb: string;
  readonly [integration: string]: unknown;
}

const STAGE = 'v1';
const [PREDICTIONS, STATES] = [invocationReplies(), healthReplies()]; // texts, which are written once by hand as well
const EVERY_METHOD = { loggingLevel: 'ERROR', dataTraceEnabled: false, cachingEnabled: false };

/** By hand: what an endpoint of `InferenceApi` is made of, and no more of the rest than that needs. */
export function l1Api({ stack, apiName, endpoints }: ApiPlace): void {
  const api = new apigateway.CfnRestApi(stack, 'Api', { name: apiName, endpointConfiguration: { types: ['REGIONAL'] } });
  const pool = new cognito.CfnUserPool(stack, 'Pool');
  const role = new iam.CfnRole(stack, 'Role', {
    assumeRolePolicyDocument: document({ Action: 'sts:AssumeRole', Principal: { Service: 'apigateway.amazonaws.com' } }),
  });
  const policy = new iam.CfnManagedPolicy(stack, 'Policy', {
    description: 'Invoke the endpoints that have a route, and ask for their state',
    path: '/',
    policyDocument: document({
      Action: ['sagemaker:InvokeEndpoint', 'sagemaker:DescribeEndpoint'],
      Resource: endpoints.length === 1 ? arnOf(endpoints[0]) : endpoints.map(arnOf),
      Sid: 'InvokeEndpoints',
    }),
    roles: [role.ref],
  });
  new cognito.CfnUserPoolResourceServer(stack, 'Scopes', {
    identifier: apiName,
    name: apiName,
    userPoolId: pool.ref,
    scopes: endpoints.flatMap((name) => [
      { scopeName: `${name}:invoke`, scopeDescription: `Invoke ${name}` },
      { scopeName: `${name}:health`, scopeDescription: `Ask for the state of ${name}` },
    ]),
  });
  const shared: Shared = {
    apiName,
    restApiId: api.ref,
    models: new apigateway.CfnResource(stack, 'Models', { restApiId: api.ref, parentId: api.attrRootResourceId, pathPart: 'models' }),
    role,
    authorizerId: new apigateway.CfnAuthorizer(stack, 'Authorizer', {
      restApiId: api.ref, name: apiName, type: 'COGNITO_USER_POOLS', identitySource: 'method.request.header.Authorization', providerArns: [pool.attrArn],
    }).ref,
    requestValidatorId: new apigateway.CfnRequestValidator(stack, 'Validator', {
      restApiId: api.ref, validateRequestBody: true, validateRequestParameters: true,
    }).ref,
  };
  const deployment = new apigateway.CfnDeployment(stack, 'Deployment', { restApiId: api.ref });
  deployment.node.addDependency(policy, ...endpoints.flatMap((name) => endpoint(new Construct(stack, name), name, shared)));
  new apigateway.CfnStage(stack, 'Stage', {
    restApiId: api.ref,
    deploymentId: deployment.ref,
    stageName: STAGE,
    methodSettings: [
      { httpMethod: '*', resourcePath: '/*', ...EVERY_METHOD, throttlingRateLimit: 100, throttlingBurstLimit: 200 },
      ...endpoints.map((name) => ({
        httpMethod: 'GET', resourcePath: `/~1models~1${name}~1health`, ...EVERY_METHOD, throttlingRateLimit: 2, throttlingBurstLimit: 5,
      })),
    ],
  });
}

function endpoint(scope: Construct, name: string, { apiName, restApiId, models, ...shared }: Shared): CfnResource[] {
  const resource = (id: string, pathPart: string, parent: apigateway.CfnResource) =>
    new apigateway.CfnResource(scope, id, { restApiId, parentId: parent.ref, pathPart });
  const method = (id: string, httpMethod: string, at: apigateway.CfnResource, call: Called) => {
    const { verb, methodResponses, ...integration } = call;
    return new apigateway.CfnMethod(scope, id, {
      restApiId,
      resourceId: at.ref,
      httpMethod,
      apiKeyRequired: true,
      authorizationType: 'COGNITO_USER_POOLS',
      authorizationScopes: [`${apiName}/${name}:${verb}`],
      authorizerId: shared.authorizerId,
      requestValidatorId: shared.requestValidatorId,
      methodResponses: methodResponses.map(({ statusCode, responseParameters }) => ({ statusCode, responseParameters })),
      integration: { type: 'AWS', integrationHttpMethod: 'POST', passthroughBehavior: 'NEVER', credentials: shared.role.attrArn, ...integration },
    });
  };
  const named = resource('Named', name, models);
  const invocations = resource('Invocations', 'invocations', named);
  const health = resource('Health', 'health', named);
  return [named, invocations, health, method('Post', 'POST', invocations, {
    verb: 'invoke',
    uri: uri(`runtime.sagemaker:path/endpoints/${name}/invocations`),
    timeoutInMillis: 29_000,
    requestParameters: {
      'integration.request.header.X-Amzn-SageMaker-Inference-Id': 'context.extendedRequestId',
      'integration.request.header.Accept': "'application/json'",
    },
    requestTemplates: { 'application/json': '#set($context.requestOverride.header.Content-Type = "application/json")$input.body' },
    ...PREDICTIONS,
  }), method('Get', 'GET', health, {
    verb: 'health',
    uri: uri('api.sagemaker:action/DescribeEndpoint'),
    requestParameters: {
      'integration.request.header.X-Amz-Target': "'SageMaker.DescribeEndpoint'",
      'integration.request.header.Content-Type': "'application/x-amz-json-1.1'",
    },
    requestTemplates: { 'application/json': JSON.stringify({ EndpointName: name }) },
    ...STATES,
  })];
}

function uri(target: string): string {
  return Fn.join('', ['arn:', Aws.PARTITION, ':apigateway:', Aws.REGION, `:${target}`]);
}

function arnOf(name: string): string {
  return Fn.join('', ['arn:', Aws.PARTITION, ':sagemaker:', Aws.REGION, ':', Aws.ACCOUNT_ID, `:endpoint/${name}`]);
}

function document(statement: object): object {
  return { Version: '2012-10-17', Statement: [{ Effect: 'Allow', ...statement }] };
}
