import { mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exampleApp, EXAMPLES } from './example-app';
import { strictReport } from '../../tools/strict-synth';

const TOPICS = readdirSync(EXAMPLES);

/**
 * Whose findings are not ours. The alpha package gives its model a role with full access, which its README says. And a policy
 * that lets somebody use the registry holds a `*` where a path has the number of a version: whether that is fine is for the
 * owner of the policy to say.
 */
const THEIRS = /^AlphaModel\/Model\/Role\/|^ChurnRegistry\/(Trainer|Reviewer|Releaser)Policy\//;

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
