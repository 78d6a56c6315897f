import { aws_stepfunctions as sfn } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { HandlerTask } from './handler-task';
import { Outcome, Plan } from './runtime/contract';
import { HandlerFunction } from '../../core/handler-function';

/** What the ends of a pipeline are made from. */
export interface PipelineEndsProps {
  readonly handler: HandlerFunction;
  readonly plan: Plan;
}

/** What each failing end means, for whoever sees nothing but the execution. */
const FAILURES: Readonly<Partial<Record<Outcome, string>>> = {
  BUSY: 'Another execution waits already, and for something else.',
  DATA_REFUSED: 'The training data is not as it should be. Nothing was trained.',
  NO_CAPACITY: 'There were no machines. Start the pipeline again: checkpoints are kept.',
  TRAINING_FAILED: 'The training failed, or left no model.',
  EVALUATION_FAILED: 'The evaluation failed, or left no result that can be read.',
  REGISTRATION_REFUSED: 'The registry refused the version.',
  REGISTRY_DOWN: 'The registry did not answer. Start the pipeline again: it goes on with the registration.',
  BROKEN: 'Something that nobody planned for; the log of the handler says what.',
};
const SUCCESSES: readonly Outcome[] = ['REGISTERED', 'UNCHANGED', 'SKIPPED'];

/** Every way in which an execution can end. All are told by one state before. */
export class PipelineEnds extends Construct {
  private readonly tell: HandlerTask;
  private readonly marks = new Map<Outcome, sfn.Pass>();

  constructor(scope: Construct, id: string, { handler, plan }: PipelineEndsProps) {
    super(scope, id);
    this.tell = new HandlerTask(this, 'Tell', {
      handler,
      plan,
      operation: 'end',
      told: { outcome: sfn.JsonPath.stringAt('$.outcome'), state: sfn.JsonPath.objectAt('$') },
    }).persistent();
    this.tell.addCatch(new sfn.Fail(this, 'NobodyTold', {
      error: 'NOBODY_TOLD', cause: 'The execution came to an end and could tell nobody: neither the event nor the lease of the pipeline is as it should be.',
    }), { errors: [sfn.Errors.ALL] });
    this.tell.next(this.ending());
  }

  /** The way to an end. */
  public to(outcome: Outcome): sfn.Pass {
    const existing = this.marks.get(outcome);
    if (existing !== undefined) {
      return existing;
    }
    const mark = new sfn.Pass(this, `End${stateName(outcome)}`, { result: sfn.Result.fromString(outcome), resultPath: '$.outcome' });
    this.marks.set(outcome, mark);
    mark.next(this.tell);
    return mark;
  }

  private ending(): sfn.Choice {
    const choice = new sfn.Choice(this, 'HowItEnded');
    const on = (outcome: string) => sfn.Condition.stringEquals('$.outcome', outcome);
    SUCCESSES.forEach((outcome) => choice.when(on(outcome), new sfn.Succeed(this, stateName(outcome))));
    const failures = Object.entries(FAILURES).filter(([outcome]) => outcome !== 'BROKEN');
    failures.forEach(([outcome, cause]) =>
      choice.when(on(outcome), new sfn.Fail(this, stateName(outcome), { error: outcome, cause })));
    return choice.otherwise(new sfn.Fail(this, stateName('BROKEN'), { error: 'BROKEN', cause: FAILURES.BROKEN }));
  }
}

/** `DATA_REFUSED` is the state `DataRefused`. */
export function stateName(outcome: string): string {
  return outcome.toLowerCase().replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
