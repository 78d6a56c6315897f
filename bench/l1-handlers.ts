import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  Aws, aws_iam as iam, aws_kms as kms, aws_lambda as lambda, aws_logs as logs, aws_s3_assets as assets,
  aws_sagemaker as sagemaker, CfnDeletionPolicy, CfnResource, Fn, Stack,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { allow, keep, policyDocument, regional, RUNBOOK } from './l1-words';

// begin
export const ENDPOINT_TAG = 'cdk-ml-platform:endpoint';

interface Handler {
  readonly fn: lambda.CfnFunction;
  readonly role: iam.CfnRole;
  readonly policy: iam.CfnManagedPolicy;
}

export interface Handlers {
  readonly verifier: Handler;
  readonly pruner: Handler;
}

/** What all endpoints of a stack share. */
export function addHandlers(stack: Stack, endpointNames: readonly string[]): Handlers {
  const logGroup = handlerLogs(stack);
  return { verifier: verifierOf(stack, logGroup, endpointNames), pruner: prunerOf(stack, logGroup, endpointNames) };
}

function handlerLogs(stack: Stack): logs.CfnLogGroup {
  const scope = new Construct(stack, 'HandlerLogs');
  const logGroupName = `/ml-platform/handlers/${stack.node.id}/${Fn.select(2, Fn.split('/', Aws.STACK_ID))}`;
  const key = keep(new kms.CfnKey(scope, 'Key', {
    description: 'Encrypts what the handlers of a stack log',
    enableKeyRotation: true,
    keyPolicy: policyDocument(
      { ...allow(undefined, 'kms:*', '*'), Principal: { AWS: `arn:${Aws.PARTITION}:iam::${Aws.ACCOUNT_ID}:root` } },
      {
        ...allow('EncryptHandlerLogs', [
          'kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey', 'kms:GenerateDataKeyWithoutPlaintext',
          'kms:ReEncryptFrom', 'kms:ReEncryptTo',
        ], '*', { ArnEquals: { 'kms:EncryptionContext:aws:logs:arn': regional('logs', `log-group:${logGroupName}`) } }),
        Principal: { Service: `logs.${Aws.REGION}.${Aws.URL_SUFFIX}` },
      },
    ),
  }));
  return keep(new logs.CfnLogGroup(scope, 'Logs', { logGroupName, retentionInDays: 365, kmsKeyId: key.attrArn }));
}

function verifierOf(stack: Stack, logGroup: logs.CfnLogGroup, endpointNames: readonly string[]): Handler {
  return handlerOf(stack, 'Verifier', {
    bundle: 'deployment-verifier',
    description: 'Compares endpoints with what their deployments want',
    article: 'deployment-not-as-wanted',
    timeout: 420,
    logGroup,
    statements: [
      allow('ReadEndpoints', 'sagemaker:DescribeEndpoint', oneOrMore(
        endpointNames.map((name) => regional('sagemaker', `endpoint/${name}`)))),
      allow('ReadThisStack', 'cloudformation:DescribeStacks', Aws.STACK_ID),
    ],
  });
}

function prunerOf(stack: Stack, logGroup: logs.CfnLogGroup, endpointNames: readonly string[]): Handler {
  const configs = regional('sagemaker', 'endpoint-config/*');
  const models = regional('sagemaker', 'model/*');
  return handlerOf(stack, 'Pruner', {
    bundle: 'config-pruner',
    description: 'Deletes earlier endpoint configurations and models that nothing needs',
    article: 'configs-not-pruned',
    timeout: 330,
    logGroup,
    statements: [
      allow('ListAll', ['sagemaker:ListEndpointConfigs', 'sagemaker:ListEndpoints', 'sagemaker:ListModels'], '*'),
      allow('ReadEndpoints', 'sagemaker:DescribeEndpoint', regional('sagemaker', 'endpoint/*')),
      allow('ReadConfigs', 'sagemaker:DescribeEndpointConfig', configs),
      allow('ReadTags', 'sagemaker:ListTags', [configs, models]),
      allow('DeleteTagged', ['sagemaker:DeleteEndpointConfig', 'sagemaker:DeleteModel'], [configs, models],
        { StringEquals: { [`aws:ResourceTag/${ENDPOINT_TAG}`]: [...endpointNames] } }),
      allow('ReadThisStack', 'cloudformation:DescribeStacks', Aws.STACK_ID),
    ],
  });
}

