import { ErrorRateRule, PlanDefinition } from './contract';
import { AlarmDefinitions, Verdict } from './release-state';

/** What CloudWatch says, and what it means: a function of its arguments. No data never promotes. */

export const MINUTE_MS = 60_000;

/** One minute of one slot. A value that is absent was not published. */
export interface Minute {
  readonly start: number;
  readonly requests?: number;
  readonly errors?: number;
}

export type SlotReadings = { readonly candidate: readonly Minute[]; readonly stable: readonly Minute[] } | 'unreadable';
/** By name: states, and a digest of what decides when each fires. An alarm without a state does not exist. */
export type AlarmReadings = { readonly states: Readonly<Record<string, string>>; readonly definitions: AlarmDefinitions } | 'unreadable';

export interface Readings {
  readonly slots: SlotReadings;
  readonly alarms: AlarmReadings;
  /** Whether anybody can tell how the endpoint is. @default 'readable' */
  readonly endpoint?: 'unreadable';
}

/** One evaluation pass. */
export interface Tick {
  readonly plan: Pick<PlanDefinition, 'stages' | 'errorRates' | 'alarms' | 'minimumSamples'>;
  /** When the stage's weights were confirmed. */
  readonly confirmedAt: number;
  /** Of Step Functions. */
  readonly at: number;
  /** Of its alarms when the release began. Absent: it began with code that did not look. */
  readonly definitions?: AlarmDefinitions;
  /** What the last tick had seen. */
  readonly candidateRequests: number;
  readonly stableRequests: number;
}

export interface Judgement {
  readonly verdict: Verdict;
  readonly reason: string;
  /** Both slots break the same rules in the same minutes: going back would only hide the cause. */
  readonly blameless: boolean;
  /** Stable has requests, and the candidate has none although it should. */
  readonly starved: boolean;
  /** Not so many minutes are over as the longest rule looks at: nothing could have broken it, so nothing is proven. */
  readonly early: boolean;
  readonly candidateRequests: number;
  readonly stableRequests: number;
  /** What people have to hear of at first sight, whatever the verdict is. */
  readonly notices: readonly string[];
}

/** From the one that outranks all to the one that is left when nothing speaks against it. */
const PRECEDENCE: readonly Verdict[] = ['Failed', 'Error', 'Inconclusive', 'Healthy'];

interface Opinion {
  readonly verdict: Verdict;
  readonly reason: string;
  readonly blameless?: boolean;
  readonly starved?: boolean;
  readonly noticed?: boolean;
}

/** Same tick, same readings, same judgement. */
export function decide(tick: Tick, readings: Readings): Judgement {
  const slots = countedSlots(tick, readings.slots);
  const opinions = [
    ...ofPlan(tick),
    ...(readings.endpoint === 'unreadable' ? [opinion('Error', 'the endpoint cannot be described')] : []),
    ...ofAlarms(tick, readings.alarms),
    ...(slots === 'unreadable' ? [opinion('Error', 'the metrics cannot be read')] : ofSlots(tick, slots)),
  ];
  const verdict = PRECEDENCE.find((each) => opinions.some((one) => one.verdict === each)) ?? 'Healthy';
  const worst = opinions.filter((one) => one.verdict === verdict);
  const seen = slots === 'unreadable' || !slots.sound ? tick
    : { candidateRequests: requestsOf(slots.candidate), stableRequests: requestsOf(slots.stable) };
  return {
    verdict,
    reason: worst.length === 0 ? 'within all limits' : worst.map(({ reason }) => reason).join('; '),
    blameless: verdict === 'Failed' && worst.every(({ blameless }) => blameless === true),
    starved: verdict === 'Inconclusive' && worst.some(({ starved }) => starved === true),
    early: wholeMinutes(tick) < Math.max(0, ...tick.plan.errorRates.map(({ consecutiveMinutes }) => consecutiveMinutes)),
    candidateRequests: seen.candidateRequests,
    stableRequests: seen.stableRequests,
    notices: opinions.filter(({ noticed }) => noticed === true).map(({ reason }) => reason),
  };
}

function wholeMinutes({ confirmedAt, at }: Tick): number {
  return Math.floor(at / MINUTE_MS) - Math.ceil(confirmedAt / MINUTE_MS);
}

/** An empty evaluation is no success. */
function ofPlan({ plan: { stages, errorRates, alarms } }: Tick): Opinion[] {
  return [
    ...(stages.length === 0 ? [opinion('Error', 'the plan has no stage')] : []),
    ...(errorRates.length === 0 && alarms.length === 0 ? [opinion('Error', 'the plan has no rule and no alarm')] : []),
  ];
}

function ofAlarms({ plan: { alarms: names }, definitions: before }: Tick, alarms: AlarmReadings): Opinion[] {
  if (alarms === 'unreadable') {
    return names.length === 0 ? [] : [opinion('Error', 'the alarms cannot be read')];
  }
  return names.flatMap((name) => {
    const state = Object.hasOwn(alarms.states, name) ? alarms.states[name] : undefined;
    return state === undefined ? [toBeTold(`alarm ${name} does not exist`)] : [...ofState(name, state), ...ofDefinition(name, alarms, before)];
  });
}

