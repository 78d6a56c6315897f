import { aws_ec2 as ec2, aws_iam as iam, aws_kms as kms, aws_stepfunctions as sfn, Names, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { checkManagedSpot, timesOf } from './check-managed-spot';
import { checkRun, checkSubmission } from './check-submission';
import { JobData } from './job-data';
import { ManagedSpotTaskProps, ManagedSpotTrainingProps } from './managed-spot-props';
import { MadeForSpot, renderSpotRequest } from './managed-spot-request';
import { ManagedSpotRole } from './managed-spot-role';
import { ManagedSpotRun } from './managed-spot-run';
import { pairs, PipelineJob } from './pipeline-job';
import { acknowledge, inRegulatedPacks } from '../core/acknowledge';
import { Checks } from '../core/checks';
import { shown } from '../core/invalid-props';
import { Kinds, recordOf, TEXT, thing } from '../core/kinds';
import { ownProps } from '../core/own-props';

/** 63 characters less a hyphen and a SHA-1. */
const LONGEST_PREFIX = 22;
const RUN = /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,38}[A-Za-z0-9])?$/;
const TASK_KINDS: Kinds<ManagedSpotTaskProps> = {
  run: TEXT, parameters: recordOf(TEXT), checkpointRun: TEXT, resultPath: TEXT, onFailure: thing('a state, or a chain of states', 'startState', 'endStates'),
};
const SAME_INPUT = sfn.JsonPath.hash(sfn.JsonPath.jsonToString(sfn.JsonPath.objectAt('$$.Execution.Input')), 'SHA-1');

/**
 * A training program that SageMaker runs on spot machines: nothing to keep running, at SageMaker's price.
 *
 * There is no resource for a training job in CloudFormation, so this makes what jobs need (a role with its policy, a security
 * group, unless given a key) and renders the state that starts one. Costs: the key; machines while a job works.
 *
 * Throws all problems at once: `Instances`, `Attempts`, `SpotVolume`, `SpotZones`, `NetworkElsewhere`, `CheckpointMissing`,
 * `JobTimeout`, `MaximumWait`, `ChannelName`, `ChannelCount`, `ChannelUnreadable`, `OutputUnwritable`, `ParameterName`,
 * `ParameterCount`, `EnvironmentName`, `EnvironmentTooLarge`, `SecretInEnvironment`, `TagKey`, `TagValue` or `TagCount`; before
 * them `WrongKind`.
 */
export class ManagedSpotTraining extends Construct {
  /** What SageMaker works with for the job; grant it more if the program needs more. */
  public readonly role: iam.IRole;
  /** The machines' side of the network. */
  public readonly connections: ec2.Connections;
  /** What encrypts volumes, and the output where its bucket has no key. */
  public readonly encryptionKey: kms.IKey;
  /** What the names of all its jobs begin with. */
  public readonly jobNamePrefix: string;
  private readonly props: ManagedSpotTrainingProps;
  private readonly made: MadeForSpot;

  constructor(scope: Construct, id: string, given: ManagedSpotTrainingProps) {
    super(scope, id);
    const props = ownProps(given);
    this.props = props;
    checkManagedSpot(this, props);
    const { network, image, output, checkpoint, inputs = {}, instanceType } = props;
    // in lower case, as SageMaker writes names into ARNs
    this.jobNamePrefix = Names.uniqueResourceName(this, { maxLength: LONGEST_PREFIX, separator: '-' }).toLowerCase();
    this.encryptionKey = props.encryptionKey ?? this.createKey();
    const securityGroup = network.workloadSecurityGroup(this, 'SecurityGroup', 'Machines of managed-spot training');
    if ((props.instances ?? 1) !== 1) {
      // what they say to each other is encrypted: https://docs.aws.amazon.com/sagemaker/latest/dg/train-encrypt.html
      [ec2.Port.allTcp(), ec2.Port.udp(500), ec2.Port.esp()].forEach((port) => {
        securityGroup.connections.allowInternally(port, 'Machines of one job');
      });
      acknowledge(securityGroup, {
        rules: inRegulatedPacks('EC2RestrictedCommonPorts'),
        reason: 'Machines of one job exchange gradients on ports of their choice; the source is the group itself, so only machines of this '
          + 'job are let in, and no address range.',
      });
    }
    this.connections = securityGroup.connections;
    const bucketKey = output._bucket.encryptionKey;
    const volumeKey = instanceType.hasLocalNvme === true ? undefined : this.encryptionKey;
    const { role } = new ManagedSpotRole(this, 'Role', {
      image,
      data: [output, ...Object.values(inputs), checkpoint._data ?? []].flat(),
      subnets: network.subnets,
      securityGroup,
      volumeKey,
      outputKey: bucketKey === undefined ? this.encryptionKey : undefined,
    });
    this.role = role;
    this.made = {
      role, securityGroup, subnets: network.subnets, volumeKey, outputKey: bucketKey ?? this.encryptionKey, path: this.node.path,
    };
  }

