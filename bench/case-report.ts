import { CaseRow } from './measure-cases';

/** The second table: what the rest of the library costs over the same templates. */
export function caseReport(rows: readonly CaseRow[], runs: number): string {
  return [
    `Processor time for one more of each, against the same templates as raw L1 resources: nothing that is written by hand is as quick. Median of ${runs}.`,
    '',
    '| Construct | one more | as raw L1 resources | times | resources |',
    '| --- | --- | --- | --- | --- |',
    ...rows.map(({ what, oursMilliseconds, rawMilliseconds, timesRaw, resources }) =>
      `| ${what} | ${oursMilliseconds.toFixed(1)} ms | ${rawMilliseconds.toFixed(1)} ms | ${timesRaw.toFixed(1)}x | ${Math.round(10 * resources) / 10} |`),
  ].join('\n');
}
