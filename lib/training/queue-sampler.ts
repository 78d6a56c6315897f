import { aws_events as events, aws_iam as iam, aws_lambda as lambda, Duration, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { SampleRequest } from './runtime/contract';
import { acknowledge } from '../core/acknowledge';
import { HandlerFunction } from '../core/handler-function';

/** The folder of the bundle. */
const BUNDLE = 'queue-sampler';
const ID = 'MlPlatformQueueSampler';
const READ_QUEUES = 'ReadQueues';
export const SAMPLE_MINUTES = 5;

/**
 * Measures a queue every five minutes: how many jobs wait, how long, and how much of what is started is idle. Nothing of that
 * is in an event. One function for all queues of a stack. Costs: its runs, and six metrics per queue.
 */
export class QueueSampler extends Construct {
  constructor(scope: Construct, id: string, request: SampleRequest) {
    super(scope, id);
    const sampler = samplerOf(this);
    sampler.statement(READ_QUEUES).addResources(request.jobQueue);
    const rule = new events.CfnRule(this, 'Rule', {
      description: `Measures ${scope.node.path}`,
      scheduleExpression: events.Schedule.rate(Duration.minutes(SAMPLE_MINUTES)).expressionString,
      state: 'ENABLED',
      targets: [{ id: 'Target0', arn: sampler.functionArn, input: Stack.of(this).toJsonString(request) }],
    });
    new lambda.CfnPermission(this, 'Permission', {
      action: 'lambda:InvokeFunction', functionName: sampler.functionArn, principal: 'events.amazonaws.com', sourceArn: rule.attrArn,
    });
    acknowledge(rule, {
      rules: ['Serverless-EventBusDLQ'],
      reason: 'A measurement is taken again five minutes later; one that failed is worth nothing then, and an alarm fires when they stop.',
    });
  }
}

function samplerOf(scope: Construct): HandlerFunction {
  return HandlerFunction.inStackOf(scope, ID, {
    bundle: BUNDLE,
    description: 'Measures training queues',
    timeout: Duration.minutes(2),
    environment: {},
    statements: [
      new iam.PolicyStatement({ sid: READ_QUEUES, actions: ['batch:GetJobQueueSnapshot'] }),
      new iam.PolicyStatement({
        sid: 'ListJobs', actions: ['batch:DescribeComputeEnvironments', 'batch:ListJobs'], resources: ['*'], // no resource in IAM
      }),
    ],
    kept: [{
      rules: ['Serverless-LambdaDLQ', ...['HIPAA.Security', 'NIST.800.53.R5'].map((pack) => `${pack}-LambdaDLQ`)],
      reason: 'A measurement is taken again five minutes later; one that failed is worth nothing then, and an alarm fires when they stop.',
    }, {
      rules: ['HIPAA.Security', 'NIST.800.53.R5'].map((pack) => `${pack}-LambdaConcurrency`),
      reason: 'A schedule calls it, once per queue in five minutes; a reservation would take capacity from the functions that serve.',
    }],
  });
}
