import * as fc from 'fast-check';
import { MINUTE, PLAN, START } from './releases';
import { decide, Minute, Readings, Tick } from '../../../../lib/serving/progressive/runtime/decide';
import { AlarmDefinitions } from '../../../../lib/serving/progressive/runtime/release-state';

const TICK: Tick = { plan: PLAN, confirmedAt: START, at: START + 10 * MINUTE, candidateRequests: 0, stableRequests: 0 };
const alarmsIn = (states: Readonly<Record<string, string>>, definitions: AlarmDefinitions = {}) => ({ states, definitions });
const OK = alarmsIn({ 'fraud-errors': 'OK' });

/** Minutes from the start on: requests and errors of each; nothing where nothing was published. */
function minutes(each: readonly (readonly [requests: number, errors: number] | undefined)[], from = START): Minute[] {
  return each.flatMap((one, place) => one === undefined ? []
    : [{ start: from + place * MINUTE, requests: one[0], errors: one[1] }]);
}

function judged(candidate: readonly Minute[], own: { stable?: readonly Minute[]; tick?: Partial<Tick>; alarms?: Readings['alarms'] } = {}) {
  const { stable = minutes(Array(10).fill([500, 0])), tick = {}, alarms = OK } = own;
  return decide({ ...TICK, ...tick }, { slots: { candidate, stable }, alarms });
}

const fine = (count: number) => Array<[number, number]>(count).fill([100, 0]);
const sick = (count: number) => Array<[number, number]>(count).fill([100, 3]);

test('is healthy with enough requests and no broken rule', () => {
  expect(judged(minutes(fine(10)))).toMatchObject({ verdict: 'Healthy', candidateRequests: 1000, stableRequests: 5000, blameless: false, starved: false });
});

test.each([
  [2, 'Healthy'], // the limit itself is fine
  [3, 'Failed'],
] as const)('%p errors of 100 requests in each of five minutes: %s', (errors, verdict) => {
  expect(judged(minutes(Array(5).fill([100, errors]))).verdict).toBe(verdict);
});

test.each([
  ['exactly at 2 %', 10_000, 200, 'Healthy'],
  ['at 2.01 %', 10_000, 201, 'Failed'],
] as const)('%s', (_name, requests, errors, verdict) => {
  expect(judged(minutes(Array(5).fill([requests, errors]))).verdict).toBe(verdict);
});

test.each([
  ['four broken minutes', [...sick(4), ...fine(3)], 'Healthy'],
  ['five broken minutes', [...sick(5), ...fine(3)], 'Failed'],
  ['a minute at the limit ends the run', [...sick(4), [100, 2], ...sick(4)], 'Healthy'],
  ['a minute without data does not end the run', [...sick(3), undefined, ...sick(2)], 'Failed'],
  ['a minute without data does not extend the run', [...sick(4), undefined, ...fine(2)], 'Healthy'],
  ['a minute with too few requests does not end the run', [...sick(3), [19, 0], ...sick(2)], 'Failed'],
  ['a minute with too few requests does not extend the run', [...sick(4), [19, 19], ...fine(2)], 'Healthy'],
  ['a minute with just enough requests does', [...sick(4), [20, 20], ...fine(2)], 'Failed'],
] as const)('%s: %#', (_name, each, verdict) => {
  expect(judged(minutes(each as [number, number][])).verdict).toBe(verdict);
});

describe('an alarm that is defined otherwise than when the release began', () => {
  const known = (state: string, definition: string, definitions?: AlarmDefinitions) => judged(minutes(fine(10)), {
    alarms: alarmsIn({ 'fraud-errors': state }, { 'fraud-errors': definition }), ...definitions === undefined ? {} : { tick: { definitions } },
  });
  const began = { 'fraud-errors': 'then' };

  test('is an Error, of which people have to hear', () => {
    const reason = 'alarm fraud-errors is defined otherwise than when the release began';
    expect(known('OK', 'now', began)).toMatchObject({ verdict: 'Error', reason, notices: [reason] });
    expect(known('OK', 'then', began)).toMatchObject({ verdict: 'Healthy', notices: [] });
  });

  test('fails a release all the same when it is raised, and people hear of both', () => {
    expect(known('ALARM', 'now', began)).toMatchObject({ verdict: 'Failed', notices: [expect.stringContaining('is defined otherwise')] });
  });

  test('is nothing to a release that began without a look at it', () => {
    expect(known('OK', 'now')).toMatchObject({ verdict: 'Healthy', notices: [] });
  });

  test('and is gone: people hear of that', () => {
    expect(judged(minutes(fine(10)), { alarms: alarmsIn({}), tick: { definitions: began } }))
      .toMatchObject({ verdict: 'Error', notices: ['alarm fraud-errors does not exist'] });
    expect(judged(minutes(fine(10)), { alarms: 'unreadable', tick: { definitions: began } })).toMatchObject({ verdict: 'Error', notices: [] });
  });
});

