import { aws_iam as iam, aws_stepfunctions as sfn, Duration, Stack, Token } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { LONGEST_SECONDS } from './check-managed-spot';

/** What a run starts and how it goes on. */
export interface ManagedSpotRunProps {
  /** The request, rendered. */
  readonly request: Record<string, unknown>;
  /** The job's name, which may be JSONPath. */
  readonly jobName: string;
  /** Every job of this construct, as IAM names them. */
  readonly jobsArn: string;
  readonly role: iam.IRole;
  /** How long a job may take, in seconds. */
  readonly longestSeconds: number;
  readonly resultPath: string;
  readonly onFailure?: sfn.IChainable;
}

const SHORTEST_POLL = 60;
/** An execution ends at 25,000 events. A look takes nine, and what else the execution does needs room. */
const MOST_LOOKS = 2500;

/**
 * Starts a job and waits for its end, once: when a job of that name is there already, that one is waited for.
 *
 * Whatever the start fails with, the job of that name is looked at and decides: done, running, failed, or not there. So it
 * does not matter under which name Step Functions reports that a name is taken, and repeating the start is harmless.
 */
export class ManagedSpotRun extends sfn.StateMachineFragment {
  public readonly startState: sfn.State;
  public readonly endStates: sfn.INextable[];

  constructor(scope: Construct, id: string, private readonly props: ManagedSpotRunProps) {
    super(scope, id);
    const start = new SpotTask(this, 'Start', { ...props, watched: false });
    const describe = new SpotTask(this, 'Describe', { ...props, watched: true });
    const poll = new sfn.Wait(this, 'Wait', { time: sfn.WaitTime.duration(pollOf(props)) });
    const done = new sfn.Pass(this, 'Done');
    const failed = this.failing();
    // the name is the same, so a second start can do no harm: it finds the job of the first
    start.addRetry({ errors: [sfn.Errors.TASKS_FAILED], interval: Duration.seconds(30), maxAttempts: 2, backoffRate: 2 });
    start.addCatch(describe, { errors: [sfn.Errors.ALL], resultPath: '$.failure' });
    describe.addRetry({ errors: [sfn.Errors.TASKS_FAILED], interval: Duration.seconds(5), maxAttempts: 4, backoffRate: 2 });
    // `$.failure` stays what the start failed with: no job of that name is only its consequence
    describe.addCatch(failed, { errors: [sfn.Errors.ALL], resultPath: '$.describing' });
    const status = `${props.resultPath}.TrainingJobStatus`;
    describe.next(new sfn.Choice(this, 'Status')
      .when(sfn.Condition.stringEquals(status, 'Completed'), done)
      .when(sfn.Condition.or(
        sfn.Condition.stringEquals(status, 'InProgress'), sfn.Condition.stringEquals(status, 'Stopping'),
      ), poll.next(describe))
      .otherwise(failed));
    start.next(done);
    this.startState = start;
    this.endStates = [done];
    this.prefixStates(); // a state machine may hold several runs
  }

  private failing(): sfn.IChainable {
    return this.props.onFailure ?? new sfn.Fail(this, 'Failed', {
      errorPath: '$.failure.Error', causePath: '$.failure.Cause',
    });
  }
}

/** How long to wait between two looks at a job that another execution started. */
function pollOf({ longestSeconds }: ManagedSpotRunProps): Duration {
  const longest = Token.isUnresolved(longestSeconds) ? LONGEST_SECONDS : longestSeconds;
  return Duration.seconds(Math.max(SHORTEST_POLL, Math.ceil(longest / MOST_LOOKS)));
}

interface SpotTaskProps extends ManagedSpotRunProps {
  /** Describes the job in place of starting it. */
  readonly watched: boolean;
}

/**
 * Written here because CDK's task knows neither spot nor checkpoints, retries, encryption between machines, nor a scope for
 * its permissions.
 *
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/connect-sagemaker.html
 */
class SpotTask extends sfn.TaskStateBase {
  protected readonly taskMetrics?: sfn.TaskMetricsConfig;
  protected readonly taskPolicies?: iam.PolicyStatement[];

  constructor(scope: Construct, id: string, private readonly spot: SpotTaskProps) {
    super(scope, id, { resultPath: spot.resultPath });
    this.taskPolicies = spot.watched ? [] : statements(Stack.of(scope), spot);
  }

  protected _renderTask(): object {
    const { request, jobName, watched } = this.spot;
    const arn = `arn:${Stack.of(this).partition}:states:::`;
    return watched
      ? { Resource: `${arn}aws-sdk:sagemaker:describeTrainingJob`, Parameters: sfn.FieldUtils.renderObject({ TrainingJobName: jobName }) }
      : { Resource: `${arn}sagemaker:createTrainingJob.sync`, Parameters: request };
  }
}

/** https://docs.aws.amazon.com/step-functions/latest/dg/sagemaker-iam.html, Run a Job (.sync) */
function statements(stack: Stack, { jobsArn, role }: ManagedSpotRunProps): iam.PolicyStatement[] {
  return [
    new iam.PolicyStatement({
      sid: 'RunTrainingJobs',
      // Step Functions puts a tag of its own on what it waits for, and reads the tags
      actions: [
        'sagemaker:AddTags', 'sagemaker:CreateTrainingJob', 'sagemaker:DescribeTrainingJob', 'sagemaker:ListTags', 'sagemaker:StopTrainingJob',
      ],
      resources: [jobsArn],
    }),
    new iam.PolicyStatement({
      sid: 'PassTrainingRole',
      actions: ['iam:PassRole'],
      resources: [role.roleArn],
      conditions: { StringEquals: { 'iam:PassedToService': 'sagemaker.amazonaws.com' } },
    }),
    new iam.PolicyStatement({
      sid: 'HearOfTrainingJobs',
      actions: ['events:DescribeRule', 'events:PutRule', 'events:PutTargets'],
      resources: [stack.formatArn({ service: 'events', resource: 'rule', resourceName: 'StepFunctionsGetEventsForSageMakerTrainingJobsRule' })],
    }),
  ];
}
