import {
  aws_apigatewayv2 as apigateway, aws_dynamodb as dynamodb, aws_iam as iam, aws_lambda as lambda, aws_logs as logs, Duration,
  RemovalPolicy, Stack,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { ApprovalGate } from './approval-gate';
import { STAGE } from './model-registry-base';
import {
  DEAD_LETTER_RULES, letReadArtifacts, NO_CONCURRENCY, onTable, OUTSIDE_VPC, RegistryParts, useTableKey, WRITE_KEY,
} from './registry-parts';
import {
  API_BUNDLE, ApprovalMinimums, ENV_APPROVAL_MINIMUMS, ENV_ARTIFACT_BUCKET, ENV_AUDIT_TABLE, ENV_DATASET_PREFIXES,
  ENV_ENVIRONMENT, ENV_REGISTRY_TABLE, ENV_RUNBOOK, ENV_TRUSTED_SESSION_ROLES, ROUTES, Verb,
} from './runtime/contract';
import { letLogsEncrypt, logGroupNameOf } from '../core/encrypted-logs';
import { HandlerFunction } from '../core/handler-function';
import { runbook } from '../core/runbook';

/** What the API is made from. */
export interface RegistryApiProps extends RegistryParts {
  readonly gates: { readonly [model: string]: ApprovalGate };
  readonly trustedSessionRoles: readonly string[];
  readonly datasetPrefixes: readonly string[];
  readonly requestsPerSecond: number;
}

/** API Gateway ends a request after 30 seconds; the handler gives up after 20, so that its caller gets an answer. */
const HANDLER_TIMEOUT = Duration.seconds(25);
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
export class RegistryApi extends Construct {
  public readonly apiId: string;
  public readonly handler: HandlerFunction;
  /** Who called: kept when the stack is deleted. */
  public readonly accessLog: logs.LogGroup;

  constructor(scope: Construct, id: string, props: RegistryApiProps) {
    super(scope, id);
    this.handler = this.createHandler(props);
    const api = new apigateway.CfnApi(this, 'Resource', {
      name: `model-registry-${props.environment}`,
      description: `The model registry ${props.environment}: IAM credentials on every route`,
      protocolType: 'HTTP',
    });
    this.apiId = api.ref;
    this.accessLog = this.createAccessLog(props);
    this.createRoutes();
    this.createStage(props.requestsPerSecond);
  }

  private createHandler(props: RegistryApiProps): HandlerFunction {
    const { table, auditTable, images, key } = props;
    const handler = new HandlerFunction(this, 'Handler', {
      bundle: API_BUNDLE,
      description: `Answers the model registry ${props.environment}`,
      timeout: HANDLER_TIMEOUT,
      memorySize: 512,
      environment: this.environmentOf(props),
      statements: [
        onTable('ReadRegistry', ['BatchGetItem', 'GetItem', 'Query'], table.tableArn),
        onTable('ChangeRegistry', ['ConditionCheckItem', 'PutItem', 'UpdateItem'], table.tableArn),
        onTable('ReadAudit', ['GetItem', 'Query'], auditTable.tableArn),
        appendAudit(auditTable),
        useTableKey(key, ...WRITE_KEY),
        new iam.PolicyStatement({
          sid: 'TagImages',
          actions: ['ecr:BatchGetImage', 'ecr:DescribeImages', 'ecr:PutImage'],
          resources: images.map(({ repository }) => repository.repositoryArn),
        }),
      ],
      kept: [NO_CONCURRENCY, {
        rules: DEAD_LETTER_RULES,
        reason: 'Its callers wait for the answer and see each error; a request in a queue would be done later, for nobody.',
      }],
      outsideVpc: OUTSIDE_VPC,
    });
    letReadArtifacts(this, handler, props.artifacts);
    return handler;
  }

  private environmentOf(props: RegistryApiProps): Record<string, string> {
    const stack = Stack.of(this);
    const minimums = Object.entries(props.gates).map(([model, gate]): [string, ApprovalMinimums] => [model, gate._render(this)]);
    return {
      [ENV_REGISTRY_TABLE]: props.table.tableName,
      [ENV_AUDIT_TABLE]: props.auditTable.tableName,
      [ENV_ARTIFACT_BUCKET]: props.artifacts.bucket.bucketName,
      [ENV_ENVIRONMENT]: props.environment,
      [ENV_TRUSTED_SESSION_ROLES]: stack.toJsonString(props.trustedSessionRoles),
      [ENV_DATASET_PREFIXES]: stack.toJsonString(props.datasetPrefixes),
      [ENV_APPROVAL_MINIMUMS]: stack.toJsonString(Object.fromEntries(minimums)),
      [ENV_RUNBOOK]: runbook('RegistryServerErrors'),
    };
  }

  private createAccessLog({ key }: RegistryApiProps): logs.LogGroup {
    const logGroupName = logGroupNameOf(this, 'registry-api');
    letLogsEncrypt(key, 'EncryptRegistryAccessLog', logGroupName);
    return new logs.LogGroup(this, 'AccessLog', {
      logGroupName, encryptionKey: key, retention: logs.RetentionDays.ONE_YEAR, removalPolicy: RemovalPolicy.RETAIN,
    });
  }

  private createRoutes(): void {
    const { apiId } = this;
    const integration = new apigateway.CfnIntegration(this, 'Integration', {
      apiId,
      integrationType: 'AWS_PROXY',
      integrationUri: this.handler.functionArn,
      payloadFormatVersion: '2.0',
      timeoutInMillis: INTEGRATION_TIMEOUT.toMilliseconds(),
    });
    for (const { verb, method, path } of ROUTES) {
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

/**
 * A record is put in one transaction with what it tells of, and in no other way: outside of a transaction the key is not in the
 * request, and the condition fails. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/transaction-apis-iam.html
 */
function appendAudit({ tableArn }: dynamodb.ITable): iam.PolicyStatement {
  const statement = onTable('AppendAudit', ['PutItem'], tableArn);
  statement.addCondition('StringEquals', { 'dynamodb:EnclosingOperation': 'TransactWriteItems' });
  return statement;
}

function routeId(verb: Verb): string {
  return `Route${verb.split('-').map((word) => `${word.charAt(0).toUpperCase()}${word.slice(1)}`).join('')}`;
}
