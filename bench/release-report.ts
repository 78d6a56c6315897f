import { MeasuredRelease } from './release-measure';
import { isMet, Target } from './targets';

/** Step Functions ends an execution that has so many events. */
const MOST_EVENTS = 25_000;

export function releaseTargets(releases: readonly MeasuredRelease[]): Target[] {
  const longest = Math.max(...releases.map(({ counts }) => counts.longestHistory));
  const day = releases.find(({ what }) => what.startsWith('a plan of one day'));
  return [
    { what: 'events of the longest execution', limit: MOST_EVENTS, measured: longest, unit: '', portable: true },
    { what: 'rehearsal of a plan of one day', limit: 3, measured: day?.seconds ?? NaN, unit: ' s', portable: false },
  ];
}

/** The table of the README, and under it what was promised. */
export function releaseReport(releases: readonly MeasuredRelease[], runs: number): string {
  const head = ['Release', 'ends', 'virtual time', 'rehearsed in', 'state transitions', 'executions', 'invocations', 'calls of AWS', 'longest history'];
  const rows = releases.map(({ what, outcome, virtualHours, seconds, counts }) => [
    what, outcome, `${virtualHours.toFixed(1)} h`, `${seconds.toFixed(2)} s`,
    ...[counts.stateTransitions, counts.executions, counts.lambdaInvocations, counts.apiCalls, counts.longestHistory].map(String),
  ]);
  return [
    `What a release costs of AWS, counted in rehearsals of the reference stack; times are medians of ${runs} on this machine.`,
    '',
    ...[head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`),
    '',
    ...releaseTargets(releases).map((target) =>
      `${isMet(target) ? 'met   ' : 'MISSED'} ${target.what}: ${target.measured.toFixed(target.unit === '' ? 0 : 2)}${target.unit}, at most ${target.limit}${target.unit}`),
  ].join('\n');
}
