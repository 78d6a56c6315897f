import { ERROR_BUSY, ERROR_WRITER_BUSY } from './runtime/contract';

/** `Retry` of a task, in the spelling of the states language. */
export interface TaskRetry {
  readonly ErrorEquals: readonly string[];
  readonly IntervalSeconds: number;
  readonly MaxAttempts: number;
  readonly BackoffRate: number;
}

/**
 * What another try may mend: Lambda's own trouble, a function that died, another writer at work. A step may be run again from
 * any point. https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html and bp-lambda-serviceexception.html
 */
export const PASSING_ERRORS: readonly string[] = [
  'Lambda.ServiceException', 'Lambda.AWSLambdaException', 'Lambda.SdkClientException', 'Lambda.TooManyRequestsException', 'Lambda.Unknown',
  'Lambda.ClientExecutionTimeoutException', 'Runtime.ExitError', 'Sandbox.Timedout', 'States.Timeout', ERROR_BUSY, ERROR_WRITER_BUSY,
];

/**
 * The same for the start of a child execution. The guide spells the limit without, and Step Functions other errors of this call
 * with `Exception` at the end; a throttled call is the last.
 * https://docs.aws.amazon.com/step-functions/latest/dg/connect-stepfunctions.html
 */
export const PASSING_STARTS: readonly string[] = [
  'StepFunctions.ExecutionLimitExceeded', 'StepFunctions.ExecutionLimitExceededException', 'StepFunctions.SdkClientException',
  'StepFunctions.AWSStepFunctionsException',
];

/** Of what goes forward, and of what writes down how it went. */
export const PATIENT: TaskRetry = { ErrorEquals: PASSING_ERRORS, IntervalSeconds: 2, MaxAttempts: 6, BackoffRate: 2 };

/** Of what the next release does anyway, if it is not done now. */
export const ONCE_MORE: TaskRetry = { ErrorEquals: PASSING_ERRORS, IntervalSeconds: 2, MaxAttempts: 1, BackoffRate: 2 };

/** Of what brings traffic back: whatever else goes wrong, three more tries that fit into five minutes. */
export const URGENT: TaskRetry = { ErrorEquals: ['States.ALL'], IntervalSeconds: 5, MaxAttempts: 3, BackoffRate: 2 };

/**
 * Of what brings traffic back while another writer is at it, or SageMaker holds the endpoint locked: for an hour, since neither
 * is a failure. Time in which the endpoint is locked is not in the promise.
 */
export const BUSY: TaskRetry = {
  ErrorEquals: [ERROR_BUSY, ERROR_WRITER_BUSY], IntervalSeconds: 10, MaxAttempts: 360, BackoffRate: 1,
};

/** The promise: so long from detection to traffic that is back, while the version before is warm. */
export const RESTORE_SECONDS = 300;

/** The pauses before each further try. */
export function pausesOf({ IntervalSeconds: first, MaxAttempts: attempts, BackoffRate: rate }: TaskRetry): number[] {
  return Array.from({ length: attempts }, (_, place) => first * rate ** place);
}

/** The longest time that a task can take with all its tries, each of which takes its whole time. */
export function longestTime(retry: TaskRetry, trySeconds: number): number {
  return (retry.MaxAttempts + 1) * trySeconds + pausesOf(retry).reduce((total, pause) => total + pause, 0);
}
