import { PROBLEM_STATUS, Problem, ProblemCode } from './contract';
import { HttpAnswer, problem } from './http-answer';
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

export function problemAnswer({ code, message, rev }: NotDone, requestId: string): HttpAnswer {
  const seen = rev === undefined ? {} : { rev };
  const view: Problem = { status: PROBLEM_STATUS[code], code, detail: message, requestId, ...seen };
  return problem(view);
}
