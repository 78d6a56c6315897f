import * as fc from 'fast-check';
import { canary, after, happening, inService, serving, START, starting, V1 } from './releases';
import { resting } from '../../../../lib/serving/progressive/runtime/arrangements';
import { converge, DescribedEndpoint } from '../../../../lib/serving/progressive/runtime/converge';
import { Head, Issued, Wanted } from '../../../../lib/serving/progressive/runtime/release-state';

// made before each test and not while the file is loaded: where that breaks, a mutant would be an error and no kill
let install: Wanted;
let shift: Wanted;
let back: Wanted;
let first: Wanted;
let gone: Wanted;
let late: number;
let old: DescribedEndpoint;
beforeEach(() => {
  const wants = (head: Head) => head.release!.wanted!;
  install = wants(after(serving(), starting(), happening({ kind: 'begin' })));
  shift = wants(canary());
  back = wants(after(canary(), happening({ kind: 'latch', cause: 'verdict', reason: 'bad' })));
  first = wants(after(serving(null), starting(), happening({ kind: 'begin' })));
  gone = wants(after(serving(null), starting(), happening({ kind: 'begin' }), happening({ kind: 'latch', cause: 'step', reason: 'x' })));
  late = install.deadline + 1;
  old = inService(resting(V1));
});

function issued(own: Partial<Issued> = {}): Issued {
  return { mutation: 'update', configName: install.to!.configName, count: 1, seen: false, ...own };
}

test('goes to the configuration with both slots, the candidate without requests', () => {
  expect(converge(install, old, undefined, START)).toEqual({ kind: 'update', to: install.to });
  expect(install.to!.variants.map(({ slot, weight }) => [slot, weight])).toEqual([['Stable', 100], ['Candidate', 0]]);
});

test('is there when status, configuration, weights and counts are as wanted', () => {
  expect(converge(install, inService(install.to!), undefined, START)).toEqual({ kind: 'none' });
});

