import {
  aws_apigatewayv2 as apigateway, aws_iam as iam, aws_kms as kms, aws_lambda as lambda, aws_logs as logs, Duration, RemovalPolicy,
  Stack,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { letLogsEncrypt, logGroupNameOf } from './encrypted-logs';
import { HandlerFunction } from './handler-function';

/** One way in. */
export interface HttpRoute {
  readonly verb: string;
  readonly method: string;
  readonly path: string;
}

/** What the API is made from. */
export interface IamHttpApiProps {
  readonly name: string;
  readonly description: string;
  readonly routes: readonly HttpRoute[];
  /** Per second; twice as many at once. */
  readonly requestsPerSecond: number;
  /** Encrypts the access log. */
  readonly key: kms.IKey;
  /** The folder of the access log. */
  readonly logFolder: string;
  /** Of the statement in the policy of the key. */
  readonly logSid: string;
  /** Makes the function behind the API, in the scope of the API. */
  readonly createHandler: (scope: Construct) => HandlerFunction;
}

/** The one stage, whose name is in no path. */
export const STAGE = '$default';
/** API Gateway ends a request after 30 seconds; a handler gives up before, so that its caller gets an answer. */
export const API_HANDLER_TIMEOUT = Duration.seconds(25);
const INTEGRATION_TIMEOUT = Duration.seconds(29);

/**
 * One line for each request: who called what, with what outcome. No body, no query, no path: a path is the caller's text.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging-variables.html
 */
const ACCESS_LOG = JSON.stringify({
  requestId: '$context.requestId',
  requestTime: '$context.requestTime',
  userArn: '$context.identity.userArn',
  callerId: '$context.identity.caller',
  callerAccount: '$context.identity.accountId',
  routeKey: '$context.routeKey',
  status: '$context.status',
  responseLatency: '$context.responseLatency',
  integrationStatus: '$context.integrationStatus',
  error: '$context.error.responseType',
});

/** An HTTP API in which every route asks for IAM credentials, and the one function behind it. */
export class IamHttpApi extends Construct {
  public readonly apiId: string;
  public readonly handler: HandlerFunction;
  /** Who called: kept when the stack is deleted. */
  public readonly accessLog: logs.LogGroup;

  constructor(scope: Construct, id: string, props: IamHttpApiProps) {
    super(scope, id);
    this.handler = props.createHandler(this);
    const api = new apigateway.CfnApi(this, 'Resource', { name: props.name, description: props.description, protocolType: 'HTTP' });
    this.apiId = api.ref;
    this.accessLog = this.createAccessLog(props);
    this.createRoutes(props.routes);
    this.createStage(props.requestsPerSecond);
  }

  /** Where it answers: no slash at the end. */
  public get url(): string {
    return urlOfApi(this, this.apiId);
  }

  private createAccessLog({ key, logFolder, logSid }: IamHttpApiProps): logs.LogGroup {
    const logGroupName = logGroupNameOf(this, logFolder);
    letLogsEncrypt(key, logSid, logGroupName);
    return new logs.LogGroup(this, 'AccessLog', {
      logGroupName, encryptionKey: key, retention: logs.RetentionDays.ONE_YEAR, removalPolicy: RemovalPolicy.RETAIN,
    });
  }

  private createRoutes(routes: readonly HttpRoute[]): void {
    const { apiId } = this;
    const integration = new apigateway.CfnIntegration(this, 'Integration', {
      apiId,
      integrationType: 'AWS_PROXY',
      integrationUri: this.handler.functionArn,
      payloadFormatVersion: '2.0',
      timeoutInMillis: INTEGRATION_TIMEOUT.toMilliseconds(),
    });
    for (const { verb, method, path } of routes) {
      new apigateway.CfnRoute(this, routeId(verb), {
        apiId, routeKey: `${method} ${path}`, authorizationType: 'AWS_IAM', target: `integrations/${integration.ref}`,
      });
    }
    new lambda.CfnPermission(this, 'Permission', {
      action: 'lambda:InvokeFunction',
      functionName: this.handler.functionArn,
      principal: 'apigateway.amazonaws.com',
      sourceArn: Stack.of(this).formatArn({ service: 'execute-api', resource: apiId, resourceName: '*/*' }),
    });
  }

  private createStage(requestsPerSecond: number): void {
    new apigateway.CfnStage(this, 'Stage', {
      apiId: this.apiId,
      stageName: STAGE,
      autoDeploy: true,
      accessLogSettings: { destinationArn: this.accessLog.logGroupArn, format: ACCESS_LOG },
      defaultRouteSettings: {
        throttlingRateLimit: requestsPerSecond, throttlingBurstLimit: 2 * requestsPerSecond, detailedMetricsEnabled: true,
      },
    });
  }
}

/** Where an HTTP API of this account and Region answers: no slash at the end. */
export function urlOfApi(scope: Construct, apiId: string): string {
  const { region, urlSuffix } = Stack.of(scope);
  return `https://${apiId}.execute-api.${region}.${urlSuffix}`;
}

/** Routes of an API as IAM names them. */
export function routeArns(scope: Construct, apiId: string, routes: readonly Pick<HttpRoute, 'method' | 'path'>[]): string[] {
  return routes.map(({ method, path }) =>
    Stack.of(scope).formatArn({ service: 'execute-api', resource: apiId, resourceName: `${STAGE}/${method}${path}` }));
}

/** Lets somebody call routes, and read the SSM parameter that says where they are. */
export function grantRoutes(scope: Construct, grantee: iam.IGrantable, resourceArns: string[], parameterName: string): iam.Grant {
  const parameterArn = Stack.of(scope).formatArn({ service: 'ssm', resource: 'parameter', resourceName: parameterName.slice(1) });
  return iam.Grant.addToPrincipal({ grantee, actions: ['execute-api:Invoke'], resourceArns })
    .combine(iam.Grant.addToPrincipal({ grantee, actions: ['ssm:GetParameter'], resourceArns: [parameterArn] }));
}

function routeId(verb: string): string {
  return `Route${verb.split('-').map((word) => `${word.charAt(0).toUpperCase()}${word.slice(1)}`).join('')}`;
}
