import { html, Markup } from './markup';
import { RehearsalResult } from '../result';
import { clock } from '../timeline';

const LEFT = 46;
const RIGHT = 14;
const WIDTH = 760;
const PLOT = 170;
const TOP = 28;
const LANES = TOP + PLOT + 36;
const LANE = 30;
const MOST_TICKS = 9;
const STEPS = [5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 10_080];

interface Span { readonly from: number; readonly to: number }
/** A row below the plot. */
interface Lane { readonly name: string; readonly marks: readonly Markup[] }

/** Shares of requests over time, and below it what was judged, which alarms were raised and when people were told. */
export function chartOf(result: RehearsalResult): Markup {
  const end = Math.max(result.virtualMinutes, 1);
  const x = (minutes: number) => round(LEFT + minutes / end * (WIDTH - LEFT - RIGHT));
  const lanes = [judged(result, x), ...alarmed(result, x), told(result, x)].filter(({ marks }) => marks.length > 0);
  const height = LANES + lanes.length * LANE;
  return html`<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-labelledby="chart-title chart-words">
<title id="chart-title">Share of requests by slot over time</title>
<desc id="chart-words">${inWords(result)}</desc>
${legend()}
${axes(end, x)}
${area(result, x, end, 'Candidate')}${area(result, x, end, 'Stable')}
${lanes.map(({ name, marks }, place) => laneOf(name, marks, LANES + place * LANE))}
</svg>`;
}

/** The same for who does not see it: each change of the candidate's share, and the alarms. */
export function inWords({ weights, alarms, endpoint }: RehearsalResult): string {
  const shares = weights.filter(({ percent }, place) => percent.Candidate !== weights[place - 1]?.percent.Candidate)
    .map(({ minutes, percent: { Candidate: share } }) => `${share === undefined ? 'none' : `${share} %`} from ${clock(minutes)}`);
  const raised = alarms.filter(({ to }) => to === 'ALARM').map(({ alarm, minutes }) => `${bare(alarm, endpoint)} at ${clock(minutes)}`);
  return `Share of the candidate: ${shares.join(', ') || 'none at any time'}. Alarms: ${raised.join(', ') || 'none'}.`;
}

/** Steps of one slot, upon what lies below it: the candidate at the bottom, stable above. */
function area({ weights }: RehearsalResult, x: (minutes: number) => number, end: number, slot: 'Candidate' | 'Stable'): Markup {
  const y = (percent: number) => round(TOP + PLOT * (1 - percent / 100));
  const pieces = weights.map(({ minutes, percent: { Candidate: candidate = 0, Stable: stable = 0 } }, place) => {
    const [low, high] = slot === 'Candidate' ? [0, candidate] : [candidate, candidate + stable];
    const [from, to] = [x(minutes), x(weights[place + 1]?.minutes ?? end)];
    return high === low || to === from ? '' : `M${from} ${y(low)}V${y(high)}H${to}V${y(low)}Z`;
  }).join('');
  return pieces === '' ? html`` : html`<path d="${pieces}" fill="var(--${slot.toLowerCase()})"/>`;
}

function legend(): Markup {
  const one = (place: number, colour: string, text: string) =>
    html`<rect x="${place}" y="6" width="12" height="12" rx="2" fill="var(--${colour})"/><text x="${place + 18}" y="16">${text}</text>`;
  return html`${one(LEFT, 'candidate', 'Candidate')}${one(LEFT + 100, 'stable', 'Stable')}`;
}

function axes(end: number, x: (minutes: number) => number): Markup {
  const step = STEPS.find((each) => end / each <= MOST_TICKS) ?? Math.ceil(end / MOST_TICKS);
  const times = Array.from({ length: Math.floor(end / step) + 1 }, (_, place) => place * step);
  const bottom = TOP + PLOT;
  return html`${[0, 50, 100].map((percent) => {
    const y = bottom - PLOT * percent / 100;
    return html`<path d="M${LEFT} ${y}H${WIDTH - RIGHT}" stroke="var(--line)"/><text class="quiet" x="${LEFT - 6}" y="${y + 4}" text-anchor="end">${percent} %</text>`;
  })}${times.map((minutes) => {
    // the last one would stand over the edge
    const anchor = x(minutes) > WIDTH - RIGHT - 20 ? 'end' : 'middle';
    return html`<path d="M${x(minutes)} ${bottom}v5" stroke="var(--quiet)"/><text class="quiet" x="${x(minutes)}" y="${bottom + 18}" text-anchor="${anchor}">${clock(minutes)}</text>`;
  })}`;
}

function laneOf(name: string, marks: readonly Markup[], y: number): Markup {
  return html`<g transform="translate(0 ${y})"><path d="M${LEFT} 17H${WIDTH - RIGHT}" stroke="var(--line)"/><text x="${LEFT}" y="8">${name}</text>${marks}</g>
`;
}

const VERDICTS: Readonly<Record<string, { readonly colour: string; readonly shape: string }>> = {
  HEALTHY: { colour: 'good', shape: 'm-3 0 3 3 4 -7' },
  FAILED: { colour: 'bad', shape: 'm-3 -3 6 6m0 -6 -6 6' },
  INCONCLUSIVE: { colour: 'unsure', shape: 'm-3 0h6' },
  ERROR: { colour: 'bad', shape: 'm0 -4v5m0 2v1' },
};

function judged({ timeline }: RehearsalResult, x: (minutes: number) => number): Lane {
  const marks = timeline.flatMap(({ kind, text, minutes }) => {
    const { colour, shape } = VERDICTS[/^judge ([A-Z]+)/.exec(text)?.[1] ?? ''] ?? {};
    return kind !== 'release' || colour === undefined ? []
      : [html`<path d="M${x(minutes)} 17${shape}" fill="none" stroke="var(--${colour})" stroke-width="2"><title>${clock(minutes)} ${text}</title></path>`];
  });
  return { name: 'Ticks: a check is healthy, a dash inconclusive, a cross failed, a stroke an error', marks };
}

function alarmed({ alarms, virtualMinutes, endpoint }: RehearsalResult, x: (minutes: number) => number): Lane[] {
  const names = [...new Set(alarms.filter(({ to }) => to === 'ALARM').map(({ alarm }) => alarm))];
  return names.map((name) => {
    const own = alarms.filter(({ alarm }) => alarm === name);
    const spans = own.flatMap(({ minutes, to }, place): Span[] => to === 'ALARM' ? [{ from: minutes, to: own[place + 1]?.minutes ?? virtualMinutes }] : []);
    return {
      name: `In alarm: ${bare(name, endpoint)}`,
      marks: spans.map(({ from, to }) =>
        html`<rect x="${x(from)}" y="13" width="${Math.max(3, round(x(to) - x(from)))}" height="8" rx="2" fill="var(--bad)"><title>${name}: ${clock(from)} to ${clock(to)}</title></rect>`),
    };
  });
}

function told({ pages }: RehearsalResult, x: (minutes: number) => number): Lane {
  return {
    name: 'People are told',
    marks: pages.map(({ minutes, subject }) => html`<path d="M${x(minutes)} 11l5 6-5 6-5-6z" fill="var(--unsure)"><title>${clock(minutes)} ${subject}</title></path>`),
  };
}

function bare(alarm: string, endpoint: string): string {
  return alarm.startsWith(`${endpoint}/`) ? alarm.slice(endpoint.length + 1) : alarm;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
