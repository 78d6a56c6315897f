import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { addFivePacks, SynthReport, synthReport } from '../../tools/synth-report';

/** An environment like a real one; packs and policies look at it. */
export const ENV = { account: '111122223333', region: 'eu-west-1' };

/** Builds a stack, lets five packs judge it at synth (the hook that honours acknowledgements), and says what they found. */
export function judged(build: (stack: Stack) => void): SynthReport {
  const app = new App({ outdir: mkdtempSync(join(tmpdir(), 'judged-')) });
  addFivePacks(app);
  build(new Stack(app, 'Test', { env: ENV }));
  return synthReport(app);
}

/** `rule at path` for each open finding: empty is what a construct with default props must give. */
export function openFindings(build: (stack: Stack) => void): string[] {
  return judged(build).open.map(({ rule, path }) => `${rule} at ${path}`);
}