test.each([
  [[4, 5, 0, 6, 1, 2, 3]], [[6, 5, 4, 3, 2, 1, 0]], [[0, 6, 1, 5, 2, 4, 3]],
])('the order in which minutes arrive does not matter: %j', (order) => {
  const each = minutes([...sick(5), ...fine(2)]);
  expect(judged(order.map((place) => each[place])).verdict).toBe('Failed');
});

test.each<[string, { requests?: number; errors?: number }]>([
  ['no requests and no errors', {}], ['requests alone', { requests: 100 }], ['errors alone', { errors: 100 }],
  ['no requests, and errors', { requests: 0, errors: 5 }], ['nothing', { requests: 0, errors: 0 }],
])('a minute with %s says nothing, even to a rule that needs no requests', (_name, minute) => {
  const eager = { ...PLAN, errorRates: [{ ...PLAN.errorRates[0], minimumRequests: 0 }] };
  const run = (before: number, after: number) => [
    ...minutes(sick(before)),
    { start: START + before * MINUTE, ...minute },
    ...minutes(sick(after), START + (before + 1) * MINUTE),
  ];
  expect(judged(run(3, 2), { tick: { plan: eager } }).verdict).toBe('Failed');
  expect(judged([...run(2, 2), ...minutes(fine(2), START + 5 * MINUTE)], { tick: { plan: eager } }).verdict).toBe('Healthy');
});

test.each([
  ['before the weights were confirmed', { confirmedAt: START + 1 }, 'Healthy'],
  ['from the moment they were', { confirmedAt: START }, 'Failed'],
  ['not over yet', { at: START + 5 * MINUTE - 1 }, 'Healthy'],
  ['just over', { at: START + 5 * MINUTE }, 'Failed'],
] as const)('counts whole minutes only: the run has one that is %s', (_name, own, verdict) => {
  expect(judged(minutes([...sick(5), ...fine(1)]), { tick: own }).verdict).toBe(verdict);
});

test('errors of long ago and of the future are no evidence, and neither are requests', () => {
  const old = minutes(sick(5), START - 20 * MINUTE);
  const ahead = minutes(sick(5), START + 60 * MINUTE);
  expect(judged([...old, ...ahead])).toMatchObject({ verdict: 'Inconclusive', candidateRequests: 0 });
});

test.each([NaN, Infinity, -1, '5' as unknown as number])('%p is no number of errors', (value) => {
  expect(judged([...minutes(fine(9)), { start: START + 9 * MINUTE, requests: 100, errors: value }]).verdict).toBe('Error');
  expect(judged(minutes(fine(9)), { stable: [{ start: START, requests: value, errors: 0 }] }).verdict).toBe('Error');
});

test.each([
  ['OK', 'Healthy'], ['ALARM', 'Failed'], ['INSUFFICIENT_DATA', 'Inconclusive'], ['ok', 'Error'], [undefined, 'Error'],
] as const)('an alarm in %p: %s', (state, verdict) => {
  expect(judged(minutes(fine(10)), { alarms: alarmsIn(state === undefined ? {} : { 'fraud-errors': state }) }).verdict).toBe(verdict);
});

test('an alarm called like something that every object has does not exist', () => {
  expect(judged(minutes(fine(10)), { tick: { plan: { ...PLAN, alarms: ['constructor'] } } }).reason).toBe('alarm constructor does not exist');
});

test('alarms that cannot be read are an error only if there should be any', () => {
  expect(judged(minutes(fine(10)), { alarms: 'unreadable' }).verdict).toBe('Error');
  expect(judged(minutes(fine(10)), { alarms: 'unreadable', tick: { plan: { ...PLAN, alarms: [] } } }).verdict).toBe('Healthy');
});

test('metrics that cannot be read are an error, and what was seen stays seen', () => {
  const tick = { ...TICK, candidateRequests: 7, stableRequests: 8 };
  expect(decide(tick, { slots: 'unreadable', alarms: OK })).toMatchObject({ verdict: 'Error', candidateRequests: 7, stableRequests: 8 });
});

