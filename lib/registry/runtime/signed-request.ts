import { sign } from 'aws4';

/** Whose name a request is made in, as the Lambda runtime puts it into the environment. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** A request to an API of API Gateway. */
export interface UnsignedRequest {
  readonly method: 'GET' | 'POST';
  readonly region: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * What `fetch` is to send so that the request is signed, Signature Version 4. Host and length are signed too, and `fetch` says
 * them itself.
 */
export function signedHeaders(request: UnsignedRequest, credentials: Credentials, now: Date): Record<string, string> {
  const { method, region, url, headers, body } = request;
  const { headers: signed = {} } = sign({
    service: 'execute-api',
    method,
    region,
    host: url.host,
    path: `${url.pathname}${url.search}`,
    headers: { ...headers, 'x-amz-date': now.toISOString().replace(/[-:]|\.\d{3}/g, '') },
    ...(body === '' ? {} : { body }),
  }, { ...credentials });
  return Object.fromEntries(Object.entries(signed)
    .map(([name, value]) => [name.toLowerCase(), String(value)] as const)
    .filter(([name]) => name !== 'host' && name !== 'content-length'));
}
