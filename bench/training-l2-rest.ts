import {
  Aws, aws_batch as batch, aws_cloudwatch as cw, aws_ec2 as ec2, aws_ecs as ecs, aws_events as events, aws_iam as iam,
  aws_kms as kms, aws_lambda as lambda, aws_logs as logs, aws_s3 as s3, aws_sns as sns, aws_ssm as ssm,
  Duration, RemovalPolicy, Stack,
} from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { BUCKET } from './place';
import { makeBatch } from './training-l2';
import type { TrainingPlace } from './training-place';

/**
 * The same L2 with what a queue and a job of ours have around them, by hand: key, topic, event log with filters, seven alarms,
 * sampler, launch template, roles with managed policies, job log, retries, parameters. Nothing is checked, and no finding is
 * kept.
 */
export function batchL2WithTheRest(place: TrainingPlace): void {
  const { stack, indices } = place;
  const shared = {
    logsKey: new kms.Key(stack, 'LogsKey', { enableKeyRotation: true }),
    bucket: s3.Bucket.fromBucketName(stack, 'Bucket', BUCKET),
    sampler: samplerOf(stack),
  };
  for (const index of indices) {
    const scope = new Construct(stack, `Around${index}`);
    const group = new ec2.SecurityGroup(scope, 'Group', { vpc: place.network.vpc, allowAllOutbound: false });
    const jobLogs = encrypted(scope, 'JobLogs', `/jobs/${index}`, shared.logsKey);
    const { queue, definition } = makeBatch(place, index, {
      useOptimalInstanceClasses: false,
      images: [{ imageType: batch.EcsMachineImageType.ECS_AL2023_NVIDIA }],
      instanceRole: machineRole(scope),
      launchTemplate: launchTemplate(scope),
      securityGroups: [group],
      updateTimeout: Duration.days(5),
      terminateOnUpdate: false,
    }, {
      user: '1000:1000',
      readonlyRootFilesystem: true,
      jobRole: jobRole(scope, shared.bucket, index),
      executionRole: executionRole(scope, jobLogs),
      environment: { CHECKPOINT_URI: shared.bucket.s3UrlForObject(`checkpoints/${index}/`) },
      logging: ecs.LogDriver.awsLogs({ logGroup: jobLogs, streamPrefix: 'job' }),
    }, {
      retryAttempts: 5,
      retryStrategies: [
        batch.RetryStrategy.of(batch.Action.RETRY, batch.Reason.SPOT_INSTANCE_RECLAIMED),
        batch.RetryStrategy.of(batch.Action.RETRY, batch.Reason.custom({ onExitCode: '143' })),
        batch.RetryStrategy.of(batch.Action.EXIT, batch.Reason.custom({ onReason: '*' })),
      ],
      timeout: Duration.days(1),
      schedulingPriority: 0,
    });
    new batch.FairshareSchedulingPolicy(scope, 'FairShare', { shares: [{ shareIdentifier: 'default', weightFactor: 1 }] });
    pointers(scope, queue, definition, index);
    watch(scope, queue, shared.sampler);
  }
}

function machineRole(scope: Construct): iam.Role {
  const role = new iam.Role(scope, 'Machine', { assumedBy: new iam.ServicePrincipal('ec2.amazonaws.com') });
  new iam.ManagedPolicy(scope, 'MachinePolicy', {
    roles: [role],
    statements: [
      new iam.PolicyStatement({ actions: ['ec2:DescribeTags', 'ecs:DiscoverPollEndpoint', 'ecr:GetAuthorizationToken'], resources: ['*'] }),
      new iam.PolicyStatement({
        actions: ['ecs:Poll', 'ecs:RegisterContainerInstance', 'ecs:SubmitContainerStateChange'],
        resources: [Stack.of(scope).formatArn({ service: 'ecs', resource: 'cluster', resourceName: '*' })],
      }),
      new iam.PolicyStatement({
        actions: ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'],
        resources: [Stack.of(scope).formatArn({ service: 'ecr', resource: 'repository', resourceName: '*' })],
      }),
    ],
  });
  return role;
}

function launchTemplate(scope: Construct): ec2.LaunchTemplate {
  return new ec2.LaunchTemplate(scope, 'Template', {
    httpTokens: ec2.LaunchTemplateHttpTokens.REQUIRED,
    httpPutResponseHopLimit: 1,
    detailedMonitoring: true,
    blockDevices: [{ deviceName: '/dev/xvda', volume: ec2.BlockDeviceVolume.ebs(200, { encrypted: true, volumeType: ec2.EbsDeviceVolumeType.GP3 }) }],
    userData: ec2.UserData.custom('#!/bin/bash\necho ECS_DISABLE_PRIVILEGED=true >> /etc/ecs/ecs.config'),
  });
}

