import {
  Aws, aws_cloudwatch as cw, aws_ec2 as ec2, aws_iam as iam, aws_kms as kms, aws_logs as logs, aws_sagemaker as sagemaker,
  aws_sns as sns,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { addHandlers, afterDeployment, ENDPOINT_TAG } from './l1-handlers';
import { allow, keep, policyDocument, regional, RUNBOOK, THIS_ACCOUNT } from './l1-words';
import { BUCKET, DIGEST, INSTANCE_TYPE, MODEL, Place, REPOSITORY, SHA256 } from './place';

// begin
/** The resources of a guarded endpoint by hand, one function each; test/bench compares them with ours. */
export function l1({ stack, network, indices }: Place): void {
  const names = indices.map((index) => `${stack.node.id}-endpoint${index}`.toLowerCase());
  const handlers = addHandlers(stack, names);
  for (const [position, index] of indices.entries()) {
    const scope = new Construct(stack, `Endpoint${index}`);
    afterDeployment(scope, handlers, addEndpoint(scope, names[position], network));
  }
}

export interface L1Endpoint {
  readonly endpointName: string;
  readonly endpoint: sagemaker.CfnEndpoint;
  readonly config: sagemaker.CfnEndpointConfig;
  readonly role: iam.CfnRole;
}

export function addEndpoint(scope: Construct, endpointName: string, network: Place['network']): L1Endpoint {
  const subnetIds = network.subnets.map(({ subnetId }) => subnetId);
  const storage = key(scope, endpointName);
  const logGroup = logGroupOf(scope, endpointName, storage);
  const topic = notifications(scope, storage);
  const securityGroup = securityGroupOf(scope, network.vpc.vpcId);
  const role = executionRole(scope);
  const policy = hostingPolicy(scope, { role, logGroup, subnetIds, securityGroup, storage });
  const model = modelOf(scope, endpointName, { role, policy, subnetIds, securityGroup });
  const config = configOf(scope, endpointName, model, storage);
  const alarms = [
    ...ALARMS.map((alarm) => alarmOf(scope, alarm, { endpointName, config, topic })), killSwitch(scope, endpointName, topic),
  ];
  const readAlarms = readAlarmsPolicy(scope, role, alarms);
  const endpoint = endpointOf(scope, endpointName, config, alarms);
  endpoint.addResourceDependency(logGroup);
  endpoint.addResourceDependency(readAlarms);
  return { endpointName, endpoint, config, role };
}

function key(scope: Construct, endpointName: string): kms.CfnKey {
  const logGroup = regional('logs', `log-group:/aws/sagemaker/Endpoints/${endpointName}`);
  return keep(new kms.CfnKey(scope, 'Key', {
    description: `Storage, logs and notifications of ${scope.node.path}`,
    enableKeyRotation: true,
    keyPolicy: policyDocument(
      { ...allow(undefined, 'kms:*', '*'), Principal: { AWS: `arn:${Aws.PARTITION}:iam::${Aws.ACCOUNT_ID}:root` } },
      {
        ...allow('EncryptEndpointLogs', [
          'kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey', 'kms:GenerateDataKeyWithoutPlaintext',
          'kms:ReEncryptFrom', 'kms:ReEncryptTo',
        ], '*', { ArnEquals: { 'kms:EncryptionContext:aws:logs:arn': logGroup } }),
        Principal: { Service: `logs.${Aws.REGION}.${Aws.URL_SUFFIX}` },
      },
      {
        ...allow('AlarmsMayEncrypt', ['kms:Decrypt', 'kms:GenerateDataKey'], '*', THIS_ACCOUNT),
        Principal: { Service: 'cloudwatch.amazonaws.com' },
      },
    ),
  }));
}

function logGroupOf(scope: Construct, endpointName: string, storage: kms.CfnKey): logs.CfnLogGroup {
  return keep(new logs.CfnLogGroup(scope, 'Logs', {
    logGroupName: `/aws/sagemaker/Endpoints/${endpointName}`, retentionInDays: 90, kmsKeyId: storage.attrArn,
  }));
}

function notifications(scope: Construct, storage: kms.CfnKey): sns.CfnTopic {
  const topic = new sns.CfnTopic(scope, 'Notifications', { kmsMasterKeyId: storage.attrArn });
  new sns.CfnTopicPolicy(scope, 'NotificationsPolicy', {
    topics: [topic.ref],
    policyDocument: policyDocument(
      {
        Sid: 'AllowPublishThroughSSLOnly',
        Effect: 'Deny',
        Principal: '*',
        Action: 'sns:Publish',
        Resource: topic.ref,
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      },
      {
        ...allow('AlarmsMayPublish', 'sns:Publish', topic.ref, THIS_ACCOUNT),
        Principal: { Service: 'cloudwatch.amazonaws.com' },
      },
    ),
  });
  return topic;
}

function securityGroupOf(scope: Construct, vpcId: string): ec2.CfnSecurityGroup {
  return keep(new ec2.CfnSecurityGroup(scope, 'SecurityGroup', {
    vpcId,
    groupDescription: `Model of ${scope.node.path}`,
    securityGroupEgress: [{
      ipProtocol: 'tcp', fromPort: 443, toPort: 443, cidrIp: '0.0.0.0/0', description: 'HTTPS, to wherever the routes lead',
    }],
  }));
}

function executionRole(scope: Construct): iam.CfnRole {
  return keep(new iam.CfnRole(scope, 'Role', {
    description: `Hosts the model of ${scope.node.path}/Model`,
    assumeRolePolicyDocument: policyDocument({
      Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Service: 'sagemaker.amazonaws.com' }, Condition: THIS_ACCOUNT,
    }),
  }));
}

