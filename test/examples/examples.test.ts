import { mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { AppOptions, strictReport } from '../../tools/strict-synth';

const EXAMPLES = join(__dirname, '..', '..', 'examples');
const TOPICS = readdirSync(EXAMPLES);
// what a user gives with `-c`; nothing is pulled or read at synth
const GIVEN = { imageDigest: `sha256:${'1'.repeat(64)}`, artifactSha256: '2'.repeat(64) };

/**
 * Whose findings are not ours. The alpha package gives its model a role with full access, which its README says. And a policy
 * that lets somebody use the registry holds a `*` where a path has the number of a version: whether that is fine is for the
 * owner of the policy to say.
 */
const THEIRS = /^AlphaModel\/Model\/Role\/|^ChurnRegistry\/(Trainer|Reviewer|Releaser)Policy\//;

/** Runs an example as `cdk` would, with the context of its cdk.json, up to the point where it synthesizes. */
function exampleApp(topic: string, { outdir, context }: AppOptions): App {
  const { context: own } = JSON.parse(readFileSync(join(EXAMPLES, topic, 'cdk.json'), 'utf8')) as { context: object };
  let made: App | undefined;
  const synth = jest.spyOn(App.prototype, 'synth').mockImplementation(function (this: App) {
    made = this;
    return undefined as never;
  });
  process.env.CDK_CONTEXT_JSON = JSON.stringify({ ...own, ...GIVEN, ...context });
  process.env.CDK_OUTDIR = outdir;
  try {
    jest.requireActual(join(EXAMPLES, topic, 'app'));
  } finally {
    delete process.env.CDK_CONTEXT_JSON;
    delete process.env.CDK_OUTDIR;
    synth.mockRestore();
  }
  return made!;
}

test('every example has an app, a cdk.json and a README', () => {
  expect(TOPICS.length).toBeGreaterThan(0);
  for (const topic of TOPICS) {
    expect(readdirSync(join(EXAMPLES, topic))).toEqual(expect.arrayContaining(['README.md', 'app.ts', 'cdk.json']));
  }
});

test.each(TOPICS)('%s passes strict validation, and the packs find nothing in it that is ours', (topic) => {
  const report = strictReport((options) => exampleApp(topic, options), mkdtempSync(join(tmpdir(), 'example-')));
  expect(report.error).toBeUndefined();
  expect(report.stacks.length).toBeGreaterThan(0);
  expect(report.open.filter(({ path }) => !THEIRS.test(path)).map(({ rule, path }) => `${rule} at ${path}`)).toEqual([]);
});
