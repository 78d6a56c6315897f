import { CALLERS, DOOR, ROUTES, soundApi, soundClients } from './catalogue';
import { gatesClaimed, gatesOf, measure } from '../../mistakes/measure';

const TOPICS = [ROUTES, CALLERS, DOOR];

test.each([['an API', soundApi], ['an API with clients', soundClients]] as const)('%s is sound at every gate', (_, make) => {
  expect(gatesOf(measure((stack) => { make(stack); }))).toEqual([]);
});

describe.each(TOPICS.map(({ title, mistakes }) => ({ title, mistakes })))('$title', ({ mistakes }) => {
  test.each(mistakes.map((mistake) => [mistake.title, mistake] as const))('%s', (_, { make, claim }) => {
    const found = measure(make);
    expect(gatesOf(found)).toEqual(gatesClaimed(claim));
    if (claim.ours !== undefined) {
      expect(found.stopped?.message).toContain(claim.ours.wayOut);
      expect(found.stopped?.message).toContain(`\`${claim.ours.prop}\``);
    }
  });
});

test('there are twenty mistakes at the least, each with a title of its own', () => {
  const titles = TOPICS.flatMap(({ mistakes }) => mistakes.map(({ title }) => title));
  expect(titles.length).toBeGreaterThanOrEqual(20);
  expect(new Set(titles).size).toBe(titles.length);
});

test('each says who notices it, or what remains to do', () => {
  for (const { claim } of TOPICS.flatMap(({ mistakes }) => mistakes)) {
    expect((claim.nobody ?? '') !== '').toBe(gatesClaimed(claim).length === 0);
  }
});
