import { after, canary, happening, serving, START, starting, V1 } from './releases';
import { candidatePercent, finished, installed, resting, servingOf, wanted } from '../../../../lib/serving/progressive/runtime/arrangements';
import { Arrangement, Release, Wanted, WantedAct } from '../../../../lib/serving/progressive/runtime/release-state';

const release = () => after(serving(), starting()).release!;
const first = () => after(serving(null), starting()).release!;
const rollback = () => after(serving(), starting({ release: 'rollback' })).release!;

/** `config: slot model weight x count, …` with the endpoint's part of names left out. */
function shown(arrangement: Arrangement | undefined): string {
  const { configName = 'none', variants = [] } = arrangement ?? {};
  const bare = (name: string) => name.replace(/^fraud-[0-9a-f]{10}-/, '');
  return [bare(configName), ...variants.map(({ slot, modelName, weight, instanceCount, instanceType }) =>
    `${slot} ${bare(modelName)} ${weight} x${instanceCount} ${instanceType}`)].join(', ');
}

const OLD = 'Stable model-1 100 x2 ml.m5.large';
const BOTH = (percent: number) => `r1-install, Stable model-1 ${100 - percent} x2 ml.m5.large, Candidate r1-v2 ${percent} x2 ml.m5.large`;

test.each<[string, () => Release, string, string]>([
  ['a release', release, BOTH(0), 'r1-finish, Stable r1-v2 100 x2 ml.m5.large'],
  ['a first release', first, 'r1-install, Candidate r1-v2 100 x2 ml.m5.large', 'r1-finish, Stable r1-v2 100 x2 ml.m5.large'],
  ['a rollback', rollback, 'r1-install, Stable r1-v2 100 x2 ml.m5.large', 'r1-install, Stable r1-v2 100 x2 ml.m5.large'],
])('%s installs and ends', (_what, of, begins, ends) => {
  expect([installed(of()), finished(of())].map(shown)).toEqual([begins, ends]);
});

test.each<[WantedAct, () => Release, string, string]>([
  ['install', release, BOTH(0), 'none'],
  ['shift', release, BOTH(10), 'none'],
  ['finish', release, 'r1-finish, Stable r1-v2 100 x2 ml.m5.large', 'none'],
  ['restore', release, `config-1, ${OLD}`, BOTH(0)],
  ['restore', rollback, `config-1, ${OLD}`, 'none'],
  ['restore', first, 'none', 'none'],
  ['tidy', release, `config-1, ${OLD}`, 'none'],
  ['tidy', first, 'none', 'none'],
])('to %s is to go there: %#', (act, of, to, or) => {
  const goal = wanted(act, of(), START, { kind: 'canary', percent: 10, bakeSeconds: 600 });
  expect([goal.to, goal.or].map(shown)).toEqual([to, or]);
  expect(goal).toMatchObject({ act, since: START, deadline: START + 3_600_000, first: of().previous === undefined });
});

test('a shift without a stage gives all of them', () => {
  expect(shown(wanted('shift', release(), START).to)).toBe(BOTH(100));
});

test('what a release may be found with are its own two, the one before, and what was left over', () => {
  const known = (of: Release) => wanted('install', of, START).known.map((name) => name.replace(/^fraud-[0-9a-f]{10}-/, ''));
  expect(known(release())).toEqual(['config-1', 'r1-install', 'r1-finish']);
  expect(known(first())).toEqual(['r1-install', 'r1-finish']);
  expect(known(rollback())).toEqual(['config-1', 'r1-install']);
  expect(known({ ...release(), leftovers: ['left', 'config-1'] })).toEqual(['config-1', 'r1-install', 'r1-finish', 'left']);
});

test('what serves afterwards is what the last configuration has', () => {
  const { modelName, configName, ...others } = servingOf(release());
  expect([modelName, configName].map((name) => name.replace(/^fraud-[0-9a-f]{10}-/, ''))).toEqual(['r1-v2', 'r1-finish']);
  expect(others).toMatchObject({ revision: 2, variant: 'Stable', instanceCount: 2, instanceType: 'ml.m5.large' });
  expect(shown(resting(V1))).toBe(`config-1, ${OLD}`);
});

describe('the share of the candidate', () => {
  const intent = (act: WantedAct, to: Arrangement | undefined): Wanted =>
    ({ act, ...(to === undefined ? {} : { to }), known: [], first: false, since: 0, deadline: 1 });
  const tenth = () => canary().release!.wanted!.to;

  test.each<[string, () => Parameters<typeof candidatePercent>[0], number]>([
    ['before anything is wanted', () => ({ kind: 'release' }), 0],
    ['when it is installed', () => ({ kind: 'release', wanted: intent('install', installed(release())) }), 0],
    ['in its first stage', () => ({ kind: 'release', wanted: intent('shift', tenth()) }), 10],
    ['at the end', () => ({ kind: 'release', wanted: intent('finish', finished(release())) }), 100],
    ['on the way back', () => ({ kind: 'release', wanted: intent('restore', tenth()) }), 0],
    ['when both slots are tidied away', () => ({ kind: 'release', wanted: intent('tidy', tenth()) }), 0],
    ['of a rollback by hand', () => ({ kind: 'rollback', wanted: intent('install', installed(rollback())) }), 100],
    ['of a rollback by hand that is taken back', () => ({ kind: 'rollback', wanted: intent('tidy', resting(V1)) }), 0],
    ['of an endpoint that shall not be', () => ({ kind: 'release', wanted: intent('install', undefined) }), 0],
    ['of a slot that is not there', () => ({ kind: 'release', wanted: intent('install', resting(V1)) }), 0],
    ['of a success', () => ({ kind: 'release', outcome: 'SUCCEEDED', wanted: intent('shift', tenth()) }), 100],
    ['of a halt', () => ({ kind: 'release', outcome: 'HALTED', wanted: intent('shift', tenth()) }), 10],
  ])('%s', (_when, of, percent) => {
    expect(candidatePercent(of())).toBe(percent);
  });
});

test('a latched release gives nothing to its candidate', () => {
  expect(candidatePercent(after(canary(), happening({ kind: 'latch', cause: 'abort', reason: 'why' })).release!)).toBe(0);
});
