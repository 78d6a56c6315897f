import {
  ProvisionedThroughputExceededException, TransactionCanceledException, TransactionInProgressException,
} from '@aws-sdk/client-dynamodb';

/** What DynamoDB and the way to it answer when something is wrong: to be thrown by the hooks of a `FakeDynamoDb`. */

/** One code for each item of the transaction: `None`, `ConditionalCheckFailed`, `TransactionConflict`, `ThrottlingError` … */
export function cancelled(codes: readonly string[]): TransactionCanceledException {
  return new TransactionCanceledException({
    message: `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes.join(', ')}]`,
    CancellationReasons: codes.map((Code) => ({ Code })),
    $metadata: { httpStatusCode: 400 },
  });
}

/** Somebody else's transaction is under way on the first of so many items. */
export function conflict(items: number): TransactionCanceledException {
  return cancelled(['TransactionConflict', ...Array.from({ length: items - 1 }, () => 'None')]);
}

export function throttled(): ProvisionedThroughputExceededException {
  return new ProvisionedThroughputExceededException({
    message: 'The level of configured provisioned throughput for the table was exceeded.', $metadata: { httpStatusCode: 400 },
  });
}

export function inProgress(): TransactionInProgressException {
  return new TransactionInProgressException({ Message: 'still under way', message: 'still under way', $metadata: { httpStatusCode: 400 } });
}

/** No answer came: the request may have been done or not. */
export function timeout(): Error {
  return Object.assign(new Error('connect or read timed out after 2000 ms'), { name: 'TimeoutError' });
}

export function connectionReset(): Error {
  return Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
}

/** There is no network at all. */
export function unreachable(): Error {
  return Object.assign(new Error('getaddrinfo ENOTFOUND dynamodb.eu-west-1.amazonaws.com'), { code: 'ENOTFOUND' });
}

export function accessDenied(action = 'dynamodb:TransactWriteItems'): Error {
  const message = `User: arn:aws:sts::111122223333:assumed-role/api/api is not authorized to perform: ${action} on resource: arn:aws:dynamodb:eu-west-1:111122223333:table/registry`;
  return Object.assign(new Error(message), { name: 'AccessDeniedException', $fault: 'client', $metadata: { httpStatusCode: 400 } });
}
