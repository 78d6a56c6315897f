import { CfnOutput, Duration, Size, Stack, StackProps } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { IArtifactStore, ModelImage } from '../artifacts';
import { IMlNetwork, InterfaceEndpoint, MlNetwork } from '../network';
import { RegisteredModel } from '../registry';
import {
  BatchInference, Checkpoint, InferenceEngine, JobData, PipelineStart, QueueKind, TeamShare, TrainingData, TrainingJob,
  TrainingPipeline, TrainingQueue, TrainingStep,
} from '../training';

/** What a `TrainingStack` is made from. */
export interface TrainingStackProps extends StackProps {
  /** The model that is trained: `registry.model('churn')`. */
  readonly model: RegisteredModel;
  /** The registry's artifact store: runs work below its `trials/`, and inference reads and writes there. */
  readonly artifacts: IArtifactStore;
  /** The program that trains, evaluates and infers, by digest. */
  readonly image: ModelImage;
  /** The image that will serve the model. */
  readonly servingImage: ModelImage;
  /** What is trained on, and what it has to be like. */
  readonly data: TrainingData;
  /** GPUs or not, spot or not, which machines, and how many. */
  readonly kind: QueueKind;
  /**
   * Who shares the queue.
   * @default - nobody but `default`
   */
  readonly teams?: TeamShare[];
  /**
   * What trains: it reads the folder `Ref::data` and leaves `model.tar.gz` in `Ref::output`.
   * @default - python -m trainer --data Ref::data --output Ref::output
   */
  readonly trainCommand?: string[];
  /**
   * What evaluates: it reads `Ref::model` and writes JSON to `Ref::evaluation`.
   * @default - python -m trainer.evaluate --model Ref::model --evaluation Ref::evaluation
   */
  readonly evaluateCommand?: string[];
  /**
   * What infers; `--work` and `--failures` are put behind it.
   * @default - python -m trainer.infer
   */
  readonly inferCommand?: string[];
  /**
   * How many vCPUs each job gets.
   * @default 4
   */
  readonly vcpus?: number;
  /**
   * How much memory each job gets.
   * @default Size.gibibytes(14)
   */
  readonly memory?: Size;
  /**
   * What starts the pipeline by itself.
   * @default - nothing: by hand only
   */
  readonly starts?: PipelineStart[];
  /**
   * Where the machines run. It needs the endpoints of ECS.
   * @default - a new `MlNetwork` with them, without a way to the internet
   */
  readonly network?: IMlNetwork;
}

const RECLAIMS_COST_MINUTES = 'It runs for minutes, and begins again at no cost worth a checkpoint.';

/** A queue of machines, a pipeline from new data to a version that waits for approval, and inference over many objects. */
export class TrainingStack extends Stack {
  public readonly network: IMlNetwork;
  public readonly queue: TrainingQueue;
  public readonly pipeline: TrainingPipeline;
  public readonly inference: BatchInference;

  constructor(scope: Construct, id: string, private readonly props: TrainingStackProps) {
    super(scope, id, props);
    const { ECS, ECS_AGENT, ECS_TELEMETRY } = InterfaceEndpoint;
    this.network = props.network ?? new MlNetwork(this, 'Network', {
      // without these three a machine starts, is billed, and never joins its cluster
      interfaceEndpoints: InterfaceEndpoint.defaultsAnd(ECS, ECS_AGENT, ECS_TELEMETRY),
    });
    this.queue = new TrainingQueue(this, 'Queue', { kind: props.kind, network: this.network, teams: props.teams });
    this.pipeline = this.createPipeline();
    this.inference = this.createInference();
    new CfnOutput(this, 'PipelineArn', { description: 'Start this to train', value: this.pipeline.stateMachine.stateMachineArn });
    new CfnOutput(this, 'InferenceArn', {
      description: 'Start this with {"run": "…"} to infer', value: this.inference.stateMachine.stateMachineArn,
    });
  }

  private createPipeline(): TrainingPipeline {
    const { model, artifacts, data, servingImage, starts } = this.props;
    return new TrainingPipeline(this, 'Pipeline', {
      model,
      artifacts,
      data,
      servingImage,
      starts,
      training: TrainingStep.onQueue(this.createTraining()),
      evaluation: this.createEvaluation(),
    });
  }

  private createTraining(): TrainingJob {
    const { artifacts, data, trainCommand = ['python', '-m', 'trainer', '--data', 'Ref::data', '--output', 'Ref::output'] } = this.props;
    return this.createJob('Training', trainCommand, ['data', 'output'], {
      checkpoint: Checkpoint.at(artifacts.bucket, `${this.work}checkpoints/`),
      data: [JobData.read(data.bucket, data.prefix), JobData.write(artifacts.bucket, this.work)],
    });
  }

  private createEvaluation(): TrainingJob {
    const {
      artifacts, kind, evaluateCommand = ['python', '-m', 'trainer.evaluate', '--model', 'Ref::model', '--evaluation', 'Ref::evaluation'],
    } = this.props;
    return this.createJob('Evaluation', evaluateCommand, ['model', 'evaluation'], {
      checkpoint: kind.usesSpot ? Checkpoint.waived(RECLAIMS_COST_MINUTES) : undefined,
      data: [JobData.readWrite(artifacts.bucket, this.work)],
    });
  }

  private createJob(
    id: string, command: string[], parameters: string[], { checkpoint, data }: { checkpoint?: Checkpoint; data: JobData[] },
  ): TrainingJob {
    const { image, vcpus = 4, memory = Size.gibibytes(14) } = this.props;
    return new TrainingJob(this, id, {
      queue: this.queue,
      image,
      command,
      vcpus,
      memory,
      checkpoint,
      data,
      parameters: Object.fromEntries(parameters.map((name) => [name, 'set-by-the-pipeline'])),
    });
  }

  private createInference(): BatchInference {
    const { artifacts, image, vcpus = 4, memory = Size.gibibytes(14) } = this.props;
    const { inferCommand: command = ['python', '-m', 'trainer.infer'] } = this.props;
    return new BatchInference(this, 'Inference', {
      engine: InferenceEngine.onQueue({ queue: this.queue, image, command, vcpus, memory, timeout: Duration.hours(2) }),
      inputBucket: artifacts.bucket,
      inputPrefix: `${this.inferenceFolder}inputs/`,
      outputBucket: artifacts.bucket,
      outputPrefix: `${this.inferenceFolder}outputs/`,
    });
  }

  /** Where the pipeline works. */
  private get work(): string {
    const { model } = this.props;
    return `trials/${model.tenant}/${model.name}/`;
  }

  /** Below `trials/`, where objects may be overwritten and expire. */
  private get inferenceFolder(): string {
    return `trials/inference/${this.props.model.name}/`;
  }
}
