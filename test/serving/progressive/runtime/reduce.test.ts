import * as fc from 'fast-check';
import { after, ALICE, BOB, canary, happening, HEALTHY, MINUTE, PLAN, PROFILE, serving, START, starting, tick, V1 } from './releases';
import { candidatePercent } from '../../../../lib/serving/progressive/runtime/arrangements';
import { PlanDefinition } from '../../../../lib/serving/progressive/runtime/contract';
import { Judgement } from '../../../../lib/serving/progressive/runtime/decide';
import { reduce } from '../../../../lib/serving/progressive/runtime/reduce';
import { ReleaseEvent } from '../../../../lib/serving/progressive/runtime/release-event';
import { Head, LatchCause, Release } from '../../../../lib/serving/progressive/runtime/release-state';

const HOUR = 60 * MINUTE;
const STARVED = { verdict: 'Inconclusive', starved: true } as const;
const NOBODY = { verdict: 'Inconclusive', starved: false } as const;
const UNREADABLE = { verdict: 'Error' } as const;

function planned(own: Partial<PlanDefinition>): Head {
  return canaryOf({ ...PLAN, ...own });
}

function canaryOf(plan: PlanDefinition): Head {
  return after(serving(), starting({ profile: { ...PROFILE, plan } }), happening({ kind: 'begin' }), happening({ kind: 'confirm' }), happening({ kind: 'confirm' }));
}

function ticked(head: Head, ticks: readonly Partial<Judgement>[]): Head {
  return ticks.reduce<Head>((now, own, place) => after(now, tick(5 * (place + 1), own)), head);
}

function refusedBy(head: Head, event: ReleaseEvent): string {
  const change = reduce(head, event);
  return change.refused ? change.code : 'not refused';
}

/** To the end: watching, finished, closed. */
function succeeded(): Head {
  const watching = after(ticked(canary(), [{}, {}]), happening({ kind: 'confirm' }, START + 11 * MINUTE));
  return after(watching, tick(16), happening({ kind: 'confirm' }, START + 20 * MINUTE), happening({ kind: 'close' }, START + 21 * MINUTE));
}

function rolledBack(cause: LatchCause = 'verdict', head = canary()): Head {
  return after(head, happening({ kind: 'latch', cause, reason: 'why' }), happening({ kind: 'restore' }), happening({ kind: 'tidy' }), happening({ kind: 'close' }));
}

test('a release goes through its stages, and what it wants is written before anything is called', () => {
  const seen: string[] = [];
  let head = after(serving(), starting());
  const step = (event: ReleaseEvent) => {
    head = after(head, event);
    const { state, stage, wanted, outcome } = head.release!;
    seen.push(`${event.kind}: ${state} ${stage} ${wanted?.act} ${candidatePercent(head.release!)} ${outcome ?? ''}`.trim());
  };
  [
    happening({ kind: 'begin' }), happening({ kind: 'confirm' }), happening({ kind: 'confirm' }), tick(5), tick(10),
    happening({ kind: 'confirm' }, START + 11 * MINUTE), tick(16), happening({ kind: 'confirm' }, START + 20 * MINUTE),
    happening({ kind: 'close' }, START + 21 * MINUTE),
  ].forEach(step);
  expect(seen).toEqual([
    'begin: RUNNING 0 install 0',
    'confirm: RUNNING 0 shift 10',
    'confirm: RUNNING 0 shift 10',
    'judge: RUNNING 0 shift 10',
    'judge: WATCHING 1 shift 100',
    'confirm: WATCHING 1 shift 100',
    'judge: WATCHING 1 finish 100',
    'confirm: WATCHING 1 finish 100',
    'close: SUCCEEDED 1 finish 100 SUCCEEDED',
  ]);
  expect(head.stable).toMatchObject({ revision: 2, variant: 'Stable', instanceCount: 2 });
  expect(head.stable!.configName).toMatch(/^fraud-[0-9a-f]{10}-r1-finish$/);
});

test('the first release has the candidate alone, and begins with the last stage', () => {
  const head = after(serving(null), starting(), happening({ kind: 'begin' }), happening({ kind: 'confirm' }));
  expect(head.release).toMatchObject({ state: 'WATCHING', stage: 1, wanted: { first: true, to: { variants: [{ slot: 'Candidate', weight: 100 }] } } });
  const back = after(head, happening({ kind: 'latch', cause: 'verdict', reason: 'bad' }));
  expect(back.release!.wanted!.to).toBeUndefined();
  expect(back.release!.wanted!.or).toBeUndefined();
});

