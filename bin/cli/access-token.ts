import * as z from 'zod';
import { ExitCode } from './exit-code';
import { Failure } from './failure';
import { HttpReply, NoAnswer, retryAfterSeconds, send } from './http';

/** Who asks for a token, and what it is to be good for. */
export interface TokenQuestion {
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly secret: string;
  /** Empty: all scopes of the client. */
  readonly scopes: readonly string[];
  readonly patienceMs: number;
}

const LARGEST_BYTES = 100_000;
/** What a header can hold: anything else would be a header of somebody else's making. */
export const HEADER_TEXT = /^[\x21-\x7e]{1,8192}$/;
const Granted = z.looseObject({ access_token: z.string().regex(HEADER_TEXT), expires_in: z.number().int().min(0) });

export interface AccessToken {
  readonly token: string;
  readonly expiresInSeconds: number;
}

/** https://docs.aws.amazon.com/cognito/latest/developerguide/token-endpoint.html, and RFC 6749, section 5.2 */
const Refused = z.looseObject({ error: z.string() });
const WAYS_OUT: Readonly<Record<string, string>> = {
  invalid_client: 'the id or the secret of the client is not right',
  unauthorized_client: 'the client may not ask for tokens in this way: name one for programs (addClient)',
  invalid_scope: 'the client may not ask for this scope: is the endpoint among its `endpoints`?',
  invalid_grant: 'the client may not ask for this: is the endpoint among its `endpoints`?',
};

/** A token by client credentials: the client's own secret, and nobody signs in. Never tried again: each token is billed. */
export async function accessToken(question: TokenQuestion): Promise<AccessToken> {
  const { tokenUrl, clientId, secret, scopes, patienceMs } = question;
  const form = new URLSearchParams({ grant_type: 'client_credentials', ...scopes.length === 0 ? {} : { scope: scopes.join(' ') } });
  const headers = {
    'accept': 'application/json',
    'authorization': `Basic ${Buffer.from(`${clientId}:${secret}`).toString('base64')}`,
    'content-type': 'application/x-www-form-urlencoded',
  };
  try {
    const request = { url: new URL(tokenUrl), method: 'POST', headers, body: form.toString() } as const;
    return granted(await send(request, { patienceMs, largestBytes: LARGEST_BYTES, whose: 'token endpoint' }), question);
  } catch (error) {
    throw error instanceof NoAnswer
      ? new Failure(ExitCode.NO_ANSWER, 'NO_TOKEN', `${tokenUrl} gave no token: ${error.message}; is that where tokens are issued?`, { cause: error })
      : error;
  }
}

function granted({ status, headers, text }: HttpReply, { tokenUrl, scopes }: TokenQuestion): AccessToken {
  const body = parsed(text);
  const token = Granted.safeParse(body);
  if (status === 200 && token.success) {
    return { token: token.data.access_token, expiresInSeconds: token.data.expires_in };
  }
  const { data: { error } = { error: undefined } } = Refused.safeParse(body);
  const asked = scopes.length === 0 ? 'a token' : `a token for ${scopes.join(' ')}`;
  if ((status === 400 || status === 401) && error !== undefined) {
    const wayOut = Object.hasOwn(WAYS_OUT, error) ? WAYS_OUT[error] : undefined;
    throw new Failure(wayOut === undefined ? ExitCode.REFUSED : ExitCode.NOT_ALLOWED, 'TOKEN_REFUSED',
      `${tokenUrl} refused ${asked}: ${error.slice(0, 64)}${wayOut === undefined ? '' : `; ${wayOut}`}`);
  }
  if (status === 429 || status >= 500) {
    const seconds = retryAfterSeconds(headers);
    throw new Failure(ExitCode.NO_ANSWER, 'NO_TOKEN', `${tokenUrl} does not issue tokens at the moment (${status}); try again ${later(seconds)}`,
      { retryAfterSeconds: seconds });
  }
  throw new Failure(ExitCode.NO_ANSWER, 'NOT_UNDERSTOOD', `${tokenUrl} gave an answer (${status}) that holds no token; is that where tokens are issued?`);
}

/** When to come back. */
export function later(seconds: number | undefined): string {
  return seconds === undefined ? 'later' : `in ${seconds} s`;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
