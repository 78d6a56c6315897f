import { createHash, createHmac } from 'node:crypto';

/** Whose name a request is made in, as the Lambda runtime puts it into the environment. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** A POST of JSON to a service of AWS. */
export interface UnsignedRequest {
  readonly service: string;
  readonly region: string;
  readonly host: string;
  readonly path: string;
  readonly body: string;
}

const ALGORITHM = 'AWS4-HMAC-SHA256';

/**
 * The headers that sign a request: Signature Version 4. Written here because the handler calls three actions of one service,
 * and its SDK client is no dependency of this library; a test compares it with AWS's own signer.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function signedHeaders(request: UnsignedRequest, credentials: Credentials, now: Date): Record<string, string> {
  const time = now.toISOString().replace(/[-:]|\.\d{3}/g, '');
  const date = time.slice(0, 8);
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    'host': request.host,
    'x-amz-content-sha256': sha256(request.body),
    'x-amz-date': time,
    ...(credentials.sessionToken === undefined ? {} : { 'x-amz-security-token': credentials.sessionToken }),
  };
  const names = Object.keys(headers).sort();
  const signed = names.join(';');
  const canonical = [
    'POST', request.path, '', ...names.map((name) => `${name}:${headers[name]}`), '', signed, headers['x-amz-content-sha256'],
  ].join('\n');
  const scope = `${date}/${request.region}/${request.service}/aws4_request`;
  const key = [date, request.region, request.service, 'aws4_request']
    .reduce<string | Buffer>((secret, part) => hmac(secret, part), `AWS4${credentials.secretAccessKey}`);
  const signature = hmac(key, [ALGORITHM, time, scope, sha256(canonical)].join('\n')).toString('hex');
  const authorization = `${ALGORITHM} Credential=${credentials.accessKeyId}/${scope}, SignedHeaders=${signed}, Signature=${signature}`;
  return { ...headers, authorization };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