function jobRole(scope: Construct, bucket: s3.IBucket, index: number): iam.Role {
  const role = new iam.Role(scope, 'JobRole', { assumedBy: new iam.ServicePrincipal('ecs-tasks.amazonaws.com') });
  new iam.ManagedPolicy(scope, 'JobPolicy', {
    roles: [role],
    statements: [
      new iam.PolicyStatement({
        actions: ['s3:AbortMultipartUpload', 's3:GetObject', 's3:ListMultipartUploadParts', 's3:PutObject'],
        resources: [bucket.arnForObjects(`checkpoints/${index}/*`)],
      }),
      new iam.PolicyStatement({
        actions: ['s3:ListBucket'], resources: [bucket.bucketArn], conditions: { StringLike: { 's3:prefix': `checkpoints/${index}/*` } },
      }),
    ],
  });
  return role;
}

function executionRole(scope: Construct, logGroup: logs.LogGroup): iam.Role {
  const role = new iam.Role(scope, 'Execution', { assumedBy: new iam.ServicePrincipal('ecs-tasks.amazonaws.com') });
  new iam.ManagedPolicy(scope, 'ExecutionPolicy', {
    roles: [role],
    statements: [new iam.PolicyStatement({ actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], resources: [logGroup.logGroupArn] })],
  });
  return role;
}

function encrypted(scope: Construct, id: string, logGroupName: string, key: kms.Key): logs.LogGroup {
  key.addToResourcePolicy(new iam.PolicyStatement({
    principals: [new iam.ServicePrincipal(`logs.${Aws.REGION}.${Aws.URL_SUFFIX}`)],
    actions: ['kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey'],
    resources: ['*'],
    conditions: { ArnEquals: { 'kms:EncryptionContext:aws:logs:arn': `arn:${Aws.PARTITION}:logs:${Aws.REGION}:${Aws.ACCOUNT_ID}:log-group:${logGroupName}` } },
  }));
  return new logs.LogGroup(scope, id, {
    logGroupName, encryptionKey: key, retention: logs.RetentionDays.THREE_MONTHS, removalPolicy: RemovalPolicy.RETAIN,
  });
}

function pointers(scope: Construct, queue: batch.JobQueue, definition: batch.EcsJobDefinition, index: number): void {
  new ssm.StringParameter(scope, 'QueueArn', { parameterName: `/queues/${index}`, stringValue: queue.jobQueueArn });
  new ssm.StringParameter(scope, 'JobArn', { parameterName: `/jobs/${index}`, stringValue: definition.jobDefinitionArn });
}

function watch(scope: Construct, queue: batch.JobQueue, sampler: lambda.Function): void {
  const key = new kms.Key(scope, 'Key', { enableKeyRotation: true });
  const topic = new sns.Topic(scope, 'Topic', { masterKey: key, enforceSSL: true });
  const logGroup = encrypted(scope, 'Events', `/aws/events/${scope.node.id}`, key);
  new events.Rule(scope, 'Rule', {
    eventPattern: { source: ['aws.batch'], detail: { jobQueue: [queue.jobQueueArn] } }, targets: [{ bind: () => ({ arn: logGroup.logGroupArn }) }],
  });
  const schedule = new events.Rule(scope, 'Schedule', {
    schedule: events.Schedule.rate(Duration.minutes(5)), targets: [{ bind: () => ({ arn: sampler.functionArn }) }],
  });
  new lambda.CfnPermission(scope, 'Permission', {
    action: 'lambda:InvokeFunction', functionName: sampler.functionArn, principal: 'events.amazonaws.com', sourceArn: schedule.ruleArn,
  });
  for (const metricName of ['FailedJobs', 'SucceededJobs', 'ReclaimedJobs', 'BlockedEvents']) {
    new logs.MetricFilter(scope, metricName, {
      logGroup,
      filterPattern: logs.FilterPattern.literal('{ $.detail.status = "FAILED" }'),
      metricNamespace: 'Training',
      metricName,
      dimensions: { JobQueue: '$.detail.jobQueue' },
    });
  }
  for (const metricName of ['RunnableJobs', 'HeadOfQueueAge', 'OldestRunnableAge', 'BlockedEvents', 'FailedJobs', 'ReclaimedJobs', 'IdlePercent']) {
    const metric = new cw.Metric({ namespace: 'Training', metricName, dimensionsMap: { JobQueue: queue.jobQueueArn }, statistic: 'Maximum' });
    const alarm = new cw.Alarm(scope, `${metricName}Alarm`, { metric, threshold: 1, evaluationPeriods: 1 });
    alarm.addAlarmAction({ bind: () => ({ alarmActionArn: topic.topicArn }) });
  }
}

function samplerOf(stack: Stack): lambda.Function {
  return new lambda.Function(stack, 'Sampler', {
    runtime: lambda.Runtime.NODEJS_24_X,
    handler: 'index.handler',
    code: lambda.Code.fromInline('exports.handler = async () => {};'),
    memorySize: 256,
  });
}
