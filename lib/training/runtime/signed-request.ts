import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';

/** Whose name a request is made in, as the Lambda runtime puts it into the environment. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** A POST of JSON to something that knows Signature Version 4 and has no client in the SDK, such as an HTTP API. */
export interface UnsignedRequest {
  readonly service: string;
  readonly region: string;
  readonly host: string;
  readonly path: string;
  readonly body: string;
}

/** The headers of a request, signed by AWS's own signer. `host` is among them. */
export async function signedHeaders(
  { service, region, host, path, body }: UnsignedRequest, credentials: Credentials, now: Date,
): Promise<Record<string, string>> {
  const signer = new SignatureV4({ service, region, credentials, sha256: Sha256 });
  const headers = { host, 'content-type': 'application/json' };
  const request = { method: 'POST', protocol: 'https:', hostname: host, path, query: {}, headers, body };
  return (await signer.sign(request, { signingDate: now })).headers;
}
