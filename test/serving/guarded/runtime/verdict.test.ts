import { judge, WantedEndpoint } from '../../../../lib/serving/guarded/runtime/verdict';
import { DescribedEndpoint, DescribedVariant } from '../../../../lib/serving/runtime/described-endpoint';

const STABLE: DescribedVariant = {
  name: 'Stable', currentWeight: 1, desiredWeight: 1, currentInstances: 2, desiredInstances: 2, statuses: [],
};
const DESCRIBED: DescribedEndpoint = { status: 'InService', configName: 'cfg-2', variants: [STABLE] };
const WANTED: WantedEndpoint = {
  configName: 'cfg-2', retained: false, variants: [{ name: 'Stable', weight: 1, instances: 2 }],
};
const described = (changed: Partial<DescribedEndpoint>) => ({ ...DESCRIBED, ...changed });
const stable = (changed: Partial<DescribedVariant>) => described({ variants: [{ ...STABLE, ...changed }] });

const SPLIT: WantedEndpoint = {
  configName: 'cfg-2',
  retained: false,
  variants: [{ name: 'Stable', weight: 9, instances: 2 }, { name: 'Candidate', weight: 1, instances: 2 }],
};
const split = (stableWeight: number, candidateWeight: number, current = stableWeight) => described({
  variants: [
    { ...STABLE, currentWeight: current, desiredWeight: stableWeight },
    { ...STABLE, name: 'Candidate', currentWeight: candidateWeight, desiredWeight: candidateWeight },
  ],
});

const SCALED: WantedEndpoint = {
  configName: 'cfg-2', retained: true, variants: [{ name: 'Stable', weight: 1, instances: 2, range: { min: 2, max: 6 } }],
};

describe('as wanted', () => {
  test.each<[string, WantedEndpoint, DescribedEndpoint]>([
    ['config, weight and count are as wanted', WANTED, DESCRIBED],
    ['weights differ but shares are the same', SPLIT, split(0.9, 0.1)],
    ['weights come in single precision', SPLIT, split(Math.fround(0.9), Math.fround(0.1))],
    ['a scaled variant has its minimum', SCALED, stable({})],
    ['a scaled variant has its maximum', SCALED, stable({ currentInstances: 6, desiredInstances: 6 })],
    ['counts are retained', { ...WANTED, retained: true }, stable({ currentInstances: 7, desiredInstances: 7 })],
    ['weights are retained', { ...SPLIT, retained: true }, split(1, 1)],
  ])('%s', (_, wanted, is) => {
    expect(judge(wanted, is)).toEqual({ kind: 'AsWanted' });
  });
});

describe('not yet', () => {
  test.each<[string, WantedEndpoint, DescribedEndpoint, string]>([
    ['the endpoint is Creating', WANTED, described({ status: 'Creating' }), 'still Creating'],
    ['the endpoint is Updating', WANTED, described({ status: 'Updating' }), 'still Updating'],
    ['the endpoint is Updating on the old configuration', WANTED, described({ status: 'Updating', configName: 'cfg-1' }), 'Updating'],
    ['the endpoint is SystemUpdating', WANTED, described({ status: 'SystemUpdating' }), 'still SystemUpdating'],
    ['the endpoint is RollingBack', WANTED, described({ status: 'RollingBack' }), 'still RollingBack'],
    ['a deployment is pending', WANTED, described({ pendingConfigName: 'cfg-3' }), 'cfg-3'],
    ['a variant bakes', WANTED, stable({ statuses: ['Baking'] }), 'Stable is Baking'],
    ['a weight is half-way', SPLIT, split(9, 1, 5), 'weight of variant Stable is 5 on its way to 9'],
    ['a count is half-way', WANTED, stable({ currentInstances: 1 }), '1 of 2 instances'],
    ['a variant shows no weight', WANTED, stable({ currentWeight: undefined }), 'shows no weight'],
    ['a variant shows no count', WANTED, stable({ desiredInstances: undefined }), 'shows no instance count'],
    ['a scaled fleet is under its minimum', SCALED, stable({ currentInstances: 1, desiredInstances: 1 }), 'wanted 2 to 6'],
    ['a scaled fleet is over its maximum', SCALED, stable({ currentInstances: 7, desiredInstances: 7 }), 'wanted 2 to 6'],
  ])('%s', (_, wanted, is, reason) => {
    expect(judge(wanted, is)).toMatchObject({ kind: 'NotYet', reason: expect.stringContaining(reason) });
  });
});

