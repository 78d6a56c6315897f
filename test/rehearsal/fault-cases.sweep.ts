import { inCanary, START } from './cases';
import { changed, rehearsalOf, shortTemplate } from './rehearsed';
import { MOST_EVENTS, worstHistory } from '../../lib/serving/progressive/execution-history';
import { PATIENT } from '../../lib/serving/progressive/retries';
import { SHORTEST_WAIT_SECONDS } from '../../lib/serving/progressive/runtime/contract';
import { RehearsalFailed } from '../../rehearsal/rehearsal';

/** Long ones of the cases in fault-cases-machinery.test.ts. */

const LONG = 1_800_000;
let template: object;
beforeAll(() => { template = shortTemplate(); });

/** Longest history of a release with a stage of 26 hours, and what was computed for a day of it. */
async function histories(tickSeconds: number) {
  const tick = `"tickSeconds":${tickSeconds}`;
  const long = changed(template, ['"bakeSeconds":1200', '"bakeSeconds":93600'], ['"tickSeconds":300', tick]);
  const { outcome, counts: { longestHistory: longest } } = await rehearsalOf(long).run({ requestsPerMinute: 6000 });
  const plan = { tickSeconds, updateDeadlineSeconds: 3600, shortestWaitSeconds: SHORTEST_WAIT_SECONDS };
  const computed = worstHistory(plan, PATIENT);
  return { outcome, longest, computed };
}

test('F18 a day with a tick a minute is as long as was computed, and no longer', async () => {
  const { outcome, longest, computed } = await histories(60);
  expect(outcome).toBe('SUCCEEDED');
  expect(longest).toBeGreaterThan(9 * 1400);
  expect(longest).toBeLessThan(computed);
  expect(computed).toBeLessThan(MOST_EVENTS);
}, LONG);

test('F18 a tick that a plan would refuse ends an execution at its limit, and takes the release back', async () => {
  const { outcome, longest, computed } = await histories(20);
  expect([outcome, longest]).toEqual(['ROLLED_BACK', MOST_EVENTS]);
  expect(computed).toBeGreaterThan(MOST_EVENTS);
}, LONG);

test('F21 a deployment that takes the switch away from a release is told, and takes it back when the deadline is over', async () => {
  const elsewhere = shortTemplate({}, 'next', 'elsewhere');
  const run = rehearsalOf(template).run({ acts: [START, { do: 'deploy', when: inCanary, template: elsewhere }] });
  const failed = await run.catch((error: unknown) => error) as RehearsalFailed;
  const parameter = 'arn:aws:ssm:eu-west-1:111122223333:parameter/ml-platform/switches/production';
  expect(failed.problems).toContainEqual(expect.stringContaining(`may not ssm:GetParameter on ${parameter}`));
  expect(failed.result.releases).toMatchObject([{ outcome: 'ROLLED_BACK', reason: 'the emergency stop could not be read before the deadline' }]);
}, LONG);