test.each([
  ['no stage', { stages: [] }], ['no rule and no alarm', { errorRates: [], alarms: [] }],
])('a plan with %s is an error', (_name, own) => {
  expect(judged(minutes(fine(10)), { tick: { plan: { ...PLAN, ...own } } }).verdict).toBe('Error');
});

test.each([[99, 'Inconclusive'], [100, 'Healthy']] as const)('with %p of 100 requests: %s', (requests, verdict) => {
  expect(judged([{ start: START, requests, errors: 0 }])).toMatchObject({ verdict, starved: false });
});

test.each([
  ['stable has some', { stableRequests: 4999 }, true, 'the candidate has had no request since the last tick, and stable has'],
  ['nobody has', { stableRequests: 5000 }, false, 'there has been no request since the last tick'],
] as const)('without new requests it is inconclusive, and says that %s', (_name, own, starved, reason) => {
  expect(judged(minutes(fine(10)), { tick: { candidateRequests: 1000, ...own } })).toMatchObject({ verdict: 'Inconclusive', starved, reason });
});

test.each([
  [5 * MINUTE - 1, 0, true], [5 * MINUTE, 0, false], [5 * MINUTE, 1, true], [6 * MINUTE - 1, 1, true], [6 * MINUTE, 1, false],
])('%p ms after a confirmation %p ms past a minute is early: %p', (past, late, early) => {
  const tick = { at: START + past, confirmedAt: START + late };
  expect(judged(minutes(fine(10)), { tick }).early).toBe(early);
  expect(judged(minutes(fine(10)), { tick: { ...tick, plan: { ...PLAN, errorRates: [] } } }).early).toBe(false);
});

describe('the reason', () => {
  const broken = (count: number) => `over 2 % of requests failed for ${count} minutes in a row (ErrorRate)`;
  const states = (own: Readonly<Record<string, string>>) => ({ alarms: alarmsIn(own) });
  const two = { tick: { plan: { ...PLAN, alarms: ['one', 'two'] } } };

  test.each<[string, Parameters<typeof judged>, string]>([
    ['nothing is wrong', [minutes(fine(10))], 'within all limits'],
    ['the candidate fails', [minutes(sick(6))], broken(6)],
    ['it fails twice', [minutes([...sick(5), ...fine(1), ...sick(7)]), { tick: { at: START + 20 * MINUTE } }], broken(7)],
    ['stable fails too', [minutes(sick(5)), { stable: minutes(sick(5)) }], `${broken(5)}, on stable in the same minutes too`],
    ['stable fails in the longer run only', [
      minutes([...sick(5), ...fine(1), ...sick(7)]),
      { stable: minutes([...fine(6), ...sick(7)]), tick: { at: START + 20 * MINUTE } },
    ], broken(5)],
    ['an alarm is raised', [minutes(fine(10)), states({ 'fraud-errors': 'ALARM' })], 'alarm fraud-errors is in ALARM'],
    ['an alarm knows nothing', [minutes(fine(10)), states({ 'fraud-errors': 'INSUFFICIENT_DATA' })], 'alarm fraud-errors has insufficient data'],
    ['an alarm is gone', [minutes(fine(10)), states({})], 'alarm fraud-errors does not exist'],
    ['an alarm is strange', [minutes(fine(10)), states({ 'fraud-errors': 'on' })], 'alarm fraud-errors is in a state that nobody knows'],
    ['alarms are unreadable', [minutes(fine(10)), { alarms: 'unreadable' }], 'the alarms cannot be read'],
    ['two alarms are raised', [minutes(fine(10)), { ...two, ...states({ one: 'ALARM', two: 'ALARM' }) }], 'alarm one is in ALARM; alarm two is in ALARM'],
    ['one of two is worse', [minutes(fine(10)), { ...two, ...states({ one: 'INSUFFICIENT_DATA', two: 'ALARM' }) }], 'alarm two is in ALARM'],
    ['a value makes no sense', [[...minutes(fine(9)), { start: START, requests: -1 }]], 'a metric has a value that makes no sense'],
    ['there are few requests', [minutes([[40, 0]])], 'the candidate has had 40 of 100 requests'],
    ['the plan has no stage', [minutes(fine(10)), { tick: { plan: { ...PLAN, stages: [] } } }], 'the plan has no stage'],
    ['the plan has no rule', [minutes(fine(10)), { tick: { plan: { ...PLAN, errorRates: [], alarms: [] } } }], 'the plan has no rule and no alarm'],
  ])('says that %s', (_name, [candidate, own], reason) => {
    expect(judged(candidate, own).reason).toBe(reason);
  });

  test('says that the metrics cannot be read, and nothing else', () => {
    expect(decide(TICK, { slots: 'unreadable', alarms: OK })).toStrictEqual({
      verdict: 'Error',
      reason: 'the metrics cannot be read',
      blameless: false,
      starved: false,
      early: false,
      candidateRequests: 0,
      stableRequests: 0,
      notices: [],
    });
  });
});

