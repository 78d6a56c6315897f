import { EndpointReleaseAnswer, ReleaseAnswer, StageAnswer } from './release-answers';
import { Column, Terminal } from './terminal';
import { shortArn } from './version-facts';

/** States in which a release is over. */
export const ENDS: readonly string[] = ['SUCCEEDED', 'ROLLED_BACK', 'ABORTED', 'HALTED'];

type Row = StageAnswer & { readonly number: number; readonly progress: string };

const STAGE_COLUMNS: readonly Column<Row>[] = [
  { head: 'STAGE', of: ({ number }) => number, right: true },
  { head: 'KIND', of: ({ kind }) => kind },
  { head: 'REQUESTS', of: ({ percent }) => `${percent} %`, right: true },
  { head: 'BAKE TIME', of: ({ bakeSeconds }) => duration(bakeSeconds), right: true },
  { head: 'PROGRESS', of: ({ progress }) => progress },
];

/** What serves, what is released, and what stands in the way. */
export function printStatus(terminal: Terminal, answer: EndpointReleaseAnswer): void {
  const { endpoint, stable, release, failuresInARow, emergencyStop } = answer;
  terminal.facts({
    'endpoint': endpoint,
    'stable': stable === undefined ? 'nothing yet'
      : `${stable.revision === undefined ? 'a version from before the first release' : `version ${stable.revision}`} on ${stable.configName}`,
    'emergency stop': emergencyStop === 'off' ? 'off' : `${emergencyStop.toUpperCase()}: nothing goes forward`,
    'failed in a row': failuresInARow === 0 ? undefined
      : `${failuresInARow}${failuresInARow >= 2 ? ': the next release needs `mlp release allow` by another person' : ''}`,
    ...(release === undefined ? { release: 'none yet' } : releaseFacts(release)),
  });
  if (release !== undefined && release.stages.length > 0) {
    terminal.table(STAGE_COLUMNS, release.stages.map((stage, place) => ({
      ...stage, number: place + 1, progress: progressOf(release, place),
    })), '');
  }
}

function releaseFacts(release: ReleaseAnswer): Record<string, string | undefined> {
  const { releaseId, kind, revision, previousRevision, state, requester, startedAt, endedAt, verdict, latch } = release;
  return {
    'release': `${releaseId}: ${kind === 'rollback' ? 'back to ' : ''}version ${revision}${previousRevision === undefined ? ''
      : ` in place of ${previousRevision}`}, ${state}`,
    'asked by': `${shortArn(requester)} at ${startedAt}`,
    'ended': endedAt,
    'last verdict': verdict && `${verdict.verdict} at ${verdict.at}: ${verdict.reason}`,
    'went back': latch && `${latch.cause} at ${latch.at}: ${latch.reason}`,
    'traffic restored': restored(release),
  };
}

function restored({ restoreSeconds, lockedSeconds = 0 }: ReleaseAnswer): string | undefined {
  return restoreSeconds === undefined ? undefined : `in ${duration(restoreSeconds)}${lockedSeconds === 0 ? ''
    : `, and ${duration(lockedSeconds)} in which SageMaker held the endpoint locked`}`;
}

function progressOf({ stage, state, healthySeconds, stages }: ReleaseAnswer, place: number): string {
  if (place < stage || state === 'SUCCEEDED') {
    return 'passed';
  }
  if (place > stage || state === 'PENDING') {
    return '';
  }
  const healthy = `${duration(healthySeconds)} of ${duration(stages[place].bakeSeconds)} healthy`;
  return ENDS.includes(state) || state === 'ROLLING_BACK' ? `${state === 'ROLLING_BACK' ? 'going back' : 'ended'} after ${healthy}` : healthy;
}

/** `1 d 2 h`, `30 min`, `45 s`: the two largest units that are not zero. */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  const parts: [number, string][] = [
    [Math.floor(whole / 86_400), 'd'], [Math.floor(whole / 3600) % 24, 'h'], [Math.floor(whole / 60) % 60, 'min'], [whole % 60, 's'],
  ];
  const first = parts.findIndex(([count]) => count > 0);
  return first < 0 ? '0 s' : parts.slice(first, first + 2).filter(([count]) => count > 0).map(([count, unit]) => `${count} ${unit}`).join(' ');
}
