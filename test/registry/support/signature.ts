import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';

/** What a caller signs with. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** A request as it came over the wire. */
export interface WireRequest {
  readonly method: string;
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

const AUTHORIZATION = new RegExp('^AWS4-HMAC-SHA256 Credential=([^/]+)/\\d{8}/([^/]+)/([^/]+)/aws4_request, ?SignedHeaders=([^,]+), ?'
  + 'Signature=[0-9a-f]{64}$');
const MOST_MINUTES_OFF = 5;

/** The access key that signed a request. */
export function accessKeyOf({ headers }: WireRequest): string | undefined {
  return AUTHORIZATION.exec(headers.authorization ?? '')?.[1];
}

/** Why API Gateway would not take the signature of a request; nothing if it would. */
export async function signatureProblem(
  request: WireRequest, credentials: Credentials, region: string,
): Promise<string | undefined> {
  const [, , signedRegion, service, signedHeaders] = AUTHORIZATION.exec(request.headers.authorization ?? '') ?? [];
  if (signedHeaders === undefined) {
    return 'the request has no SigV4 signature';
  }
  if (service !== 'execute-api' || signedRegion !== region) {
    return `signed for ${service} in ${signedRegion}, not for execute-api in ${region}`;
  }
  const names = signedHeaders.split(';');
  const missing = ['host', 'x-amz-date', ...(credentials.sessionToken === undefined ? [] : ['x-amz-security-token'])]
    .filter((name) => !names.includes(name));
  if (missing.length > 0) {
    return `not signed: ${missing.join(', ')}`;
  }
  const stamp = request.headers['x-amz-date'] ?? '';
  const signingDate = new Date(stamp.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
  if (!(Math.abs(Date.now() - signingDate.getTime()) < MOST_MINUTES_OFF * 60_000)) {
    return 'Signature expired';
  }
  if (credentials.sessionToken !== undefined && request.headers['x-amz-security-token'] !== credentials.sessionToken) {
    return 'The security token included in the request is invalid';
  }
  return await signed(request, credentials, region, names, signingDate) === request.headers.authorization.replaceAll(', ', ',')
    ? undefined : 'The request signature we calculated does not match the signature you provided';
}

async function signed(
  { method, target, headers, body }: WireRequest, credentials: Credentials, region: string, names: readonly string[],
  signingDate: Date,
): Promise<string> {
  // some signers send the hash of the body as a header, some only sign it
  const applyChecksum = names.includes('x-amz-content-sha256');
  const signer = new SignatureV4({ credentials, region, service: 'execute-api', sha256: Sha256, applyChecksum });
  const { hostname, pathname, searchParams } = new URL(target, `http://${headers.host}`);
  // the signer adds these itself
  const signable = names.filter((name) => !['x-amz-date', 'x-amz-security-token', 'x-amz-content-sha256'].includes(name));
  const signedOnes = Object.fromEntries(signable.map((name) => [name, headers[name]]));
  const query = Object.fromEntries([...searchParams]);
  const request = { method, protocol: 'http:', hostname, path: pathname, query, headers: signedOnes, body };
  const { headers: { authorization } } = await signer.sign(request, { signingDate, signableHeaders: new Set(names) });
  return authorization.replaceAll(', ', ',');
}