interface Hosting {
  readonly role: iam.CfnRole;
  readonly logGroup: logs.CfnLogGroup;
  readonly subnetIds: string[];
  readonly securityGroup: ec2.CfnSecurityGroup;
  readonly storage: kms.CfnKey;
}

function hostingPolicy(scope: Construct, { role, logGroup, subnetIds, securityGroup, storage }: Hosting): iam.CfnManagedPolicy {
  const interfaces = regional('ec2', 'network-interface/*');
  return keep(new iam.CfnManagedPolicy(scope, 'Policy', {
    description: `What hosting the model of ${scope.node.path}/Model takes`,
    path: '/',
    roles: [role.ref],
    policyDocument: policyDocument(
      allow('WriteLogs', ['logs:CreateLogStream', 'logs:DescribeLogStreams', 'logs:PutLogEvents'], logGroup.attrArn),
      allow('PublishMetrics', 'cloudwatch:PutMetricData', '*', {
        StringEquals: { 'cloudwatch:namespace': ['/aws/sagemaker/Endpoints', 'AWS/SageMaker'] },
      }),
      allow('DescribeNetwork', [
        'ec2:DescribeDhcpOptions', 'ec2:DescribeNetworkInterfaces', 'ec2:DescribeSecurityGroups', 'ec2:DescribeSubnets',
        'ec2:DescribeVpcs',
      ], '*'),
      allow('CreateNetworkInterfaces', 'ec2:CreateNetworkInterface', [
        interfaces,
        ...subnetIds.map((subnetId) => regional('ec2', `subnet/${subnetId}`)),
        regional('ec2', `security-group/${securityGroup.attrGroupId}`),
      ]),
      allow('ManageNetworkInterfaces', [
        'ec2:CreateNetworkInterfacePermission', 'ec2:DeleteNetworkInterface', 'ec2:DeleteNetworkInterfacePermission',
      ], interfaces),
      allow(undefined, ['ecr:BatchCheckLayerAvailability', 'ecr:GetDownloadUrlForLayer', 'ecr:BatchGetImage'],
        regional('ecr', `repository/${REPOSITORY}`)),
      allow(undefined, 'ecr:GetAuthorizationToken', '*'),
      allow(undefined, 's3:GetObject', `arn:${Aws.PARTITION}:s3:::${BUCKET}/${MODEL}/*`),
      allow('UseStorageKey', ['kms:Decrypt', 'kms:DescribeKey', 'kms:GenerateDataKeyWithoutPlaintext'], storage.attrArn),
      allow('LendStorageKey', 'kms:CreateGrant', storage.attrArn, { Bool: { 'kms:GrantIsForAWSResource': 'true' } }),
    ),
  }));
}

