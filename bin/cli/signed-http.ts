import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';
import { Credentials } from './aws-access';
import { HttpReply, Limits, send } from './http';

export interface HttpQuestion {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/** HTTP requests that say who sends them: signed with Signature Version 4 for API Gateway. */
export class SignedHttp {
  private readonly signer: SignatureV4;

  constructor(
    private readonly base: string, region: string, credentials: () => Promise<Credentials>, private readonly limits: Limits,
  ) {
    this.signer = new SignatureV4({ service: 'execute-api', region, sha256: Sha256, credentials });
  }

  public async ask({ method, path, query, headers, body }: HttpQuestion): Promise<HttpReply> {
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
    return send({ url, method, headers: sent, body }, this.limits);
  }
}
