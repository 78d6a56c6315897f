import { aws_fsx as fsx, aws_kms as kms, aws_logs as logs, aws_sns as sns, Duration, Size } from 'aws-cdk-lib';
import { QueueKind } from './queue-kind';
import { QueueLimits } from './queue-limits';
import { TeamShare } from './team-share';
import { IMlNetwork } from '../network';

/** What a `TrainingQueue` is made from. */
export interface TrainingQueueProps {
  /** GPUs or not, spot or not, which machines, and how many. */
  readonly kind: QueueKind;
  /**
   * Where the machines run. They need the endpoints of ECS: `InterfaceEndpoint.ECS`, `ECS_AGENT` and `ECS_TELEMETRY` besides
   * the defaults. Without them a machine starts, is billed, and never joins its cluster.
   */
  readonly network: IMlNetwork;
  /**
   * Who shares the queue, and how. A job that names no team counts as team `default`.
   * @default - nobody but `default`
   */
  readonly teams?: TeamShare[];
  /**
   * How long what a team used counts against it, from 10 minutes to 7 days. Training runs for hours: a short memory would
   * give the next machine to whoever just had many.
   * @default Duration.days(1)
   */
  readonly shareMemory?: Duration;
  /**
   * How long the first job of the queue may wait for a machine before Batch cancels it, so that a job that no machine fits
   * does not block all others: 10 minutes to 24 hours, whole seconds. Batch cancels what it has found no capacity or no fitting
   * machine for, and nothing that waits for another reason. An alarm comes at three quarters of it.
   * @default Duration.hours(12)
   */
  readonly runnableLimit?: Duration;
  /**
   * Which of several queues on the same machines goes first: 0 to 1000, higher first.
   * @default 1
   */
  readonly priority?: number;
  /**
   * How long running jobs may go on when a deployment replaces the machines: whole minutes, from 1 to 7200, which is five
   * days. Then Batch ends them; what was on spot has its checkpoint. AWS's default is 30 minutes.
   * @default Duration.days(5)
   */
  readonly updateTimeout?: Duration;
  /**
   * The size of a machine's root volume, which holds images and what containers write: at least 30 GiB.
   * @default Size.gibibytes(200)
   */
  readonly rootVolume?: Size;
  /**
   * The key of the root volumes. Its policy must let the service-linked roles of EC2 Auto Scaling and EC2 Spot use it and
   * make grants, or no machine starts.
   * @default - the key that AWS keeps for EBS in each account, which needs no permission
   */
  readonly volumeKey?: kms.IKeyRef;
  /**
   * File systems that every machine mounts before it takes jobs; a job reaches one with `JobMount.lustre`. The machines need
   * the Lustre client: from Amazon Linux's package repositories, which lie in a bucket of AWS, `al2023-repos-…`, in the Region.
   * The S3 gateway that an `MlNetwork` makes does not lead there, with or without NAT: bring a VPC whose gateway does.
   * @default - none
   */
  readonly lustre?: fsx.LustreFileSystem[];
  /**
   * When the alarms fire.
   * @default - see `QueueLimits`
   */
  readonly limits?: QueueLimits;
  /**
   * Who is told about alarms.
   * @default - a new, encrypted topic
   */
  readonly notify?: sns.ITopicRef;
  /**
   * What encrypts the log of events and the default topic.
   * @default - a new key, rotated each year and kept when the stack is deleted
   */
  readonly encryptionKey?: kms.IKey;
  /**
   * How long the events of jobs are kept.
   * @default RetentionDays.THREE_MONTHS
   */
  readonly eventRetention?: logs.RetentionDays;
}