describe('one of the three facts alone proves nothing', () => {
  /** All of it as wanted, but for this of one of its variants. */
  function but(own: Partial<DescribedEndpoint['variants'][number]>, of = 1): DescribedEndpoint {
    const there = inService(shift.to!);
    return { ...there, variants: there.variants.map((variant, place) => place === of ? { ...variant, ...own } : variant) };
  }

  test.each([
    ['the weight that is wanted of it', { desiredWeight: 0 }, 'weights'],
    ['both weights', { desiredWeight: 0, currentWeight: 0 }, 'weights'],
    ['the weight that it has', { currentWeight: 0 }, 'wait'],
    ['no weight', { currentWeight: undefined }, 'wait'],
    ['the instances that it has', { currentInstances: 1 }, 'wait'],
    ['the instances that are wanted of it', { desiredInstances: 3 }, 'wait'],
  ])('%s', (_name, own, kind) => {
    for (const of of [0, 1]) {
      expect(converge(shift, but(own, of), undefined, START).kind).toBe(kind);
      expect(converge(shift, but(own, of), undefined, late).kind).toBe('failed');
    }
  });

  test.each([
    ['weights', { currentWeight: 0 }, 'the weights are on their way', 'the weights are not as wanted after the deadline'],
    ['instances', { currentInstances: 1 }, 'the instances of Candidate are not as many as wanted', 'the instances of Candidate are not as many as wanted after the deadline'],
  ])('and %s are waited for, while the endpoint is not locked', (_name, own, waits, fails) => {
    expect(converge(shift, but(own), undefined, shift.deadline)).toEqual({ kind: 'wait', reason: waits, moving: false });
    expect(converge(shift, but(own), undefined, late)).toEqual({ kind: 'failed', reason: fails });
  });

  test('and which slots lack instances is said', () => {
    const there = inService(shift.to!);
    const variants = there.variants.map((variant) => ({ ...variant, desiredInstances: 9 }));
    expect(converge(shift, { ...there, variants }, undefined, START)).toMatchObject({ reason: 'the instances of Stable, Candidate are not as many as wanted' });
  });

  test('and other slots under the same name are nobody\'s to mend', () => {
    const there = inService(shift.to!);
    const [stable] = there.variants;
    expect(converge(shift, { ...there, variants: [stable] }, undefined, START)).toEqual({
      kind: 'halt', reason: `configuration ${shift.to!.configName} has the variants Stable, wanted Candidate, Stable`,
    });
    expect(converge(shift, { ...there, variants: [...there.variants].reverse() }, undefined, START)).toEqual({ kind: 'none' });
  });

  test('a slot that somebody scaled has the instances that are wanted of it, unless a configuration sets them', () => {
    const there = inService(shift.to!);
    const scaled = ({ variants, ...described }: DescribedEndpoint, count: number): DescribedEndpoint =>
      ({ ...described, variants: variants.map((variant) => ({ ...variant, currentInstances: count, desiredInstances: count })) });
    expect(converge(shift, scaled(there, 5), undefined, START).kind).toBe('none');
    expect(converge(shift, scaled(there, 0), undefined, START).kind).toBe('wait');
    expect(converge(install, scaled(inService(install.to!), 5), undefined, START).kind).toBe('wait');
  });

  test('the way back is tried once however late it begins', () => {
    const there = inService(shift.to!);
    expect(converge(back, there, undefined, back.deadline + 1).kind).toBe('weights');
    expect(converge(back, there, { mutation: 'weights', count: 1, seen: false }, back.deadline + 1).kind).toBe('failed');
  });

  test('weights count as shares, in single precision', () => {
    const there = inService(shift.to!);
    const single = {
      ...there,
      variants: there.variants.map((variant) => ({
        ...variant,
        currentWeight: Math.fround(variant.currentWeight! / 300),
        desiredWeight: Math.fround(variant.desiredWeight! / 300),
      })),
    };
    expect(converge(shift, single, undefined, START).kind).toBe('none');
  });
});

test.each(['Creating', 'Updating', 'SystemUpdating', 'RollingBack', 'Deleting'])('waits while the endpoint is %s, and halts after the deadline', (status) => {
  const waits = { kind: 'wait', reason: `the endpoint is ${status}`, moving: true };
  expect([START, install.deadline].map((now) => converge(install, { ...old, status }, undefined, now))).toEqual([waits, waits]);
  expect(converge(install, { ...old, status }, undefined, late)).toEqual({
    kind: 'halt', reason: `the endpoint is still ${status} after the deadline, and no update can be cancelled`,
  });
});

test('an update that runs is one, whatever the status says', () => {
  expect(converge(install, { ...old, pendingConfigName: install.to!.configName }, undefined, START)).toMatchObject({ kind: 'wait', reason: 'the endpoint is Updating' });
});

test('an endpoint that shows no configuration is brought to one, and one without a status to a person', () => {
  expect(converge(install, { ...old, configName: undefined }, undefined, START)).toEqual({ kind: 'update', to: install.to });
  expect(converge(install, { ...old, status: undefined }, undefined, START)).toEqual({ kind: 'halt', reason: 'the endpoint is without a status' });
});

test.each(['UpdateRollbackFailed', 'Failed', 'OutOfService'])('halts when the endpoint is %s: nothing of ours would help', (status) => {
  expect(converge(install, { ...old, status, failureReason: 'no capacity' }, undefined, START)).toEqual({ kind: 'halt', reason: `the endpoint is ${status}: no capacity` });
  for (const failureReason of ['', undefined]) {
    expect(converge(install, { ...old, status, failureReason }, undefined, START)).toEqual({ kind: 'halt', reason: `the endpoint is ${status}` });
  }
});

test('halts when the endpoint is gone', () => {
  expect(converge(install, undefined, undefined, START)).toEqual({ kind: 'halt', reason: 'the endpoint is gone' });
  expect(converge(back, undefined, undefined, START).kind).toBe('halt');
});

