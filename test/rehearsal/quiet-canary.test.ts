import { rehearsalOf } from './rehearsed';

// README of progressive endpoints: at 10 %, an endpoint has to have 1,000 requests a minute before the alarm on p99 judges one
test.each([
  ['is noticed in its canary where that has more than a hundred requests a minute', 1200, 10],
  ['is noticed when it has all requests where its canary has fewer', 600, 100],
])('a slow candidate %s', async (_, requestsPerMinute, percent) => {
  const scenario = { requestsPerMinute, candidate: { latencyMs: 4000 } };
  const { outcome, releases: [{ reason }], weights } = await rehearsalOf().run(scenario);
  expect({ outcome, reason }).toEqual({ outcome: 'ROLLED_BACK', reason: 'alarm churn/P99Latency is in ALARM' });
  expect(Math.max(...weights.map((each) => each.percent.Candidate ?? 0))).toBe(percent);
});
