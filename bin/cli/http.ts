import { ExitCode } from './exit-code';
import { Failure } from './failure';

export interface HttpRequest {
  readonly url: URL;
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

export interface HttpReply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** How long an answer may take, and be. */
export interface Limits {
  readonly patienceMs: number;
  readonly largestBytes: number;
  /** Whose answer it is, for messages: `registry`. */
  readonly whose: string;
}

/** Nothing came back, or not all of it. */
export class NoAnswer extends Error {
  constructor(message: string, /** The request did not reach anybody. */ public readonly unsent: boolean, cause?: unknown) {
    super(message, { cause });
    this.name = 'NoAnswer';
  }
}

// before a connection stands, nothing was sent
export const UNSENT: ReadonlySet<string> = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'UND_ERR_CONNECT_TIMEOUT']);

/** One request and its answer, whatever the status. Follows no redirect: what says who asks is meant for one host. */
export async function send({ url, method, headers, body }: HttpRequest, limits: Limits): Promise<HttpReply> {
  try {
    const signal = AbortSignal.timeout(limits.patienceMs);
    const response = await fetch(url, { method, headers, body, redirect: 'manual', signal });
    return { status: response.status, headers: response.headers, text: await limited(response, limits) };
  } catch (error) {
    throw error instanceof Failure ? error : noAnswer(error, limits);
  }
}

/** What `Retry-After` says, when it says seconds. */
export function retryAfterSeconds(headers: Headers): number | undefined {
  const header = headers.get('retry-after');
  return header !== null && /^[0-9]{1,4}$/.test(header) ? Number(header) : undefined;
}

async function limited(response: Response, { largestBytes, whose }: Limits): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.byteLength;
    if (length > largestBytes) {
      throw new Failure(ExitCode.NO_ANSWER, 'ANSWER_TOO_LARGE',
        `the answer is larger than ${largestBytes} bytes, which no ${whose} sends; is the URL right?`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function noAnswer(error: unknown, { patienceMs }: Limits): NoAnswer {
  const { cause } = error as { cause?: unknown };
  const { code, message } = (cause ?? error) as { code?: unknown; message?: unknown };
  if ((error as { name?: unknown }).name === 'TimeoutError') {
    return new NoAnswer(`no answer in ${patienceMs / 1000} s`, false, error);
  }
  const said = typeof message === 'string' && message !== '' ? message : String(code ?? error);
  return new NoAnswer(said, typeof code === 'string' && UNSENT.has(code), error);
}
