import { Aws, aws_ec2 as ec2 } from 'aws-cdk-lib';
import { IMAGE_PULL_ACTIONS } from './endpoint-policies';

const AwsService = ec2.InterfaceVpcEndpointAwsService;

/** A service, and what may pass its endpoint. */
export interface Door {
  readonly service: ec2.InterfaceVpcEndpointAwsService;
  /** Actions on resources of this account. */
  readonly actions: readonly string[];
  /** The resources; their ARNs name the account a second time. */
  readonly resources: readonly string[];
  /** Actions that no resource goes with. */
  readonly accountActions: readonly string[];
}

/**
 * What ML workloads, and functions that control them, ask of SageMaker. Notebooks and presigned addresses are left out:
 * they are a way in for people.
 */
export const SAGEMAKER_API: Door = {
  service: AwsService.SAGEMAKER_API,
  actions: named('sagemaker',
    'AddTags', 'DeleteTags', 'ListTags',
    'CreateEndpoint', 'DeleteEndpoint', 'DescribeEndpoint', 'UpdateEndpoint', 'UpdateEndpointWeightsAndCapacities',
    'CreateEndpointConfig', 'DeleteEndpointConfig', 'DescribeEndpointConfig',
    'CreateInferenceComponent', 'DeleteInferenceComponent', 'DescribeInferenceComponent', 'UpdateInferenceComponent',
    'CreateModel', 'DeleteModel', 'DescribeModel',
    'CreateModelPackage', 'DeleteModelPackage', 'DescribeModelPackage', 'ListModelPackages', 'UpdateModelPackage',
    'CreateModelPackageGroup', 'DescribeModelPackageGroup',
    'CreateTrainingJob', 'DescribeTrainingJob', 'StopTrainingJob',
    'CreateHyperParameterTuningJob', 'DescribeHyperParameterTuningJob', 'StopHyperParameterTuningJob',
    'CreateProcessingJob', 'DescribeProcessingJob', 'StopProcessingJob',
    'CreateTransformJob', 'DescribeTransformJob', 'StopTransformJob',
    'DescribePipeline', 'DescribePipelineExecution', 'ListPipelineExecutions', 'ListPipelineExecutionSteps',
    'StartPipelineExecution', 'StopPipelineExecution',
    'SendPipelineExecutionStepFailure', 'SendPipelineExecutionStepSuccess',
    'CreateMonitoringSchedule', 'DeleteMonitoringSchedule', 'DescribeMonitoringSchedule', 'StartMonitoringSchedule',
    'StopMonitoringSchedule', 'UpdateMonitoringSchedule'),
  resources: own('sagemaker', '*'),
  accountActions: named('sagemaker',
    'ListEndpointConfigs', 'ListEndpoints', 'ListInferenceComponents', 'ListModelPackageGroups', 'ListModels', 'ListMonitoringExecutions', 'ListMonitoringSchedules', 'ListPipelines', 'ListProcessingJobs',
    'ListTrainingJobs', 'ListTransformJobs', 'Search'),
};

export const SAGEMAKER_RUNTIME: Door = {
  service: AwsService.SAGEMAKER_RUNTIME,
  actions: named('sagemaker', 'InvokeEndpoint', 'InvokeEndpointAsync', 'InvokeEndpointWithResponseStream'),
  resources: own('sagemaker', 'endpoint/*', 'inference-component/*'),
  accountActions: [],
};

/** Pulls only; an image that a build in this network pushes needs an endpoint of its own making. */
const ECR: Omit<Door, 'service'> = {
  actions: IMAGE_PULL_ACTIONS,
  resources: own('ecr', 'repository/*'),
  accountActions: named('ecr', 'GetAuthorizationToken'),
};
export const ECR_API: Door = { service: AwsService.ECR, ...ECR };
export const ECR_DOCKER: Door = { service: AwsService.ECR_DOCKER, ...ECR };

/** Writes only: a container has no business reading what others logged. */
export const LOGS: Door = {
  service: AwsService.CLOUDWATCH_LOGS,
  actions: named('logs', 'CreateLogGroup', 'CreateLogStream', 'DescribeLogStreams', 'PutLogEvents'),
  resources: own('logs', 'log-group:*'),
  accountActions: named('logs', 'DescribeLogGroups'),
};

/** CloudWatch's metrics belong to the caller's account and have no ARN. */
export const MONITORING: Door = {
  service: AwsService.CLOUDWATCH_MONITORING,
  actions: named('cloudwatch', 'DescribeAlarmHistory', 'DescribeAlarms'),
  resources: own('cloudwatch', 'alarm:*'),
  accountActions: named('cloudwatch',
    'DescribeAlarmsForMetric', 'GetMetricData', 'GetMetricStatistics', 'ListMetrics', 'PutMetricData'),
};

