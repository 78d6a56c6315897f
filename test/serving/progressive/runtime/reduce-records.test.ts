import { after, canary, happening, MINUTE, PLAN, PROFILE, serving, START, starting, tick, V1 } from './releases';
import { PlanDefinition } from '../../../../lib/serving/progressive/runtime/contract';
import { Judgement } from '../../../../lib/serving/progressive/runtime/decide';
import { reduce } from '../../../../lib/serving/progressive/runtime/reduce';
import { notToAbort } from '../../../../lib/serving/progressive/runtime/reduce-end';
import { Deed, ReleaseEvent } from '../../../../lib/serving/progressive/runtime/release-event';
import { Head } from '../../../../lib/serving/progressive/runtime/release-state';

/** What each event leaves in the record, and where it is no event at all. */

const CONFIG = /^fraud-[0-9a-f]{10}-r1-install$/;
const EVENTS: readonly ReleaseEvent[] = [
  happening({ kind: 'begin' }), happening({ kind: 'refuse', code: 'STOPPED', reason: 'why' }), happening({ kind: 'issue', mutation: 'update', configName: 'c' }),
  happening({ kind: 'see' }), happening({ kind: 'confirm' }), tick(30), happening({ kind: 'latch', cause: 'alarm', reason: 'why' }), happening({ kind: 'restore' }),
  happening({ kind: 'tidy' }), happening({ kind: 'halt', reason: 'why' }), happening({ kind: 'close' }), happening({ kind: 'recover', status: 'FAILED' }),
  starting(), happening({ kind: 'adopt', stable: V1 }),
];

const latch = happening({ kind: 'latch', cause: 'alarm', reason: 'why' });
const update = happening({ kind: 'issue', mutation: 'update', configName: 'c' });
const halt = happening({ kind: 'halt', reason: 'why' });
const recover = happening({ kind: 'recover', status: 'ABORTED' });
const pending = () => after(serving(), starting());
const begun = () => after(pending(), happening({ kind: 'begin' }));
const shifting = () => after(begun(), happening({ kind: 'confirm' }));
const latched = () => after(canary(), latch);
const restored = () => after(latched(), happening({ kind: 'restore' }));
const tidied = () => after(restored(), happening({ kind: 'tidy' }));
const halted = () => after(canary(), halt);
const full = () => after(canary(), tick(5), tick(10), happening({ kind: 'confirm' }, START + 11 * MINUTE));
const finishing = () => after(full(), tick(16));
const finished = () => after(finishing(), happening({ kind: 'confirm' }, START + 20 * MINUTE));

function deedOf(head: Head, event: ReleaseEvent): Deed {
  const change = reduce(head, event);
  if (change.refused) {
    throw new Error(`${event.kind} was refused: ${change.detail}`);
  }
  expect(change.event).toBe(event.kind);
  return change.deed;
}

test.each<[string, () => Head, string]>([
  ['no release', () => serving(), 'start adopt'],
  ['a release that nobody looked at', pending, 'begin refuse latch halt recover'],
  ['one that was latched before it began', () => after(pending(), latch), 'issue see restore halt recover'],
  ['one that begins', begun, 'issue confirm latch halt recover'],
  ['one whose update was called', () => after(begun(), update), 'issue see confirm latch halt recover'],
  ['one whose update was seen', () => after(begun(), update, happening({ kind: 'see' })), 'issue confirm latch halt recover'],
  ['one whose weights were called', () => after(begun(), happening({ kind: 'issue', mutation: 'weights' })), 'issue confirm latch halt recover'],
  ['one that gets its weights', shifting, 'issue confirm latch halt recover'],
  ['one that halted before it had them', () => after(shifting(), halt), 'issue latch start'],
  ['one that is judged', canary, 'issue judge latch halt recover'],
  ['one that goes back', latched, 'issue see restore halt recover'],
  ['one that goes back and was seen locked', () => after(latched(), happening({ kind: 'see' })), 'issue restore halt recover'],
  ['one that went back', restored, 'issue tidy halt recover'],
  ['one that halted after it went back', () => after(restored(), halt), 'issue start adopt'],
  ['one that is tidied', tidied, 'issue halt close recover'],
  ['one that was taken back', () => after(tidied(), happening({ kind: 'close' })), 'issue start adopt'],
  ['one that halted', halted, 'issue latch start'],
  ['one that halted and goes back', () => after(halted(), latch), 'issue see restore start adopt'],
  ['one that halted and went back', () => after(halted(), latch, happening({ kind: 'restore' })), 'issue see start adopt'],
  ['one with all requests', full, 'issue judge latch halt recover'],
  ['one that gets its last configuration', finishing, 'issue confirm latch halt recover'],
  ['one that has it', finished, 'issue latch halt close recover'],
  ['one that succeeded', () => after(finished(), happening({ kind: 'close' })), 'issue start adopt'],
])('%s takes nothing but what fits', (_what, head, fits) => {
  expect(EVENTS.filter((event) => !reduce(head(), event).refused).map(({ kind }) => kind).join(' ')).toBe(fits);
});