describe('wrong', () => {
  test.each<[string, WantedEndpoint, DescribedEndpoint | undefined, string]>([
    ['SageMaker went back silently', WANTED, described({ configName: 'cfg-1', failureReason: '' }), 'serves configuration cfg-1 and not cfg-2'],
    ['it went back and the weights move still', WANTED, { ...stable({ currentWeight: 0 }), configName: 'cfg-1' }, 'cfg-1'],
    ['the name differs in case only', WANTED, described({ configName: 'CFG-2' }), 'differ in case only'],
    ['no configuration is shown', WANTED, described({ configName: undefined }), 'configuration none'],
    ['there is no endpoint', WANTED, undefined, 'no such endpoint'],
    ['the endpoint is Failed', WANTED, described({ status: 'Failed' }), 'it is Failed'],
    ['the endpoint is OutOfService', WANTED, described({ status: 'OutOfService' }), 'it is OutOfService'],
    ['the endpoint is Deleting', WANTED, described({ status: 'Deleting' }), 'it is Deleting'],
    ['the rollback failed', WANTED, described({ status: 'UpdateRollbackFailed' }), 'a mixed fleet'],
    ['the status is unheard of', WANTED, described({ status: 'Resting' }), 'it is Resting'],
    ['a variant is missing', SPLIT, DESCRIBED, 'no variant Candidate; it has Stable'],
    ['a variant differs in case only', WANTED, stable({ name: 'stable' }), 'differ in case only'],
    ['there is a variant too many', WANTED, split(1, 1), 'nobody wanted: Candidate'],
    ['a variant is there twice', WANTED, described({ variants: [STABLE, STABLE] }), 'twice'],
    ['it shows no variants', WANTED, described({ variants: [] }), 'it has none'],
    ['shares are others', SPLIT, split(8, 2), 'Stable is to take 80 % of the requests, wanted 90 %'],
    ['shares differ by a hundredth of a percent', SPLIT, split(0.9001, 0.0999), 'wanted 90 %'],
    ['all weights are zero', WANTED, stable({ currentWeight: 0, desiredWeight: 0 }), 'all weights are zero'],
    ['all weights are zero and retained', { ...WANTED, retained: true }, stable({ currentWeight: 0, desiredWeight: 0 }), 'zero'],
    ['the fleet is too small', WANTED, stable({ currentInstances: 1, desiredInstances: 1 }), 'to have 1 instances, wanted 2'],
    ['the fleet is too large', WANTED, stable({ currentInstances: 3, desiredInstances: 3 }), 'to have 3 instances, wanted 2'],
    ['a retained fleet is empty', { ...WANTED, retained: true }, stable({ currentInstances: 0, desiredInstances: 0 }), 'at least 1'],
    ['one variant bakes and another is wrong', SPLIT,
      described({
        variants: [{ ...STABLE, currentWeight: 9, desiredWeight: 9, statuses: ['Baking'] },
          { ...STABLE, name: 'Candidate', desiredInstances: 5 }],
      }), 'to have 5 instances'],
  ])('%s', (_, wanted, is, reason) => {
    expect(judge(wanted, is)).toEqual({ kind: 'Wrong', reason: expect.stringContaining(reason) });
  });
});

describe('only scaling', () => {
  const scaling = (wanted: WantedEndpoint, is: DescribedEndpoint) => {
    const verdict = judge(wanted, is);
    return verdict.kind === 'NotYet' && verdict.scaling;
  };

  test('is an update of a scaled fleet on the wanted configuration', () => {
    expect(scaling(SCALED, { ...stable({ currentInstances: 2, desiredInstances: 4 }), status: 'Updating' })).toBe(true);
  });

  test.each<[string, WantedEndpoint, Partial<DescribedEndpoint>]>([
    ['a fleet that is not scaled', WANTED, { status: 'Updating' }],
    ['another configuration', SCALED, { status: 'Updating', configName: 'cfg-1' }],
    ['a deployment on its way', SCALED, { status: 'Updating', pendingConfigName: 'cfg-2' }],
    ['another variant', SCALED, { status: 'Updating', variants: [{ ...STABLE, name: 'Blue' }] }],
    ['a weight on its way', SCALED, { status: 'Updating', variants: [{ ...STABLE, currentWeight: 0 }] }],
    ['the system\'s own update', SCALED, { status: 'SystemUpdating' }],
  ])('is not %s', (_, wanted, changed) => {
    expect(scaling(wanted, described(changed))).toBe(false);
  });
});
