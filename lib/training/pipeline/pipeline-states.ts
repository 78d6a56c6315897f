import { aws_stepfunctions as sfn, Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { HandlerTask } from './handler-task';
import { PipelineEnds } from './pipeline-ends';
import { queuedStep } from './queued-step';
import { NO_MODEL, Plan, REGISTRY_UNAVAILABLE } from './runtime/contract';
import { TrainingStep } from './training-step';
import { HandlerFunction } from '../../core/handler-function';
import { TrainingJob } from '../training-job';

/** What the states of a pipeline are made from. */
export interface PipelineStatesProps {
  readonly handler: HandlerFunction;
  readonly plan: Plan;
  readonly training: TrainingStep;
  readonly evaluation: TrainingJob;
  /** How often an execution looks whether it is its turn. */
  readonly turnPause: Duration;
  readonly capacityPause: Duration;
}

const RUN = sfn.JsonPath.objectAt('$.run');
const STATE = sfn.JsonPath.objectAt('$');
const ALL = { errors: [sfn.Errors.ALL], resultPath: '$.caught' };

/**
 * Validate, train, evaluate, register, ask for approval, tell. Plain states with JSONPath, so that tests run the template's own
 * state machine. Every way leads to one of the ends, and every end is told first.
 */
export class PipelineStates extends Construct {
  public readonly start: sfn.State;
  private readonly ends: PipelineEnds;
  private readonly parameters: readonly string[];

  constructor(scope: Construct, id: string, private readonly props: PipelineStatesProps) {
    super(scope, id);
    this.parameters = Object.keys(props.plan.parameters);
    this.ends = new PipelineEnds(this, 'Ends', props);
    const register = this.registering();
    const evaluate = this.evaluating(register);
    const validate = this.validating(this.training(evaluate));
    this.start = this.beginning({ VALIDATE: validate, EVALUATE: evaluate, REGISTER: register });
  }

  private beginning(next: Readonly<Record<string, sfn.IChainable>>): sfn.State {
    const begin = this.task('Begin', 'begin', { input: sfn.JsonPath.objectAt('$$.Execution.Input') }).persistent();
    const unbegun = new sfn.Pass(this, 'Unbegun', { parameters: { caught: sfn.JsonPath.objectAt('$') } });
    begin.addCatch(unbegun.next(this.ends.to('BROKEN')), { errors: [sfn.Errors.ALL] });
    const choice = new sfn.Choice(this, 'WhatNext');
    Object.entries(next).forEach(([verdict, state]) => choice.when(is('$.verdict', verdict), state));
    (['UNCHANGED', 'SKIPPED', 'BUSY'] as const).forEach((verdict) => choice.when(is('$.verdict', verdict), this.ends.to(verdict)));
    const turn = new sfn.Wait(this, 'WaitForTurn', { time: sfn.WaitTime.duration(this.props.turnPause) });
    choice.otherwise(turn.next(begin));
    begin.next(choice);
    return begin;
  }

  private validating(next: sfn.IChainable): sfn.State {
    const validate = this.task('ValidateData', 'validate', { run: RUN }, '$.step').persistent();
    validate.addCatch(this.ends.to('BROKEN'), ALL);
    validate.next(new sfn.Choice(this, 'IsDataGood')
      .when(is('$.step.verdict', 'GOOD'), next)
      .otherwise(this.ends.to('DATA_REFUSED')));
    return validate;
  }

  /** Trains, and begins anew after a pause when machines were wanting. */
  private training(evaluate: sfn.IChainable): sfn.IChainable {
    const { training, capacityPause } = this.props;
    const trained = this.task('Trained', 'trained', { run: RUN, ...paths(training._result) }, '$.run').persistent();
    trained.addCatch(this.ends.to('TRAINING_FAILED'), { errors: [NO_MODEL], resultPath: '$.caught' });
    trained.addCatch(this.ends.to('BROKEN'), ALL);
    trained.next(evaluate);
    const failed = this.task('TrainingEnded', 'trainingFailed', { run: RUN, state: STATE }, '$.step').persistent();
    failed.addCatch(this.ends.to('BROKEN'), ALL);
    const train = training._bind(this, this.parameters, { done: trained, failed });
    const pause = new sfn.Wait(this, 'WaitForCapacity', { time: sfn.WaitTime.duration(capacityPause) });
    const again = new sfn.Pass(this, 'TrainAgain', { inputPath: '$.step.run', resultPath: '$.run' });
    failed.next(new sfn.Choice(this, 'WhyTrainingEnded')
      .when(is('$.step.verdict', 'AGAIN'), pause.next(again).next(train))
      .when(is('$.step.verdict', 'NO_CAPACITY'), this.ends.to('NO_CAPACITY'))
      .otherwise(this.ends.to('TRAINING_FAILED')));
    return train;
  }

  private evaluating(register: sfn.IChainable): sfn.State {
    const evaluated = this.task('Evaluated', 'evaluated', { run: RUN }, '$.step').persistent();
    evaluated.addCatch(this.ends.to('BROKEN'), ALL);
    evaluated.next(new sfn.Choice(this, 'IsEvaluated')
      .when(is('$.step.verdict', 'EVALUATED'), register)
      .otherwise(this.ends.to('EVALUATION_FAILED')));
    return queuedStep(this, 'Evaluate', this.props.evaluation, {
      parameters: this.parameters,
      result: '$.evaluating',
      errors: '$.caught',
      done: evaluated,
      failed: this.ends.to('EVALUATION_FAILED'),
    });
  }

  private registering(): sfn.State {
    const register = this.task('Register', 'register', { run: RUN }, '$.step');
    // about forty minutes; the next execution goes on here when that was not enough
    register.addRetry({
      errors: [REGISTRY_UNAVAILABLE],
      interval: Duration.seconds(30),
      backoffRate: 2,
      maxAttempts: 7,
      maxDelay: Duration.minutes(10),
    });
    register.persistent();
    register.addCatch(this.ends.to('REGISTRY_DOWN'), { errors: [REGISTRY_UNAVAILABLE], resultPath: '$.caught' });
    register.addCatch(this.ends.to('BROKEN'), ALL);
    const ask = this.task('AskApproval', 'askApproval', { state: STATE }, sfn.JsonPath.DISCARD).persistent();
    // the version is registered whether or not somebody could be asked, and the end is told too
    ask.addCatch(this.ends.to('REGISTERED'), { errors: [sfn.Errors.ALL], resultPath: sfn.JsonPath.DISCARD });
    ask.next(this.ends.to('REGISTERED'));
    register.next(new sfn.Choice(this, 'IsRegistered')
      .when(is('$.step.verdict', 'REGISTERED'), ask)
      .otherwise(this.ends.to('REGISTRATION_REFUSED')));
    return register;
  }

  private task(id: string, operation: string, told: Readonly<Record<string, unknown>>, resultPath?: string): HandlerTask {
    const { handler, plan } = this.props;
    return new HandlerTask(this, id, { handler, operation, plan, told, resultPath });
  }
}

function is(path: string, verdict: string): sfn.Condition {
  return sfn.Condition.stringEquals(path, verdict);
}

function paths(result: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(result).map(([name, path]) => [name, sfn.JsonPath.stringAt(path)]));
}
