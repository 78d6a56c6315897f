import { SOMEBODY, withAwsEnvironment } from '../support/aws-environment';
import { DONE, IMAGE, json, problem, StubRegistry, version } from '../support/stub-registry';
import { run, Surroundings } from '../support/test-world';

const SHA256 = 'b'.repeat(64);

let registry: StubRegistry;
beforeAll(async () => { registry = await StubRegistry.start(); });
afterAll(() => registry.stop());
beforeEach(() => registry.willAnswer(json(version()), json({ ...DONE, state: 'Approved' })));
withAwsEnvironment(() => SOMEBODY);

const approve = (args: string[], surroundings: Surroundings = {}) => run(['model', 'approve', 'fraud', '3', ...registry.flags, ...args], surroundings);
const lines = () => registry.asked.map(({ line }) => line);
const APPROVED = [
  'GET /tenants/default/models/fraud/versions/3',
  'POST /tenants/default/models/fraud/versions/3/approve',
];

test('an approval shows what it is for, and sends the image and the artifact that it showed', async () => {
  const { exitCode, out } = await approve(['--yes']);
  expect(exitCode).toBe(0);
  expect(out).toMatch(/^image +111122223333\.dkr/m);
  expect(out).toMatch(new RegExp(`^artifact SHA-256 +${SHA256}$`, 'm'));
  expect(out).toContain('fraud version 3 is approved');
  expect(lines()).toEqual(APPROVED);
  expect(registry.asked[1].body).toEqual({ image: IMAGE, artifactSha256: SHA256 });
});

test.each(['y', 'Y', 'yes', ' yes '])('a person who says %p approves', async (stdin) => {
  const { exitCode, err } = await approve([], { stdin: `${stdin}\n`, tty: true });
  expect(err).toContain('Approve fraud version 3 with this image and this artifact? [y/N]');
  expect(exitCode).toBe(0);
  expect(lines()).toEqual(APPROVED);
});

test.each(['n', '', 'yep', 'no'])('a person who says %p does not', async (stdin) => {
  expect(await approve([], { stdin: `${stdin}\n`, tty: true })).toMatchObject({ exitCode: 1, err: expect.stringContaining('nothing was approved') });
  expect(lines()).toEqual([APPROVED[0]]);
});

test('a person who goes away does not', async () => {
  expect(await approve([], { stdin: '', tty: true })).toMatchObject({ exitCode: 1, err: expect.stringContaining('[y/N] \nmlp: nothing was approved') });
});

test('a program has to say --yes', async () => {
  expect(await approve([], { stdin: 'y\n' })).toMatchObject({ exitCode: 2, err: expect.stringContaining('add --yes') });
  expect(lines()).toEqual([APPROVED[0]]);
});

test('what was reviewed is approved', async () => {
  expect(await approve(['--yes', '--image', IMAGE, '--sha256', SHA256])).toMatchObject({ exitCode: 0 });
});

test.each([
  ['image', ['--image', IMAGE.replace('scorer', 'scorer2')]],
  ['artifact', ['--sha256', 'c'.repeat(64)]],
])('another %s than was reviewed is not approved', async (_what, args) => {
  expect(await approve(['--yes', ...args])).toMatchObject({ exitCode: 4, err: expect.stringContaining('nothing was approved') });
  expect(lines()).toEqual([APPROVED[0]]);
});

test('with --json there is nothing but the answer', async () => {
  const { out } = await approve(['--yes', '--json', '--request-key', 'k']);
  expect(JSON.parse(out)).toEqual({ ...DONE, state: 'Approved', requestKey: 'k' });
});

test('with --json and without --yes, nobody would see what is approved', async () => {
  expect(await approve(['--json'], { stdin: 'y\n', tty: true })).toMatchObject({ exitCode: 2 });
  expect(lines()).toEqual([]);
});

test('the same person is refused, and told so', async () => {
  registry.willAnswer(json(version()), problem(403, 'FOUR_EYES', 'version 3 was registered by the same person'));
  expect(await approve(['--yes'])).toMatchObject({ exitCode: 1, err: expect.stringContaining('FOUR_EYES') });
});
