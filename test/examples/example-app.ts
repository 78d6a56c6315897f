import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { AppOptions } from '../../tools/strict-synth';

export const EXAMPLES = join(__dirname, '..', '..', 'examples');
// what a user gives with `-c`; nothing is pulled or read at synth
const GIVEN = { imageDigest: `sha256:${'1'.repeat(64)}`, artifactSha256: '2'.repeat(64) };

/** Runs an example as `cdk` would, with the context of its cdk.json, up to the point where it synthesizes. */
export function exampleApp(topic: string, { outdir, context }: AppOptions): App {
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
