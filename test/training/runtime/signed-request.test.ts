import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';
import * as fc from 'fast-check';
import { Credentials, signedHeaders } from '../../../lib/training/runtime/signed-request';

const REQUEST = { service: 'batch', region: 'eu-west-1', host: 'batch.eu-west-1.amazonaws.com', path: '/v1/listjobs', body: '{}' };

/** AWS's own signer. */
async function byAws(request: typeof REQUEST, credentials: Credentials, now: Date): Promise<string> {
  const { service, region, host, path, body } = request;
  const signer = new SignatureV4({ service, region, credentials, sha256: Sha256 });
  const headers = { 'host': host, 'content-type': 'application/json' };
  const signed = await signer.sign({ method: 'POST', protocol: 'https:', hostname: host, path, headers, body, query: {} }, { signingDate: now });
  return signed.headers.authorization;
}

test('signs as AWS does, whatever is said, by whom and when', async () => {
  await fc.assert(fc.asyncProperty(
    fc.record({
      body: fc.string({ unit: 'binary' }), region: fc.constantFrom('eu-west-1', 'us-gov-west-1'), path: fc.constantFrom('/v1/listjobs', '/v1/x'),
    }),
    fc.record({
      accessKeyId: fc.stringMatching(/^[A-Z0-9]{16,20}$/),
      secretAccessKey: fc.string({ minLength: 1 }),
      sessionToken: fc.option(fc.stringMatching(/^[a-zA-Z0-9+/=]{1,40}$/), { nil: undefined }),
    }),
    fc.date({ min: new Date('2000-01-01'), max: new Date('2099-12-31'), noInvalidDate: true }),
    async (changed, credentials, now) => {
      const request = { ...REQUEST, ...changed };
      expect(signedHeaders(request, credentials, now).authorization).toBe(await byAws(request, credentials, now));
    },
  ), { numRuns: 100 });
});

test('sends along what it signed', () => {
  const headers = signedHeaders(REQUEST, { accessKeyId: 'A', secretAccessKey: 's', sessionToken: 't' }, new Date('2026-11-20T20:00:00.123Z'));
  expect(headers).toMatchObject({ 'x-amz-date': '20261120T200000Z', 'x-amz-security-token': 't', 'content-type': 'application/json' });
  expect(headers.authorization).toContain('SignedHeaders=content-type;host;x-amz-content-sha256;x-amz-date;x-amz-security-token');
});

test('sends no token when there is none', () => {
  expect(signedHeaders(REQUEST, { accessKeyId: 'A', secretAccessKey: 's' }, new Date())).not.toHaveProperty('x-amz-security-token');
});
