import * as fc from 'fast-check';
import { PLANS, survived } from './accidents';

test.each([
  ['that goes well', { sick: false, silent: false, first: false }],
  ['of a sick candidate', { sick: true, silent: false, first: false }],
  ['that SageMaker undoes', { sick: false, silent: true, first: false }],
  ['that is the first', { sick: false, silent: false, first: true }],
  ['that is the first and sick', { sick: true, silent: false, first: true }],
])('a release %s survives a crash before or after any of its calls', async (_name, own) => {
  const { calls } = await survived({ ...own, crashes: [] });
  expect(calls).toBeGreaterThan(30);
  for (let at = 0; at < calls; at++) {
    await survived({ ...own, crashes: [{ at, done: false }] });
    await survived({ ...own, crashes: [{ at, done: true }] });
  }
}, 600_000);

test('whatever goes wrong together, a release ends, and everything is where the record says', async () => {
  await fc.assert(fc.asyncProperty(PLANS, async (plan) => { await survived(plan); }), { numRuns: 300 });
}, 600_000);
