import { ExitCode } from './exit-code';
import { Failure } from './failure';
import { UNSENT } from './http';

/** What is more likely than what the error says. */
export enum Suspicion { CREDENTIALS, REQUEST }

const NO_CREDENTIALS = new Set([
  'CredentialsProviderError', 'TokenProviderError', 'ExpiredToken', 'ExpiredTokenException', 'InvalidClientTokenId',
  'UnrecognizedClientException', 'InvalidAccessKeyId', 'SignatureDoesNotMatch', 'InvalidSignatureException', 'MissingAuthenticationToken',
]);
const NOT_ALLOWED = new Set([
  'AccessDenied', 'AccessDeniedException', 'AllAccessDisabled', 'UnauthorizedOperation', 'Forbidden', 'KMSAccessDeniedException',
]);
const ELSEWHERE = new Set(['NoSuchBucket', 'PermanentRedirect', 'AuthorizationHeaderMalformed', 'IllegalLocationConstraintException']);
const SLOW_CLOCK = new Set(['RequestTimeTooSkewed', 'RequestExpired']);
/** What passes by itself, and yet comes with 400: S3 says so to who sends too slowly, other services to who asks too often. */
const PASSING = new Set([
  'RequestTimeout', 'RequestTimeoutException', 'RequestLimitExceeded', 'Throttling', 'ThrottlingException', 'ThrottledException',
  'TooManyRequestsException',
]);

/** The numbers and codes that an error of the SDK or of the network carries. */
interface Told {
  readonly status?: number;
  readonly code?: string;
}

/** An error of the SDK as a failure of ours: what could not be done, why, and the way out. */
export function toFailure(error: unknown, what: string, suspicion = Suspicion.REQUEST): Failure {
  if (error instanceof Failure) {
    return error;
  }
  const { name, message } = error instanceof Error ? error : { name: 'Error', message: String(error) };
  const { status, code } = told(error);
  const facts = { cause: error };
  if (SLOW_CLOCK.has(name)) {
    return new Failure(ExitCode.NOT_ALLOWED, 'CLOCK', `not able ${what}: AWS finds this machine's clock wrong (${message}); set the clock`, facts);
  }
  if (NO_CREDENTIALS.has(name) || suspicion === Suspicion.CREDENTIALS) {
    return new Failure(ExitCode.NOT_ALLOWED, 'NO_CREDENTIALS',
      `no usable AWS credentials ${what}: ${message}; log in (such as aws sso login), or name a profile (--profile)`, facts);
  }
  if (NOT_ALLOWED.has(name) || status === 403) {
    return new Failure(ExitCode.NOT_ALLOWED, 'NOT_ALLOWED', `not allowed ${what}: ${message}; ask its owner for the grant`, facts);
  }
  if (ELSEWHERE.has(name)) {
    return new Failure(ExitCode.NOT_FOUND, 'NOT_FOUND', `not able ${what}: there is no such bucket in this Region; is the Region right (--region)?`, facts);
  }
  if (status !== undefined && status < 500 && !passing(error)) {
    return new Failure(ExitCode.REFUSED, name, `not able ${what}: ${message}`, facts);
  }
  if (code !== undefined && UNSENT.has(code)) {
    return new Failure(ExitCode.NO_ANSWER, 'UNREACHABLE', `not able ${what}: ${message}; is there a network, and is the Region right (--region)?`, facts);
  }
  return new Failure(ExitCode.NO_ANSWER, code ?? name, `not able ${what}: ${message}`, facts);
}

/** Whether trying again may help. */
export function passing(error: unknown): boolean {
  const { status, code } = told(error);
  return (error instanceof Error && PASSING.has(error.name)) || code !== undefined || status === undefined || status >= 500
    || [408, 409, 429].includes(status);
}

function told(error: unknown): Told {
  if (typeof error !== 'object' || error === null) {
    return {};
  }
  const { $metadata, code } = error as { $metadata?: { httpStatusCode?: unknown }; code?: unknown };
  const status = $metadata?.httpStatusCode;
  return { ...(typeof status === 'number' ? { status } : {}), ...(typeof code === 'string' ? { code } : {}) };
}
