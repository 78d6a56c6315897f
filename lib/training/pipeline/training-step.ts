import { aws_stepfunctions as sfn } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { JobData } from '../job-data';
import { ManagedSpotTraining } from '../managed-spot-training';
import { PipelineJob } from '../pipeline-job';
import { TrainingJob } from '../training-job';
import { queuedStep, StepEnds, told } from './queued-step';
import { Checks } from '../../core/checks';
import { needed } from '../../core/kinds';
import { MANAGED_SPOT_JOB, QUEUED_JOB } from '../step-kinds';

/** How a pipeline trains. */
export class TrainingStep {
  /**
   * With a job on a queue. It must declare the parameters `data` and `output`; it reads the folder `data` and leaves
   * `model.tar.gz` in the folder `output`. `manifest` it may declare, and the parameters of the pipeline.
   */
  public static onQueue(job: TrainingJob): TrainingStep {
    new Checks().kinds({ job }, { job: needed(QUEUED_JOB) }).settle();
    return new TrainingStep(job, undefined);
  }

  /** With a job of SageMaker on spot machines. It reads the data from a channel; SageMaker puts the model into its `output`. */
  public static onManagedSpot(job: ManagedSpotTraining): TrainingStep {
    new Checks().kinds({ job }, { job: needed(MANAGED_SPOT_JOB) }).settle();
    return new TrainingStep(undefined, job);
  }

  private constructor(private readonly queued?: TrainingJob, private readonly spot?: ManagedSpotTraining) {}

  /** @internal */
  public get _job(): PipelineJob {
    return (this.queued ?? this.spot)!._step;
  }

  /** @internal */
  public get _isQueued(): boolean {
    return this.queued !== undefined;
  }

  /**
   * Where models are put by something that is not told where.
   * @internal
   */
  public get _modelFolder(): JobData | undefined {
    return this.spot?._output;
  }

  /**
   * Where the state machine finds the job and the model, in its state.
   * @internal
   */
  public get _result(): Readonly<Record<string, string>> {
    return this.spot === undefined ? { job: '$.training.job' }
      : { job: '$.training.TrainingJobName', model: '$.training.ModelArtifacts.S3ModelArtifacts' };
  }

  /**
   * The states that train.
   * @internal
   */
  public _bind(scope: Construct, parameters: readonly string[], { done, failed }: StepEnds): sfn.IChainable {
    if (this.queued !== undefined) {
      return queuedStep(scope, 'Train', this.queued, { parameters, result: '$.training', errors: '$.failure', done, failed });
    }
    const { declared, keepsCheckpoints } = this._job;
    return this.spot!.submitTask(scope, 'Train', {
      run: sfn.JsonPath.stringAt('$.run.name'),
      checkpointRun: keepsCheckpoints ? sfn.JsonPath.stringAt('$.run.checkpointRun') : undefined,
      parameters: told(declared, parameters),
      resultPath: '$.training',
      onFailure: failed,
    }).next(done);
  }
}
