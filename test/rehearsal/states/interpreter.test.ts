import * as fc from 'fast-check';
import { failing, ours, resource, theirs, Work } from './library';
import { checkedDefinition, Definition, State } from '../../../rehearsal/states/definition';

const machine = (States: Record<string, State>, StartAt = Object.keys(States)[0]): Definition => ({ StartAt, States });
const f = resource('f');

/** Small machines, each of which shows one rule; the library is the judge. */
const CASES: readonly [string, Definition, unknown, Record<string, Work>][] = [
  ['a result replaces the input', machine({ A: { Type: 'Task', Resource: f, End: true } }), { a: 1 }, { f: () => ({ b: 2 }) }],
  ['ResultPath keeps the input', machine({ A: { Type: 'Task', Resource: f, ResultPath: '$.deep.r', End: true } }), { a: 1 }, { f: () => 7 }],
  ['ResultPath null drops the result', machine({ A: { Type: 'Task', Resource: f, ResultPath: null, End: true } }), { a: 1 }, { f: () => 7 }],
  ['InputPath and OutputPath narrow', machine({ A: { Type: 'Task', Resource: f, InputPath: '$.in', ResultPath: '$.out', OutputPath: '$.out', End: true } }),
    { in: { x: 3 } }, { f: (input) => (input as { x: number }).x * 2 }],
  ['Parameters are filled from the input', machine({
    A: { Type: 'Task', Resource: f, Parameters: { 'do': 'begin', 'list': [1, 2], 'text.$': "States.Format('{}-{}', $.a, $.b[0])" }, End: true },
  }), { a: 'one', b: [2, 3] }, { f: (input) => input }],
  ['ResultSelector picks', machine({ A: { Type: 'Task', Resource: f, ResultSelector: { 'kept.$': '$.deep.x', 'fixed': true }, End: true } }), {}, { f: () => ({ deep: { x: 5 }, y: 1 }) }],
  ['the context has the execution\'s input', machine({ A: { Type: 'Pass', Parameters: { 'given.$': '$$.Execution.Input.a' }, End: true } }), { a: 4 }, {}],
  ['a Pass has a Result', machine({ A: { Type: 'Pass', Result: { r: 1 }, ResultPath: '$.p', End: true } }), { a: 1 }, {}],
  ['an error is retried, then caught', machine({
    A: { Type: 'Task', Resource: f, Retry: [{ ErrorEquals: ['Busy'], MaxAttempts: 2 }], Catch: [{ ErrorEquals: ['States.ALL'], Next: 'B', ResultPath: '$.e' }], End: true },
    B: { Type: 'Pass', Result: 'caught', ResultPath: '$.e.Cause', End: true },
  }), { a: 1 }, { f: () => failing('Busy') }],
  ['each retrier counts for itself', machine({
    A: { Type: 'Task', Resource: f, Retry: [{ ErrorEquals: ['One'], MaxAttempts: 2 }, { ErrorEquals: ['States.ALL'], MaxAttempts: 1 }], End: true },
  }), {}, { f: (_input, call) => (call < 3 ? failing(call === 1 ? 'One' : 'Other') : { call }) }],
  ['MaxAttempts 0 does not retry', machine({ A: { Type: 'Task', Resource: f, Retry: [{ ErrorEquals: ['States.ALL'], MaxAttempts: 0 }], End: true } }), {}, { f: () => failing('Bad') }],
  ['States.TaskFailed takes any failure', machine({
    A: { Type: 'Task', Resource: f, Catch: [{ ErrorEquals: ['States.TaskFailed'], Next: 'B' }], End: true }, B: { Type: 'Fail', Error: 'Mine', Cause: 'why' },
  }), {}, { f: () => failing('Strange') }],
  ['an error that nobody catches ends it', machine({ A: { Type: 'Task', Resource: f, Catch: [{ ErrorEquals: ['Other'], Next: 'B' }], End: true }, B: { Type: 'Succeed' } }),
    {}, { f: () => failing('Bad') }],
  ['no choice fits', machine({ A: { Type: 'Choice', Choices: [{ Variable: '$.a', NumericEquals: 2, Next: 'B' }] }, B: { Type: 'Succeed' } }), { a: 1 }, {}],
  ['a Choice of more than one rule', machine({
    A: { Type: 'Choice', Choices: [{ And: [{ Variable: '$.a', IsPresent: true }, { Not: { Variable: '$.a', StringEquals: 'x' } }], Next: 'B' }], Default: 'C' },
    B: { Type: 'Pass', Result: 'b', End: true },
    C: { Type: 'Pass', Result: 'c', End: true },
  }), { a: 'y' }, {}],
  ['a Wait in a loop', machine({
    A: { Type: 'Task', Resource: f, Next: 'B' },
    B: { Type: 'Choice', Choices: [{ Variable: '$.next', StringEquals: 'WAIT', Next: 'C' }], Default: 'D' },
    C: { Type: 'Wait', SecondsPath: '$.seconds', Next: 'A' },
    D: { Type: 'Succeed' },
  }), {}, { f: (_input, call) => (call < 4 ? { next: 'WAIT', seconds: 60 } : { next: 'DONE', call }) }],
];

