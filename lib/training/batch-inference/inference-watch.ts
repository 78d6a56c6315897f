import { aws_events as events, aws_iam as iam, aws_lambda as lambda, Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { WATCHER_BUNDLE, WatchRequest } from './runtime/contract';
import { acknowledge } from '../../core/acknowledge';
import { HandlerFunction } from '../../core/handler-function';

const ID = 'MlPlatformInferenceWatcher';
const LIST_EXECUTIONS = 'ListExecutions';
export const WATCH_MINUTES = 15;
const MEASURED_AGAIN = 'A measurement is taken again a quarter of an hour later; one that failed is worth nothing then, and an alarm fires when '
  + 'they stop.';

/**
 * Measures every quarter of an hour since when the oldest execution runs. One function for all of a stack. Costs: its runs, and
 * one metric.
 */
export class InferenceWatch extends Construct {
  constructor(scope: Construct, id: string, request: WatchRequest) {
    super(scope, id);
    const watcher = watcherOf(this);
    watcher.statement(LIST_EXECUTIONS).addResources(request.stateMachineArn);
    const rule = new events.Rule(this, 'Rule', {
      description: `Looks how long the runs of ${scope.node.path} take`,
      schedule: events.Schedule.rate(Duration.minutes(WATCH_MINUTES)),
      targets: [{ bind: () => ({ arn: watcher.functionArn, input: events.RuleTargetInput.fromObject(request) }) }],
    });
    new lambda.CfnPermission(this, 'Permission', {
      action: 'lambda:InvokeFunction', functionName: watcher.functionArn, principal: 'events.amazonaws.com', sourceArn: rule.ruleArn,
    });
    acknowledge(rule, { rules: ['Serverless-EventBusDLQ'], reason: MEASURED_AGAIN });
  }
}

function watcherOf(scope: Construct): HandlerFunction {
  return HandlerFunction.inStackOf(scope, ID, {
    bundle: WATCHER_BUNDLE,
    description: 'Looks how long runs of batch inference take',
    timeout: Duration.minutes(2),
    environment: {},
    statements: [new iam.PolicyStatement({ sid: LIST_EXECUTIONS, actions: ['states:ListExecutions'] })],
    kept: [{
      rules: ['Serverless-LambdaDLQ', ...['HIPAA.Security', 'NIST.800.53.R5'].map((pack) => `${pack}-LambdaDLQ`)], reason: MEASURED_AGAIN,
    }, {
      rules: ['HIPAA.Security', 'NIST.800.53.R5'].map((pack) => `${pack}-LambdaConcurrency`),
      reason: 'A schedule calls it, once in a quarter of an hour; a reservation would take capacity from the functions that serve.',
    }],
    outsideVpc: 'It asks Step Functions over TLS which executions run, and holds no data.',
  });
}
