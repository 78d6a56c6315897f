import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BenchCase } from './cases/bench-case';
import { CaseCost, CaseTask } from './contract';
import { bundleChild, inChild } from './measure';
import { median } from './summary';

/** How much is measured. */
export interface CasePlan {
  readonly cases: readonly BenchCase[];
  readonly runs: number;
  /** How many are synthesized before, at least. */
  readonly warmUp: number;
  /** Where the package is: compiled, as its users have it. */
  readonly library: string;
}

/** What one more of a case costs: medians over the runs. */
export interface CaseRow {
  readonly what: string;
  readonly oursMilliseconds: number;
  readonly rawMilliseconds: number;
  /** Run by run. */
  readonly timesRaw: number;
  /** Resources of one more. */
  readonly resources: number;
}

/** Each app in a process of its own; in every other run the raw one goes first, so that a machine that slows down slows both. */
export function measureCases({ cases, runs, warmUp, library }: CasePlan, progress: (line: string) => void): CaseRow[] {
  bundleChild('case-child');
  return cases.map(({ name, what, many: count }) => {
    const folder = mkdtempSync(join(tmpdir(), 'bench-case-'));
    const assembly = (size: number) => join(folder, `recorded-${size}`);
    const cost = (task: Pick<CaseTask, 'count' | 'warmUp' | 'outdir' | 'recorded'>) =>
      inChild<CaseTask, CaseCost>('case-child', { name, library, ...task });
    const measured = (size: number, raw: boolean) =>
      cost({ count: size, warmUp, outdir: join(folder, 'measured'), ...(raw ? { recorded: assembly(size) } : {}) }).milliseconds;
    try {
      const [small, large] = [1, count].map((size) => cost({ count: size, warmUp: 0, outdir: assembly(size) }));
      const start = performance.now();
      const perRun = Array.from({ length: runs }, (_, run) => {
        const more = (raw: boolean) => (measured(count, raw) - measured(1, raw)) / (count - 1);
        const [first, second] = run % 2 === 0 ? [more(false), more(true)] : [more(true), more(false)];
        return run % 2 === 0 ? { ours: first, raw: second } : { ours: second, raw: first };
      });
      progress(`${name}: ${runs} runs, ${((performance.now() - start) / 1000).toFixed(0)} s`);
      return {
        what,
        oursMilliseconds: median(perRun.map(({ ours }) => ours)),
        rawMilliseconds: median(perRun.map(({ raw }) => raw)),
        timesRaw: median(perRun.map(({ ours, raw }) => ours / raw)),
        resources: (large.resources - small.resources) / (count - 1),
      };
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
}