interface Hosted {
  readonly role: iam.CfnRole;
  readonly policy: iam.CfnManagedPolicy;
  readonly subnetIds: string[];
  readonly securityGroup: ec2.CfnSecurityGroup;
}

function modelOf(scope: Construct, endpointName: string, { role, policy, subnetIds, securityGroup }: Hosted): sagemaker.CfnModel {
  const model = keep(new sagemaker.CfnModel(scope, 'Model', {
    tags: [{ key: ENDPOINT_TAG, value: endpointName }],
    executionRoleArn: role.attrArn,
    enableNetworkIsolation: true,
    vpcConfig: { subnets: subnetIds, securityGroupIds: [securityGroup.attrGroupId] },
    primaryContainer: {
      image: `${Aws.ACCOUNT_ID}.dkr.ecr.${Aws.REGION}.${Aws.URL_SUFFIX}/${REPOSITORY}@${DIGEST}`,
      modelDataUrl: `s3://${BUCKET}/${MODEL}/${SHA256}/model.tar.gz`,
    },
  }));
  model.addResourceDependency(policy);
  return model;
}

function configOf(
  scope: Construct, endpointName: string, model: sagemaker.CfnModel, storage: kms.CfnKey,
): sagemaker.CfnEndpointConfig {
  return keep(new sagemaker.CfnEndpointConfig(scope, 'Config', {
    tags: [{ key: ENDPOINT_TAG, value: endpointName }],
    kmsKeyId: storage.attrArn,
    productionVariants: [{
      variantName: 'Stable',
      modelName: model.attrModelName,
      instanceType: INSTANCE_TYPE,
      initialInstanceCount: 2,
      initialVariantWeight: 1,
    }],
  }));
}

interface Alarm {
  readonly id: string;
  readonly what: string;
  readonly article: string;
  readonly metricName: string;
  readonly stat: string;
  readonly expression: string;
  readonly label: string;
  readonly threshold: number;
  readonly minutes: number;
}

const RATE = 'IF(FILL(requests, 0) >= 10, 100 * observed, 0)';
const ALARMS: readonly Alarm[] = [{
  id: 'ErrorRate',
  what: 'Over 2 % of requests end in a 5XX',
  article: 'error-rate',
  metricName: 'Invocation5XXErrors',
  stat: 'Average',
  expression: RATE,
  label: 'Invocation5XXErrors in percent',
  threshold: 2,
  minutes: 5,
}, {
  id: 'ErrorBurst',
  what: 'Over 5 % of requests end in a 5XX',
  article: 'error-burst',
  metricName: 'Invocation5XXErrors',
  stat: 'Average',
  expression: RATE,
  label: 'Invocation5XXErrors in percent',
  threshold: 5,
  minutes: 2,
}, {
  id: 'ModelErrorRate',
  what: 'Over 5 % of requests fail in the model container',
  article: 'model-error-rate',
  metricName: 'InvocationModelErrors',
  stat: 'Average',
  expression: RATE,
  label: 'InvocationModelErrors in percent',
  threshold: 5,
  minutes: 2,
}, {
  id: 'P99Latency',
  what: 'The model takes over 1 s for one request in a hundred',
  article: 'p99-latency',
  metricName: 'ModelLatency',
  stat: 'p99',
  expression: 'IF(FILL(requests, 0) >= 100, observed / 1000000, 0)',
  label: 'p99 latency in seconds',
  threshold: 1,
  minutes: 3,
}];

