import { aws_events as events, aws_kms as kms, aws_logs as logs, aws_sns as sns, Duration } from 'aws-cdk-lib';
import { PipelineStart } from './pipeline-start';
import { TrainingData } from './training-data';
import { TrainingStep } from './training-step';
import { IArtifactStore, ModelImage } from '../../artifacts';
import { RegisteredModel } from '../../registry';
import { TrainingJob } from '../training-job';

/** What a `TrainingPipeline` is made from. */
export interface TrainingPipelineProps {
  /** The model that versions are registered of: `registry.model('churn')`. Make one pipeline for it. */
  readonly model: RegisteredModel;
  /** The registry's artifact store. Runs work below its `trials/<tenant>/<model>/`, which expires; models are then published. */
  readonly artifacts: IArtifactStore;
  /** What is trained on, and what it has to be like. */
  readonly data: TrainingData;
  /** How it is trained. */
  readonly training: TrainingStep;
  /**
   * The job that evaluates. It must declare the parameters `model`, which it reads, and `evaluation`, where it writes JSON:
   * `accuracy` and `bias` from 0 to 1, `p99LatencyMs`, `dataset` (the S3 URI it was evaluated on), and maybe
   * `featureSchemaHash`.
   */
  readonly evaluation: TrainingJob;
  /** The image that will serve the model: it is registered with it. In a repository that the registry knows. */
  readonly servingImage: ModelImage;
  /**
   * What starts it by itself.
   * @default - nothing: by hand only
   */
  readonly starts?: PipelineStart[];
  /**
   * Parameters that both jobs are told as far as they declare them, with their defaults. An execution may change these and
   * nothing else. They count as input: another value trains anew.
   * @default - none
   */
  readonly parameters?: { readonly [name: string]: string };
  /**
   * The commit of the training code, for the lineage: 40 hex digits.
   * @default - none
   */
  readonly commit?: string;
  /**
   * How often a training is begun, from 1 to 20, when machines were not to be had or were taken away more often than the job
   * is repeated. A program that fails is not repeated.
   * @default 3
   */
  readonly trainings?: number;
  /**
   * How long to wait before the next such try, from 1 minute to a day.
   * @default Duration.minutes(30)
   */
  readonly capacityPause?: Duration;
  /**
   * How long an execution may take in all, waiting for its turn and for capacity included: from an hour to 60 days. Then it is
   * ended with its job.
   * @default Duration.days(14)
   */
  readonly timeout?: Duration;
  /**
   * After how long somebody is told that an execution takes long: from 15 minutes, and below `timeout`.
   * @default Duration.days(1)
   */
  readonly slowAfter?: Duration;
  /**
   * Who is told about alarms and about every end but `Skipped`. The policy of a topic that you bring must let CloudWatch and
   * EventBridge publish, and so must its key.
   * @default - a new, encrypted topic
   */
  readonly notify?: sns.ITopicRef;
  /**
   * Where ends and wanted approvals are told as events of `cdk-ml-platform.training`.
   * @default - the account's default bus
   */
  readonly eventBus?: events.IEventBus;
  /**
   * What encrypts the state machine, the ledger, the log of executions and the default topic.
   * @default - a new key, rotated each year and kept when the stack is deleted
   */
  readonly encryptionKey?: kms.IKey;
  /**
   * How long the log of executions is kept. It holds no data of them.
   * @default RetentionDays.ONE_YEAR
   */
  readonly logRetention?: logs.RetentionDays;
}
