import { aws_iam as iam, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { ApprovalGate } from './approval-gate';
import { letReadArtifacts, NO_CONCURRENCY, OUTSIDE_VPC, RegistryParts } from './registry-parts';
import {
  API_BUNDLE, ApprovalMinimums, ENV_APPROVAL_MINIMUMS, ENV_ARTIFACT_BUCKET, ENV_AUDIT_TABLE, ENV_DATASET_PREFIXES,
  ENV_ENVIRONMENT, ENV_REGISTRY_TABLE, ENV_RUNBOOK, ENV_TRUSTED_SESSION_ROLES, ROUTES,
} from './runtime/contract';
import { DEAD_LETTER_RULES, HandlerFunction } from '../core/handler-function';
import { API_HANDLER_TIMEOUT, IamHttpApi } from '../core/iam-http-api';
import { runbook } from '../core/runbook';
import { appendAudit, onTable, useTableKey, WRITE_KEY } from '../core/table-access';

/** What the API is made from. */
export interface RegistryApiProps extends RegistryParts {
  readonly gates: { readonly [model: string]: ApprovalGate };
  readonly trustedSessionRoles: readonly string[];
  readonly datasetPrefixes: readonly string[];
  readonly requestsPerSecond: number;
}

/** The way in to a registry: every route asks for IAM credentials. */
export class RegistryApi extends IamHttpApi {
  constructor(scope: Construct, id: string, props: RegistryApiProps) {
    super(scope, id, {
      name: `model-registry-${props.environment}`,
      description: `The model registry ${props.environment}: IAM credentials on every route`,
      routes: ROUTES,
      requestsPerSecond: props.requestsPerSecond,
      key: props.key,
      logFolder: 'registry-api',
      logSid: 'EncryptRegistryAccessLog',
      createHandler: (api) => createHandler(api, props),
    });
  }
}

function createHandler(scope: Construct, props: RegistryApiProps): HandlerFunction {
  const { table, auditTable, images, key } = props;
  const handler = new HandlerFunction(scope, 'Handler', {
    bundle: API_BUNDLE,
    description: `Answers the model registry ${props.environment}`,
    timeout: API_HANDLER_TIMEOUT,
    memorySize: 512,
    environment: environmentOf(scope, props),
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
  letReadArtifacts(scope, handler, props.artifacts);
  return handler;
}

function environmentOf(scope: Construct, props: RegistryApiProps): Record<string, string> {
  const stack = Stack.of(scope);
  const minimums = Object.entries(props.gates).map(([model, gate]): [string, ApprovalMinimums] => [model, gate._render(scope)]);
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