test.each<[string, () => Head, ReleaseEvent, Deed]>([
  ['a start', serving, starting(), { outcome: 'SUCCEEDED', details: { kind: 'release' } }],
  ['a rollback by hand', serving, starting({ release: 'rollback' }), { outcome: 'SUCCEEDED', details: { kind: 'rollback' } }],
  ['a beginning', pending, happening({ kind: 'begin' }), { outcome: 'SUCCEEDED', details: { wantedConfig: expect.stringMatching(CONFIG) as string } }],
  ['a refusal', pending, happening({ kind: 'refuse', code: 'STOPPED', reason: 'why' }), { outcome: 'REFUSED', reason: 'STOPPED: why' }],
  ['a call', begun, update, { outcome: 'SUCCEEDED', details: { mutation: 'update', wantedConfig: 'c' } }],
  ['a call for weights', shifting, happening({ kind: 'issue', mutation: 'weights' }), { outcome: 'SUCCEEDED', details: { mutation: 'weights' } }],
  ['a look', () => after(begun(), update), happening({ kind: 'see' }), { outcome: 'SUCCEEDED', details: { act: 'install' } }],
  ['what was installed', begun, happening({ kind: 'confirm' }), { outcome: 'SUCCEEDED', details: { act: 'install', candidatePercent: 0 } }],
  ['weights', shifting, happening({ kind: 'confirm' }), { outcome: 'SUCCEEDED', details: { act: 'shift', candidatePercent: 10 } }],
  ['the last configuration', finishing, happening({ kind: 'confirm' }), { outcome: 'SUCCEEDED', details: { act: 'finish', candidatePercent: 100 } }],
  ['a latch', canary, latch, { outcome: 'SUCCEEDED', reason: 'why', details: { cause: 'alarm' } }],
  ['a way back', latched, happening({ kind: 'restore' }, START + 61_000), { outcome: 'SUCCEEDED', details: { restoreSeconds: 61, lockedSeconds: 0 } }],
  ['tidying', restored, happening({ kind: 'tidy' }), { outcome: 'SUCCEEDED' }],
  ['tidying that failed', restored, happening({ kind: 'tidy', left: 'no capacity' }), { outcome: 'FAILED', reason: 'no capacity' }],
  ['a halt', canary, halt, { outcome: 'HALTED', reason: 'why' }],
  ['a success', finished, happening({ kind: 'close' }), { outcome: 'SUCCEEDED' }],
  ['an end after a way back', tidied, happening({ kind: 'close' }), { outcome: 'ROLLED_BACK', reason: 'why' }],
  ['a recovery', canary, recover, { outcome: 'SUCCEEDED', reason: 'execution stopped', details: { recoveries: 1 } }],
  ['a recovery from a failure', canary, happening({ kind: 'recover', status: 'FAILED' }), { outcome: 'SUCCEEDED', reason: 'execution failed', details: { recoveries: 1 } }],
  ['a recovery that comes late', canary, happening({ kind: 'recover', status: 'TIMED_OUT' }), { outcome: 'SUCCEEDED', reason: 'execution timed out', details: { recoveries: 1 } }],
  ['a recovery from nobody knows what', canary, happening({ kind: 'recover', status: 'constructor' }), { outcome: 'SUCCEEDED', reason: 'execution ended', details: { recoveries: 1 } }],
  ['a fourth recovery', () => after(canary(), recover, recover, recover), recover, { outcome: 'HALTED', reason: 'execution stopped, after 3 recoveries' }],
  ['an allowance', () => ({ ...serving(), failuresInARow: 2 }), happening({ kind: 'allow', revision: 5 }), { outcome: 'SUCCEEDED', details: { allowedRevision: 5 } }],
  ['an adoption', serving, happening({ kind: 'adopt', stable: V1 }), { outcome: 'SUCCEEDED', details: { stableConfig: 'config-1' } }],
  ['an adoption of nothing', serving, happening({ kind: 'adopt' }), { outcome: 'SUCCEEDED', details: { stableConfig: 'none' } }],
])('the record of %s', (_what, head, event, deed) => {
  expect(deedOf(head(), event)).toStrictEqual(deed);
});

