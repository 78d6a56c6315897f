import { aws_iam as iam, aws_stepfunctions as sfn, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { ENV_CHECKPOINT_RUN } from './runtime/contract';
import { SubmitTaskProps } from './submit-task-props';

/** What a task submits. */
export interface SubmittedJob {
  readonly jobName: string;
  readonly jobDefinitionArn: string;
  readonly jobQueueArn: string;
  readonly team: string;
  readonly nodes: number;
  readonly statements: readonly iam.PolicyStatement[];
}

/**
 * Submits a job and waits for its end. Unlike CDK's task it names the team, may submit this one definition only, and can end
 * the job when the execution is stopped.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/connect-batch.html
 */
export class SubmitTask extends sfn.TaskStateBase {
  protected readonly taskMetrics?: sfn.TaskMetricsConfig;
  protected readonly taskPolicies?: iam.PolicyStatement[];

  constructor(scope: Construct, id: string, private readonly job: SubmittedJob, private readonly submission: SubmitTaskProps) {
    const { resultPath, resultSelector, comment } = submission;
    super(scope, id, { resultPath, resultSelector, comment });
    this.taskPolicies = [...job.statements, ...watch(Stack.of(scope))];
  }

  protected _renderTask(): object {
    const { jobName, jobDefinitionArn, jobQueueArn, team, nodes } = this.job;
    const { parameters, checkpointRun } = this.submission;
    const overrides = checkpointRun === undefined ? undefined
      : { Environment: [{ Name: ENV_CHECKPOINT_RUN, Value: checkpointRun }] };
    const request = {
      JobName: jobName,
      JobQueue: jobQueueArn,
      JobDefinition: jobDefinitionArn,
      ShareIdentifier: team,
      Parameters: parameters,
      ...overrides === undefined ? {} : overriding(overrides, nodes),
    };
    return {
      Resource: `arn:${Stack.of(this).partition}:states:::batch:submitJob.sync`,
      Parameters: sfn.FieldUtils.renderObject(request),
    };
  }
}

/** A job with several nodes takes what changes for each range of them. */
function overriding(overrides: object, nodes: number): object {
  return nodes === 1 ? { ContainerOverrides: overrides }
    : { NodeOverrides: { NodePropertyOverrides: [{ TargetNodes: '0:', ContainerOverrides: overrides }] } };
}

/** https://docs.aws.amazon.com/step-functions/latest/dg/batch-iam.html, Run a Job (.sync) */
function watch(stack: Stack): iam.PolicyStatement[] {
  return [
    new iam.PolicyStatement({ sid: 'WatchJobs', actions: ['batch:DescribeJobs'], resources: ['*'] }),
    new iam.PolicyStatement({
      sid: 'EndJobs', actions: ['batch:TerminateJob'], resources: [stack.formatArn({ service: 'batch', resource: 'job', resourceName: '*' })],
    }),
    new iam.PolicyStatement({
      sid: 'HearOfJobs',
      actions: ['events:DescribeRule', 'events:PutRule', 'events:PutTargets'],
      resources: [stack.formatArn({ service: 'events', resource: 'rule', resourceName: 'StepFunctionsGetEventsForBatchJobsRule' })],
    }),
  ];
}
