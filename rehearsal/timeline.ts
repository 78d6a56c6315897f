import { RehearsalResult, TimelineEntry } from './result';

const WIDTH = 100;
const BAR = 10;
export const MARKS: Readonly<Record<TimelineEntry['kind'], string>> = {
  operator: 'person', release: 'release', endpoint: 'endpoint', alarm: 'ALARM', page: 'PAGE', execution: 'machine', fault: 'fault', note: '',
};
const HOURS_WITHOUT_DAYS = 48;

export interface TimelineOptions {
  /** Columns. @default 100 */
  readonly width?: number;
  /** Also what belongs to the machinery: executions, and changes that repeat. @default false */
  readonly all?: boolean;
}

/** What happened, as lines of plain text: time, share of requests that the candidate has, who, what. */
export function timelineOf(result: RehearsalResult, { width = WIDTH, all = false }: TimelineOptions = {}): string[] {
  return [
    ...headOf(result, width),
    '',
    ...shownOf(result, all).flatMap((entry) => linesOf(entry, shareAt(result, entry.minutes), width)),
    '',
    ...tailOf(result, width),
  ];
}

/** What a reader is shown: all of it, or what is news. */
export function shownOf({ timeline }: RehearsalResult, all: boolean): TimelineEntry[] {
  return folded(timeline.filter((entry) => all || interesting(entry)));
}

function headOf({ endpoint, scenario, story, seed }: RehearsalResult, width: number): string[] {
  return [`Rehearsal of ${endpoint} · scenario ${scenario} · seed ${seed}`, ...(story === '' ? [] : wrapped(story, width)), rule(width)];
}

function tailOf(result: RehearsalResult, width: number): string[] {
  const { releases, traffic, pages, problems } = result;
  const { stateTransitions, lambdaInvocations, apiCalls, longestHistory } = result.counts;
  return [
    rule(width),
    ...releases.flatMap((release) => {
      const { releaseId, revision, state, outcome, reason, latch } = release;
      const { restoreSeconds, lockedSeconds, startedMinutes, endedMinutes } = release;
      const took = endedMinutes === undefined ? '' : ` after ${spelt(endedMinutes - startedMinutes)}`;
      const why = reason ?? latch?.reason;
      return [
        ...wrapped(`${releaseId}, revision ${revision}: ${outcome ?? state}${took}${why === undefined ? '' : `. ${why}`}`, width),
        ...(restoreSeconds === undefined ? [] : wrapped(`traffic was back on stable ${restoreSeconds} s after the decision (${lockedSeconds ?? 0} s of it locked by `
          + 'SageMaker)', width - 2).map((line) => `  ${line}`)),
      ];
    }),
    ...Object.entries(traffic).map(([slot, { requests, errors }]) => `  ${slot}: ${requests} requests, ${errors} errors`),
    ...wrapped(`${pages.length} ${pages.length === 1 ? 'page' : 'pages'}, ${stateTransitions} state transitions, ${lambdaInvocations} invocations, ${apiCalls} API calls, longest history `
      + `${longestHistory} of 25000 events`, width - 2).map((line) => `  ${line}`),
    ...problems.flatMap((problem) => wrapped(`BROKEN: ${problem}`, width)),
  ];
}

function interesting({ kind, text }: TimelineEntry): boolean {
  return kind !== 'execution' && !(kind === 'release' && /^(issue|see|begin|confirm) SUCCEEDED$/.test(text)) && !/^Updating: gets weights/.test(text)
    && !/INSUFFICIENT_DATA -> OK/.test(text);
}

/** Ticks that say the same again are one line. */
function folded(entries: readonly TimelineEntry[]): TimelineEntry[] {
  const lines: { entry: TimelineEntry; times: number; until: number }[] = [];
  for (const entry of entries) {
    const last = lines.at(-1);
    if (last !== undefined && entry.kind === 'release' && last.entry.kind === 'release' && sameTick(last.entry.text, entry.text)) {
      Object.assign(last, { times: last.times + 1, until: entry.minutes });
    } else {
      lines.push({ entry, times: 1, until: entry.minutes });
    }
  }
  return lines.map(({ entry, times, until }) => times === 1 ? entry : { ...entry, text: `${entry.text} (${times} ticks, until ${clock(until)})` });
}

function sameTick(one: string, other: string): boolean {
  const bare = (text: string) => text.replace(/[\d.,]+/g, '#');
  return one.startsWith('judge ') && bare(one) === bare(other);
}

function linesOf({ minutes, kind, text }: TimelineEntry, share: number | undefined, width: number): string[] {
  const bar = share === undefined ? ' '.repeat(BAR) : '#'.repeat(Math.ceil(share / 100 * BAR)).padEnd(BAR, '.');
  const margin = `${clock(minutes).padStart(7)} ${bar} ${MARKS[kind].padEnd(8)}`;
  return wrapped(text, width - margin.length - 1).map((line, place) => `${place === 0 ? margin : ' '.repeat(margin.length)} ${line}`);
}

/** Share of requests of the candidate at a time, in percent. */
export function shareAt({ weights }: RehearsalResult, minutes: number): number | undefined {
  return weights.filter((entry) => entry.minutes <= minutes).at(-1)?.percent.Candidate;
}

export function clock(minutes: number): string {
  const whole = Math.floor(minutes);
  const days = whole >= HOURS_WITHOUT_DAYS * 60 ? `${Math.floor(whole / 1440)}d ` : '';
  const hours = Math.floor(days === '' ? whole / 60 : (whole % 1440) / 60);
  return `${days}${String(hours).padStart(2, '0')}:${String(whole % 60).padStart(2, '0')}`;
}

export function spelt(minutes: number): string {
  const whole = Math.round(minutes);
  return whole < 60 ? `${whole} min` : `${Math.floor(whole / 60)} h ${String(whole % 60).padStart(2, '0')} min`;
}

function rule(width: number): string {
  return '-'.repeat(width);
}

function wrapped(text: string, width: number): string[] {
  const room = Math.max(20, width);
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    for (let rest = word; rest !== '';) {
      const piece = rest.slice(0, room);
      rest = rest.slice(room);
      if (line !== '' && line.length + 1 + piece.length > room) {
        lines.push(line);
        line = '';
      }
      line = line === '' ? piece : `${line} ${piece}`;
    }
  }
  return line === '' ? lines : [...lines, line];
}

