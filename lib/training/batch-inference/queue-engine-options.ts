import { Duration, Size } from 'aws-cdk-lib';
import { ModelArtifact, ModelImage } from '../../artifacts';
import { JobData } from '../job-data';
import { JobMount } from '../job-mount';
import { JobSecret } from '../job-secret';
import { ITrainingQueue } from '../training-queue';

/** The program that works on inputs as jobs of a training queue, and what each job gets. */
export interface QueueEngineOptions {
  /** Where the jobs run, with GPUs or without, on spot or not. */
  readonly queue: ITrainingQueue;
  /** The image, by its digest, for the architecture of the queue's machines. */
  readonly image: ModelImage;
  /**
   * What the container runs. `--work <address>` and `--failures <address>` are put behind it; `--model <address>` too, if there
   * is a `model`. The container has no shell in between.
   */
  readonly command: string[];
  /** How many vCPUs each job gets, from 1. */
  readonly vcpus: number;
  /** How much memory each job gets, at least 512 MiB. A container that wants more is killed. */
  readonly memory: Size;
  /**
   * The model, which the program reads from S3.
   * @default - the image holds it
   */
  readonly model?: ModelArtifact;
  /**
   * How many GPUs each job gets: from 1 in a GPU queue; none in a CPU queue.
   * @default - 1 in a GPU queue
   */
  readonly gpus?: number;
  /**
   * How large `/dev/shm` is. It counts against `memory`.
   * @default - a quarter of `memory`
   */
  readonly sharedMemory?: Size;
  /**
   * Further folders in S3 that the program may use.
   * @default - inputs, outputs and its model only
   */
  readonly data?: JobData[];
  /**
   * File systems in the container.
   * @default - none
   */
  readonly mounts?: JobMount[];
  /**
   * The container's environment. Everybody who may describe job definitions reads it: no secrets. Outputs depend on it: a run
   * that was begun with another one is refused.
   * @default - none but what this library sets
   */
  readonly environment?: { readonly [name: string]: string };
  /**
   * Secrets, by the names under which the container finds them.
   * @default - none
   */
  readonly secrets?: { readonly [name: string]: JobSecret };
  /**
   * Whose jobs they are: a team of the queue.
   * @default 'default'
   */
  readonly team?: string;
  /**
   * How often a job is started at most, from 1 to 10; again only when its machine was taken away.
   * @default - 5 on spot, 2 on demand
   */
  readonly attempts?: number;
  /**
   * How long one attempt of a job may take, at least a minute.
   * @default Duration.hours(6)
   */
  readonly timeout?: Duration;
  /**
   * The user and group that the program runs as, by number. Never root.
   * @default '1000:1000'
   */
  readonly user?: string;
}
