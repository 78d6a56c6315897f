import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, cx_api, Stack, StageSynthesisOptions } from 'aws-cdk-lib';
import { ENV } from './baselines';
import { Claim } from './mistake';
import { InvalidProps } from '../../lib/core/invalid-props';
import { strictReport } from '../../tools/strict-synth';
import { CDK_RULES, Finding } from '../../tools/synth-report';

/** What an app is refused with before its template is judged. */
export interface Stopped {
  readonly by: 'our check' | 'our check at synth' | 'the CDK';
  readonly code?: string;
  readonly message: string;
}

/** What all gates said of one app. */
export interface Measured {
  readonly stopped?: Stopped;
  readonly findings: readonly Finding[];
}

/** Our checks have had their turn; what they stop is shown to the other gates all the same. */
class UncheckedApp extends App {
  public synth(options?: StageSynthesisOptions): cx_api.CloudAssembly {
    this.node.findAll().forEach(({ node }) => node.validate()); // some constructs acknowledge findings there
    return super.synth({ ...options, skipValidation: true });
  }
}

/** Lets every gate judge what `make` puts into a stack. */
export function measure(make: (stack: Stack) => void): Measured {
  const stopped = inTemporaryFolder((outdir) => stoppedBy(() => {
    const app = new App({ outdir });
    make(new Stack(app, 'Test', { env: ENV }));
    app.synth();
  }));
  if (stopped !== undefined && stopped.by !== 'our check at synth') {
    return { stopped, findings: [] }; // no template, nothing to judge
  }
  const { open } = inTemporaryFolder((folder) => strictReport(({ outdir, context }) => {
    const app = new UncheckedApp({ outdir, context });
    make(new Stack(app, 'Test', { env: ENV }));
    return app;
  }, folder));
  return { stopped, findings: open };
}

/** Who spoke, one line each, to be compared with a claim. */
export function gatesOf({ stopped, findings }: Measured): string[] {
  const gates = findings.map(({ pack, rule }) => `${pack === CDK_RULES ? 'rule' : 'pack'} ${rule}`);
  const first = stopped === undefined ? [] : [[stopped.by, stopped.code].filter((part) => part !== undefined).join(' ')];
  return [...first, ...[...new Set(gates)].sort()];
}

/** The same lines, as a claim has them. */
export function gatesClaimed({ ours, cdk, rules = [], packs = [] }: Claim): string[] {
  const own = ours === undefined ? [] : [ours.code === undefined ? 'our check at synth' : `our check ${ours.code}`];
  const gates = [...rules.map((rule) => `rule ${rule}`), ...packs.map((rule) => `pack ${rule}`)];
  return [...own, ...cdk === undefined ? [] : ['the CDK'], ...gates.sort()];
}

function stoppedBy(synth: () => void): Stopped | undefined {
  try {
    synth();
    return undefined;
  } catch (thrown) {
    const { message } = thrown as Error;
    if (thrown instanceof InvalidProps) {
      return { by: 'our check', code: thrown.code, message };
    }
    const [header, ...problems] = message.split('\n');
    return header === 'Validation failed with the following errors:'
      ? { by: 'our check at synth', message: problems.map((line) => line.trim()).join('\n') }
      : { by: 'the CDK', message };
  }
}

function inTemporaryFolder<T>(work: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'mistake-'));
  try {
    return work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
