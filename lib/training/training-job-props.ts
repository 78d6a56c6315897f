import { aws_kms as kms, aws_logs as logs, Duration, Size } from 'aws-cdk-lib';
import { Checkpoint } from './checkpoint';
import { JobData } from './job-data';
import { JobMount } from './job-mount';
import { JobSecret } from './job-secret';
import { ITrainingQueue } from './training-queue';
import { ModelImage } from '../artifacts';

/** What a `TrainingJob` is made from. */
export interface TrainingJobProps {
  /** Where it runs. */
  readonly queue: ITrainingQueue;
  /** The image, by its digest, for the architecture of the queue's machines. */
  readonly image: ModelImage;
  /** How many vCPUs each node gets, from 1. */
  readonly vcpus: number;
  /** How much memory each node gets, at least 512 MiB. A container that wants more is killed. */
  readonly memory: Size;
  /**
   * How many GPUs each node gets: from 1 in a GPU queue; none in a CPU queue.
   * @default - 1 in a GPU queue
   */
  readonly gpus?: number;
  /**
   * How large `/dev/shm` is, through which data loaders hand batches to each other. It counts against `memory`.
   * @default - a quarter of `memory`; all of it when `memory` is a token
   */
  readonly sharedMemory?: Size;
  /**
   * Where the job keeps its state. Required when the queue uses spot machines, unless waived with a reason.
   * @default - none, on demand only
   */
  readonly checkpoint?: Checkpoint;
  /**
   * The folders in S3 that the job may use, besides its checkpoints.
   * @default - none
   */
  readonly data?: JobData[];
  /**
   * File systems in the container.
   * @default - none
   */
  readonly mounts?: JobMount[];
  /**
   * What the container runs; `Ref::name` stands for a parameter. The container has no shell in between.
   * @default - what the image says
   */
  readonly command?: string[];
  /**
   * The parameters of the command, with their defaults. A submission may change these and nothing else.
   * @default - none
   */
  readonly parameters?: { readonly [name: string]: string };
  /**
   * The container's environment. Everybody who may describe job definitions reads it: no secrets.
   * @default - none but what this library sets
   */
  readonly environment?: { readonly [name: string]: string };
  /**
   * Secrets, by the names under which the container finds them.
   * @default - none
   */
  readonly secrets?: { readonly [name: string]: JobSecret };
  /**
   * Whose job it is: a team of the queue.
   * @default 'default'
   */
  readonly team?: string;
  /**
   * How many machines work on one job, from 1 to 100. More than one needs a queue on demand with a `cluster`.
   * @default 1
   */
  readonly nodes?: number;
  /**
   * How often a job is started at most, from 1 to 10. It is started again only when its machine was taken away or broke, or
   * when the program left with exit code 143 (stopped by SIGTERM); a program that fails is not.
   * @default - 5 on spot, 2 on demand
   */
  readonly attempts?: number;
  /**
   * How long one attempt may take, at least a minute. A program that hangs is billed until then.
   * @default Duration.days(1)
   */
  readonly timeout?: Duration;
  /**
   * Which of a team's own jobs goes first: 0 to 9999, higher first.
   * @default 0
   */
  readonly schedulingPriority?: number;
  /**
   * The user and group that the program runs as, by number, as in `1000:1000`. Never root.
   * @default '1000:1000'
   */
  readonly user?: string;
  /**
   * Whether the container cannot write to its root file system. `/tmp` (1 GiB, in memory) and mounts can be written anyway.
   * @default true
   */
  readonly readOnlyRoot?: boolean;
  /**
   * What encrypts the logs.
   * @default - one key for the training jobs of the stack, kept when the stack is deleted
   */
  readonly encryptionKey?: kms.IKey;
  /**
   * How long logs are kept.
   * @default RetentionDays.THREE_MONTHS
   */
  readonly logRetention?: logs.RetentionDays;
}