test.each(CASES)('runs as the library does: %s', async (_what, definition, input, work) => {
  const { execution, ...mine } = await ours(definition, input, work);
  expect(mine).toEqual(await theirs(definition, input, work));
  expect(execution.status).not.toBe('RUNNING');
});

describe('random machines', () => {
  const errors = fc.constantFrom('Busy', 'Strange', 'States.ALL', 'States.TaskFailed');
  const retry = fc.array(fc.record({ ErrorEquals: fc.tuple(fc.constantFrom('Busy', 'Strange')), MaxAttempts: fc.integer({ min: 0, max: 2 }) }), { maxLength: 2 });
  const next = fc.integer({ min: 1, max: 3 }); // always further on, so that each machine ends
  const task = fc.record({
    Type: fc.constant('Task'),
    work: fc.integer({ min: 0, max: 2 }),
    Retry: retry,
    catch: fc.option(fc.record({ error: errors, next })),
    ResultPath: fc.constantFrom(undefined, '$.r', '$.a.b', null),
    next,
  });
  const choice = fc.record({ Type: fc.constant('Choice'), limit: fc.integer({ min: 0, max: 3 }), path: fc.constantFrom('$.n', '$.r.n'), yes: next, next });
  // no `$` as a ResultPath, which is the same as none: the library makes a field of that name
  const pass = fc.record({ Type: fc.constant('Pass'), ResultPath: fc.constantFrom(undefined, '$.r', null), next });
  const wait = fc.record({ Type: fc.constant('Wait'), Seconds: fc.integer({ min: 0, max: 999 }), next });
  const states = fc.array(fc.oneof(task, choice, pass, wait), { minLength: 1, maxLength: 8 });
  const outcomes = fc.array(fc.constantFrom('ok', 'ok', 'Busy', 'Strange'), { minLength: 6, maxLength: 6 });

  test('end as they do in the library', async () => {
    await fc.assert(fc.asyncProperty(states, fc.tuple(outcomes, outcomes, outcomes), async (drawn, plans) => {
      const definition = built(drawn);
      const work: Record<string, Work> = Object.fromEntries(plans.map((plan, place) => [`w${place}`, (_input, call) => {
        const outcome = plan[(call - 1) % plan.length];
        return outcome === 'ok' ? { n: call } : failing(outcome);
      }]));
      const { execution, ...mine } = await ours(definition, { n: 1 }, work);
      expect(mine).toEqual(await theirs(definition, { n: 1 }, work));
      const entered = execution.history.filter(({ type }) => type.endsWith('StateEntered')).length;
      expect(execution.transitions).toBe(entered + execution.retries);
    }), { numRuns: 150 });
  });

  function built(drawn: readonly Record<string, unknown>[]): Definition {
    const to = (place: number, step: unknown) => (place + Number(step) < drawn.length ? `S${place + Number(step)}` : 'End');
    const entries = drawn.map((each, place): [string, State] => {
      const { Type, Retry, ResultPath, Seconds } = each as unknown as State;
      const Next = to(place, each.next);
      const Variable = String(each.path);
      const caught = each.catch as { error: string; next: number } | null | undefined;
      switch (Type) {
        case 'Task': return [`S${place}`, {
          Type,
          Resource: resource(`w${String(each.work)}`),
          Retry,
          Next,
          ...(ResultPath === undefined ? {} : { ResultPath }),
          ...(caught === null || caught === undefined ? {} : { Catch: [{ ErrorEquals: [caught.error], Next: to(place, caught.next), ResultPath: '$.error' }] }),
        }];
        case 'Choice': return [`S${place}`, {
          Type,
          Default: Next,
          Choices: [{
            And: [{ Variable, IsPresent: true }, { Variable, NumericGreaterThan: Number(each.limit) }], Next: to(place, each.yes),
          }],
        }];
        case 'Pass': return [`S${place}`, { Type, Result: { n: place }, Next, ...(ResultPath === undefined ? {} : { ResultPath }) }];
        default: return [`S${place}`, { Type, Seconds, Next }];
      }
    });
    return reachable({ ...Object.fromEntries(entries), End: { Type: 'Succeed' } });
  }
});