test('a rollback by hand has one slot, no stage, and nothing to judge', () => {
  const head = after(serving(), starting({ release: 'rollback' }), happening({ kind: 'begin' }));
  expect(head.release!.wanted!.to!.variants).toMatchObject([{ slot: 'Stable', weight: 100 }]);
  const installed = after(head, happening({ kind: 'confirm' }));
  expect(installed.release!.wanted!.act).toBe('finish');
  expect(after(installed, happening({ kind: 'confirm' }), happening({ kind: 'close' })).stable).toMatchObject({ revision: 2, variant: 'Stable' });
});

describe('starting', () => {
  test('never makes two live releases', () => {
    expect(refusedBy(after(serving(), starting()), starting({ revision: 3 }))).toBe('CONFLICT');
    expect(refusedBy(canary(), starting({ release: 'rollback' }))).toBe('CONFLICT');
  });

  test('counts releases, and remembers what to go back to', () => {
    const head = after(rolledBack(), starting());
    expect(head.release).toMatchObject({ releaseId: 'fraud.2', number: 2, previous: V1, stage: 0, part: 0, tally: { healthySeconds: 0, errors: 0, inconclusive: 0 } });
  });

  test('there is nothing to go back to before the first release', () => {
    expect(refusedBy(serving(null), starting({ release: 'rollback' }))).toBe('NOTHING_TO_GO_BACK_TO');
  });
});

describe('after two failures in a row', () => {
  let failed: Head;
  let allowed: Head;
  beforeEach(() => {
    failed = rolledBack('verdict', canary(rolledBack()));
    allowed = after(failed, happening({ kind: 'allow', revision: 2 }, START, BOB));
  });

  test('the next release has to be allowed, for that version, by another person, once and for a day', () => {
    expect(failed.failuresInARow).toBe(2);
    expect(refusedBy(failed, starting())).toBe('APPROVAL_NEEDED');
    expect(refusedBy(allowed, starting({ revision: 3 }))).toBe('APPROVAL_NEEDED');
    expect(refusedBy(allowed, starting({ actor: BOB }))).toBe('SECOND_PERSON_NEEDED');
    expect(refusedBy(allowed, starting({ at: START + 24 * HOUR }))).toBe('APPROVAL_NEEDED');
    expect(refusedBy(allowed, starting({ at: START + 24 * HOUR - 1 }))).toBe('not refused');
    expect(refusedBy(rolledBack('verdict', canary(allowed)), starting())).toBe('APPROVAL_NEEDED');
  });

  test('going back by hand has not', () => {
    expect(refusedBy(failed, starting({ release: 'rollback' }))).toBe('not refused');
  });

  test('after one, nothing has to be allowed', () => {
    expect(refusedBy(rolledBack(), starting())).toBe('not refused');
    expect(refusedBy(rolledBack(), happening({ kind: 'allow', revision: 2 }, START, BOB))).toBe('CONFLICT');
  });
});

test.each([
  ['ROLLED_BACK', 1, () => rolledBack()],
  ['ROLLED_BACK', 1, () => rolledBack('alarm')],
  ['ROLLED_BACK', 1, () => rolledBack('step')],
  ['ROLLED_BACK', 1, () => rolledBack('stopped')],
  ['ABORTED', 0, () => rolledBack('abort')],
  ['ABORTED', 0, () => rolledBack('stop')],
  ['HALTED', 1, () => after(canary(), happening({ kind: 'halt', reason: 'why' }))],
  ['ABORTED', 0, () => after(serving(), starting(), happening({ kind: 'refuse', code: 'STOPPED', reason: 'why' }))],
  ['SUCCEEDED', 0, () => succeeded()],
] as const)('%s leads to %p failures in a row: %#', (outcome, failures, end) => {
  const head = end();
  expect(head).toMatchObject({ failuresInARow: failures, release: { outcome, state: outcome } });
});

test('failures are counted on, left alone by aborts, and forgotten after a success', () => {
  const one = rolledBack();
  expect(rolledBack('abort', canary(one)).failuresInARow).toBe(1);
  expect(rolledBack('alarm', canary(one)).failuresInARow).toBe(2);
  expect(after(canary(one), happening({ kind: 'halt', reason: 'why' })).failuresInARow).toBe(2);
});

