import { Switches } from '../switches';

/** What a simulated service answers when it does not do what was asked. The handler gets an error of this name. */
export class AwsError extends Error {
  public readonly $metadata: { readonly httpStatusCode: number };

  /** @param more beside name and message, such as `CancellationReasons` */
  constructor(
    name: string, message: string, public readonly status = 400, public readonly more: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
    this.name = name;
    this.$metadata = { httpStatusCode: status };
    Object.assign(this, more);
  }
}

export function validation(message: string): AwsError {
  return new AwsError('ValidationException', message);
}

export function throttled(operation: string): AwsError {
  return new AwsError('ThrottlingException', `Rate exceeded for ${operation}`, 400, { $retryable: { throttling: true } });
}

/** No answer came: the request may have been done or not. */
export function lost(): AwsError {
  return new AwsError('TimeoutError', 'connect or read timed out after 2000 ms', 0);
}

/** https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html */
export function lostRace(): AwsError {
  return new AwsError('ConditionalCheckFailedException', 'The conditional request failed');
}

/** Another change of the endpoint is under way. In which words SageMaker says so, no page tells: U152. */
export function locked(message: string, { lockedError }: Switches): AwsError {
  return new AwsError(lockedError, message);
}

export function unavailable(): AwsError {
  return new AwsError('InternalServerError', 'The service could not answer', 500);
}
