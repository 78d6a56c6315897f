import type { ApiTimes } from './api-measure';
import type { EndpointCost } from './api-resources';
import { isMet, Target } from './targets';

/** What was measured of an API. */
export interface ApiSummary {
  readonly costs: readonly EndpointCost[];
  readonly times: ApiTimes;
  readonly lambdaInvocations: number;
}

const MOST_RESOURCES = 6;
const MOST_TIMES_L1 = 1.1;

export function apiTargets({ costs, times, lambdaInvocations }: ApiSummary): Target[] {
  const ratio = median(times.ours.map((milliseconds, run) => milliseconds / times.l1[run]));
  return [
    ...costs.map(({ kind, resources }) => ({ what: `resources of one endpoint more: ${kind}`, limit: MOST_RESOURCES, measured: resources, unit: '', portable: true })),
    { what: 'processor time for one endpoint more, against L1 by hand', limit: MOST_TIMES_L1, measured: ratio, unit: 'x', portable: true },
    { what: 'Lambda invocations of one request', limit: 0, measured: lambdaInvocations, unit: '', portable: true },
  ];
}

/** What the README shows. */
export function apiReport(summary: ApiSummary): string {
  const { ours, l1 } = summary.times;
  return [
    `One endpoint more: ${median(ours).toFixed(2)} ms with us, ${median(l1).toFixed(2)} ms by hand in L1; processor time of a synth, validation off, median of `
      + `${ours.length}, each in a process of its own. Absolute times are this machine's.`,
    '',
    ...apiTargets(summary).map((target) =>
      `${isMet(target) ? 'met   ' : 'MISSED'} ${target.what}: ${shown(target.measured)}${target.unit}, at most ${target.limit}${target.unit}`),
  ].join('\n');
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

function shown(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(2);
}