describe('time', () => {
  test.each([
    ['on time', [5, 10], 600], ['a little late', [5.2, 10.1], 594], ['after nobody looked for an hour', [5, 65], 600], ['at once', [1], 60],
  ] as const)('of a healthy tick %s counts up to the length of a tick', (_name, minutes, seconds) => {
    const long = canaryOf({ ...PLAN, stages: [{ ...PLAN.stages[0], bakeSeconds: 6000 }, PLAN.stages[1]] });
    const head = minutes.reduce<Head>((now, minute) => after(now, tick(minute)), long);
    expect(head.release!.tally.healthySeconds).toBeCloseTo(seconds);
  });

  test.each([[599, 1], [600, 1], [601, 0]])('of %p seconds to bake: ten healthy minutes lead to stage %p', (bakeSeconds, stage) => {
    const head = canaryOf({ ...PLAN, stages: [{ ...PLAN.stages[0], bakeSeconds }, PLAN.stages[1]] });
    expect(ticked(head, [{}, {}]).release!.stage).toBe(stage);
  });

  test('that is not healthy does not count, and a tick that comes again counts once', () => {
    const held = ticked(canary(), [NOBODY, UNREADABLE, {}]);
    expect(held.release).toMatchObject({ stage: 0, tally: { healthySeconds: 300 } });
    expect(refusedBy(held, tick(15))).toBe('STALE_STEP');
    expect(refusedBy(held, tick(14))).toBe('STALE_STEP');
  });

  test('begins anew in each stage', () => {
    expect(ticked(canary(), [{}, {}]).release).toMatchObject({ stage: 1, tally: { healthySeconds: 0 }, state: 'WATCHING' });
    expect(ticked(canary(), [{}, {}]).release!.confirmedAt).toBeUndefined();
  });

  test.each([[24 * 60 - 1, 0], [24 * 60, 1]])('%p minutes after an execution began, the stage is in part %p', (minutes, part) => {
    const head = after(planned({ maxHoldSeconds: 1e9 }), tick(minutes, NOBODY));
    expect(head.release).toMatchObject({ part, stage: 0 });
    expect(head.release!.partEnded).toBe(part === 0 ? undefined : new Date(START).toISOString());
    expect(head.release!.confirmedAt).toBe(START);
  });
});

test('a stage is not left before its longest rule could have been broken', () => {
  expect(ticked(canary(), [{}, { early: true }]).release).toMatchObject({ stage: 0, tally: { healthySeconds: 600 } });
  expect(ticked(canary(), [{}, { early: true }, {}]).release!.stage).toBe(1);
});

describe('what ends a stage badly', () => {
  test('a failure, at once', () => {
    expect(ticked(canary(), [{ verdict: 'Failed', reason: 'bad' }]).release).toMatchObject({ state: 'ROLLING_BACK', latch: { cause: 'verdict', reason: 'bad' } });
  });

  test('a failure of both slots halts: nobody is to blame', () => {
    expect(ticked(canary(), [{ verdict: 'Failed', blameless: true }]).release).toMatchObject({ state: 'HALTED', wanted: { act: 'shift' } });
  });

  test.each([[4, 'HOLDING'], [5, 'ROLLING_BACK']])('%p ticks in a row that cannot be read: %s', (count, state) => {
    expect(ticked(canary(), Array(count).fill(UNREADABLE)).release!.state).toBe(state);
  });

  test.each([[4, 'HOLDING'], [5, 'ROLLING_BACK']])('%p ticks in a row in which only stable has requests: %s', (count, state) => {
    expect(ticked(canary(), Array(count).fill(STARVED)).release!.state).toBe(state);
  });

  test.each([
    ['an inconclusive tick', [...Array(4).fill(UNREADABLE), NOBODY, UNREADABLE]],
    ['a healthy tick', [...Array(4).fill(STARVED), {}, STARVED]],
    ['a tick in which nobody had requests', [...Array(4).fill(STARVED), NOBODY, STARVED]],
  ])('%s begins the count anew', (_name, ticks) => {
    expect(ticked(canary(), ticks as Partial<Judgement>[]).release!.state).toBe('HOLDING');
  });

  test.each([[3600 - 300, 'HOLDING'], [3600, 'HALTED']])('held for %p of 3600 seconds: %s', (seconds, state) => {
    const head = ticked(planned({ maxHoldSeconds: 3600 }), Array(seconds / 300).fill(NOBODY));
    expect(head.release!.state).toBe(state);
  });

  test('healthy ticks between begin the hold anew', () => {
    const ticks = [...Array(11).fill(NOBODY), {}, ...Array(11).fill(NOBODY)] as Partial<Judgement>[];
    expect(ticked(planned({ maxHoldSeconds: 3600 }), ticks).release!.state).toBe('HOLDING');
  });

  describe('while watching', () => {
    const watching = () => after(ticked(canary(), [{}, {}]), happening({ kind: 'confirm' }, START));
    const later = (ticks: readonly Partial<Judgement>[]) =>
      ticks.reduce<Head>((now, own, place) => after(now, tick(15 + 5 * place, own)), watching());

    test('late data still take it back', () => {
      expect(later([{ verdict: 'Failed' }]).release!.state).toBe('ROLLING_BACK');
    });

    test('what cannot be read halts', () => {
      expect(later(Array(4).fill(UNREADABLE)).release!.state).toBe('HOLDING');
      expect(later(Array(5).fill(UNREADABLE)).release!.state).toBe('HALTED');
    });

    test('missing requests only hold', () => {
      expect(later(Array(7).fill(STARVED)).release!.state).toBe('HOLDING');
    });
  });
});

