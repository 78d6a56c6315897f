import { Answer, sendAnswer, Sleep } from './answer';
import { addressOf, CloudFormationRequest, requestOf } from './cloudformation-request';
import { ANSWER_SECONDS } from './contract';

/** What a handler needs from Lambda. */
export interface HandlerContext {
  getRemainingTimeInMillis(): number;
}

/** What a custom resource does. */
export interface CustomResource {
  /** Creates and updates. It has to stop when `outOfTime` says so: the answer is on its way then. */
  work(request: CloudFormationRequest, outOfTime: AbortSignal): Promise<Answer>;
  /** Deletes. Absent: it owns nothing, and a deletion is answered at once. */
  remove?(request: CloudFormationRequest, outOfTime: AbortSignal): Promise<Answer>;
  /** What CloudFormation hears when the work threw, or had no time to end. */
  broken(problem: string): Answer;
}

export type Handler = (event: unknown, context: HandlerContext) => Promise<void>;

/**
 * Answers CloudFormation once, whatever happens: work done, work thrown, a request that makes no sense, no time left.
 */
export function customResource(resource: CustomResource, sleep: Sleep = sleepFor): Handler {
  return async (event, context) => {
    const address = addressOf(event);
    const answer: Answer = address.RequestType === 'Delete' && resource.remove === undefined
      ? { status: 'SUCCESS', reason: 'Nothing to delete.' }
      : await answerInTime(resource, event, context.getRemainingTimeInMillis() - ANSWER_SECONDS * 1000);
    await sendAnswer(address, answer, sleep);
  };
}

async function answerInTime(resource: CustomResource, event: unknown, milliseconds: number): Promise<Answer> {
  const outOfTime = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Answer>((resolve) => {
    timer = setTimeout(() => {
      outOfTime.abort();
      resolve(broken(resource, 'the handler ran out of time'));
    }, Math.max(0, milliseconds));
  });
  try {
    return await Promise.race([work(resource, event, outOfTime.signal), late]);
  } finally {
    clearTimeout(timer);
  }
}

async function work(resource: CustomResource, event: unknown, outOfTime: AbortSignal): Promise<Answer> {
  try {
    const request = requestOf(event);
    return await (request.RequestType === 'Delete' && resource.remove !== undefined ? resource.remove(request, outOfTime)
      : resource.work(request, outOfTime));
  } catch (error) {
    return broken(resource, error instanceof Error ? error.message : String(error));
  }
}

function broken(resource: CustomResource, problem: string): Answer {
  const answer = resource.broken(problem);
  process.stderr.write(`${JSON.stringify({ outcome: 'BROKEN', answered: answer.status, problem })}\n`);
  return answer;
}

export function sleepFor(milliseconds: number): Promise<void> {
  return new Promise((resolve) => { setTimeout(resolve, milliseconds); });
}
