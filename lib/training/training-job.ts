import { aws_batch as batch, aws_iam as iam, aws_logs as logs, aws_stepfunctions as sfn, Duration, Fn, Names, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { checkJob } from './check-job';
import { checkSubmission } from './check-submission';
import { gpusOf, renderContainer } from './job-container';
import { createJobLogs } from './job-logs';
import { JobRoles } from './job-roles';
import { pairs, PipelineJob } from './pipeline-job';
import { createPointer } from './pointer';
import { checkRenderedJob } from './rendered-job';
import { keepWhenReplaced } from './replaceable';
import { grantSubmitTo, submitStatement } from './submit-grant';
import { SubmitTask } from './submit-task';
import { SubmitTaskProps } from './submit-task-props';
import { DEFAULT_TEAM } from './team-name';
import { TrainingJobProps } from './training-job-props';
import { ITrainingQueue, TrainingQueue } from './training-queue';
import { Checks } from '../core/checks';
import { shown } from '../core/invalid-props';
import { Kinds, recordOf, TEXT } from '../core/kinds';
import { checkFreeText } from '../core/names';
import { ownProps } from '../core/own-props';

const LONGEST_NAME = 100;
const ATTEMPTS_ON_SPOT = 5;
const ATTEMPTS_ON_DEMAND = 2;
/**
 * 128 and SIGTERM: a program that was asked to stop. If it ends before its machine does, Batch may see this code and not the
 * host. Batch itself does not repeat what a person ended or what took too long.
 */
const STOPPED = '143';
const RESULT_PATH = /^\$[\w.[\]'-]{0,255}$/;
const TASK_KINDS: Kinds<SubmitTaskProps> = {
  parameters: recordOf(TEXT), checkpointRun: TEXT, resultPath: TEXT, resultSelector: recordOf(TEXT), comment: TEXT,
};

/**
 * A training program as a job of AWS Batch: an image, what it needs, what it may touch, and what happens when its machine is
 * taken away.
 *
 * Started again when its machine is taken away, or when it leaves with 143 because it was asked to stop, and on nothing else;
 * never root, never privileged; with a role of its own that reaches the named folders only. Makes a job definition, two roles
 * with their policies, an encrypted log group, a parameter with the definition's ARN. Costs: one key for the jobs of a stack,
 * logs; machines while a job runs.
 *
 * Throws all problems at once: `Vcpus`, `Memory`, `SharedMemory`, `Gpus`, `Nodes`, `NodesOnSpot`, `NodesWithoutCluster`,
 * `CheckpointMissing`, `Attempts`, `JobTimeout`, `SchedulingPriority`, `User`, `EnvironmentName`, `EnvironmentTwice`,
 * `EnvironmentTooLarge`, `SecretInEnvironment`, `ParameterName`, `ParameterMissing`, `MountTwice`, `TeamName`, `TeamUnknown`,
 * `VcpusAboveQueue`, `QuotaTooSmall`, `DefinitionTooLarge`, `DataCount` or `LogRetention`; before them `WrongKind`.
 */
export class TrainingJob extends Construct {
  /** The job definition's ARN with its revision, which every change raises. Earlier revisions stay. */
  public readonly jobDefinitionArn: string;
  /** The name of the parameter that holds the definition's ARN; it stays when the definition is replaced. */
  public readonly jobDefinitionArnParameter: string;
  /** What the program runs with; grant it more if it needs more. */
  public readonly jobRole: iam.IRole;
  /** What starts the container: image, secrets, logs. The program does not have it. */
  public readonly executionRole: iam.IRole;
  /** Where the containers write; one stream for each attempt. */
  public readonly logGroup: logs.ILogGroup;
  /** Where it runs. */
  public readonly queue: ITrainingQueue;
  /** Whose it is. */
  public readonly team: string;

  constructor(scope: Construct, id: string, private readonly props: TrainingJobProps) {
    super(scope, id);
    checkJob(this, props);
    this.queue = props.queue;
    this.team = props.team ?? DEFAULT_TEAM;
    this.logGroup = createJobLogs(this, 'Logs', {
      retention: props.logRetention ?? logs.RetentionDays.THREE_MONTHS, encryptionKey: props.encryptionKey,
    });
    const mounts = (props.mounts ?? []).map((mount) => mount._bind(props.queue));
    const roles = new JobRoles(this, 'Roles', {
      image: props.image,
      logGroup: this.logGroup,
      secrets: Object.values(props.secrets ?? {}),
      data: [...props.data ?? [], props.checkpoint?._data ?? []].flat(),
      grants: mounts.flatMap(({ grant }) => grant ?? []),
    });
    this.jobRole = roles.job;
    this.executionRole = roles.execution;
    this.jobDefinitionArn = this.createDefinition(roles, mounts.map(({ volume }) => volume)).ref;
    this.jobDefinitionArnParameter = createPointer(this, 'DefinitionArn', {
      parameterName: `/ml-platform/training/${this.stableName()}/job-definition-arn`,
      arn: this.jobDefinitionArn,
      description: `The job ${this.node.path}, whichever revision it is now`,
    });
  }

  /**
   * Lets somebody submit this job, to its queue, for its team. IAM cannot limit what a direct submission overrides: command,
   * environment, vCPUs, memory, GPUs, attempts, timeout and quota. It cannot override image, roles, user, mounts or secrets.
   * To limit the rest, let people start a state machine with `submitTask` instead.
   *
   * The grant names every revision, so that a deployment breaks no execution: cdk-nag reports
   * `AwsSolutions-IAM5` for the `*` behind the definition's name on the grantee. Acknowledge it there.
   */
  public grantSubmit(grantee: iam.IGrantable): iam.Grant {
    return grantSubmitTo(this.queue, grantee, this.revisions(), this.team);
  }

  /**
   * A state that submits this job and waits for its end. It changes the declared parameters and the checkpoint run, and
   * nothing else. When the execution is stopped, the job is ended. The state machine's role gets what that takes.
   *
   * Throws `SubmittedParameter` for a parameter that the job does not declare, `FreeText` or `SecretInEnvironment` for a value
   * that a job may not have, `CheckpointRun` for a run that is no name, `ResultPath`; before them `WrongKind`.
   */
  public submitTask(scope: Construct, id: string, submitted: SubmitTaskProps = {}): sfn.TaskStateBase {
    const submission = ownProps(submitted);
    new Checks().kinds(submission, TASK_KINDS).settle(scope);
    const { declared, keepsCheckpoints } = this._step;
    const { comment, resultPath } = submission;
    checkFreeText(checkSubmission(new Checks(), submission, { declared, keepsCheckpoints }), 'comment', comment)
      .report('ResultPath', resultPath === undefined || RESULT_PATH.test(resultPath) || resultPath === sfn.JsonPath.DISCARD ? undefined
        : `\`resultPath\` must be a place in the state's input, as in '$.training', or JsonPath.DISCARD: got ${shown(resultPath)}`)
      .settle(scope);
    return new SubmitTask(scope, id, {
      jobName: this.stableName(),
      jobDefinitionArn: this.jobDefinitionArn,
      jobQueueArn: this.queue.queueArn,
      team: this.team,
      nodes: this.nodes,
      statements: [submitStatement(this.queue, this.revisions(), this.team)],
    }, submission);
  }

  /**
   * What a pipeline has to know of a job that it runs.
   * @internal
   */
  public get _step(): PipelineJob {
    const { image, command = [], environment = {}, parameters = {}, checkpoint, data = [] } = this.props;
    return {
      declared: Object.keys(parameters),
      keepsCheckpoints: checkpoint?.uri !== undefined,
      data: [...data],
      identity: [image.uri, ...command, ...pairs(environment), ...pairs(parameters)],
    };
  }

  private get nodes(): number {
    return this.props.nodes ?? 1;
  }

  private createDefinition(roles: JobRoles, volumes: readonly batch.CfnJobDefinition.VolumesProperty[]): batch.CfnJobDefinition {
    const { props, nodes } = this;
    const container = renderContainer(this, props, {
      jobRoleArn: roles.job.roleArn, executionRoleArn: roles.execution.roleArn, logGroup: this.logGroup, volumes, nodes,
    });
    const timeout = props.timeout ?? Duration.days(1);
    const consumed = this.consumed();
    const definition = new batch.CfnJobDefinition(this, 'Resource', {
      // no name, which would collide with itself when tags replace the definition
      ...nodes === 1
        ? { type: 'container', containerProperties: container, consumableResourceProperties: consumed }
        : {
          type: 'multinode',
          nodeProperties: {
            mainNode: 0,
            numNodes: nodes,
            nodeRangeProperties: [{ targetNodes: '0:', container, consumableResourceProperties: consumed }],
          },
        },
      platformCapabilities: ['EC2'],
      parameters: props.parameters === undefined ? undefined : { ...props.parameters },
      schedulingPriority: props.schedulingPriority ?? 0, // a queue with fair share takes no job without
      retryStrategy: {
        attempts: props.attempts ?? (props.queue.kind.usesSpot ? ATTEMPTS_ON_SPOT : ATTEMPTS_ON_DEMAND),
        // the first that matches decides, and no match means another try
        evaluateOnExit: [
          { action: 'RETRY', onStatusReason: 'Host EC2*' }, { action: 'RETRY', onExitCode: STOPPED }, { action: 'EXIT', onReason: '*' },
        ],
      },
      timeout: { attemptDurationSeconds: timeout.toSeconds() },
      // an execution that began before a deployment submits the revision before
      resourceRetentionPolicy: { skipDeregisterOnUpdate: true },
    });
    keepWhenReplaced(definition);
    definition.node.addDependency(...roles.policies);
    checkRenderedJob(definition);
    return definition;
  }

  /** What counts against the team's quota. */
  private consumed(): batch.CfnJobDefinition.ConsumableResourcePropertiesProperty | undefined {
    const quota = this.queue instanceof TrainingQueue ? this.queue._quotaOf(this.team) : undefined;
    const quantity = this.queue.kind.hasGpus ? gpusOf(this.props) : this.props.vcpus;
    return quota === undefined ? undefined : { consumableResourceList: [{ consumableResource: quota, quantity }] };
  }

  /** Every revision of the definition, as IAM names them. */
  private revisions(): string[] {
    // arn:aws:batch:region:account:job-definition/name:revision
    const named = Fn.select(5, Fn.split(':', this.jobDefinitionArn));
    return [`${Stack.of(this).formatArn({ service: 'batch', resource: named })}:*`];
  }

  private stableName(): string {
    return Names.uniqueResourceName(this, { maxLength: LONGEST_NAME, separator: '-' });
  }
}
