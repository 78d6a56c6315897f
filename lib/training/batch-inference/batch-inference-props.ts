import { aws_kms as kms, aws_logs as logs, aws_s3 as s3, aws_sns as sns, Duration } from 'aws-cdk-lib';
import { InferenceEngine } from './inference-engine';
import { InferenceLimits } from './inference-limits';

/** What a `BatchInference` is made from. */
export interface BatchInferenceProps {
  /** Who works on the inputs. */
  readonly engine: InferenceEngine;
  /** Where the inputs lie. If a KMS key encrypts it, the bucket must know that key. */
  readonly inputBucket: s3.IBucket;
  /** The folder of the inputs, ending in `/`. A manifest can name some of them; nothing else can be read. */
  readonly inputPrefix: string;
  /**
   * Where outputs go, and what is kept about runs. In this account and Region, or Step Functions cannot write there. If a KMS
   * key encrypts it, the bucket must know that key.
   */
  readonly outputBucket: s3.IBucket;
  /**
   * The folder of all that, ending in `/`: `results/`, `failures/`, `runs/` and `manifests/` below it. Not inside the input
   * folder, nor around it. Outputs are overwritten by the next attempt at the same run, and objects of a `Checkpoint` or an
   * `ArtifactStore` that are written once cannot be: its `trials/` can.
   */
  readonly outputPrefix: string;
  /**
   * What is put behind the name of an input to name its output.
   * @default '.out'
   */
  readonly outputSuffix?: string;
  /**
   * How many inputs one job works on, from 1 to 10,000. A job that loses its machine does all of them again.
   * @default 100
   */
  readonly inputsPerJob?: number;
  /**
   * How many jobs run at once, from 1 to 10,000: the queue's capacity is the other limit.
   * @default 100
   */
  readonly maxConcurrency?: number;
  /**
   * How many inputs, in percent, may end without an output: a whole number from 0 to 99. The map stops early when more jobs
   * than that have failed; the verdict is about inputs.
   * @default 0
   */
  readonly toleratedFailurePercent?: number;
  /**
   * How long one execution may take, from 5 minutes to 365 days: jobs that wait count. What is done by then stays done.
   * @default Duration.days(7)
   */
  readonly timeout?: Duration;
  /**
   * When the alarms fire.
   * @default - see `InferenceLimits`
   */
  readonly limits?: InferenceLimits;
  /**
   * Who is told about alarms.
   * @default - a new, encrypted topic
   */
  readonly notify?: sns.ITopicRef;
  /**
   * What encrypts the state machine with its executions, the logs and the default topic.
   * @default - a new key, rotated each year and kept when the stack is deleted
   */
  readonly encryptionKey?: kms.IKey;
  /**
   * How long logs are kept.
   * @default RetentionDays.THREE_MONTHS
   */
  readonly logRetention?: logs.RetentionDays;
}
