import { aws_events as events, aws_iam as iam, aws_lambda as lambda, Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { OUTSIDE_VPC, SHARES_CONCURRENCY } from './handler-findings';
import { environmentOf, ReleaseParts } from './release-parts';
import { ENV_RELEASE_MACHINE, WATCH_BUNDLE, WATCH_MINUTES, WATCH_SECONDS } from './runtime/contract';
import { wildcardResource } from '../../core/acknowledge';
import { HandlerFunction } from '../../core/handler-function';
import { onTable, useTableKey } from '../../core/table-access';

/** What the watch is made from. */
export interface ReleaseWatchProps extends ReleaseParts {
  readonly releaseMachineArn: string;
  /** As a policy names them. */
  readonly releaseExecutionArns: string;
}

/**
 * Looks every few minutes whether each live release has an execution: one may be written down and never started, and the event
 * that an execution ended may be lost. It reads and starts; it writes no state and knows no endpoint.
 */
export class ReleaseWatch extends Construct {
  public readonly handler: HandlerFunction;

  constructor(scope: Construct, id: string, private readonly props: ReleaseWatchProps) {
    super(scope, id);
    this.handler = this.createHandler();
    this.createSchedule();
  }

  private createHandler(): HandlerFunction {
    const { table, key, failures, releaseMachineArn, releaseExecutionArns } = this.props;
    return new HandlerFunction(this, 'Handler', {
      bundle: WATCH_BUNDLE,
      description: 'Looks whether every live release of a model has an execution',
      timeout: Duration.seconds(WATCH_SECONDS),
      environment: { ...environmentOf(this.props), [ENV_RELEASE_MACHINE]: releaseMachineArn },
      statements: [
        onTable('ReadReleases', ['BatchGetItem', 'Query'], table.tableArn),
        useTableKey(key),
        new iam.PolicyStatement({
          sid: 'StartReleases', actions: ['states:ListExecutions', 'states:StartExecution'], resources: [releaseMachineArn],
        }),
        new iam.PolicyStatement({ sid: 'LookAtReleases', actions: ['states:DescribeExecution'], resources: [releaseExecutionArns] }),
      ],
      kept: [SHARES_CONCURRENCY],
      keptOnPolicy: [{
        rules: [wildcardResource(this, releaseExecutionArns)],
        reason: 'An execution is named after a release that does not exist yet; the machine is named, and its executions are only read.',
      }],
      deadLetterQueue: failures,
      outsideVpc: OUTSIDE_VPC,
    });
  }

  private createSchedule(): void {
    const { handler: { functionArn }, props: { failures } } = this;
    const rule = new events.CfnRule(this, 'Rule', {
      description: 'It is time to look whether every live release has an execution',
      scheduleExpression: `rate(${WATCH_MINUTES} minutes)`,
      targets: [{ id: 'Watch', arn: functionArn, deadLetterConfig: { arn: failures.queueArn } }],
    });
    new lambda.CfnPermission(this, 'RulePermission', {
      action: 'lambda:InvokeFunction', functionName: functionArn, principal: 'events.amazonaws.com', sourceArn: rule.attrArn,
    });
  }
}
