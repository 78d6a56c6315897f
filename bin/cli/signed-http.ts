import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';
import { Credentials } from './aws-access';
import { ExitCode } from './exit-code';
import { Failure } from './failure';

// API Gateway gives up after 30 seconds
const PATIENCE_MS = 35_000;
// Lambda answers at most 6 MB
const LARGEST_ANSWER_BYTES = 8_000_000;

export interface HttpQuestion {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface HttpAnswer {
  readonly status: number;
  readonly text: string;
  /** Of the server's clock, if it says so. */
  readonly date?: string;
  readonly requestId?: string;
  /** How long the registry would have us wait. */
  readonly retryAfterMs?: number;
  /** The request was done before: this is what was answered then. */
  readonly replayed: boolean;
}

/** Nothing came back, or not all of it. */
export class NoAnswer extends Error {
  constructor(message: string, /** The request did not reach anybody. */ public readonly unsent: boolean, cause?: unknown) {
    super(message, { cause });
    this.name = 'NoAnswer';
  }
}

// before a connection stands, nothing was sent
const UNSENT = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'UND_ERR_CONNECT_TIMEOUT']);

/** HTTP requests that say who sends them: signed with Signature Version 4 for API Gateway. */
export class SignedHttp {
  private readonly signer: SignatureV4;

  constructor(private readonly base: string, region: string, credentials: () => Promise<Credentials>) {
    this.signer = new SignatureV4({ service: 'execute-api', region, sha256: Sha256, credentials });
  }

  public async ask({ method, path, query, headers, body }: HttpQuestion): Promise<HttpAnswer> {
    const url = new URL(`${this.base}${path}`);
    const request = await this.signer.sign({
      method,
      protocol: url.protocol,
      hostname: url.hostname,
      path: url.pathname,
      query,
      headers: { ...headers, host: url.host },
      body,
    });
    url.search = new URLSearchParams(query).toString().replaceAll('+', '%20');
    // fetch says the host itself
    const { host: _host, ...sent } = request.headers;
    try {
      // whoever redirects would get a signed request that was meant for another
      const response = await fetch(url, { method, headers: sent, body, redirect: 'manual', signal: AbortSignal.timeout(PATIENCE_MS) });
      return {
        status: response.status,
        text: await limited(response),
        date: response.headers.get('date') ?? undefined,
        requestId: response.headers.get('apigw-requestid') ?? undefined,
        retryAfterMs: secondsIn(response.headers.get('retry-after')),
        replayed: response.headers.get('idempotent-replayed') === 'true',
      };
    } catch (error) {
      throw error instanceof Failure ? error : noAnswer(error);
    }
  }
}

async function limited(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.byteLength;
    if (length > LARGEST_ANSWER_BYTES) {
      throw new Failure(ExitCode.NO_ANSWER, 'ANSWER_TOO_LARGE',
        `the answer is larger than ${LARGEST_ANSWER_BYTES} bytes, which no registry sends; is the URL right?`);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function secondsIn(header: string | null): number | undefined {
  return header !== null && /^[0-9]{1,4}$/.test(header) ? Number(header) * 1000 : undefined;
}

function noAnswer(error: unknown): NoAnswer {
  const { cause } = error as { cause?: unknown };
  const { code, message } = (cause ?? error) as { code?: unknown; message?: unknown };
  if (error instanceof Error && error.name === 'TimeoutError') {
    return new NoAnswer(`no answer in ${PATIENCE_MS / 1000} s`, false, error);
  }
  const said = typeof message === 'string' && message !== '' ? message : String(code ?? error);
  return new NoAnswer(said, typeof code === 'string' && UNSENT.has(code), error);
}