describe('going back', () => {
  test('stays halted where the release is, and takes the requests', () => {
    const halted = after(canary(), happening({ kind: 'halt', reason: 'why' }));
    const back = after(halted, happening({ kind: 'latch', cause: 'alarm', reason: 'fraud-errors' }), happening({ kind: 'restore' }, START + MINUTE));
    expect(back.release).toMatchObject({ state: 'HALTED', wanted: { act: 'restore' }, restoredAt: START + MINUTE });
    expect(back.failuresInARow).toBe(1);
    expect(refusedBy(back, happening({ kind: 'latch', cause: 'alarm', reason: 'again' }))).toBe('STALE_STEP');
  });

  test('is measured, and the time in which the endpoint was locked apart', () => {
    const latched = after(canary(), happening({ kind: 'latch', cause: 'alarm', reason: 'a' }, START));
    const head = after(latched, happening({ kind: 'see' }, START + 1000), happening({ kind: 'issue', mutation: 'weights' }, START + 61_000), happening({ kind: 'restore' }, START + 70_000));
    expect(head.release).toMatchObject({ restoredAt: START + 70_000, lockedSeconds: 60, wanted: { act: 'tidy' } });
    const unlocked = after(latched, happening({ kind: 'issue', mutation: 'weights' }, START + 1000), happening({ kind: 'restore' }, START + 9000));
    expect(unlocked.release!.lockedSeconds).toBe(0);
    const byItself = after(latched, happening({ kind: 'see' }, START + 1000), happening({ kind: 'restore' }, START + 31_000));
    expect(byItself.release!.lockedSeconds).toBe(30);
  });

  test('a way back that begins late has its whole time from its first call on', () => {
    const latched = after(canary(), happening({ kind: 'latch', cause: 'alarm', reason: 'a' }, START));
    const { deadline } = latched.release!.wanted!;
    const call = happening({ kind: 'issue', mutation: 'weights' }, deadline + 1000);
    const late = after(latched, call).release!.wanted!.deadline;
    expect(late).toBe(deadline + 1000 + PLAN.updateDeadlineSeconds * 1000);
    expect(after(latched, call, happening({ kind: 'issue', mutation: 'weights' }, deadline + 9000)).release!.wanted!.deadline).toBe(late);
  });

  test.each(['abort', 'verdict', 'alarm', 'stop', 'stopped', 'step'] as const)('that came to nothing is taken again for a person alone: %s', (cause) => {
    const stranded = after(canary(), happening({ kind: 'latch', cause: 'alarm', reason: 'a' }), happening({ kind: 'issue', mutation: 'weights' }),
      happening({ kind: 'halt', reason: 'h' }));
    const again = happening({ kind: 'latch', cause, reason: 'again' }, START + 9 * MINUTE);
    const restored = after(stranded, happening({ kind: 'restore' }));
    expect([refusedBy(stranded, again), refusedBy(restored, again)]).toEqual([cause === 'abort' ? 'not refused' : 'STALE_STEP', 'STALE_STEP']);
    if (cause === 'abort') {
      const { state, latch, issued, wanted } = after(stranded, again).release!;
      expect({ state, latch, issued }).toEqual({ state: 'HALTED', latch: { cause, reason: 'again', at: START + 9 * MINUTE }, issued: undefined });
      expect(wanted!.deadline).toBe(START + 9 * MINUTE + PLAN.updateDeadlineSeconds * 1000);
    }
  });

  test('leaves both slots if it has to, and the next release knows them', () => {
    const head = after(canary(), happening({ kind: 'latch', cause: 'abort', reason: 'a' }), happening({ kind: 'restore' }),
      happening({ kind: 'tidy', left: 'no capacity' }), happening({ kind: 'close' }));
    expect(head).toMatchObject({ stable: V1, release: { outcome: 'ABORTED', left: 'no capacity' } });
    expect(after(head, starting()).release!.leftovers).toContain(canary().release!.wanted!.to!.configName);
    expect(after(rolledBack(), starting()).release!.leftovers).toEqual([]);
  });

  test('ends only after it was tidied, and forward only after it was finished', () => {
    expect(refusedBy(canary(), happening({ kind: 'close' }))).toBe('STALE_STEP');
    const latched = after(canary(), happening({ kind: 'latch', cause: 'abort', reason: 'a' }));
    expect(refusedBy(latched, happening({ kind: 'close' }))).toBe('STALE_STEP');
    expect(refusedBy(after(latched, happening({ kind: 'restore' })), happening({ kind: 'close' }))).toBe('STALE_STEP');
  });
});

