import {
  aws_batch as batch, aws_cloudwatch as cw, aws_ec2 as ec2, aws_fsx as fsx, aws_kms as kms, aws_logs as logs,
  aws_sns as sns, aws_ssm as ssm, Duration, Names, RemovalPolicy, Size,
} from 'aws-cdk-lib';
import { Construct, IConstruct } from 'constructs';
import { checkQueue } from './check-queue';
import { ComputeEnvironments } from './compute-environments';
import { FairShare } from './fair-share';
import { createMachineTemplate } from './machine-template';
import { createPointer } from './pointer';
import { QueueAlarms } from './queue-alarms';
import { warnOfMissingDoors } from './queue-doors';
import { QueueEvents } from './queue-events';
import { QueueKind } from './queue-kind';
import { counted, sampled } from './queue-metrics';
import { QueueSampler } from './queue-sampler';
import { checkRenderedEnvironment, checkRenderedQueue } from './rendered-queue';
import { keepWhenReplaced } from './replaceable';
import { COUNTED, SAMPLED } from './runtime/contract';
import { TeamShare } from './team-share';
import { TrainingQueueProps } from './training-queue-props';
import { acknowledge, inRegulatedPacks } from '../core/acknowledge';
import { AlarmTopic } from '../core/alarm-topic';

const LONGEST_NAME = 100;
/**
 * Why the first job can be stuck, in the words of Batch: an action is for the jobs whose status reason is its own, and text of
 * ours would cancel none. Other reasons take no action.
 * https://docs.aws.amazon.com/batch/latest/userguide/job_stuck_in_runnable_time_limit_actions.html
 */
const STUCK_REASONS = [
  'CAPACITY:INSUFFICIENT_INSTANCE_CAPACITY', 'MISCONFIGURATION:COMPUTE_ENVIRONMENT_MAX_RESOURCE', 'MISCONFIGURATION:JOB_RESOURCE_REQUIREMENT',
];

/** A queue that training jobs are submitted to, made here or brought by you. */
export interface ITrainingQueue extends IConstruct {
  /** The queue's ARN. It changes when the queue is replaced: what lives longer reads it from its parameter. */
  readonly queueArn: string;
  /** GPUs or not, spot or not, which machines. */
  readonly kind: QueueKind;
  /** Who shares the queue. */
  readonly teams: TeamShare[];
  /**
   * The machines' side of the network, for file systems that jobs mount.
   * @default - unknown: the queue was made elsewhere
   */
  readonly connections?: ec2.Connections;
  /** Jobs that wait for a machine, measured every five minutes. */
  metricRunnableJobs(options?: cw.MetricOptions): cw.Metric;
  /** Since when the first job has been first, in seconds, measured every five minutes. */
  metricHeadOfQueueAge(options?: cw.MetricOptions): cw.Metric;
  /** Since when the oldest job that waits has been submitted, in seconds, measured every five minutes. */
  metricOldestRunnableAge(options?: cw.MetricOptions): cw.Metric;
  /** The vCPUs that are started, measured every five minutes. */
  metricProvisionedVcpus(options?: cw.MetricOptions): cw.Metric;
  /** What is started and idle, in percent, measured every five minutes; missing while nothing is started. */
  metricIdlePercent(options?: cw.MetricOptions): cw.Metric;
  /** Jobs that ended well. */
  metricSucceededJobs(options?: cw.MetricOptions): cw.Metric;
  /** Jobs that failed for good. */
  metricFailedJobs(options?: cw.MetricOptions): cw.Metric;
  /** Times that a machine was taken from under a job. */
  metricReclaimedJobs(options?: cw.MetricOptions): cw.Metric;
}

/** A queue of another stack or app. */
export interface TrainingQueueReference {
  /** The name of the parameter that holds the queue's ARN: `queueArnParameter` of the queue. */
  readonly queueArnParameter: string;
  /** What the queue was made of, as its owner says it. */
  readonly kind: QueueKind;
  /**
   * Who shares the queue, as its owner says it. Quotas are not known here, so jobs made for this reference count against none.
   * @default - nobody but `default`
   */
  readonly teams?: TeamShare[];
}

abstract class TrainingQueueBase extends Construct implements ITrainingQueue {
  public abstract readonly queueArn: string;
  public abstract readonly kind: QueueKind;
  public abstract readonly teams: TeamShare[];
  public readonly connections?: ec2.Connections;