test.each([{ configName: 'theirs' }, { pendingConfigName: 'theirs', status: 'Updating' }])('never overwrites a configuration of somebody else: %p', (own) => {
  for (const wanted of [install, shift, back]) {
    expect(converge(wanted, { ...old, ...own }, undefined, START)).toMatchObject({ kind: 'halt', reason: expect.stringContaining('theirs') });
  }
});

describe('an update that came to nothing', () => {
  test.each([
    ['was called once and not seen to move', {}, 'update'],
    ['was seen to move', { seen: true }, 'failed'],
    ['was called twice', { count: 2 }, 'failed'],
    ['was to another configuration', { configName: 'other', seen: true }, 'update'],
    ['was a call for weights', { mutation: 'weights', seen: true }, 'update'],
  ] as const)('%s', (_name, own, kind) => {
    expect(converge(install, old, issued(own), START).kind).toBe(kind);
  });

  test('fails after the deadline', () => {
    expect(converge(install, old, undefined, install.deadline).kind).toBe('update');
    expect(converge(install, old, undefined, late)).toEqual({ kind: 'failed', reason: `the endpoint did not come to ${install.to!.configName} before the deadline` });
  });

  test.each<[string, Partial<DescribedEndpoint>, string]>([
    ['says why', { failureReason: 'ping failed' }, 'to config-1 and not to CONFIG: ping failed'],
    ['says nothing', { failureReason: '' }, 'to config-1 and not to CONFIG, and gives no reason'],
    ['has no reason', {}, 'to config-1 and not to CONFIG, and gives no reason'],
    ['shows no configuration', { configName: undefined }, 'to no configuration and not to CONFIG, and gives no reason'],
  ])('quotes SageMaker when it %s', (_name, own, reason) => {
    expect(converge(install, { ...old, ...own }, issued({ seen: true }), START)).toEqual({
      kind: 'failed', reason: `SageMaker went back ${reason.replace('CONFIG', install.to!.configName)}`,
    });
  });
});

describe('weights that do not stay', () => {
  const asked = (count: number): Issued => ({ mutation: 'weights', count, seen: false });

  test('are asked for twice on the way forward, and then the step has failed', () => {
    expect(converge(shift, inService(install.to!), asked(1), START).kind).toBe('weights');
    expect(converge(shift, inService(install.to!), asked(2), START)).toMatchObject({ kind: 'failed', reason: 'SageMaker took the weights 2 times, and has others' });
  });

  test('are asked for again and again on the way back', () => {
    expect(converge(back, inService(shift.to!), asked(9), START).kind).toBe('weights');
  });
});

describe('going back', () => {
  test('is done by weights where both slots are', () => {
    expect(converge(back, inService(shift.to!), undefined, START)).toMatchObject({ kind: 'weights', to: { variants: [{ weight: 100 }, { weight: 0 }] } });
    expect(converge(back, inService(back.or!), undefined, START).kind).toBe('none');
  });

  test('is done already where the former configuration serves', () => {
    expect(converge(back, old, undefined, START).kind).toBe('none');
  });

  test('does not doubt stable because somebody scaled it', () => {
    const scaled = inService(back.or!);
    const variants = scaled.variants.map((variant) => ({ ...variant, currentInstances: 3, desiredInstances: 5 }));
    expect(converge(back, { ...scaled, variants }, undefined, START).kind).toBe('none');
    expect(converge(back, { ...scaled, variants: variants.map((variant) => ({ ...variant, currentInstances: 0 })) }, undefined, START).kind).toBe('wait');
  });

  test('does not wait for instances of a slot that has no requests', () => {
    const there = inService(back.or!);
    const variants = there.variants.map((variant) => variant.name === 'Candidate' ? { ...variant, currentInstances: 0 } : variant);
    expect(converge(back, { ...there, variants }, undefined, START)).toEqual({ kind: 'none' });
  });

  test('brings the former configuration back from the last one of the release', () => {
    const last = inService({ configName: shift.known.find((name) => name.endsWith('-finish'))!, variants: resting(V1).variants });
    expect(converge(back, last, undefined, START)).toEqual({ kind: 'update', to: resting(V1) });
  });
});

