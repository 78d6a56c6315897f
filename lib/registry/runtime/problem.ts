import { PROBLEM_STATUS, Problem, ProblemCode, RETRY_AFTER_HEADER } from './contract';
import { Refusal } from './model-state';

/** A request that is not done. The message is for the caller: a sentence of ours that says what to do. */
export class NotDone extends Error {
  public static because({ code, detail, rev }: Refusal): NotDone {
    return new NotDone(code, detail, rev);
  }

  constructor(public readonly code: ProblemCode, message: string, public readonly rev?: number) {
    super(message);
    this.name = 'NotDone';
  }
}

/** What API Gateway sends to the caller. */
export interface HttpAnswer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const RETRY_AFTER_SECONDS = 2;

export function answer(statusCode: number, view: object, headers: Readonly<Record<string, string>> = {}): HttpAnswer {
  return rendered(statusCode, 'application/json', view, headers);
}

export function problemAnswer({ code, message, rev }: NotDone, requestId: string): HttpAnswer {
  const seen = rev === undefined ? {} : { rev };
  const problem: Problem = { status: PROBLEM_STATUS[code], code, detail: message, requestId, ...seen };
  const retryAfter = { [RETRY_AFTER_HEADER]: String(RETRY_AFTER_SECONDS) };
  return rendered(problem.status, 'application/problem+json', problem, code === 'BUSY' ? retryAfter : {});
}

function rendered(statusCode: number, type: string, view: object, headers: Readonly<Record<string, string>>): HttpAnswer {
  return {
    statusCode,
    headers: { 'content-type': type, 'cache-control': 'no-store', 'x-content-type-options': 'nosniff', ...headers },
    body: JSON.stringify(view),
  };
}
