import { ExitCode } from './exit-code';

/** What is known about a failure besides its sentence. */
export interface FailureFacts {
  /** The key that makes a retry the same request. */
  readonly requestKey?: string;
  /** Under which the registry's logs know the request. */
  readonly requestId?: string;
  /** With STALE_REV: the present one. */
  readonly rev?: number;
  /** How long the API would have the caller wait. */
  readonly retryAfterSeconds?: number;
  readonly cause?: unknown;
}

/** Why a command was not done. The message says what is wrong and, after a semicolon, the way out. */
export class Failure extends Error {
  constructor(
    public readonly exitCode: ExitCode,
    /** For scripts: a `ProblemCode` of the registry, or one of ours. */
    public readonly code: string,
    message: string,
    public readonly facts: FailureFacts = {},
  ) {
    super(message, { cause: facts.cause });
    this.name = 'Failure';
  }

  /** The same failure, with more facts. */
  public with(facts: FailureFacts): Failure {
    return new Failure(this.exitCode, this.code, this.message, { ...this.facts, ...facts });
  }
}

/** The command line is not right. */
export function usage(message: string): Failure {
  return new Failure(ExitCode.USAGE, 'USAGE', message);
}