  /**
   * States that start a job and wait for its end, once for each `run`: when a job of that name is there already, because the
   * execution was started twice or crashed, that job is waited for and none is started. When the execution is stopped, Step
   * Functions stops the job. The state machine's role gets what that takes: cdk-nag reports `AwsSolutions-IAM5` there for the
   * `*` behind the prefix of the job's name. Acknowledge it.
   *
   * A job that failed stays failed under its name: give another `run` to try again.
   *
   * Throws `SubmittedParameter`, `FreeText`, `SecretInEnvironment`, `CheckpointRun`, `SpotRun` or `ResultPath`; before them
   * `WrongKind`.
   */
  public submitTask(scope: Construct, id: string, submitted: ManagedSpotTaskProps = {}): sfn.StateMachineFragment {
    const submission = ownProps(submitted);
    this.checkSubmission(scope, submission);
    const { run = SAME_INPUT, parameters, checkpointRun = run, resultPath = '$.training', onFailure } = submission;
    const uri = this.props.checkpoint.uri;
    const jobName = sfn.JsonPath.format(`${this.jobNamePrefix}-{}`, run);
    const checkpointUri = uri === undefined ? undefined : sfn.JsonPath.format(`${uri}{}/`, checkpointRun);
    return new ManagedSpotRun(scope, id, {
      request: renderSpotRequest(this.props, this.made, { name: jobName, checkpointUri, parameters }),
      jobName,
      jobsArn: Stack.of(this).formatArn({ service: 'sagemaker', resource: 'training-job', resourceName: `${this.jobNamePrefix}-*` }),
      role: this.role,
      longestSeconds: timesOf(this.props).waiting,
      resultPath,
      onFailure,
    });
  }

  /**
   * What a pipeline has to know of a job that it runs.
   * @internal
   */
  public get _step(): PipelineJob {
    const { image, environment = {}, parameters = {}, checkpoint, inputs = {}, output } = this.props;
    return {
      declared: Object.keys(parameters),
      keepsCheckpoints: checkpoint.uri !== undefined,
      data: [...Object.values(inputs), output],
      identity: [image.uri, ...pairs(environment), ...pairs(parameters)],
    };
  }

  /**
   * Where SageMaker puts models.
   * @internal
   */
  public get _output(): JobData {
    return this.props.output;
  }

  private createKey(): kms.Key {
    return new kms.Key(this, 'Key', {
      description: `Volumes and output of ${this.node.path}`, enableKeyRotation: true, removalPolicy: RemovalPolicy.RETAIN,
    });
  }

  private checkSubmission(scope: Construct, submission: ManagedSpotTaskProps): void {
    new Checks().kinds(submission, TASK_KINDS).settle(scope);
    const { run, resultPath } = submission;
    const { declared, keepsCheckpoints } = this._step;
    const checks = checkSubmission(new Checks(), submission, { declared, keepsCheckpoints });
    checkRun(checks, 'SpotRun', 'run', run, RUN, '1 to 40 letters, digits and hyphens, the first and the last a letter or a digit');
    checks.report('ResultPath', resultPath === undefined || /^\$\.[A-Za-z][A-Za-z0-9_.]*$/.test(resultPath) ? undefined
      : `\`resultPath\` must be a place in the state's input, as in '$.training': got ${shown(resultPath)}`);
    checks.settle(scope);
  }
}
