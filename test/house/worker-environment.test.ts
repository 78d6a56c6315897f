import { join } from 'node:path';
import { runInContext } from 'node:vm';
import config from '../../jest.config.json';
import { restoring } from '../support/restoring';
import WorkerEnvironment from '../support/worker-environment';

const PACKAGE = JSON.stringify(require.resolve('aws-cdk-lib'));
const CDK = `globalThis[Symbol.for('packages of a worker')](${PACKAGE})`;

/** As jest makes one for each test file of a worker. */
const environment = () => {
  const projectConfig = { globals: {}, testEnvironmentOptions: config.testEnvironmentOptions, fakeTimers: {} };
  const given = { globalConfig: {}, projectConfig } as unknown as ConstructorParameters<typeof WorkerEnvironment>[0];
  return new WorkerEnvironment(given, { console, docblockPragmas: {}, testPath: __filename });
};
const within = (world: WorkerEnvironment, code: string): unknown => runInContext(code, world.getVmContext() ?? {});

describe('a package', () => {
  test('is loaded once for all test files of a worker', async () => {
    const first = environment();
    const loaded = within(first, CDK);
    await first.teardown();
    expect(within(environment(), CDK)).toBe(loaded);
  });

  test('knows the arrays and errors of a test file as its own', () => {
    const world = environment();
    expect(within(world, `try { new (${CDK}).Stack(1, 2) } catch (error) { error instanceof Error }`)).toBe(true);
    expect(within(world, `new (${CDK}).App().node.children instanceof Array`)).toBe(true);
  });

  test('finds the environment variables that a test file sets', () => {
    const world = environment();
    const made = `new (${CDK}).App().node.tryGetContext('said')`;
    within(world, "process.env.CDK_CONTEXT_JSON = JSON.stringify({ said: 'yes' })");
    expect(within(world, made)).toBe('yes');
  });

  test('has the tokens that it made before', async () => {
    const first = environment();
    within(first, `globalThis.region = (${CDK}).Aws.REGION`);
    await first.teardown();
    expect(within(environment(), `new (${CDK}).Stack().resolve((${CDK}).Aws.REGION)`)).toEqual({ Ref: 'AWS::Region' });
  });
});

describe('what one test file leaves, the next does not see', () => {
  test.each([
    ['a global of its own', 'globalThis.left = 1', 'globalThis.left'],
    ['a global in place of another', 'globalThis.fetch = 1', 'globalThis.fetch'],
    ['a global away', 'delete globalThis.setTimeout', 'typeof setTimeout'],
    ['an environment variable', 'process.env.LEFT = 1', 'process.env.LEFT'],
    ['an environment variable in place of another', 'process.env.PATH = 1', 'process.env.PATH'],
    ['an environment variable away', 'delete process.env.PATH', 'process.env.PATH'],
    ['other environment variables', 'process.env = {}', 'process.env.PATH'],
    ['other arguments', 'process.argv = [1]', 'process.argv[0]'],
    ['a method of process', 'process.cwd = () => 1', 'process.cwd()'],
  ])('%s', async (_what, leave, look) => {
    const first = environment();
    const before = within(first, look);
    within(first, leave);
    expect(within(first, look)).not.toBe(before);
    await first.teardown();
    expect(within(environment(), look)).toBe(before);
  });

  test('a spy on a package', async () => {
    const first = environment();
    const App = within(first, `(${CDK}).App.prototype`) as { synth: () => unknown };
    first.moduleMocker?.spyOn(App, 'synth').mockReturnValue('spied');
    expect(App.synth()).toBe('spied');
    await first.teardown();
    expect(within(environment(), `new (${CDK}).App().synth().artifacts.length`)).toBe(1);
  });

  test('a clock that stands', async () => {
    const first = environment();
    const before = within(first, 'Date.now');
    first.fakeTimersModern?.useFakeTimers();
    expect(within(first, 'Date.now')).not.toBe(before);
    await first.teardown();
    expect(within(environment(), 'Date.now')).toBe(before);
  });
});

describe('our own modules', () => {
  const [[packages]] = Object.entries(config.transform);
  const fits = (path: string) => new RegExp(packages).test(join(__dirname, '..', '..', path));

  test.each(['lib/core/index.js', 'test/support/judged.js', 'tools/judge.js', 'build/index.js'])('%s is loaded for each test file', (path) => {
    expect(fits(path)).toBe(false);
  });

  test.each(['aws-cdk-lib/index.js', 'constructs/lib/index.js', 'cdk-nag/lib/index.js'])('%s is not', (path) => {
    expect(fits(`node_modules/${path}`)).toBe(true);
  });
});

test('a property that cannot be put back stays, and the others are put back', () => {
  const object: Record<string, number> = { one: 1, two: 2 };
  const restore = restoring(object);
  Object.defineProperty(object, 'stays', { value: 3 });
  object.one = 5;
  delete object.two;
  restore();
  expect({ ...object, stays: object.stays }).toEqual({ one: 1, two: 2, stays: 3 });
});
