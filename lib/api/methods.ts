import { aws_apigateway as apigateway, aws_iam as iam } from 'aws-cdk-lib';
import { BodyModels } from './body-models';
import { ApiReplies, Replies } from './integration-replies';
import { Route } from './route';
import { AsynchronousRoute, RealTimeRoute } from './route-kinds';
import { asynchronousRequest, healthRequest, INPUT_KEY, invocationRequest, LONGEST_INPUT_KEY } from './templates/request';
import { checkKept } from '../serving/rendered-resource';

/** What the methods of all routes have in common. */
export interface SharedByMethods {
  readonly models: apigateway.IResource;
  readonly role: iam.IRole;
  readonly validator: apigateway.IRequestValidator;
  readonly bodies: BodyModels;
  /** Who may call a method that has this scope. */
  readonly access: (scope: string) => apigateway.MethodOptions;
  readonly replies: ApiReplies;
}

const INFERENCE_ID = { 'integration.request.header.X-Amzn-SageMaker-Inference-Id': 'context.extendedRequestId' };
/** The body of an asynchronous request. */
const INPUT_SCHEMA: apigateway.JsonSchema = {
  schema: apigateway.JsonSchemaVersion.DRAFT4,
  type: apigateway.JsonSchemaType.OBJECT,
  required: ['input'],
  additionalProperties: false,
  properties: { input: { type: apigateway.JsonSchemaType.STRING, pattern: INPUT_KEY, maxLength: LONGEST_INPUT_KEY } },
};

/** What a body of a route must look like; nothing when every body goes to the model. */
export function schemaOf({ how }: Route): apigateway.JsonSchema | undefined {
  return how.kind === 'asynchronous' ? INPUT_SCHEMA : how.schema;
}

/** `POST /models/<name>/invocations` and `GET /models/<name>/health`: five resources, six with a schema of its own. */
export function addRoute(route: Route, shared: SharedByMethods): void {
  const named = shared.models.addResource(route.name);
  const invocations = named.addResource('invocations');
  addMethod(invocations, 'POST', invocation(route, shared), {
    ...shared.access(route.invokeScope),
    requestValidator: shared.validator,
    requestModels: modelsOf(route, named, shared.bodies),
    methodResponses: repliesOf(route, shared).methodResponses,
  });
  addMethod(named.addResource('health'), 'GET', health(route, shared), {
    ...shared.access(route.healthScope),
    requestValidator: shared.validator,
    methodResponses: shared.replies.states.methodResponses,
  });
}

/** Packs judge what was made, and an override comes later: what guards a method is asked for at synth. */
function addMethod(at: apigateway.Resource, verb: string, to: apigateway.Integration, options: apigateway.MethodOptions): void {
  const { authorizationType, authorizationScopes, apiKeyRequired, requestValidator, requestModels = {} } = options;
  const models = Object.entries(requestModels).map(([type, { modelId }]) => [type, modelId]);
  const method = at.addMethod(verb, to, options).node.defaultChild as apigateway.CfnMethod;
  const { uri, requestParameters } = method.integration as apigateway.CfnMethod.IntegrationProperty;
  checkKept(method, {
    'HttpMethod': verb,
    'ApiKeyRequired': apiKeyRequired,
    'RequestValidatorId': requestValidator?.requestValidatorId,
    'RequestModels': models.length === 0 ? undefined : Object.fromEntries(models),
    'AuthorizationType': authorizationType,
    'AuthorizationScopes': authorizationScopes,
    'Integration.Type': apigateway.IntegrationType.AWS,
    'Integration.PassthroughBehavior': apigateway.PassthroughBehavior.NEVER,
    'Integration.Uri': uri,
    'Integration.RequestParameters': { ...requestParameters },
  }, 'callers could get around their scopes or the schema, or reach what has no route');
}

/** The address is literal: no part of it is a caller's. */
function invocation(route: Route, shared: SharedByMethods): apigateway.Integration {
  const { endpointName } = route.endpoint;
  return route.how.kind === 'real-time'
    ? integration('runtime.sagemaker', { path: `endpoints/${endpointName}/invocations` }, shared, {
      ...realTime(route.how), integrationResponses: repliesOf(route, shared).integrationResponses,
    })
    : integration('runtime.sagemaker', { path: `endpoints/${endpointName}/async-invocations` }, shared, {
      ...asynchronous(route.how), integrationResponses: repliesOf(route, shared).integrationResponses,
    });
}

function realTime({ contentTypes, accept, timeout }: RealTimeRoute): apigateway.IntegrationOptions {
  return {
    timeout,
    requestParameters: { ...INFERENCE_ID, 'integration.request.header.Accept': `'${accept}'` },
    requestTemplates: Object.fromEntries(contentTypes.map((type) => [type, invocationRequest(type)])),
  };
}

function asynchronous({ inputs, inputPrefix, contentType, accept }: AsynchronousRoute): apigateway.IntegrationOptions {
  return {
    requestParameters: {
      ...INFERENCE_ID,
      'integration.request.header.X-Amzn-SageMaker-Content-Type': `'${contentType}'`,
      'integration.request.header.X-Amzn-SageMaker-Accept': `'${accept}'`,
    },
    requestTemplates: { 'application/json': asynchronousRequest(inputs.s3UrlForObject(inputPrefix)) },
  };
}

/**
 * DescribeEndpoint of the control plane, of which only a word is shown. The target header is what makes the call: the
 * gateway adds none for services with the JSON protocol. Unverified on a live account.
 */
function health(route: Route, shared: SharedByMethods): apigateway.Integration {
  return integration('sagemaker', { subdomain: 'api', action: 'DescribeEndpoint' }, shared, {
    requestParameters: {
      'integration.request.header.X-Amz-Target': "'SageMaker.DescribeEndpoint'",
      'integration.request.header.Content-Type': "'application/x-amz-json-1.1'",
    },
    requestTemplates: { 'application/json': healthRequest(route.endpoint.endpointName) },
    integrationResponses: shared.replies.states.integrationResponses,
  });
}

function integration(
  service: string, call: Pick<apigateway.AwsIntegrationProps, 'path' | 'action' | 'subdomain'>, { role }: SharedByMethods,
  options: apigateway.IntegrationOptions,
): apigateway.Integration {
  return new apigateway.AwsIntegration({
    service,
    ...call,
    integrationHttpMethod: 'POST',
    options: { credentialsRole: role, passthroughBehavior: apigateway.PassthroughBehavior.NEVER, ...options },
  });
}

function repliesOf({ how }: Route, { replies }: SharedByMethods): Replies {
  return how.kind === 'real-time' ? replies.predictions : replies.places;
}

function modelsOf(route: Route, scope: apigateway.Resource, bodies: BodyModels): Record<string, apigateway.IModel> | undefined {
  const schema = schemaOf(route);
  return schema === undefined ? undefined : { 'application/json': bodies.of(schema, scope) };
}