interface HandlerOptions {
  readonly bundle: string;
  readonly description: string;
  readonly article: string;
  readonly timeout: number;
  readonly logGroup: logs.CfnLogGroup;
  readonly statements: readonly object[];
}

const BUNDLES = join(process.cwd(), 'handlers');

function handlerOf(stack: Stack, id: string, options: HandlerOptions): Handler {
  const { bundle, description, article, timeout, logGroup, statements } = options;
  const scope = new Construct(stack, id);
  const path = join(BUNDLES, bundle);
  const code = new assets.Asset(scope, 'Code', {
    path, assetHash: createHash('sha256').update(readFileSync(join(path, 'index.js'))).digest('hex'),
  });
  const role = new iam.CfnRole(scope, 'Role', {
    description,
    assumeRolePolicyDocument: policyDocument({
      Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'lambda.amazonaws.com' },
    }),
  });
  const policy = new iam.CfnManagedPolicy(scope, 'Policy', {
    description,
    path: '/',
    roles: [role.ref],
    policyDocument: policyDocument(
      allow('WriteLogs', ['logs:CreateLogStream', 'logs:PutLogEvents'], logGroup.attrArn),
      allow('WriteTraces', ['xray:PutTelemetryRecords', 'xray:PutTraceSegments'], '*'),
      ...statements,
    ),
  });
  const fn = new lambda.CfnFunction(scope, 'Function', {
    description,
    code: { s3Bucket: code.s3BucketName, s3Key: code.s3ObjectKey },
    handler: 'index.handler',
    runtime: 'nodejs24.x',
    architectures: ['arm64'],
    memorySize: 256,
    timeout,
    environment: { variables: { RUNBOOK: `Runbook: ${RUNBOOK}#${article}` } },
    role: role.attrArn,
    loggingConfig: { logGroup: logGroup.ref },
    tracingConfig: { mode: 'Active' },
  });
  fn.addResourceDependency(policy);
  fn.addResourceDependency(role);
  return { fn, role, policy };
}

interface Deployed {
  readonly endpointName: string;
  readonly endpoint: sagemaker.CfnEndpoint;
  readonly config: sagemaker.CfnEndpointConfig;
  readonly scaled?: { readonly target: CfnResource; readonly min: number; readonly max: number };
}

/** What looks at one endpoint when its update is over: first whether it is what was wanted, then what can go. */
export function afterDeployment(scope: Construct, { verifier, pruner }: Handlers, deployed: Deployed): void {
  const { endpointName, endpoint, config, scaled } = deployed;
  const verified = custom(scope, 'Verified', 'Custom::DeploymentVerifier', verifier, {
    EndpointName: endpointName,
    EndpointConfigName: config.attrEndpointConfigName,
    Retained: scaled !== undefined,
    Variants: [{ VariantName: 'Stable', InstanceCount: 2, MinInstances: scaled?.min, MaxInstances: scaled?.max, Weight: 1 }],
  });
  verified.addResourceDependency(scaled?.target ?? endpoint);
  const pruned = custom(scope, 'Pruned', 'Custom::ConfigPruner', pruner, {
    EndpointName: endpointName, EndpointConfigName: config.attrEndpointConfigName,
  });
  pruned.addResourceDependency(verified);
}

function custom(scope: Construct, id: string, type: string, { fn, role, policy }: Handler, properties: object): CfnResource {
  const resource = new CfnResource(scope, id, {
    type, properties: { ServiceToken: fn.attrArn, ServiceTimeout: '600', ...properties },
  });
  for (const dependency of [fn, role, policy]) {
    resource.addResourceDependency(dependency);
  }
  resource.cfnOptions.deletionPolicy = CfnDeletionPolicy.DELETE;
  resource.cfnOptions.updateReplacePolicy = CfnDeletionPolicy.DELETE;
  return resource;
}

function oneOrMore(values: string[]): string | string[] {
  return values.length === 1 ? values[0] : values;
}
// end