const OF_A_TICK = { stage: 0, healthySeconds: 0, candidateRequests: 1000, stableRequests: 9000 };
const planned = (own: Partial<PlanDefinition>) => () => after(
  serving(), starting({ profile: { ...PROFILE, plan: { ...PLAN, ...own } } }), happening({ kind: 'begin' }), happening({ kind: 'confirm' }), happening({ kind: 'confirm' }));
const ticks = (head: Head, count: number, own: Partial<Judgement>) =>
  Array.from({ length: count }, (_, place) => tick(5 * (place + 1), own)).reduce<Head>((now, event) => after(now, event), head);
const UNREADABLE = { verdict: 'Error', reason: 'unreadable' } as const;
const STARVED = { verdict: 'Inconclusive', reason: 'no request', starved: true } as const;

test.each<[string, () => Head, ReleaseEvent, Deed]>([
  ['bakes', canary, tick(5), { outcome: 'HEALTHY', reason: 'within all limits', details: { ...OF_A_TICK, healthySeconds: 300, decided: 'bake' } }],
  ['holds', canary, tick(5, STARVED), { outcome: 'INCONCLUSIVE', reason: 'no request', details: { ...OF_A_TICK, decided: 'hold' } }],
  ['is early', () => after(canary(), tick(5)), tick(10, { early: true }), { outcome: 'HEALTHY', reason: 'within all limits', details: { ...OF_A_TICK, healthySeconds: 600, decided: 'bake' } }],
  ['ends a stage', () => after(canary(), tick(5)), tick(10), { outcome: 'HEALTHY', reason: 'within all limits', details: { ...OF_A_TICK, healthySeconds: 600, decided: 'stage' } }],
  ['ends the last one', full, tick(16), { outcome: 'HEALTHY', reason: 'within all limits', details: { ...OF_A_TICK, stage: 1, healthySeconds: 300, decided: 'finish' } }],
  ['ends a day', planned({ maxHoldSeconds: 1e9 }), tick(1440, STARVED), { outcome: 'INCONCLUSIVE', reason: 'no request', details: { ...OF_A_TICK, decided: 'part' } }],
  ['fails', canary, tick(5, { verdict: 'Failed', reason: 'bad' }), { outcome: 'FAILED', reason: 'bad', details: { ...OF_A_TICK, decided: 'back' } }],
  ['fails on both slots', canary, tick(5, { verdict: 'Failed', reason: 'bad', blameless: true }),
    { outcome: 'FAILED', reason: 'bad: nobody is to blame', details: { ...OF_A_TICK, decided: 'halt' } }],
  ['cannot be read for the fifth time', () => ticks(canary(), 4, UNREADABLE), tick(25, UNREADABLE),
    { outcome: 'ERROR', reason: '5 ticks in a row could not be judged: unreadable', details: { ...OF_A_TICK, decided: 'back' } }],
  ['has no request for the fifth time', () => ticks(canary(), 4, STARVED), tick(25, STARVED),
    { outcome: 'INCONCLUSIVE', reason: '5 ticks in a row: no request', details: { ...OF_A_TICK, decided: 'back' } }],
  ['holds for too long', planned({ maxHoldSeconds: 600 }), tick(10, STARVED),
    { outcome: 'INCONCLUSIVE', reason: 'held for 600 seconds: no request', details: { ...OF_A_TICK, decided: 'halt' } }],
])('the record of a tick that %s', (_what, head, event, deed) => {
  expect(deedOf(head(), event)).toStrictEqual(deed);
  const { head: next } = reduce(head(), event) as { head: Head };
  expect(next.release!.outcome).toBe(deed.details?.decided === 'halt' ? 'HALTED' : undefined);
  expect(next.release!.latch?.reason).toBe(deed.details?.decided === 'back' ? deed.reason : undefined);
  expect(next.release!.reason).toBe(deed.details?.decided === 'halt' ? deed.reason : undefined);
});

test('a tick is remembered with its verdict, and one that is not healthy ends no stage, however much time there is', () => {
  const early = after(canary(), tick(5), tick(10, { early: true }));
  expect(after(early, tick(15, STARVED)).release).toMatchObject({
    stage: 0, state: 'HOLDING', verdict: { verdict: 'Inconclusive', reason: 'no request', at: START + 15 * MINUTE }, tally: { healthySeconds: 600 },
  });
});

