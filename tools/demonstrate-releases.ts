import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Print } from './demonstrate';
import { CreateApp } from './strict-synth';
import { stacksIn } from '../bin/cli/cloud-assembly';
import { Rehearsal, Scenario, Scenarios, timelineOf } from '../rehearsal/index';

/** What is rehearsed, and how it has to end. */
export interface WantedRelease {
  readonly scenario: Scenario;
  readonly outcome: string;
}

/** One release that is promoted and one that is rolled back. */
export const TWO_RELEASES: readonly WantedRelease[] = [
  { scenario: Scenarios.healthy(), outcome: 'SUCCEEDED' },
  { scenario: Scenarios.errors(), outcome: 'ROLLED_BACK' },
];

/** Rehearses releases with the machinery of a stack as it was synthesized, and prints what happened. */
export async function demonstrateReleases(
  createApp: CreateApp, stack: string, print: Print, releases: readonly WantedRelease[] = TWO_RELEASES,
): Promise<number> {
  const rehearsal = rehearsalOf(createApp, stack);
  const wrong: string[] = [];
  for (const { scenario, outcome } of releases) {
    const start = performance.now();
    const result = await rehearsal.run(scenario);
    print('');
    timelineOf(result).forEach((line) => print(line));
    print('');
    const hours = (result.virtualMinutes / 60).toFixed(1);
    print(`${hours} h of virtual time in ${((performance.now() - start) / 1000).toFixed(1)} s: ${result.outcome ?? 'no end'}`);
    wrong.push(...result.outcome === outcome ? [] : [`${result.scenario} ended ${result.outcome ?? 'not at all'} and should have ended ${outcome}`]);
  }
  wrong.forEach((problem) => print(`failed: ${problem}`));
  return wrong.length === 0 ? 0 : 1;
}

function rehearsalOf(createApp: CreateApp, stack: string): Rehearsal {
  const outdir = mkdtempSync(join(tmpdir(), 'demo-'));
  const validation = process.env.CDK_VALIDATION;
  process.env.CDK_VALIDATION = 'false'; // it was judged before
  try {
    createApp({ outdir, context: {} }).synth();
    const stacks = stacksIn(outdir);
    const template = stacks.find(({ name }) => name === stack)?.template;
    if (template === undefined) {
      throw new Error(`the app has no stack ${stack}`);
    }
    return Rehearsal.of(template, { alongside: stacks.filter(({ name }) => name !== stack).map((other) => other.template) });
  } finally {
    rmSync(outdir, { recursive: true, force: true });
    if (validation === undefined) {
      delete process.env.CDK_VALIDATION;
    } else {
      process.env.CDK_VALIDATION = validation;
    }
  }
}
