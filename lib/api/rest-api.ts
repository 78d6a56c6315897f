import { aws_apigateway as apigateway, Token } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { ACCESS_LOG_FIELDS, ApiLogs } from './api-logs';
import { RouteDeployment } from './deployment';
import { twice } from './rate';
import { Route } from './route';
import { acknowledge, inRegulatedPacks } from '../core/acknowledge';
import { checkKept } from '../serving/rendered-resource';

/** What the gateway is made from. */
export interface RestApiParts {
  readonly apiName: string;
  readonly routes: readonly Route[];
  readonly logs: ApiLogs;
  readonly ratePerSecond: number;
  /** Nothing: twice the rate. */
  readonly burst?: number;
  /** Whether the `execute-api` host answers. */
  readonly open: boolean;
}

/** The gateway, and the copy of its routes that callers meet. */
export interface Gateway {
  readonly api: apigateway.RestApi;
  readonly deployment: RouteDeployment;
}

/** The stage that callers see in the path of the `execute-api` host. */
export const STAGE = 'v1';
const DESCRIPTION = 'Models over HTTPS';
const MOST_BURST = 5000; // the default of an account: https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html
/** DescribeEndpoint has a small rate in the whole account, which deployments need as well. */
const HEALTH_RATE = { throttlingRateLimit: 2, throttlingBurstLimit: 5 };

/** The gateway with its one stage: regional, TLS 1.2 at least, throttled, logged without data, traced. */
export function createRestApi(scope: Construct, parts: RestApiParts): Gateway {
  const { apiName, routes, logs, ratePerSecond, burst = burstOf(ratePerSecond), open } = parts;
  const everyMethod = { loggingLevel: apigateway.MethodLoggingLevel.ERROR, dataTraceEnabled: false, cachingEnabled: false };
  const api = new apigateway.RestApi(scope, 'Resource', {
    restApiName: apiName,
    description: DESCRIPTION,
    endpointTypes: [apigateway.EndpointType.REGIONAL],
    cloudWatchRole: false, // ours is shared by the stack's APIs
    disableExecuteApiEndpoint: !open,
    deploy: false, // ours says itself what makes it another one
  });
  const deployment = new RouteDeployment(api, 'Deployment', { api, within: scope, description: DESCRIPTION });
  api.deploymentStage = new apigateway.Stage(api, `DeploymentStage.${STAGE}`, {
    deployment,
    stageName: STAGE,
    ...everyMethod,
    throttlingRateLimit: ratePerSecond,
    throttlingBurstLimit: burst,
    tracingEnabled: true,
    accessLogDestination: new apigateway.LogGroupLogDestination(logs.access),
    accessLogFormat: apigateway.AccessLogFormat.custom(JSON.stringify(ACCESS_LOG_FIELDS)),
    methodOptions: Object.fromEntries(routes.map(({ healthPath }) => [`${healthPath}/GET`, { ...everyMethod, ...HEALTH_RATE }])),
  });
  checkKept(api.deploymentStage.node.defaultChild as apigateway.CfnStage, {
    ...Object.fromEntries([0, ...routes.map((_, index) => index + 1)].map((of) => [`MethodSettings.${of}.DataTraceEnabled`, false])),
  }, 'the execution log would hold bodies and tokens');
  const resource = api.node.defaultChild as apigateway.CfnRestApi;
  resource.securityPolicy = apigateway.SecurityPolicy.TLS13_1_2_PFS_PQ_2025_09; // TLS 1.2 and 1.3; the default takes 1.0
  resource.endpointAccessMode = apigateway.EndpointAccessMode.STRICT;
  return { api, deployment };
}

function burstOf(ratePerSecond: number): number {
  return Token.isUnresolved(ratePerSecond) ? ratePerSecond : Math.min(twice(ratePerSecond), MOST_BURST);
}

/** Findings that a gateway in front of SageMaker keeps. */
export function keepFindings(api: apigateway.RestApi, auth: 'cognito' | 'iam'): void {
  acknowledge(api.deploymentStage, {
    rules: inRegulatedPacks('APIGWCacheEnabledAndEncrypted'),
    reason: 'Answers are made for one body of one caller: a cache keeps predictions beyond the request and could give them to another '
      + 'caller. Nothing is cached, so nothing lies unencrypted',
  }, {
    rules: inRegulatedPacks('APIGWSSLEnabled'),
    reason: 'A client certificate shows the gateway to HTTP backends. There is none: SageMaker is called over TLS with a signature of a role',
  });
  if (auth === 'iam') {
    acknowledge(api, {
      rules: ['AwsSolutions-COG4'],
      reason: 'Callers sign with AWS credentials, as `ApiAuth.iam()` says; every method wants the signature and the permission',
    });
  }
}