describe('what was called', () => {
  const issue = (mutation: 'update' | 'weights', configName?: string) => happening({ kind: 'issue', mutation, ...(configName === undefined ? {} : { configName }) });

  test.each<[string, ReleaseEvent[], object]>([
    ['once', [issue('update', 'c')], { mutation: 'update', configName: 'c', count: 1, seen: false }],
    ['twice', [issue('update', 'c'), issue('update', 'c')], { mutation: 'update', configName: 'c', count: 2, seen: false }],
    ['and seen', [issue('update', 'c'), happening({ kind: 'see' })], { mutation: 'update', configName: 'c', count: 1, seen: true }],
    ['and seen, and again', [issue('update', 'c'), happening({ kind: 'see' }), issue('update', 'c')], { mutation: 'update', configName: 'c', count: 2, seen: true }],
    ['for something else', [issue('update', 'c'), happening({ kind: 'see' }), issue('update', 'd')], { mutation: 'update', configName: 'd', count: 1, seen: false }],
    ['in another way', [issue('update', 'c'), issue('weights', 'c')], { mutation: 'weights', configName: 'c', count: 1, seen: false }],
    ['for weights', [issue('weights')], { mutation: 'weights', count: 1, seen: false }],
  ])('is counted: %s', (_what, events, issued) => {
    const { release } = after(begun(), ...events);
    expect(release!.issued).toStrictEqual(issued);
    expect(release).not.toHaveProperty('lockedSince');
    expect(release).not.toHaveProperty('lockedSeconds');
  });

  test('on the way back ends the time of a lock once', () => {
    const locked = after(latched(), happening({ kind: 'see' }, START + 1000), happening({ kind: 'issue', mutation: 'weights' }, START + 61_000));
    expect(locked.release).toMatchObject({ lockedSince: START + 1000, lockedSeconds: 60 });
    expect(after(locked, happening({ kind: 'issue', mutation: 'weights' }, START + 99_000)).release!.lockedSeconds).toBe(60);
    expect(after(latched(), happening({ kind: 'issue', mutation: 'weights' })).release).not.toHaveProperty('lockedSeconds');
  });
});

describe('an end', () => {
  test('has the reason for the way back, and a success none', () => {
    expect(after(tidied(), happening({ kind: 'close' })).release).toMatchObject({ outcome: 'ROLLED_BACK', reason: 'why' });
    expect(after(finished(), happening({ kind: 'close' })).release).not.toHaveProperty('reason');
    expect(tidied().release).not.toHaveProperty('left');
  });

  test('is not before what it followed, though a clock was behind', () => {
    expect(after(latched(), happening({ kind: 'restore' }, START - MINUTE)).release!.restoredAt).toBe(START);
    expect(after(canary(), happening({ kind: 'latch', cause: 'alarm', reason: 'why' }, START - MINUTE)).lastAt).toBe(START);
  });

  test.each<[string, () => Head, string, object | undefined]>([
    ['the one that is under way', canary, 'fraud.1', undefined],
    ['one that halted and still has requests', halted, 'fraud.1', undefined],
    ['another one', canary, 'fraud.7', { code: 'STALE_STEP', detail: 'release fraud.1 is under way and not the one that was named; look again, then decide' }],
    ['one that is over', () => after(finished(), happening({ kind: 'close' })), 'fraud.1', { code: 'NOTHING_LIVE', detail: expect.stringMatching(/^no release is under way; .*roll back$/) }],
    ['none', serving, 'fraud.1', { code: 'NOTHING_LIVE' }],
  ])('is asked for by an abort of %s', (_what, head, releaseId, refused) => {
    const expected = refused === undefined ? undefined : expect.objectContaining(refused) as object;
    expect(notToAbort(head(), releaseId)).toEqual(expected);
  });
});

