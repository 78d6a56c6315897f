import { Duration, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { ERROR_OVER_TOLERANCE, OUTCOME_OVER_TOLERANCE } from './runtime/contract';

/** What the definition is made from. */
export interface MachineDefinitionProps {
  readonly plannerArn: string;
  readonly reporterArn: string;
  readonly outputBucketName: string;
  /** The states of one item: submit a job and wait for its end. */
  readonly item: object;
  readonly maxConcurrency: number;
  readonly toleratedFailurePercent: number;
  readonly timeout: Duration;
}

/** The name of the map in ARNs of its child executions and metrics. */
export const MAP_LABEL = 'Infer';

/** https://docs.aws.amazon.com/step-functions/latest/dg/sfn-best-practices.html, "Handle transient Lambda service exceptions". */
const LAMBDA_TROUBLE = [
  'Lambda.ClientExecutionTimeoutException', 'Lambda.ServiceException', 'Lambda.AWSLambdaException', 'Lambda.SdkClientException',
  'Lambda.TooManyRequestsException',
];

/**
 * Plan, infer, report, judge: states in JSONPath, so that they can be run on a developer's machine. Written as the template has
 * it, because CDK's DistributedMap renders its result writer by a feature flag of the user's app, and its policy for the whole
 * bucket.
 */
export function machineDefinition(scope: Construct, props: MachineDefinitionProps): object {
  return {
    Comment: 'Works on inputs in S3 that have no output yet, and says which still have none',
    StartAt: 'Plan',
    TimeoutSeconds: props.timeout.toSeconds(),
    States: {
      'Plan': {
        ...call(scope, props.plannerArn, { 'request.$': '$', 'execution.$': '$$.Execution.Name', 'executionArn.$': '$$.Execution.Id' }),
        Retry: [{ ErrorEquals: LAMBDA_TROUBLE, IntervalSeconds: 2, MaxAttempts: 6, BackoffRate: 2 }],
        ResultSelector: { 'plan.$': '$.Payload' },
        Next: 'Anything to do?',
      },
      'Anything to do?': {
        Type: 'Choice',
        Choices: [{ Variable: '$.plan.jobs', NumericEquals: 0, Next: 'Report' }],
        Default: 'Infer',
      },
      'Infer': { ...map(scope, props), Next: 'Report' },
      'Report': {
        ...call(scope, props.reporterArn, { 'state.$': '$', 'executionArn.$': '$$.Execution.Id' }),
        // it writes the same again, so any trouble is worth another try: without it nobody knows what is missing
        Retry: [{ ErrorEquals: ['States.ALL'], IntervalSeconds: 10, MaxAttempts: 4, BackoffRate: 3 }],
        ResultSelector: { 'report.$': '$.Payload' },
        Next: 'Within tolerance?',
      },
      'Within tolerance?': {
        Type: 'Choice',
        Choices: [{ Variable: '$.report.outcome', StringEquals: OUTCOME_OVER_TOLERANCE, Next: 'Over tolerance' }],
        Default: 'Done',
      },
      'Over tolerance': { Type: 'Fail', Error: ERROR_OVER_TOLERANCE, CausePath: '$.report.sentence' },
      'Done': { Type: 'Succeed', OutputPath: '$.report' },
    },
  };
}

function call(scope: Construct, functionArn: string, payload: object): object {
  return {
    Type: 'Task',
    Resource: `arn:${Stack.of(scope).partition}:states:::lambda:invoke`,
    Parameters: { FunctionName: functionArn, Payload: payload },
  };
}

function map(scope: Construct, props: MachineDefinitionProps): object {
  const { outputBucketName, item, maxConcurrency, toleratedFailurePercent } = props;
  const { partition } = Stack.of(scope);
  return {
    Type: 'Map',
    Label: MAP_LABEL,
    ItemReader: {
      Resource: `arn:${partition}:states:::s3:getObject`,
      ReaderConfig: { InputType: 'JSON' },
      Parameters: { 'Bucket': outputBucketName, 'Key.$': '$.plan.itemsKey' },
    },
    ItemProcessor: { ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' }, ...item },
    MaxConcurrency: maxConcurrency,
    ToleratedFailurePercentage: toleratedFailurePercent,
    ResultWriter: {
      Resource: `arn:${partition}:states:::s3:putObject`,
      Parameters: { 'Bucket': outputBucketName, 'Prefix.$': '$.plan.mapPrefix' },
    },
    ResultPath: '$.map',
    // whatever it was, the outputs say what is done
    Catch: [{ ErrorEquals: ['States.ALL'], ResultPath: '$.problem', Next: 'Report' }],
  };
}
