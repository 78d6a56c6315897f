import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { judge, passes } from './judgement';
import { openList, reportTable } from './report-table';
import { CreateApp, strictReport } from './strict-synth';
import { VALIDATION_EXCEPTIONS, ValidationException } from './validation-exceptions';

export type Print = (line: string) => void;

/** Synthesizes an app, lets everybody judge it, prints the table and says with which code the process ends. */
export function demonstrate(
  createApp: CreateApp, print: Print, exceptions: readonly ValidationException[] = VALIDATION_EXCEPTIONS,
): number {
  const start = performance.now();
  const progress = (text: string) => print(`[${((performance.now() - start) / 1000).toFixed(1).padStart(5)} s] ${text}`);
  const outdir = mkdtempSync(join(tmpdir(), 'demo-'));
  try {
    progress('synthesizing; five packs and the strict CloudFormation rules are judging');
    const report = strictReport(createApp, outdir);
    const judgement = judge(report, exceptions);
    progress(`judged ${report.stacks.length} stacks; a pack's column counts open / acknowledged findings`);
    print('');
    print(reportTable(report, judgement));
    print('');
    if (!passes(judgement)) {
      print(openList(judgement));
      print('');
    }
    const { open, stale } = judgement;
    progress(passes(judgement)
      ? 'passed: nothing is open'
      : `failed: ${open.length} open findings, ${stale.length} stale list entries`);
    return passes(judgement) ? 0 : 1;
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}
