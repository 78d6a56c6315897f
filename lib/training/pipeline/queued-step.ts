import { aws_stepfunctions as sfn } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { TrainingJob } from '../training-job';
import { STEP_PARAMETERS } from './runtime/contract';

/** Where a step goes on. */
export interface StepEnds {
  readonly done: sfn.IChainable;
  readonly failed: sfn.IChainable;
}

/** What a job on a queue does in a pipeline. */
export interface QueuedStep extends StepEnds {
  /** The pipeline's own. */
  readonly parameters: readonly string[];
  readonly result: string;
  readonly errors: string;
}

/** A state that runs a job on a queue. */
export function queuedStep(scope: Construct, id: string, job: TrainingJob, step: QueuedStep): sfn.State {
  const { parameters, result, errors, done, failed } = step;
  const { declared, keepsCheckpoints } = job._step;
  const submitted = job.submitTask(scope, id, {
    parameters: told(declared, parameters),
    checkpointRun: keepsCheckpoints ? sfn.JsonPath.stringAt('$.run.checkpointRun') : undefined,
    resultPath: result,
    resultSelector: { 'job.$': '$.JobId' },
  });
  // not repeated here: the job repeats itself when its machine is taken away, and only then
  submitted.addCatch(failed, { errors: [sfn.Errors.ALL], resultPath: errors });
  submitted.next(done);
  return submitted;
}

/** What a job declares and the pipeline knows. */
export function told(declared: readonly string[], parameters: readonly string[]): Record<string, string> {
  const own = Object.values(STEP_PARAMETERS).map((name): [string, string] => [name, `$.run.${name}`]);
  const users = parameters.map((name): [string, string] => [name, `$.run.parameters['${name}']`]);
  return Object.fromEntries([...own, ...users].filter(([name]) => declared.includes(name))
    .map(([name, path]) => [name, sfn.JsonPath.stringAt(path)]));
}

