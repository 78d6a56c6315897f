import * as z from 'zod';
import { later } from './access-token';
import { KEY_VARIABLE } from './api-options';
import { ExitCode } from './exit-code';
import { Failure } from './failure';
import { HttpReply, retryAfterSeconds } from './http';
import { REQUEST_ID_HEADER } from '../../lib/api/runtime/contract';

/** An answer of an API: a prediction, or the place where it will be. */
export interface ApiAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
  readonly requestId?: string;
  /** Of an asynchronous endpoint. */
  readonly location?: string;
  readonly failureLocation?: string;
}

const LONGEST_DETAIL = 500;
const Problem = z.looseObject({ status: z.number(), code: z.string(), detail: z.string(), requestId: z.string().optional() });

const EXIT_OF: Readonly<Record<number, ExitCode>> = {
  400: ExitCode.REFUSED,
  401: ExitCode.NOT_ALLOWED,
  403: ExitCode.NOT_ALLOWED,
  404: ExitCode.NOT_FOUND,
  413: ExitCode.REFUSED,
  415: ExitCode.REFUSED,
};
/** By the code of a problem. */
const WAYS_OUT: Readonly<Record<string, string>> = {
  'unauthorized': 'is the token of this API, and the endpoint among the `endpoints` of its client?',
  'forbidden': 'ask the owner of the API for `grantInvoke`',
  'key-missing': `give the key of the client in ${KEY_VARIABLE}, or name the client (--client)`,
  'filtered': 'a body that looks like an attack can be let through by the owner of the API (`countOnly`)',
  'not-found': 'is the name of the model right, and the URL that of the stage?',
  'unsupported-media-type': 'name the type of the input (--content-type)',
  'bad-request': 'does the input fit the schema of this route? mlp api openapi shows it',
  'internal': 'the logs of the API know the request',
  'model-failed': 'the logs of the model know the request as its inference id',
  'timeout': 'use an asynchronous route for work that takes longer',
};

/** What an API answered; everything else than 200 and 202 is a failure. */
export function apiAnswer({ status, headers, text }: HttpReply, where: string): ApiAnswer {
  const requestId = headers.get(REQUEST_ID_HEADER) ?? undefined;
  if (status !== 200 && status !== 202) {
    throw failureOf({ status, headers, text }, requestId, where);
  }
  return {
    status,
    contentType: headers.get('content-type') ?? 'application/octet-stream',
    body: text,
    requestId,
    location: headers.get('location') ?? undefined,
    failureLocation: headers.get('x-failure-location') ?? undefined,
  };
}

function failureOf({ status, headers, text }: HttpReply, requestId: string | undefined, where: string): Failure {
  const problem = Problem.safeParse(parsed(text));
  const seconds = retryAfterSeconds(headers);
  if (!problem.success) {
    return new Failure(ExitCode.NO_ANSWER, 'NOT_UNDERSTOOD',
      `${where} gave an answer (${status}) that is not an inference API's; is that its URL, and no proxy between?`, { requestId });
  }
  const { code, detail, requestId: told } = problem.data;
  const wayOut = status === 429 || status === 503 ? `try again ${later(seconds)}` : Object.hasOwn(WAYS_OUT, code) ? WAYS_OUT[code] : undefined;
  // the firewall says 403 to a request, not to a caller
  const exitCode = code === 'filtered' ? ExitCode.REFUSED : EXIT_OF[status] ?? (status < 500 && status !== 429 ? ExitCode.REFUSED : ExitCode.NO_ANSWER);
  const sentence = detail.slice(0, LONGEST_DETAIL).replace(/\.$/, '');
  return new Failure(exitCode, code.slice(0, 64), `${sentence} (${status})${wayOut === undefined ? '' : `; ${wayOut}`}`,
    { requestId: requestId ?? told, retryAfterSeconds: seconds });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