test('a plan with alarms alone is enough', () => {
  expect(judged(minutes(fine(10)), { tick: { plan: { ...PLAN, errorRates: [] } } }).verdict).toBe('Healthy');
});

test('a value that makes no sense changes nothing of what was seen', () => {
  const tick = { candidateRequests: 7, stableRequests: 8 };
  expect(judged([{ start: START, requests: NaN }], { tick })).toMatchObject({ verdict: 'Error', candidateRequests: 7, stableRequests: 8 });
});

test('a candidate without requests is starved, though an alarm knows nothing either', () => {
  const alarms = alarmsIn({ 'fraud-errors': 'INSUFFICIENT_DATA' });
  expect(judged([], { alarms })).toMatchObject({ verdict: 'Inconclusive', starved: true });
  expect(judged([], { alarms: alarmsIn({ 'fraud-errors': 'ALARM' }) })).toMatchObject({ verdict: 'Failed', starved: false });
});

describe('when stable breaks the same rule', () => {
  test('in the same minutes, nobody is to blame', () => {
    expect(judged(minutes(sick(5)), { stable: minutes(sick(5)) })).toMatchObject({ verdict: 'Failed', blameless: true });
  });

  test.each([
    ['in other minutes', [...fine(5), ...sick(5)]], ['in all of them but one', [...sick(4), ...fine(6)]], ['without enough requests', Array(5).fill([19, 19])],
  ])('%s, the candidate is', (_name, stable) => {
    expect(judged(minutes(sick(5)), { stable: minutes(stable as [number, number][]) })).toMatchObject({ verdict: 'Failed', blameless: false });
  });

  test('and an alarm blames the candidate too, it is the candidate', () => {
    const alarms = alarmsIn({ 'fraud-errors': 'ALARM' });
    expect(judged(minutes(sick(5)), { stable: minutes(sick(5)), alarms })).toMatchObject({ verdict: 'Failed', blameless: false });
  });
});

test('the worst opinion is the verdict: Failed, Error, Inconclusive, Healthy', () => {
  const alarm = fc.constantFrom('OK', 'ALARM', 'INSUFFICIENT_DATA', 'MISSING');
  fc.assert(fc.property(fc.array(alarm, { minLength: 1, maxLength: 6 }), (states) => {
    const names = states.map((_state, place) => `alarm-${place}`);
    const known = names.flatMap((name, place) => states[place] === 'MISSING' ? [] : [[name, states[place]]]);
    const { verdict } = judged(minutes(fine(10)), {
      tick: { plan: { ...PLAN, alarms: names } }, alarms: alarmsIn(Object.fromEntries(known) as Record<string, string>),
    });
    const expected = states.includes('ALARM') ? 'Failed' : states.includes('MISSING') ? 'Error'
      : states.includes('INSUFFICIENT_DATA') ? 'Inconclusive' : 'Healthy';
    expect(verdict).toBe(expected);
  }));
});

test('no data never is healthy, whatever else is said', () => {
  const maybe = fc.option(fc.integer({ min: 0, max: 30 }), { nil: undefined });
  const published = fc.array(fc.record({ requests: maybe, errors: maybe }), { maxLength: 12 });
  fc.assert(fc.property(published, fc.integer({ min: 0, max: 200 }), (each, seen) => {
    const candidate = each.map(({ requests, errors }, place) => ({
      start: START + place * MINUTE, ...(requests === undefined ? {} : { requests }), ...(errors === undefined ? {} : { errors }),
    }));
    const { verdict, candidateRequests } = judged(candidate, { tick: { candidateRequests: seen } });
    if (candidateRequests <= seen || candidateRequests < PLAN.minimumSamples) {
      expect(verdict).not.toBe('Healthy');
    }
  }));
});