describe('a refusal says what does not fit', () => {
  const kinds: Readonly<Partial<Record<ReleaseEvent['kind'], string>>> = {
    begin: 'a beginning',
    refuse: 'a refusal',
    issue: 'a call',
    see: 'a look',
    confirm: 'a confirmation',
    judge: 'a judgement',
    latch: 'going back',
    restore: 'a restoration',
    tidy: 'tidying',
    halt: 'a halt',
    close: 'an end',
    recover: 'a recovery',
  };

  test.each(EVENTS.filter(({ kind }) => kinds[kind] !== undefined).map((event) => [event.kind, event] as const))('%s', (kind, event) => {
    expect(reduce(serving(), event)).toEqual({ refused: true, code: 'STALE_STEP', detail: `${kinds[kind]} does not fit a release that is not there; look again, then decide` });
  });

  const failing = (own: Partial<Head> = {}): Head => ({ ...serving(), failuresInARow: 2, ...own });
  const allowance = { revision: 2, by: 'bob', person: 'user:AIDAALICE', until: START + 1 };

  test.each<[string, () => Head, ReleaseEvent, string, string]>([
    ['a second release', canary, starting(), 'CONFLICT', 'release fraud.1 is under way; wait for its end, or abort it'],
    ['a rollback to nothing', () => serving(null), starting({ release: 'rollback' }), 'NOTHING_TO_GO_BACK_TO', 'the endpoint serves no version yet; start its first release'],
    ['a third failure', () => failing(), starting(), 'APPROVAL_NEEDED',
      'the last 2 releases failed; somebody else has to allow version 2 first, which holds for one release and 24 hours'],
    ['the same person', () => failing({ allowance }), starting(), 'SECOND_PERSON_NEEDED',
      'version 2 was allowed by the same person; somebody else has to allow or to start it'],
    ['what needs no allowance', serving, happening({ kind: 'allow', revision: 2 }), 'CONFLICT', 'the last 0 releases failed, and only after 2 one has to be allowed; start it'],
    ['an allowance meanwhile', () => ({ ...canary(), failuresInARow: 2 }), happening({ kind: 'allow', revision: 2 }), 'CONFLICT', 'release fraud.1 is under way; wait for its end'],
    ['an adoption meanwhile', canary, happening({ kind: 'adopt' }), 'CONFLICT', 'release fraud.1 has not come to rest; end it first'],
    ['an adoption of what halted', halted, happening({ kind: 'adopt' }), 'CONFLICT', 'release fraud.1 has not come to rest; end it first'],
  ])('%s', (_what, head, event, code, detail) => {
    expect(reduce(head(), event)).toEqual({ refused: true, code, detail });
  });
});

describe('a new release', () => {
  test('has its ticket and what it goes back to, where there are such', () => {
    expect(after(serving(), starting({ changeTicket: 'CHG-1' })).release).toMatchObject({ changeTicket: 'CHG-1', previous: V1 });
    const first = after(serving(null), starting()).release;
    expect(first).not.toHaveProperty('changeTicket');
    expect(first).not.toHaveProperty('previous');
  });

  test('begins with the last stage where there is nobody to share requests with', () => {
    expect([starting(), starting({ release: 'rollback' })].map((event) => after(serving(), event).release!.stage)).toEqual([0, 1]);
    expect(after(serving(null), starting()).release!.stage).toBe(1);
  });

  test('knows what one that halted may have left, and nothing of one that did not begin', () => {
    expect(after(halted(), starting()).release!.leftovers).toEqual(canary().release!.wanted!.known);
    expect(after(pending(), halt, starting()).release!.leftovers).toEqual([]);
  });

  test('goes back to what a first release left serving when it halted at its end, and to nothing of one that did not come so far', () => {
    const confirm = happening({ kind: 'confirm' });
    const finish = [happening({ kind: 'begin' }), confirm, confirm, tick(5), confirm];
    const first = after(serving(null), starting(), ...finish);
    expect(first.release!.wanted!.act).toBe('finish');
    const second = after(first, halt, starting());
    expect(second.stable).toEqual({
      ...V1, revision: 2, modelName: expect.stringMatching(/r1-v2$/), configName: expect.stringMatching(/r1-finish$/),
    });
    expect(second.release).toMatchObject({ previous: second.stable, stage: 0 });
    const others = [after(serving(null), starting(), ...finish.slice(0, 3), halt), after(first, latch, halt)];
    expect(others.map((head) => after(head, starting()).release!.previous)).toEqual([undefined, undefined]);
  });

  test.each([
    ['was refused', happening({ kind: 'refuse', code: 'BASELINE_UNHEALTHY', reason: 'the endpoint is Failed' })],
    ['halted before it began', halt],
  ])('knows what was left over before one that %s: that one changed nothing of it', (_name, end) => {
    const again = (head: Head) => after({ ...head, failuresInARow: 0 }, starting());
    const vain = (head: Head) => after(again(head), end);
    expect(again(vain(vain(halted()))).release!.leftovers).toEqual(canary().release!.wanted!.known);
  });
});