  public metricRunnableJobs(options?: cw.MetricOptions): cw.Metric {
    return sampled(this.queueArn, SAMPLED.runnableJobs, options);
  }

  public metricHeadOfQueueAge(options?: cw.MetricOptions): cw.Metric {
    return sampled(this.queueArn, SAMPLED.headOfQueueAge, options);
  }

  public metricOldestRunnableAge(options?: cw.MetricOptions): cw.Metric {
    return sampled(this.queueArn, SAMPLED.oldestRunnableAge, options);
  }

  public metricProvisionedVcpus(options?: cw.MetricOptions): cw.Metric {
    return sampled(this.queueArn, SAMPLED.provisionedVcpus, options);
  }

  public metricIdlePercent(options?: cw.MetricOptions): cw.Metric {
    return sampled(this.queueArn, SAMPLED.idlePercent, options);
  }

  public metricSucceededJobs(options?: cw.MetricOptions): cw.Metric {
    return counted(this.queueArn, COUNTED.succeededJobs, options);
  }

  public metricFailedJobs(options?: cw.MetricOptions): cw.Metric {
    return counted(this.queueArn, COUNTED.failedJobs, options);
  }

  public metricReclaimedJobs(options?: cw.MetricOptions): cw.Metric {
    return counted(this.queueArn, COUNTED.reclaimedJobs, options);
  }
}

/**
 * A queue for training jobs on AWS Batch, on machines that start when a job waits and stop when none does.
 *
 * Makes one or two compute environments, a scheduling policy, a launch template, a role, a security group, seven alarms, an
 * encrypted log of every job's events, a sampler, a parameter with the queue's ARN, and, unless given, a key and a topic.
 * Costs: machines by the second while they run; alarms; ten metrics; a key; logs. Nothing runs while no job waits.
 *
 * A change of tags replaces the queue and its environments. The replaced ones stay, with the jobs that run on them: delete
 * them when they are empty.
 *
 * Throws `RunnableLimit`, `UpdateTimeout`, `Priority`, `ShareMemory`, `RootVolume`, `TeamTwice`, `TeamCount`, `TeamQuota`,
 * `QueueLimit`, `ClusterSubnet`, `TwoZones`, `NetworkElsewhere` or `LogRetention`, all problems at once; before them `WrongKind`.
 */
export class TrainingQueue extends TrainingQueueBase {
  /**
   * A queue of another stack or app in this account and Region. Its ARN is read when this stack is deployed: deploy again
   * after the queue was replaced.
   */
  public static fromParameter(scope: Construct, id: string, reference: TrainingQueueReference): ITrainingQueue {
    class Import extends TrainingQueueBase {
      public readonly queueArn = ssm.StringParameter.valueForStringParameter(this, reference.queueArnParameter);
      public readonly kind = reference.kind;
      public readonly teams = [...reference.teams ?? []];
    }
    return new Import(scope, id);
  }

  public readonly queueArn: string;
  public readonly kind: QueueKind;
  public readonly teams: TeamShare[];
  public readonly connections?: ec2.Connections;
  /** The name of the parameter that holds the queue's ARN; it stays when the queue is replaced. */
  public readonly queueArnParameter: string;
  /** The alarms, each with an article in the runbook. */
  public readonly alarms: cw.IAlarmRef[];
  /** Where the alarms report. */
  public readonly notifications: sns.ITopicRef;
  /** Every change of every job, as Batch tells it. */
  public readonly events: logs.ILogGroup;
  /** What encrypts the log of events and the default topic. */
  public readonly encryptionKey: kms.IKey;
  /** The file systems that every machine mounts. */
  public readonly lustre: fsx.LustreFileSystem[];
  private readonly fairShare: FairShare;

