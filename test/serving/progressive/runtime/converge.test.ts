import * as fc from 'fast-check';
import { canary, after, happening, inService, serving, START, starting, V1 } from './releases';
import { resting } from '../../../../lib/serving/progressive/runtime/arrangements';
import { converge, DescribedEndpoint } from '../../../../lib/serving/progressive/runtime/converge';
import { Issued, Release, Wanted } from '../../../../lib/serving/progressive/runtime/release-state';

const begun = after(serving(), starting(), happening({ kind: 'begin' })).release as Release & { wanted: Wanted };
const install = begun.wanted;
const shift = canary().release!.wanted!;
const back = after(canary(), happening({ kind: 'latch', cause: 'verdict', reason: 'bad' })).release!.wanted!;
const first = after(serving(null), starting(), happening({ kind: 'begin' })).release!.wanted!;
const gone = after(serving(null), starting(), happening({ kind: 'begin' }), happening({ kind: 'latch', cause: 'step', reason: 'x' })).release!.wanted!;
const LATE = install.deadline + 1;
const old = inService(resting(V1));

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
  const there = inService(shift.to!);
  const changed = (own: Partial<DescribedEndpoint['variants'][number]>): DescribedEndpoint =>
    ({ ...there, variants: there.variants.map((variant, place) => place === 0 ? variant : { ...variant, ...own }) });

  test.each([
    ['the weight that is wanted of it', changed({ desiredWeight: 0 }), 'weights'],
    ['both weights', changed({ desiredWeight: 0, currentWeight: 0 }), 'weights'],
    ['the weight that it has', changed({ currentWeight: 0 }), 'wait'],
    ['no weight', changed({ currentWeight: undefined }), 'wait'],
    ['the instances that it has', changed({ currentInstances: 1 }), 'wait'],
    ['the instances that are wanted of it', changed({ desiredInstances: 3 }), 'wait'],
  ])('%s', (_name, described, kind) => {
    expect(converge(shift, described, undefined, START).kind).toBe(kind);
    expect(converge(shift, described, undefined, LATE).kind).toBe('failed');
  });

  test('a slot that somebody scaled has the instances that are wanted of it, unless a configuration sets them', () => {
    const scaled = ({ variants, ...described }: DescribedEndpoint, count: number): DescribedEndpoint =>
      ({ ...described, variants: variants.map((variant) => ({ ...variant, currentInstances: count, desiredInstances: count })) });
    expect(converge(shift, scaled(there, 5), undefined, START).kind).toBe('none');
    expect(converge(shift, scaled(there, 0), undefined, START).kind).toBe('wait');
    expect(converge(install, scaled(inService(install.to!), 5), undefined, START).kind).toBe('wait');
  });

  test('the way back is tried once however late it begins', () => {
    expect(converge(back, there, undefined, back.deadline + 1).kind).toBe('weights');
    expect(converge(back, there, { mutation: 'weights', count: 1, seen: false }, back.deadline + 1).kind).toBe('failed');
  });

  test('weights count as shares, in single precision', () => {
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
  expect(converge(install, { ...old, status }, undefined, START)).toMatchObject({ kind: 'wait', moving: true });
  expect(converge(install, { ...old, status }, undefined, install.deadline).kind).toBe('wait');
  expect(converge(install, { ...old, status }, undefined, LATE).kind).toBe('halt');
});

test('an update that runs is one, whatever the status says', () => {
  expect(converge(install, { ...old, pendingConfigName: install.to!.configName }, undefined, START).kind).toBe('wait');
});

test.each(['UpdateRollbackFailed', 'Failed', 'OutOfService'])('halts when the endpoint is %s: nothing of ours would help', (status) => {
  expect(converge(install, { ...old, status, failureReason: 'no capacity' }, undefined, START)).toEqual({ kind: 'halt', reason: `the endpoint is ${status}: no capacity` });
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
    ['was never called', undefined, 'update'],
    ['was called once and not seen to move', issued(), 'update'],
    ['was seen to move', issued({ seen: true }), 'failed'],
    ['was called twice', issued({ count: 2 }), 'failed'],
    ['was to another configuration', issued({ configName: 'other', seen: true }), 'update'],
  ] as const)('%s', (_name, call, kind) => {
    expect(converge(install, old, call, START).kind).toBe(kind);
  });

  test('fails after the deadline, and quotes SageMaker', () => {
    expect(converge(install, old, undefined, LATE).kind).toBe('failed');
    expect(converge(install, { ...old, failureReason: 'ping failed' }, issued({ seen: true }), START)).toMatchObject({ reason: expect.stringContaining('ping failed') });
  });
});

describe('weights that do not stay', () => {
  const asked = (count: number): Issued => ({ mutation: 'weights', count, seen: false });
  const installed = inService(install.to!);

  test('are asked for twice on the way forward, and then the step has failed', () => {
    expect(converge(shift, installed, asked(1), START).kind).toBe('weights');
    expect(converge(shift, installed, asked(2), START)).toMatchObject({ kind: 'failed', reason: 'SageMaker took the weights 2 times, and has others' });
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

  test('brings the former configuration back from the last one of the release', () => {
    const last = inService({ configName: shift.known.find((name) => name.endsWith('-finish'))!, variants: resting(V1).variants });
    expect(converge(back, last, undefined, START)).toEqual({ kind: 'update', to: resting(V1) });
  });
});

describe('the first release of an endpoint', () => {
  test('makes it, with the candidate alone', () => {
    expect(converge(first, undefined, undefined, START)).toMatchObject({ kind: 'create', to: { variants: [{ slot: 'Candidate', weight: 100 }] } });
    expect(converge(first, undefined, undefined, first.deadline + 1).kind).toBe('failed');
  });

  test('fails when it cannot be made, and takes it away', () => {
    const broken = inService(first.to!, { status: 'Failed', failureReason: 'no image' });
    expect(converge(first, broken, undefined, START)).toEqual({ kind: 'failed', reason: 'the endpoint could not be created: no image' });
    expect(converge(gone, broken, undefined, START)).toEqual({ kind: 'delete' });
    expect(converge(gone, broken, undefined, gone.deadline + 1).kind).toBe('halt');
    expect(converge(gone, inService(first.to!), undefined, START)).toEqual({ kind: 'delete' });
    expect(converge(gone, inService(first.to!), undefined, gone.deadline + 1).kind).toBe('halt');
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
  fc.assert(fc.property(fc.constantFrom(install, shift, back), described, fc.boolean(), (wanted, endpoint, late) => {
    const act = converge(wanted, endpoint, undefined, late ? LATE : START);
    expect(['delete', 'create']).not.toContain(act.kind);
    if ('to' in act) {
      expect(wanted.known).toContain(act.to.configName);
      expect(act.to.variants.reduce((sum, { weight }) => sum + weight, 0)).toBeGreaterThan(0);
      expect(endpoint.status).toBe('InService');
      expect(endpoint.configName).not.toBe('theirs');
    }
  }));
});
