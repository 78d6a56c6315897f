import { after, canary, happening, inService, serving, starting } from './releases';
import { asLeft, DescribedEndpoint, strayed } from '../../../../lib/serving/progressive/runtime/converge';
import { Arrangement, Wanted } from '../../../../lib/serving/progressive/runtime/release-state';

// made before each test and not while the file is loaded: where that breaks, a mutant would be an error and no kill
let shift: Wanted & { readonly to: Arrangement };
let there: DescribedEndpoint;
let config: string;
beforeEach(() => {
  const wanted = canary().release!.wanted!;
  shift = { ...wanted, to: wanted.to! };
  there = inService(shift.to);
  config = shift.to.configName;
});

/** As it was left, but for this of the candidate. */
function candidate(own: Partial<DescribedEndpoint['variants'][number]>): DescribedEndpoint {
  return { ...there, variants: there.variants.map((variant) => variant.name === 'Candidate' ? { ...variant, ...own } : variant) };
}

/** The same shares of requests by other weights. */
function hundredth(): DescribedEndpoint {
  const variants = there.variants.map(({ currentWeight = 0, desiredWeight = 0, ...variant }) =>
    ({ ...variant, currentWeight: currentWeight / 100, desiredWeight: desiredWeight / 100 }));
  return { ...there, variants };
}

describe('an endpoint is as a release left it', () => {
  test.each<[string, () => DescribedEndpoint]>([
    ['when nothing of it differs', () => there],
    ['when an update to the same configuration is on its way', () => ({ ...there, pendingConfigName: config })],
    ['when somebody scaled it', () => candidate({ currentInstances: 9, desiredInstances: 9 })],
    ['when its weights are other numbers of the same shares', () => hundredth()],
    ['while SageMaker patches it, whatever its weights are', () => ({ ...candidate({ currentWeight: 0, desiredWeight: 0 }), status: 'SystemUpdating' })],
    ['while it is updated by its own configuration', () => ({ ...candidate({ currentWeight: 0 }), status: 'Updating' })],
  ])('%s', (_, described) => {
    expect(strayed(shift, described())).toBeUndefined();
    expect(asLeft(shift, described())).toEqual({ kind: 'none' });
  });
});

describe('somebody else changed an endpoint', () => {
  test.each<[string, () => DescribedEndpoint | undefined, () => string]>([
    ['that is gone', () => undefined, () => 'the endpoint is gone'],
    ['that serves a configuration of a stranger', () => ({ ...there, configName: 'strange' }),
      () => 'the endpoint has configuration strange, which this release did not set: somebody else changes it'],
    ['that moves to a configuration of a stranger', () => ({ ...there, status: 'Updating', pendingConfigName: 'strange' }),
      () => 'the endpoint has configuration strange, which this release did not set: somebody else changes it'],
    ['that serves an earlier configuration of ours', () => ({ ...there, configName: earlier() }),
      () => `the endpoint left ${config} for ${earlier()}: somebody else changes it`],
    ['that moves to an earlier configuration of ours', () => ({ ...there, status: 'Updating', pendingConfigName: earlier() }),
      () => `the endpoint left ${config} for ${earlier()}: somebody else changes it`],
    ['that shows none', () => ({ ...there, configName: undefined }), () => `the endpoint left ${config} for no configuration: somebody else changes it`],
    ['that failed', () => ({ ...there, status: 'Failed' }), () => 'the endpoint is Failed'],
    ['that shows no status', () => ({ ...there, status: undefined }), () => 'the endpoint is without a status'],
    ['that lost a slot', () => ({ ...there, variants: there.variants.filter(({ name }) => name === 'Stable') }),
      () => `configuration ${config} has the variants Stable, wanted Candidate, Stable`],
    ['that has other weights', () => candidate({ currentWeight: 50, desiredWeight: 50 }),
      () => 'the endpoint has weights that this release did not set (Stable 90, Candidate 50): somebody else changes it'],
    ['whose weights begin to move', () => candidate({ desiredWeight: 50 }),
      () => 'the endpoint has weights that this release did not set (Stable 90, Candidate 10 on its way to 50): somebody else changes it'],
    ['whose weights have moved, and are to be ours again', () => candidate({ currentWeight: 50 }),
      () => 'the endpoint has weights that this release did not set (Stable 90, Candidate 50 on its way to 10): somebody else changes it'],
    ['that shows no weight', () => candidate({ currentWeight: undefined }),
      () => 'the endpoint has weights that this release did not set (Stable 90, Candidate undefined on its way to 10): somebody else changes it'],
  ])('%s', (_, described, reason) => {
    expect(strayed(shift, described())).toBe(reason());
    expect(asLeft(shift, described())).toEqual({ kind: 'halt', reason: reason() });
  });

  /** Known to the release, and not where it left the endpoint. */
  function earlier(): string {
    return shift.known.find((name) => name !== config)!;
  }
});

test('an endpoint that is wanted gone was left as it is', () => {
  const gone = after(serving(null), starting(), happening({ kind: 'begin' }), happening({ kind: 'latch', cause: 'step', reason: 'x' })).release!.wanted!;
  expect(gone.to).toBeUndefined();
  expect(asLeft(gone, there)).toEqual({ kind: 'none' });
});
