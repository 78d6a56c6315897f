import { run } from './support/test-world';
import { EXIT_CODES } from '../../bin/cli/exit-code';
import { createProgram } from '../../bin/cli/program';
import { processWorld } from '../../bin/cli/world';
import { addApi } from '../../bin/commands/api';
import { addAudit } from '../../bin/commands/audit';
import { addInvoke } from '../../bin/commands/invoke';
import { addModel } from '../../bin/commands/model';
import { addRelease } from '../../bin/commands/release';
import { addStop } from '../../bin/commands/stop';
import { ROUTES } from '../../lib/registry/runtime/contract';
import { DESK_ROUTES } from '../../lib/serving/progressive/runtime/contract';

const world = processWorld();
const program = createProgram([], world);
addModel(program, world);
addRelease(program, world);
addStop(program, world);
addAudit(program, world);
addInvoke(program, world);
addApi(program, world);
const VERBS = program.commands.flatMap((group) => group.commands.map((verb) => [group.name(), verb.name()] as const));
const SIGNED = VERBS.filter(([group]) => group !== 'api');
const EVERYWHERE = ['--url', '--stack', '--parameter', '--region', '--profile', '--json', '--debug'];
const OF_THE_REGISTRY = ['--environment', '--tenant'];
const OF_API: ReadonlyArray<readonly [string, readonly string[]]> = [
  ['invoke', ['--input', '--content-type', '--api', '--client', '--client-id', '--timeout']],
  ['api token', ['--scope', '--api', '--client', '--client-id', '--timeout']],
  ['api openapi', ['--assembly', '--api']],
];
/** Those of the release controller: nobody types them. */
const NOT_FOR_PEOPLE = ['hold', 'unhold'];
/** Those that are an option of another verb. */
const BY_OPTION = ['emergency-revoke'];

test('every route of the registry has a verb', () => {
  const routes = ROUTES.map(({ verb }) => verb).filter((verb) => verb !== 'audit' && ![...NOT_FOR_PEOPLE, ...BY_OPTION].includes(verb));
  expect(VERBS.filter(([group]) => group === 'model').map(([, verb]) => verb).sort()).toEqual(routes.sort());
  expect(VERBS.filter(([group]) => group === 'audit').map(([, verb]) => verb)).toEqual(['query', 'verify', 'repair']);
});

test('every route of the release desk has a verb, and so has each side of the emergency stop', () => {
  const verbsOf = (name: string) => VERBS.filter(([group]) => group === name).map(([, verb]) => verb).sort();
  expect(verbsOf('release')).toEqual(DESK_ROUTES.map(({ verb }) => verb).sort());
  expect(verbsOf('stop')).toEqual(['off', 'on', 'status']);
});

test.each(SIGNED)('mlp %s %s --help explains each option, and has an example of itself', async (group, verb) => {
  const { exitCode, out, err } = await run([group, verb, '--help']);
  expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' });
  expect(out).toMatch(new RegExp(`Example:\n  mlp ${group} ${verb}`));
  for (const option of [...EVERYWHERE, ...['model', 'audit'].includes(group) ? OF_THE_REGISTRY : []]) {
    expect(out).toMatch(new RegExp(`^  ${option} .*[a-zA-Z]{3}`, 'm'));
  }
});

test('every verb of an API is among them', () => {
  expect(OF_API.map(([name]) => name).filter((name) => name.startsWith('api'))).toEqual(VERBS.filter(([group]) => group === 'api').map((verb) => verb.join(' ')));
});

test.each(OF_API)('mlp %s --help explains each option, and has an example of itself', async (name, options) => {
  const { exitCode, out, err } = await run([...name.split(' '), '--help']);
  expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' });
  expect(out).toMatch(new RegExp(`Example:\n  mlp ${name}`));
  for (const option of [...options, '--url', '--token-url', '--stack', '--parameter', '--region', '--profile', '--json', '--debug']) {
    expect(out).toMatch(new RegExp(`^  ${option} .*[a-zA-Z]{3}`, 'm'));
  }
});

const WRITING = ROUTES.filter(({ method, verb }) => method === 'POST' && ![...NOT_FOR_PEOPLE, ...BY_OPTION].includes(verb)).map(({ verb }) => verb);
test.each(WRITING)('mlp model %s takes a request key, a change ticket and the expected rev', async (verb) => {
  const { out } = await run(['model', verb, '--help']);
  expect(out).toMatch(/--request-key[\s\S]*--change-ticket|--change-ticket[\s\S]*--request-key/);
  expect(out).toContain('--expected-rev');
});

test('mlp model revoke --help says what an emergency is', async () => {
  const { out } = await run(['model', 'revoke', '--help']);
  expect(out).toMatch(/--emergency .*production[\s\S]*--leave-empty[\s\S]*/);
  expect(out).toContain('\n  mlp model revoke fraud-detection 7 --emergency --change-ticket INC-77');
});

test('mlp --help lists every verb and every exit code', async () => {
  const { exitCode, out } = await run(['--help']);
  expect(exitCode).toBe(0);
  for (const [group, verb] of VERBS) {
    expect(out).toContain(`mlp ${group} ${verb} `);
  }
  expect(out).toContain('  mlp invoke ');
  for (const [code, meaning] of EXIT_CODES) {
    expect(out).toContain(`${String(code).padStart(3)}  ${meaning}`);
  }
});

test.each([
  [[], 'Usage: mlp'],
  [['model'], 'mlp model'],
  [['model', 'promot', 'fraud', '1'], 'Did you mean promote?'],
  [['model', 'promote', 'fraud'], "missing required argument 'revision'"],
  [['model', 'promote', 'fraud', '1', '2'], 'too many arguments'],
  [['model', 'promote', 'fraud', '1', '--exspected-rev', '1'], 'unknown option'],
  [['model', 'promote', 'Fraud', '1'], 'must be 2 to 64 characters'],
  [['model', 'promote', 'fraud', 'latest'], 'must not say `latest`'],
  [['model', 'promote', 'fraud', '0'], 'begin with 1'],
  [['model', 'promote', 'fraud', '1e3'], 'whole number'],
  [['model', 'promote', 'fraud', '1', '--tenant', 'a/b'], 'lower-case letters'],
  [['model', 'promote', 'fraud', '1', '--change-ticket', 'a b'], '1 to 64 letters'],
  [['model', 'promote', 'fraud', '1', '--request-key', 'ä'], '1 to 128 letters'],
  [['model', 'promote', 'fra\u001b[31mud', '1'], '\\u001b[31m'],
])('a command line that is not right is exit code 2, and says what is: %j', async (args, sentence) => {
  const { exitCode, out, err } = await run(args);
  expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' });
  expect(err).toContain(sentence);
  expect(err).not.toMatch(/[^\P{C}\n]/u);
});

test('with --json, a command line that is not right is a line of JSON', async () => {
  const { err } = await run(['model', 'promote', 'fraud', '--json']);
  expect(JSON.parse(err)).toEqual({ error: { code: 'USAGE', message: "missing required argument 'revision'", exitCode: 2 } });
});

test('--version of mlp is a version, and --version of a query a revision', async () => {
  expect((await run(['--version'])).out).toMatch(/^[0-9]+\.[0-9]+\.[0-9]+\n$/);
  expect(await run(['audit', 'query', '--version', 'x'])).toMatchObject({ exitCode: 2, out: '' });
});

test('a stream is watched once, however many worlds write to it', () => {
  const watchers = () => [process.stdout, process.stderr].map((stream) => stream.listenerCount('error'));
  const before = watchers();
  Array.from({ length: 20 }, processWorld);
  expect(watchers()).toEqual(before);
});