/** The library refuses states that nothing leads to. */
function reachable(states: Record<string, State>): Definition {
  const found = new Set<string>();
  const visit = (name: string | undefined) => {
    if (name !== undefined && !found.has(name)) {
      found.add(name);
      const { Next, Default, Choices = [], Catch = [] } = states[name];
      [Next, Default, ...Choices.map((each) => each.Next), ...Catch.map((each) => each.Next)].forEach(visit);
    }
  };
  visit('S0');
  return { StartAt: 'S0', States: Object.fromEntries(Object.entries(states).filter(([name]) => found.has(name))) };
}

// https://states-language.net/spec.html#payload-template says "at any depth"; the library fills the first level only
test('Parameters are filled at any depth', async () => {
  const { output } = await ours(machine({
    A: { Type: 'Pass', Parameters: { nested: { 'x.$': '$.a' }, list: [1, { 'y.$': '$.b[1]' }] }, End: true },
  }), { a: 'one', b: [2, 3] }, {});
  expect(output).toEqual({ nested: { x: 'one' }, list: [1, { y: 3 }] });
});

describe('what an execution costs', () => {
  const loop = machine({
    A: { Type: 'Task', Resource: f, Next: 'B', Retry: [{ ErrorEquals: ['Busy'], IntervalSeconds: 10, BackoffRate: 2, MaxAttempts: 3 }] },
    B: { Type: 'Wait', Seconds: 300, Next: 'C' },
    C: { Type: 'Succeed' },
  });

  test('history, transitions and time as Step Functions counts them', async () => {
    const { execution } = await ours(loop, {}, { f: (_input, call) => (call < 3 ? failing('Busy') : {}) });
    expect(execution.history.map(({ type }) => type)).toEqual([
      'ExecutionStarted', 'TaskStateEntered',
      'LambdaFunctionScheduled', 'LambdaFunctionStarted', 'LambdaFunctionFailed', 'LambdaFunctionScheduled', 'LambdaFunctionStarted', 'LambdaFunctionFailed',
      'LambdaFunctionScheduled', 'LambdaFunctionStarted', 'LambdaFunctionSucceeded', 'TaskStateExited',
      'WaitStateEntered', 'WaitStateExited', 'SucceedStateEntered', 'SucceedStateExited', 'ExecutionSucceeded',
    ]);
    expect([execution.transitions, execution.retries]).toEqual([5, 2]);
    expect((execution.stopDate ?? 0) - execution.startDate).toBe((10 + 20 + 300) * 1000);
  });

  test('25,000 events are the end of it', async () => {
    const endless = machine({ A: { Type: 'Wait', Seconds: 60, Next: 'B' }, B: { Type: 'Pass', Next: 'A' } });
    const { execution, error } = await ours(endless, {}, {});
    expect([error, execution.history.length]).toEqual(['States.Runtime', 25_000]);
  });

  test('a path that leads nowhere is caught by nothing', async () => {
    const lost = machine({
      A: { Type: 'Task', Resource: f, Parameters: { 'x.$': '$.nothing' }, Retry: [{ ErrorEquals: ['States.ALL'] }], Catch: [{ ErrorEquals: ['States.ALL'], Next: 'B' }], End: true },
      B: { Type: 'Succeed' },
    });
    expect((await ours(lost, {}, { f: () => 1 })).error).toBe('States.Runtime');
  });
});

test.each<[string, object, string]>([
  ['a Map', { Type: 'Map', End: true }, 'state A is of type Map'],
  ['JSONata', { Type: 'Pass', End: true, Output: '{% 1 %}' }, 'state A has Output'],
  ['a heartbeat', { Type: 'Task', Resource: f, HeartbeatSeconds: 3, End: true }, 'state A has HeartbeatSeconds'],
  ['another intrinsic function', { Type: 'Pass', Parameters: { 'x.$': 'States.UUID()' }, End: true }, 'state A has States.UUID()'],
  ['a filter in a path', { Type: 'Pass', InputPath: '$.a[?(@.b)]', End: true }, 'state A has $.a[?(@.b)]'],
  ['a choice by time', { Type: 'Choice', Choices: [{ Variable: '$.a', TimestampEquals: 'x', Next: 'A' }] }, 'state A has the rule TimestampEquals'],
  ['no way on', { Type: 'Pass' }, 'state A must have either Next or End'],
  ['a way to nowhere', { Type: 'Pass', Next: 'Gone' }, 'A leads to Gone, which is no state'],
])('refuses %s by name', (_what, state, text) => {
  expect(() => checkedDefinition('m', JSON.stringify({ StartAt: 'A', States: { A: state } }))).toThrow(text);
});
