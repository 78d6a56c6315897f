import { aws_iam as iam, aws_stepfunctions as sfn, Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { INPUT_REFUSED, LEASE_LOST, NO_MODEL, Plan } from './runtime/contract';
import { HandlerFunction } from '../../core/handler-function';

/** What a state asks of the handler. */
export interface HandlerTaskProps {
  readonly handler: HandlerFunction;
  readonly operation: string;
  readonly plan: Plan;
  /** What it is told besides; may hold JSONPath. */
  readonly told?: Readonly<Record<string, unknown>>;
  /** Nothing: the answer replaces the state. */
  readonly resultPath?: string;
}

/** CDK's task would grant the function's versions too, a wildcard that nothing here needs. */
export class HandlerTask extends sfn.TaskStateBase {
  protected readonly taskMetrics?: sfn.TaskMetricsConfig;
  protected readonly taskPolicies?: iam.PolicyStatement[];

  constructor(scope: Construct, id: string, private readonly asks: HandlerTaskProps) {
    super(scope, id, { resultPath: asks.resultPath });
    this.taskPolicies = [new iam.PolicyStatement({
      sid: 'CallHandler', actions: ['lambda:InvokeFunction'], resources: [asks.handler.functionArn],
    })];
  }

  /** Every operation may be repeated: it finds what the try before it did. Three errors are answers and would come again. */
  public persistent(): this {
    this.addRetry({ errors: [INPUT_REFUSED, LEASE_LOST, NO_MODEL], maxAttempts: 0 });
    this.addRetry({ errors: [sfn.Errors.TASKS_FAILED], interval: Duration.seconds(5), maxAttempts: 4, backoffRate: 3 });
    return this;
  }

  protected _renderTask(): object {
    const { handler, operation, plan, told } = this.asks;
    return {
      Resource: handler.functionArn,
      Parameters: sfn.FieldUtils.renderObject({
        operation, execution: sfn.JsonPath.stringAt('$$.Execution.Id'), plan, ...told,
      }),
    };
  }
}