describe('the first release of an endpoint', () => {
  test('makes it, with the candidate alone', () => {
    expect(converge(first, undefined, undefined, START)).toMatchObject({ kind: 'create', to: { variants: [{ slot: 'Candidate', weight: 100 }] } });
    expect(converge(first, undefined, undefined, first.deadline).kind).toBe('create');
    expect(converge(first, undefined, undefined, first.deadline + 1)).toEqual({ kind: 'failed', reason: 'the endpoint was not created before the deadline' });
  });

  test('does not make it anew when it was there and is gone', () => {
    const serving100 = after(serving(null), starting(), happening({ kind: 'begin' }), happening({ kind: 'confirm' })).release!.wanted!;
    expect(converge(serving100, undefined, undefined, START)).toEqual({ kind: 'halt', reason: 'the endpoint is gone' });
  });

  test.each(['OutOfService', 'UpdateRollbackFailed'])('leaves it to a person where it is %s', (status) => {
    expect(converge(first, inService(first.to!, { status }), undefined, START)).toEqual({ kind: 'halt', reason: `the endpoint is ${status}` });
    expect(converge(gone, inService(first.to!, { status }), undefined, START).kind).toBe('halt');
  });

  test('fails when it cannot be made, and takes it away', () => {
    const broken = inService(first.to!, { status: 'Failed', failureReason: 'no image' });
    expect(converge(first, broken, undefined, START)).toEqual({ kind: 'failed', reason: 'the endpoint could not be created: no image' });
    expect(converge(gone, broken, undefined, START)).toEqual({ kind: 'delete' });
    expect(converge(gone, broken, undefined, gone.deadline + 1).kind).toBe('halt');
    expect(converge(gone, inService(first.to!), undefined, START)).toEqual({ kind: 'delete' });
    expect(converge(gone, inService(first.to!), undefined, gone.deadline).kind).toBe('delete');
    expect(converge(gone, inService(first.to!), undefined, gone.deadline + 1)).toEqual({ kind: 'halt', reason: 'the endpoint is still there after the deadline' });
    expect(converge(gone, undefined, undefined, START)).toEqual({ kind: 'none' });
  });

  test('does not take away what it did not make', () => {
    expect(converge(gone, old, undefined, START).kind).toBe('halt');
  });
});

test('whatever is described: nothing is deleted that was there before, and what is known is never left for an unknown place', () => {
  const name = fc.constantFrom(...install.known, 'theirs');
  const count = fc.option(fc.integer({ min: 0, max: 3 }), { nil: undefined });
  const described = fc.record({
    status: fc.constantFrom('InService', 'Updating', 'Failed', 'Creating', 'UpdateRollbackFailed', 'RollingBack'),
    configName: name,
    variants: fc.array(fc.record({
      name: fc.constantFrom('Stable', 'Candidate'), currentWeight: count, desiredWeight: count, currentInstances: count, desiredInstances: count,
    }), { maxLength: 2 }),
  });
  fc.assert(fc.property(fc.constantFrom(install, shift, back), described, fc.boolean(), (wanted, endpoint, overdue) => {
    const act = converge(wanted, endpoint, undefined, overdue ? late : START);
    expect(['delete', 'create']).not.toContain(act.kind);
    if ('to' in act) {
      expect(wanted.known).toContain(act.to.configName);
      expect(act.to.variants.reduce((sum, { weight }) => sum + weight, 0)).toBeGreaterThan(0);
      expect(endpoint.status).toBe('InService');
      expect(endpoint.configName).not.toBe('theirs');
    }
  }));
});