export const STS: Door = {
  service: AwsService.STS,
  actions: named('sts', 'AssumeRole', 'SetSourceIdentity', 'TagSession'),
  resources: [`arn:${Aws.PARTITION}:iam::${Aws.ACCOUNT_ID}:role/*`],
  accountActions: named('sts', 'GetCallerIdentity'),
};

/** Use of keys. Grants are left out: a grant can give the use of a key to another account. */
export const KMS: Door = {
  service: AwsService.KMS,
  actions: named('kms',
    'Decrypt', 'DescribeKey', 'Encrypt', 'GenerateDataKey', 'GenerateDataKeyWithoutPlaintext', 'GetPublicKey',
    'ReEncryptFrom', 'ReEncryptTo', 'Sign', 'Verify'),
  resources: own('kms', 'key/*'),
  accountActions: [],
};

/** A task is answered by its token, which works only within the account that it was given to. */
export const STEP_FUNCTIONS: Door = {
  service: AwsService.STEP_FUNCTIONS,
  actions: named('states',
    'DescribeExecution', 'DescribeStateMachine', 'GetExecutionHistory', 'ListExecutions', 'StartExecution', 'StopExecution'),
  resources: own('states', '*'),
  accountActions: named('states', 'ListStateMachines', 'SendTaskFailure', 'SendTaskHeartbeat', 'SendTaskSuccess'),
};

export const EVENTBRIDGE: Door = {
  service: AwsService.EVENTBRIDGE,
  actions: named('events', 'PutEvents'),
  resources: own('events', 'event-bus/*'),
  accountActions: [],
};

export const SECRETS_MANAGER: Door = {
  service: AwsService.SECRETS_MANAGER,
  actions: named('secretsmanager', 'DescribeSecret', 'GetSecretValue'),
  resources: own('secretsmanager', 'secret:*'),
  accountActions: [],
};

/** Parameters only: Session Manager, which opens shells, needs more. */
export const SSM: Door = {
  service: AwsService.SSM,
  actions: named('ssm', 'GetParameter', 'GetParameters', 'GetParametersByPath'),
  resources: own('ssm', 'parameter/*'),
  accountActions: [],
};

export const LAMBDA: Door = {
  service: AwsService.LAMBDA,
  actions: named('lambda', 'InvokeFunction'),
  resources: own('lambda', 'function:*'),
  accountActions: [],
};

export const SNS: Door = {
  service: AwsService.SNS,
  actions: named('sns', 'Publish'),
  resources: own('sns', '*'),
  accountActions: [],
};

export const SQS: Door = {
  service: AwsService.SQS,
  actions: named('sqs',
    'ChangeMessageVisibility', 'DeleteMessage', 'GetQueueAttributes', 'GetQueueUrl', 'ReceiveMessage', 'SendMessage'),
  resources: own('sqs', '*'),
  accountActions: [],
};

export const BATCH: Door = {
  service: AwsService.BATCH,
  actions: named('batch', 'CancelJob', 'SubmitJob', 'TerminateJob'),
  resources: own('batch', '*'),
  accountActions: named('batch',
    'DescribeComputeEnvironments', 'DescribeJobDefinitions', 'DescribeJobQueues', 'DescribeJobs', 'ListJobs'),
};

/** What the agent on a Batch instance does; the same for its three endpoints, between which the actions are not divided. */
const ECS_INSTANCE: Omit<Door, 'service'> = {
  actions: named('ecs',
    'DeregisterContainerInstance', 'Poll', 'RegisterContainerInstance', 'StartTelemetrySession',
    'SubmitAttachmentStateChanges', 'SubmitContainerStateChange', 'SubmitTaskStateChange', 'TagResource',
    'UpdateContainerInstancesState'),
  resources: own('ecs', '*'),
  accountActions: named('ecs', 'DiscoverPollEndpoint'),
};
export const ECS: Door = { service: AwsService.ECS, ...ECS_INSTANCE };
export const ECS_AGENT: Door = { service: AwsService.ECS_AGENT, ...ECS_INSTANCE };
export const ECS_TELEMETRY: Door = { service: AwsService.ECS_TELEMETRY, ...ECS_INSTANCE };

function named(service: string, ...actions: string[]): string[] {
  return actions.map((action) => `${service}:${action}`);
}

function own(service: string, ...resources: string[]): string[] {
  return resources.map((resource) => `arn:${Aws.PARTITION}:${service}:${Aws.REGION}:${Aws.ACCOUNT_ID}:${resource}`);
}
