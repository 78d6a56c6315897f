import { AnswerAddress } from './cloudformation-request';

/** How a custom resource ends. */
export interface Answer {
  readonly status: 'SUCCESS' | 'FAILED';
  /** Shown in the stack's events: what is wrong and what to do. */
  readonly reason: string;
}

export type Sleep = (milliseconds: number) => Promise<void>;

const LONGEST_BODY = 4096; // bytes; CloudFormation drops a longer answer
const ATTEMPTS = 5;
const ATTEMPT_MILLISECONDS = 10_000;

/**
 * Tells CloudFormation. A custom resource that does not answer holds its stack until the service timeout, so this tries
 * several times, and throws when nothing helped: Lambda then runs the whole handler again.
 */
export async function sendAnswer(address: AnswerAddress, answer: Answer, sleep: Sleep): Promise<void> {
  const body = Buffer.from(bodyOf(address, answer));
  for (let attempt = 1; ; attempt++) {
    const problem = await put(address.ResponseURL, body);
    if (problem === undefined) {
      return;
    }
    if (attempt === ATTEMPTS) {
      throw new Error(`CloudFormation did not take the answer ${answer.status}: ${problem}`);
    }
    await sleep(1000 * 2 ** (attempt - 1));
  }
}

async function put(url: string, body: Buffer): Promise<string | undefined> {
  try {
    // bytes, not text: fetch would add a content type, which the signature of the address does not cover
    const response = await fetch(url, {
      method: 'PUT', body, headers: { 'content-type': '' }, signal: AbortSignal.timeout(ATTEMPT_MILLISECONDS),
    });
    return response.ok ? undefined : `status ${response.status}`;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** The answer as CloudFormation reads it: the reason gives way when it is too long. */
export function bodyOf(address: AnswerAddress, { status, reason }: Answer): string {
  const render = (text: string) => JSON.stringify({
    Status: status,
    Reason: text,
    // the same for the life of the resource: another id would make CloudFormation delete the "old" one
    PhysicalResourceId: address.PhysicalResourceId ?? `${address.LogicalResourceId}-of-${address.StackId.split('/').pop() ?? ''}`,
    StackId: address.StackId,
    RequestId: address.RequestId,
    LogicalResourceId: address.LogicalResourceId,
  });
  let text = reason;
  for (let body = render(text); ; body = render(`${text}…`)) {
    const over = Buffer.byteLength(body) - LONGEST_BODY;
    if (over <= 0 || text === '') {
      return body;
    }
    text = text.slice(0, Math.max(0, text.length - Math.ceil(over / 6))); // one character is at most six bytes of JSON
  }
}