function ofState(name: string, state: string): Opinion[] {
  switch (state) {
    case 'OK':
      return [];
    case 'ALARM':
      return [opinion('Failed', `alarm ${name} is in ALARM`)];
    case 'INSUFFICIENT_DATA':
      return [opinion('Inconclusive', `alarm ${name} has insufficient data`)];
    default:
      return [opinion('Error', `alarm ${name} is in a state that nobody knows`)];
  }
}

/** An alarm that was changed on the way says something else than the one that the release began with. */
function ofDefinition(name: string, { definitions: now }: Exclude<AlarmReadings, 'unreadable'>, before: AlarmDefinitions | undefined): Opinion[] {
  return before === undefined || now[name] === before[name] ? []
    : [toBeTold(`alarm ${name} is defined otherwise than when the release began`)];
}

function toBeTold(reason: string): Opinion {
  return { verdict: 'Error', reason, noticed: true };
}

interface CountedSlots {
  readonly candidate: readonly Minute[];
  readonly stable: readonly Minute[];
  /** All values make sense. */
  readonly sound: boolean;
}

/** The whole minutes since the weights were confirmed that are over: older and later ones are evidence of nothing. */
function countedSlots({ confirmedAt, at }: Tick, slots: SlotReadings): CountedSlots | 'unreadable' {
  if (slots === 'unreadable') {
    return slots;
  }
  const counted = (minutes: readonly Minute[]) => minutes
    .filter(({ start }) => start >= confirmedAt && start + MINUTE_MS <= at)
    .sort((one, other) => one.start - other.start);
  const [candidate, stable] = [counted(slots.candidate), counted(slots.stable)];
  const sound = [...candidate, ...stable].every(({ requests, errors }) => sensible(requests) && sensible(errors));
  return { candidate, stable, sound };
}

function sensible(value: unknown): boolean {
  return value === undefined || (typeof value === 'number' && Number.isFinite(value) && value >= 0);
}

function ofSlots(tick: Tick, slots: CountedSlots): Opinion[] {
  if (!slots.sound) {
    return [opinion('Error', 'a metric has a value that makes no sense')];
  }
  return [...tick.plan.errorRates.flatMap((rule) => ofRule(rule, slots)), ...ofSamples(tick, slots)];
}

function ofRule(rule: ErrorRateRule, { candidate, stable }: CountedSlots): Opinion[] {
  const sick = new Set(stable.filter((minute) => breaks(rule, minute)).map(({ start }) => start));
  const runs = brokenRuns(rule, candidate).filter(({ length }) => length >= rule.consecutiveMinutes);
  if (runs.length === 0) {
    return [];
  }
  const blamed = runs.filter((run) => run.some((start) => !sick.has(start)));
  const longest = Math.max(...(blamed.length > 0 ? blamed : runs).map(({ length }) => length));
  const broken = `over ${rule.percent} % of requests failed for ${longest} minutes in a row (${rule.id})`;
  return [blamed.length > 0 ? opinion('Failed', broken)
    : { verdict: 'Failed', reason: `${broken}, on stable in the same minutes too`, blameless: true }];
}

/** Starts of the minutes of each run. A minute at or below the limit ends one; a minute without data does nothing. */
function brokenRuns(rule: ErrorRateRule, minutes: readonly Minute[]): number[][] {
  const runs: number[][] = [[]];
  for (const minute of minutes.filter((each) => hasData(rule, each))) {
    if (breaks(rule, minute)) {
      runs[runs.length - 1].push(minute.start);
    } else {
      runs.push([]);
    }
  }
  return runs;
}

function hasData({ minimumRequests }: ErrorRateRule, { requests, errors }: Minute): boolean {
  return requests !== undefined && errors !== undefined && requests > 0 && requests >= minimumRequests;
}

/** Above the limit, not at it. */
function breaks(rule: ErrorRateRule, minute: Minute): boolean {
  const { requests = 0, errors = 0 } = minute;
  return hasData(rule, minute) && errors * 100 > rule.percent * requests;
}

function ofSamples(tick: Tick, { candidate, stable }: CountedSlots): Opinion[] {
  const { plan: { minimumSamples }, candidateRequests, stableRequests } = tick;
  const has = requestsOf(candidate);
  const stableHasNew = requestsOf(stable) > stableRequests;
  if (has <= candidateRequests) {
    return [{
      verdict: 'Inconclusive',
      reason: stableHasNew ? 'the candidate has had no request since the last tick, and stable has' : 'there has been no request since the last tick',
      starved: stableHasNew,
    }];
  }
  return has < minimumSamples ? [opinion('Inconclusive', `the candidate has had ${has} of ${minimumSamples} requests`)] : [];
}

function requestsOf(minutes: readonly Minute[]): number {
  return minutes.reduce((sum, { requests = 0 }) => sum + requests, 0);
}

function opinion(verdict: Verdict, reason: string): Opinion {
  return { verdict, reason };
}