test('an execution that ended is recovered three times, and then halts', () => {
  const recover = happening({ kind: 'recover', status: 'ABORTED' });
  const thrice = after(canary(), recover, recover, recover);
  expect(thrice.release).toMatchObject({ state: 'ROLLING_BACK', recoveries: 3, latch: { cause: 'stopped', reason: 'execution stopped' } });
  expect(after(thrice, recover).release).toMatchObject({ state: 'HALTED', outcome: 'HALTED' });
  expect(refusedBy(after(thrice, recover), recover)).toBe('STALE_STEP');
  expect(refusedBy(succeeded(), recover)).toBe('STALE_STEP');
});

test('adoption says nothing while a release may move the endpoint', () => {
  expect(refusedBy(canary(), happening({ kind: 'adopt' }))).toBe('CONFLICT');
  expect(after(rolledBack(), happening({ kind: 'adopt' })).stable).toBeUndefined();
});

describe('whatever happens, in whatever order', () => {
  const events: fc.Arbitrary<ReleaseEvent> = fc.tuple(fc.integer({ min: 0, max: 3000 }), fc.constantFrom('Healthy', 'Failed', 'Inconclusive', 'Error'), fc.boolean(),
    fc.constantFrom<ReleaseEvent['kind']>(
      'start', 'begin', 'refuse', 'issue', 'see', 'confirm', 'confirm', 'judge', 'judge', 'judge', 'latch', 'restore', 'tidy', 'halt', 'close', 'recover', 'allow', 'adopt'),
  ).map(([minutes, verdict, flag, kind]) => {
    const at = START + minutes * MINUTE;
    switch (kind) {
      case 'start':
        return starting({ at, release: flag ? 'release' : 'rollback', actor: minutes % 2 === 0 ? ALICE : BOB });
      case 'refuse':
        return happening({ kind, code: 'STOPPED', reason: 'r' }, at);
      case 'issue':
        return happening({ kind, mutation: flag ? 'update' : 'weights' }, at);
      case 'judge':
        return happening({ kind, judgement: { ...HEALTHY, verdict: verdict as Judgement['verdict'], starved: flag }, since: 's', sinceAt: START }, at);
      case 'latch':
        return happening({ kind, cause: flag ? 'alarm' : 'abort', reason: 'r' }, at);
      case 'halt':
        return happening({ kind, reason: 'r' }, at);
      case 'recover':
        return happening({ kind, status: 'FAILED' }, at);
      case 'allow':
        return happening({ kind, revision: 2 }, at, ALICE);
      case 'adopt':
        return happening({ kind, ...(flag ? { stable: V1 } : {}) }, at);
      default:
        return happening({ kind } as Parameters<typeof happening>[0], at);
    }
  });

  test('a change is one record, weights never add up to nothing, and a latch stays', () => {
    fc.assert(fc.property(fc.boolean(), fc.array(events, { maxLength: 60 }), (first, many) => {
      let head = first ? serving(null) : serving();
      for (const event of many) {
        const change = reduce(head, event);
        if (change.refused) {
          continue;
        }
        expect(change.head.rev).toBe(head.rev + 1);
        expect(change.head.auditSequence).toBe(head.auditSequence + 1);
        expect(change.head.lastAt).toBeGreaterThanOrEqual(head.lastAt);
        const { to, or } = change.head.release?.wanted ?? {};
        for (const arrangement of [to, or].filter((one) => one !== undefined)) {
          expect(arrangement.variants.reduce((sum, { weight }) => sum + weight, 0)).toBe(100);
        }
        stays(head.release, change.head.release);
        head = change.head;
      }
    }), { numRuns: 300 });
  });

  function stays(before: Release | undefined, now: Release | undefined): void {
    if (before === undefined || now?.releaseId !== before.releaseId) {
      return;
    }
    if (before.latch !== undefined) {
      expect(now.latch).toEqual(before.latch);
      expect(['restore', 'tidy']).toContain(now.wanted!.act);
      expect(candidatePercent(now)).toBe(0);
      expect(now.outcome).not.toBe('SUCCEEDED');
    }
    if (before.outcome !== undefined) {
      expect(now.outcome).toBe(before.outcome);
    }
  }
});
