import { createHash } from 'node:crypto';
import { aws_iam as iam, aws_stepfunctions as sfn, Duration, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { BoundEngine, EngineFolders } from './bound-engine';
import { QueueEngineOptions } from './queue-engine-options';
import { PARAMETER_FAILURES, PARAMETER_WORK } from './runtime/contract';
import { Checks } from '../../core/checks';
import { shown } from '../../core/invalid-props';
import { Kinds, thing } from '../../core/kinds';
import { ownProps } from '../../core/own-props';
import { Checkpoint } from '../checkpoint';
import { JOB_KINDS } from '../job-kinds';
import { TrainingJob } from '../training-job';

/** A parameter has a default in a job definition; each submission of ours sets it. */
const UNSET = 'set-by-each-run';
const KINDS: Kinds<QueueEngineOptions> = { ...JOB_KINDS, model: thing('a ModelArtifact', 'uri', 'grantRead') };
const OUTPUTS_ARE_CHECKPOINTS = 'Each output is an object of its own, written when it is done; another attempt writes the same keys.';

/** Who works on the inputs of a `BatchInference`. */
export class InferenceEngine {
  /**
   * Jobs of a training queue: a program of yours, on CPUs or GPUs, on spot machines or on demand.
   *
   * @throws InvalidProps `EngineCommand` or `WrongKind`
   */
  public static onQueue(options: QueueEngineOptions): InferenceEngine {
    const own = ownProps(options);
    const { command } = own;
    new Checks().report('EngineCommand', Array.isArray(command) && command.length > 0 ? undefined
      : '`command` must say what the container runs, because the addresses of its work are put behind it: '
        + `got ${Array.isArray(command) ? 'none' : shown(command)}; give a list such as ['python', 'score.py']`)
      .kinds(own, { ...KINDS, command: Array.isArray(command) ? KINDS.command : undefined }).settle();
    return new InferenceEngine({ ...own, command: [...command] });
  }

  private constructor(private readonly options: QueueEngineOptions) {}

  /**
   * Makes what works for one construct.
   * @internal
   */
  public _bind(scope: Construct, folders: EngineFolders): BoundEngine {
    const { queue, command, model, environment = {}, timeout, data = [], ...rest } = this.options;
    const job = new TrainingJob(scope, 'Job', {
      ...rest,
      queue,
      environment,
      command: [...command, ...this.addresses()],
      parameters: { [PARAMETER_WORK]: UNSET, [PARAMETER_FAILURES]: UNSET },
      timeout: timeout ?? Duration.hours(6),
      checkpoint: queue.kind.usesSpot ? Checkpoint.waived(OUTPUTS_ARE_CHECKPOINTS) : undefined,
      data: [...folders.data, ...data],
      encryptionKey: folders.encryptionKey,
      logRetention: folders.logRetention,
    });
    return {
      job,
      state: job.submitTask(scope, 'Submit', {
        parameters: {
          [PARAMETER_WORK]: sfn.JsonPath.stringAt(`$.${PARAMETER_WORK}`), [PARAMETER_FAILURES]: sfn.JsonPath.stringAt(`$.${PARAMETER_FAILURES}`),
        },
        resultSelector: { 'jobId.$': '$.JobId' },
      }),
      image: this.options.image.uri,
      model: model?.uri ?? '',
      settingsHash: createHash('sha256').update(JSON.stringify(Stack.of(scope).resolve([command, environment]))).digest('hex'),
      policies: model === undefined ? [] : [readModel(scope, job, this.options)],
    };
  }

  private addresses(): string[] {
    const { model } = this.options;
    return [
      ...model === undefined ? [] : ['--model', model.uri],
      '--work', `Ref::${PARAMETER_WORK}`, '--failures', `Ref::${PARAMETER_FAILURES}`,
    ];
  }
}

function readModel(scope: Construct, job: TrainingJob, { model }: QueueEngineOptions): iam.ManagedPolicy {
  const policy = new iam.ManagedPolicy(scope, 'ReadModel', { description: `The model of ${scope.node.path}`, roles: [job.jobRole] });
  model?.grantRead(policy);
  return policy;
}