interface Watched {
  readonly endpointName: string;
  readonly config: sagemaker.CfnEndpointConfig;
  readonly topic: sns.CfnTopic;
}

function alarmOf(scope: Construct, alarm: Alarm, { endpointName, config, topic }: Watched): cw.CfnAlarm {
  const dimensions = [
    { name: 'EndpointConfigName', value: config.attrEndpointConfigName },
    { name: 'EndpointName', value: endpointName },
    { name: 'VariantName', value: 'Stable' },
  ];
  const observed = (id: string, metricName: string, stat: string) => ({
    id, returnData: false, metricStat: { stat, period: 60, metric: { namespace: 'AWS/SageMaker', metricName, dimensions } },
  });
  return new cw.CfnAlarm(scope, alarm.id, {
    alarmName: `${endpointName}/${alarm.id}`,
    alarmDescription: `${alarm.what}, ${alarm.minutes} minutes in a row. A deployment that is running rolls back. `
      + `Runbook: ${RUNBOOK}#${alarm.article}`,
    alarmActions: [topic.ref],
    comparisonOperator: 'GreaterThanThreshold',
    threshold: alarm.threshold,
    evaluationPeriods: alarm.minutes,
    datapointsToAlarm: alarm.minutes,
    treatMissingData: 'notBreaching',
    metrics: [
      { id: 'expr_1', expression: alarm.expression, label: alarm.label, returnData: true },
      observed('observed', alarm.metricName, alarm.stat),
      observed('requests', 'Invocations', 'Sum'),
    ],
  });
}

function killSwitch(scope: Construct, endpointName: string, topic: sns.CfnTopic): cw.CfnAlarm {
  return new cw.CfnAlarm(scope, 'KillSwitch', {
    alarmName: `${endpointName}/KillSwitch`,
    alarmDescription: `Somebody wants the deployment that is running to roll back. Runbook: ${RUNBOOK}#kill-switch`,
    alarmActions: [topic.ref],
    comparisonOperator: 'GreaterThanThreshold',
    threshold: 0,
    evaluationPeriods: 10,
    datapointsToAlarm: 1,
    treatMissingData: 'notBreaching',
    namespace: 'MlPlatform/KillSwitch',
    metricName: 'Stop',
    dimensions: [{ name: 'EndpointName', value: endpointName }],
    period: 60,
    statistic: 'Maximum',
  });
}

function readAlarmsPolicy(scope: Construct, role: iam.CfnRole, alarms: cw.CfnAlarm[]): iam.CfnManagedPolicy {
  return new iam.CfnManagedPolicy(scope, 'ReadAlarms', {
    description: `Reads the alarms that roll ${scope.node.path} back`,
    path: '/',
    roles: [role.ref],
    policyDocument: policyDocument(
      allow('ReadRollbackAlarms', 'cloudwatch:DescribeAlarms', alarms.map(({ attrArn }) => attrArn))),
  });
}

function endpointOf(
  scope: Construct, endpointName: string, config: sagemaker.CfnEndpointConfig, alarms: cw.CfnAlarm[],
): sagemaker.CfnEndpoint {
  return keep(new sagemaker.CfnEndpoint(scope, 'Endpoint', {
    endpointName,
    endpointConfigName: config.attrEndpointConfigName,
    deploymentConfig: {
      blueGreenUpdatePolicy: {
        trafficRoutingConfiguration: {
          type: 'CANARY', canarySize: { type: 'INSTANCE_COUNT', value: 1 }, waitIntervalInSeconds: 600,
        },
        terminationWaitInSeconds: 600,
        maximumExecutionTimeoutInSeconds: 4800,
      },
      autoRollbackConfiguration: { alarms: alarms.map(({ ref }) => ({ alarmName: ref })) },
    },
  }));
}
// end
