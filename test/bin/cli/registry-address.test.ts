import { AddressServer } from '../support/address-server';
import { SOMEBODY, withAwsEnvironment } from '../support/aws-environment';
import { DONE, json, StubRegistry } from '../support/stub-registry';
import { run } from '../support/test-world';

let addresses: AddressServer;
let registry: StubRegistry;
beforeAll(async () => {
  addresses = await AddressServer.start();
  registry = await StubRegistry.start();
});
afterAll(() => Promise.all([addresses.stop(), registry.stop()]));
beforeEach(() => {
  addresses.parameters.clear();
  addresses.stacks.clear();
  addresses.instead = undefined;
  registry.willAnswer(json(DONE));
});
withAwsEnvironment(() => ({
  ...SOMEBODY, AWS_REGION: 'eu-west-1', AWS_ENDPOINT_URL_SSM: addresses.url, AWS_ENDPOINT_URL_CLOUDFORMATION: addresses.url,
}));

const address = (more: object = {}) => JSON.stringify({
  url: registry.url, region: 'eu-central-1', auditBucket: 'audit-bucket', artifactBucket: 'artifact-bucket', environment: 'production', ...more,
});
const promote = (...args: string[]) => run(['model', 'promote', 'fraud', '3', ...args]);

/** The Region that a request was signed for. */
const signedFor = () => /Credential=[^/]+\/\d+\/([^/]+)\/execute-api/.exec(registry.asked[0].authorization)?.[1];

describe('a registry is found', () => {
  test('by the parameter of production, when nothing is said; requests are signed for its own Region', async () => {
    addresses.parameters.set('/ml-platform/registry/production', address());
    expect(await promote()).toMatchObject({ exitCode: 0 });
    expect(signedFor()).toBe('eu-central-1');
  });

  test('by the parameter of an environment', async () => {
    addresses.parameters.set('/ml-platform/registry/staging', address());
    expect(await promote('--environment', 'staging')).toMatchObject({ exitCode: 0 });
  });

  test('by a parameter of any name', async () => {
    addresses.parameters.set('/team/registry', address());
    expect(await promote('--parameter', '/team/registry')).toMatchObject({ exitCode: 0 });
  });

  test.each(['RegistryAddress', 'MlRegistryRegistryAddress1A2B3C4D'])('by the output %s of a stack', async (key) => {
    addresses.stacks.set('MlRegistry', { Other: 'x', [key]: address() });
    expect(await promote('--stack', 'MlRegistry')).toMatchObject({ exitCode: 0 });
  });

  test('by its URL; requests are signed for the Region that is given', async () => {
    expect(await promote('--url', registry.url, '--region', 'us-east-1')).toMatchObject({ exitCode: 0 });
    expect(signedFor()).toBe('us-east-1');
  });

  test('by its URL; without a Region, requests are signed for that of the environment', async () => {
    expect(await promote('--url', `${registry.url}/`)).toMatchObject({ exitCode: 0 });
    expect(signedFor()).toBe('eu-west-1');
  });
});

describe('no registry is found', () => {
  test('where there is no parameter, and the message names the parameter and the Region', async () => {
    const { exitCode, err } = await promote('--environment', 'nowhere');
    expect(exitCode).toBe(3);
    expect(err).toContain('there is no SSM parameter /ml-platform/registry/nowhere in eu-west-1');
  });

  test('where there is no stack', async () => {
    expect(await promote('--stack', 'Nothing')).toMatchObject({ exitCode: 3, err: expect.stringContaining('no stack Nothing in eu-west-1') });
  });

  test('in a stack without such an output', async () => {
    addresses.stacks.set('Other', { RegistryAddressOfMine: address() });
    expect(await promote('--stack', 'Other')).toMatchObject({ exitCode: 3, err: expect.stringContaining('no output RegistryAddress') });
  });

  test('in a stack with two', async () => {
    addresses.stacks.set('Both', { OneRegistryAddress: address(), TwoRegistryAddress: address() });
    expect(await promote('--stack', 'Both')).toMatchObject({ exitCode: 2, err: expect.stringContaining('OneRegistryAddress, TwoRegistryAddress') });
  });

  test.each([
    ['no JSON', 'hello'],
    ['a bucket that is none', undefined],
  ])('in a parameter with %s', async (_what, value) => {
    addresses.parameters.set('/ml-platform/registry/production', value ?? address({ auditBucket: 'UPPER/case' }));
    expect(await promote()).toMatchObject({ exitCode: 3, err: expect.stringContaining('does not hold the address of a registry') });
  });

  test.each([
    ['http://registry.example.com', 'https'],
    ['ftp://x', 'https'],
    ['nonsense', 'https'],
    ['https://user:pass@registry.example.com', 'without user'],
    ['https://registry.example.com/?x=1', 'without user'],
  ])('at %s', async (url, sentence) => {
    expect(await promote('--url', url)).toMatchObject({ exitCode: 2, err: expect.stringContaining(sentence) });
    addresses.parameters.set('/ml-platform/registry/production', address({ url }));
    expect((await promote()).exitCode).toBe(2);
    expect(registry.asked).toEqual([]);
  });

  test('when two ways are given', async () => {
    expect(await promote('--url', registry.url, '--stack', 'A')).toMatchObject({ exitCode: 2, err: expect.stringContaining('give one of them') });
    expect((await promote('--parameter', '/a', '--environment', 'b')).exitCode).toBe(2);
  });

  test.each(['eu west', 'eu-west-1/../..', 'EU-WEST-1', 'latest', ''])('in %j, which is no Region', async (region) => {
    expect(await promote('--region', region)).toMatchObject({ exitCode: 2, err: expect.stringContaining('must be a Region, such as eu-west-1') });
  });

  test('when no Region is known', async () => {
    delete process.env.AWS_REGION;
    expect(await promote()).toMatchObject({ exitCode: 2, err: expect.stringContaining('give --region') });
  });

  test('when the caller may not look', async () => {
    addresses.instead = {
      status: 400, headers: { 'content-type': 'application/x-amz-json-1.1' }, body: '{"__type":"AccessDeniedException","message":"not authorized"}',
    };
    expect(await promote()).toMatchObject({ exitCode: 5, err: expect.stringContaining('not allowed to read the SSM parameter') });
  });

  test('when there are no credentials', async () => {
    delete process.env.AWS_ACCESS_KEY_ID;
    const { exitCode, err } = await promote('--url', registry.url);
    expect(exitCode).toBe(5);
    expect(err).toContain('no usable AWS credentials to sign the request:');
    expect((await promote('--url', registry.url, '--profile', 'nobody')).err).toContain('to sign the request as the profile nobody:');
    expect(err).not.toContain('at ');
  });

  test('when the credentials are over', async () => {
    addresses.instead = {
      status: 400, headers: { 'content-type': 'application/x-amz-json-1.1' }, body: '{"__type":"ExpiredTokenException","message":"expired"}',
    };
    expect(await promote()).toMatchObject({ exitCode: 5, err: expect.stringContaining('log in') });
  });
});