  constructor(scope: Construct, id: string, props: TrainingQueueProps) {
    super(scope, id);
    const limits = checkQueue(this, props);
    warnOfMissingDoors(this, props.network);
    const { kind, teams = [], lustre = [] } = props;
    this.kind = kind;
    this.teams = [...teams];
    this.lustre = [...lustre];
    this.encryptionKey = props.encryptionKey ?? this.createKey();
    const group = this.createSecurityGroup(props);
    this.connections = group.connections;
    const environments = this.createEnvironments(props, group);
    this.fairShare = new FairShare(this, 'FairShare', {
      teams: this.teams, decay: props.shareMemory ?? Duration.days(1), hasGpus: kind.hasGpus,
    });
    const queue = this.createQueue(props, limits.runnableLimit, environments);
    this.queueArn = queue.attrJobQueueArn;
    const name = this.stableName();
    this.queueArnParameter = createPointer(this, 'QueueArn', {
      parameterName: `/ml-platform/training/${name}/queue-arn`,
      arn: this.queueArn,
      description: `The queue ${this.node.path}, whichever it is now`,
    });

    this.notifications = props.notify ?? new AlarmTopic(this, 'Notifications', { key: this.encryptionKey }).topic;
    this.events = new QueueEvents(this, 'Events', {
      queueArn: this.queueArn, key: this.encryptionKey, retention: props.eventRetention ?? logs.RetentionDays.THREE_MONTHS,
    }).logGroup;
    new QueueSampler(this, 'Sampler', { jobQueue: this.queueArn, computeEnvironments: environments.map(({ ref }) => ref) });
    this.alarms = new QueueAlarms(this, 'Alarms', {
      ...limits, queueArn: this.queueArn, queueName: name, topic: this.notifications,
    }).alarms;
  }

  /**
   * The ARN of what counts a team's use.
   * @internal
   */
  public _quotaOf(team: string): string | undefined {
    return this.fairShare.quotas.get(team);
  }

  private createKey(): kms.Key {
    return new kms.Key(this, 'Key', {
      description: `Events and notifications of ${this.node.path}`, enableKeyRotation: true, removalPolicy: RemovalPolicy.RETAIN,
    });
  }

  private createSecurityGroup({ network, kind, lustre = [] }: TrainingQueueProps): ec2.ISecurityGroup {
    const group = network.workloadSecurityGroup(this, 'SecurityGroup', 'Machines of a training queue');
    if (kind.cluster !== undefined) {
      // nodes talk to each other on ports of their choice, and EFA wants all of them
      group.connections.allowInternally(ec2.Port.allTraffic(), 'Nodes of one job');
      acknowledge(group, {
        rules: inRegulatedPacks('EC2RestrictedCommonPorts'),
        reason: 'Nodes of one job exchange gradients on ports of their choice, and EFA wants every protocol; the source is the group '
          + 'itself, so only machines of this queue are let in, and no address range.',
      });
    }
    lustre.forEach((fileSystem) => {
      fileSystem.connections.allowFrom(group, ec2.Port.tcp(988), 'Lustre');
      fileSystem.connections.allowFrom(group, ec2.Port.tcpRange(1018, 1023), 'Lustre');
    });
    return group;
  }

  private createEnvironments(props: TrainingQueueProps, securityGroup: ec2.ISecurityGroup): batch.CfnComputeEnvironment[] {
    const { kind, network, lustre = [] } = props;
    const template = createMachineTemplate(this, 'MachineTemplate', {
      rootVolume: props.rootVolume ?? Size.gibibytes(200),
      volumeKey: props.volumeKey,
      securityGroup,
      efa: kind.cluster?.efa ?? false,
      lustre,
    });
    const subnets = kind.cluster === undefined ? network.subnets : [network.subnets[kind.cluster.subnet]];
    const { environments } = new ComputeEnvironments(this, 'Machines', {
      kind, subnets, securityGroup, template, updateTimeout: props.updateTimeout ?? Duration.days(5),
    });
    environments.forEach((environment) => { checkRenderedEnvironment(environment, template, kind); });
    return environments;
  }

  private createQueue(
    { priority }: TrainingQueueProps, runnableLimit: Duration, environments: readonly batch.CfnComputeEnvironment[],
  ): batch.CfnJobQueue {
    const queue = new batch.CfnJobQueue(this, 'Resource', {
      // no name, which would collide with itself when tags replace the queue
      priority: priority ?? 1,
      state: 'ENABLED',
      schedulingPolicyArn: this.fairShare.policy.attrArn,
      computeEnvironmentOrder: environments.map(({ ref }, index) => ({ computeEnvironment: ref, order: index + 1 })),
      jobStateTimeLimitActions: STUCK_REASONS.map((reason) => ({
        action: 'CANCEL', state: 'RUNNABLE', maxTimeSeconds: runnableLimit.toSeconds(), reason,
      })),
    });
    keepWhenReplaced(queue);
    checkRenderedQueue(queue);
    return queue;
  }

  /** From the path, as CDK derives all of its names: it stays when the queue is replaced. */
  private stableName(): string {
    return Names.uniqueResourceName(this, { maxLength: LONGEST_NAME, separator: '-' });
  }
}
