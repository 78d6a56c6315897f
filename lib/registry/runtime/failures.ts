import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';

/** Errors that pass by themselves. Whether the request was done is unknown after some of them. */
const PASSING: readonly string[] = [
  'ThrottlingException', 'ThrottledException', 'Throttling', 'TooManyRequestsException', 'ProvisionedThroughputExceededException',
  'RequestLimitExceeded', 'SlowDown', 'TransactionInProgressException', 'TransactionConflictException',
  'InternalServerError', 'InternalFailure', 'InternalError', 'ServerException', 'ServiceUnavailable', 'ServiceUnavailableException',
  'TimeoutError', 'RequestTimeout', 'RequestTimeoutException', 'AbortError',
];
const PASSING_CODES: readonly string[] = [
  'ECONNRESET', 'ECONNREFUSED', 'ECONNABORTED', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN', 'ENETUNREACH', 'EHOSTUNREACH',
];

/** Whether the same call may succeed in a moment. */
export function isPassing(error: unknown): boolean {
  const { name, code, status } = partsOf(error);
  return PASSING.includes(name) || PASSING_CODES.includes(code) || status >= 500;
}

/** What the caller's own words caused: the thing they named is not there, or nobody let us see it. */
export function isMissing(error: unknown): boolean {
  const { name, status } = partsOf(error);
  return status === 404 || /^(NotFound|NoSuchKey|NoSuchBucket|ImageNotFoundException|RepositoryNotFoundException)$/.test(name);
}

export function isDenied(error: unknown): boolean {
  const { name, status } = partsOf(error);
  return status === 403 || /^(AccessDenied|AccessDeniedException|Forbidden|403)$/.test(name);
}

/** The SDK may be there twice, in the bundle and beside it, so `instanceof` alone would not do. */
export function cancellationOf(error: unknown): TransactionCanceledException | undefined {
  return partsOf(error).name === 'TransactionCanceledException' ? error as TransactionCanceledException : undefined;
}

export function nameOf(error: unknown): string {
  return partsOf(error).name;
}

function partsOf(error: unknown): { name: string; code: string; status: number } {
  if (typeof error !== 'object' || error === null) {
    return { name: '', code: '', status: 0 };
  }
  const { name, code, $metadata } = error as { name?: unknown; code?: unknown; $metadata?: { httpStatusCode?: unknown } };
  const status = $metadata?.httpStatusCode;
  return {
    name: typeof name === 'string' ? name : '',
    code: typeof code === 'string' ? code : '',
    status: typeof status === 'number' ? status : 0,
  };
}
