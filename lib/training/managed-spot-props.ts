import { aws_kms as kms, aws_stepfunctions as sfn, Duration, Size } from 'aws-cdk-lib';
import { Checkpoint } from './checkpoint';
import { JobData } from './job-data';
import { ModelImage } from '../artifacts';
import { MlInstanceType } from '../core';
import { IMlNetwork } from '../network';

/** What a `ManagedSpotTraining` is made from. */
export interface ManagedSpotTrainingProps {
  /** Where its machines run: in at least two zones, since spot capacity comes and goes by zone. */
  readonly network: IMlNetwork;
  /** The image, by its digest. */
  readonly image: ModelImage;
  /** The machine. */
  readonly instanceType: MlInstanceType;
  /** The folder below which SageMaker puts `<job name>/output/model.tar.gz`. */
  readonly output: JobData;
  /**
   * Where the job keeps its state: SageMaker copies `/opt/ml/checkpoints` there and back. Waivable with a reason.
   *
   * @see https://docs.aws.amazon.com/sagemaker/latest/dg/model-checkpoints.html
   */
  readonly checkpoint: Checkpoint;
  /**
   * What the job reads, by channel: the program finds it in `/opt/ml/input/data/<channel>`. At most 20 channels.
   * @default - none
   */
  readonly inputs?: { readonly [channel: string]: JobData };
  /**
   * How many machines work on one job, from 1 to 20.
   * @default 1
   */
  readonly instances?: number;
  /**
   * The size of each machine's volume. Families with local NVMe disks have no such volume and take none.
   * @default Size.gibibytes(50)
   */
  readonly volume?: Size;
  /**
   * The program's hyperparameters, with their defaults. A submission may change these and nothing else. Everybody who may
   * describe training jobs reads them: no secrets.
   * @default - none
   */
  readonly parameters?: { readonly [name: string]: string };
  /**
   * The container's environment. Everybody who may describe training jobs reads it: no secrets.
   * @default - none but what this library sets
   */
  readonly environment?: { readonly [name: string]: string };
  /**
   * How long the machines may work on one job, interruptions not counted: from 1 minute to 28 days.
   * @default Duration.days(1)
   */
  readonly timeout?: Duration;
  /**
   * How long the job may take in all, waiting for spot capacity included: at least `timeout`, at most 28 days.
   * @default - twice the `timeout`, at most 28 days
   */
  readonly maximumWait?: Duration;
  /**
   * How often SageMaker starts the job again after an error of its own, from 1 to 30. A program that fails is not repeated, and
   * an interruption does not count.
   * @default 3
   */
  readonly attempts?: number;
  /**
   * Whether the container has no network at all. SageMaker itself still moves inputs, checkpoints and the model. Turn it off
   * only for a program that has to reach something in the network.
   * @default true
   */
  readonly networkIsolation?: boolean;
  /**
   * What encrypts the volumes, and the output where the bucket of `output` has no key of its own. Volumes of families with
   * local NVMe disks are encrypted in hardware and take no key.
   * @default - a new key, rotated each year and kept when the stack is deleted
   */
  readonly encryptionKey?: kms.IKey;
  /**
   * Tags of each training job, at most 48.
   * @default - none but what this library sets: `ml-platform:job`, the path of this construct
   */
  readonly tags?: { readonly [key: string]: string };
}

/** How a state machine starts one job of a `ManagedSpotTraining`. Texts may be JSONPath, as in `JsonPath.stringAt('$.run')`. */
export interface ManagedSpotTaskProps {
  /**
   * What tells this job from others, at most 40 letters, digits and hyphens: the job is called `<prefix>-<run>`. With the same
   * run again nothing is started twice: the job that is there is waited for.
   * @default - the SHA-1 of the execution's input, so that the same input means the same job
   */
  readonly run?: string;
  /**
   * Values for hyperparameters; only those that the job declares.
   * @default - the job's defaults
   */
  readonly parameters?: { readonly [name: string]: string };
  /**
   * A name under which the job keeps its checkpoints, for a later job to go on from: letters, digits and `-_.`.
   * @default - the `run`
   */
  readonly checkpointRun?: string;
  /**
   * Where the job's description goes, as DescribeTrainingJob gives it. Not `$`, which would lose what the rest needs.
   * @default '$.training'
   */
  readonly resultPath?: string;
  /**
   * What follows when the job failed, was stopped or could not be started. `$.failure` says why.
   * @default - the execution fails
   */
  readonly onFailure?: sfn.IChainable;
}
