import { Duration } from 'aws-cdk-lib';
import { back, BEGUN, expectCase, inCanary, PROMOTED, SICK, START } from './cases';
import { changed, recorded, rehearsalOf, shares, shortTemplate } from './rehearsed';
import { ReleaseStage } from '../../lib/serving';
import { MOST_EVENTS, worstHistory } from '../../lib/serving/progressive/execution-history';
import { PATIENT } from '../../lib/serving/progressive/retries';
import { SHORTEST_WAIT_SECONDS } from '../../lib/serving/progressive/runtime/contract';
import { RehearsalResult } from '../../rehearsal/result';

/** What a release runs on: histories, what states hold, deployments, a writer that loses its lease, a Region that is lost. */

let template: object;
/** The same stack in another environment, which every function is told, and with another plan. */
let next: object;
beforeAll(() => {
  template = shortTemplate();
  next = shortTemplate({
    stages: [
      ReleaseStage.canary({ percent: 5, bakeTime: Duration.minutes(10) }), ReleaseStage.full({ bakeTime: Duration.minutes(10) }),
    ],
  }, 'next');
});

/** Calls to SageMaker from one moment to another. */
function asked({ calls }: RehearsalResult, from: number, to = Infinity): string[] {
  return calls.filter(({ service, minutes }) => service === 'sagemaker' && minutes >= from && minutes < to).map(({ operation }) => operation);
}

test('F18 a stage of 26 hours is two executions, and none is longer than was computed', async () => {
  const rehearsal = rehearsalOf(changed(template, ['"bakeSeconds":1200', '"bakeSeconds":93600'], ['"tickSeconds":300', '"tickSeconds":3600']));
  const day = { tickSeconds: 3600, updateDeadlineSeconds: 3600, shortestWaitSeconds: SHORTEST_WAIT_SECONDS };
  const bound = worstHistory(day, PATIENT);
  const { outcome, counts, audit } = await rehearsal.run({
    calls: [{ do: 'crash-before', function: 'release-judge', service: 'ssm', chance: 0.3, times: 99 }],
  });
  expect([outcome, counts.executions]).toEqual(['SUCCEEDED', 4]);
  expect(counts.retries).toBeGreaterThan(5);
  expect(audit.filter(({ action }) => action === 'endpoint.release.judge')).toHaveLength(27);
  expect(counts.longestHistory).toBeLessThan(bound);
  expect(bound).toBeLessThan(MOST_EVENTS);
});

test('F19 states hold names, however long the plan and the profile are', async () => {
  const environment = Object.fromEntries(Array.from({ length: 60 }, (_each, place) => [`SETTING_${place}`, 'x'.repeat(1000)]));
  const stages = Array.from({ length: 8 }, (_each, place) => ({ kind: 'canary', percent: place + 1, bakeSeconds: 300 }));
  const long = changed(template, ['"environment":{}', `"environment":${JSON.stringify(environment)}`], ['"stages":[', `"stages":[${JSON.stringify(stages).slice(1, -1)},`]);
  const { outcome, counts } = await rehearsalOf(long).run();
  expect(outcome).toBe('SUCCEEDED');
  expect(counts.executions).toBe(1 + stages.length + 2);
  expect(counts.largestPayload).toBeGreaterThan(50);
  expect(counts.largestPayload).toBeLessThan(256);
});

describe('F21 the stack is deployed in the middle of a release', () => {
  const deployed = (other?: object) => ({ do: 'deploy' as const, when: inCanary, template: other });
  const again = { do: 'start' as const, revision: 3, when: ({ outcome, releaseId }: { outcome?: string; releaseId?: string }) => outcome !== undefined && releaseId === 'churn.1' };

  test('the release goes on with the versions, the plan and the definition that it began with; the next one takes the new', async () => {
    const result = await rehearsalOf(template).run({ acts: [START, deployed(next), again] });
    expect(result.answers.map(({ do: what, status }) => `${what} ${status}`)).toEqual(['start 202', 'deploy 200', 'start 202']);
    expect(result.releases.map(({ outcome }) => outcome)).toEqual(['SUCCEEDED', 'SUCCEEDED']);
    expect(shares(result)).toBe('-, 0, 10, 100, -, 0, 5, 100, -');
    // every record has the environment of the function that wrote it
    const environments = (wanted: string) => [...new Set(result.audit.flatMap(({ details, environment }) =>
      (details as { release?: string } | undefined)?.release === wanted ? environment : []))];
    expect([environments('churn.1'), environments('churn.2')]).toEqual([['production'], ['next']]);
  });

  test('versions that nothing keeps would take the release back', async () => {
    const rehearsal = rehearsalOf(JSON.parse(JSON.stringify(template).replaceAll('"DeletionPolicy":"Retain",', '')) as object);
    const { releases: [{ outcome }] } = await rehearsal.run({ acts: [START, deployed(next)] });
    expect(outcome).toBe('ROLLED_BACK');
  });

  test('a deployment without a change changes nothing', async () => {
    await expectCase(rehearsalOf(template), ['deployed', { acts: [START, deployed()] }, { ...PROMOTED, answers: ['ann start 202', 'ann deploy 200'] }]);
  });
});

test('F23 a writer whose proof of the lease fails calls nothing any more', async () => {
  const result = await expectCase(rehearsalOf(template), ['F23', {
    calls: [{ do: 'lost-race', function: 'release-writer', operation: 'PutItem', nth: 2 }],
  }, PROMOTED]);
  const writes = result.calls.filter(({ operation, function: by }) => operation === 'PutItem' && by === 'release-writer');
  expect(writes[1].error).toBe('ConditionalCheckFailedException');
  expect(asked(result, 0, writes[1].minutes)).toEqual(['DescribeEndpoint', 'DescribeEndpointConfig', 'DescribeEndpoint']);
  expect(asked(result, writes[1].minutes, writes[2].minutes)).toEqual([]);
});

describe('F24 nothing works for three hours', () => {
  const outages = [{ fromMinutes: 21.1, toMinutes: 201.1 }];

  test.each([
    ['in the middle of a stage', {}, PROMOTED],
    ['while an alarm is about to fire', { candidate: SICK }, back('over 5 % of requests failed for 2 minutes in a row (ErrorBurst)', `${BEGUN}, judge HEALTHY, judge FAILED`)],
  ])('%s', async (name, scenario, expected) => {
    const result = await expectCase(rehearsalOf(template), [name, { ...scenario, outages }, expected]);
    // what the endpoint has, it keeps
    expect(result.weights.filter(({ minutes }) => minutes > 21.1 && minutes < 201.1)).toEqual([]);
    expect(asked(result, 21.1)[0]).toBe('DescribeEndpoint');
  });

  test('while traffic is taken back', async () => {
    const result = await rehearsalOf(template).run({
      acts: [START, { do: 'abort', atMinutes: 21 }], outages: [{ fromMinutes: 21.009, toMinutes: 200 }],
    });
    expect([shares(result), recorded(result)]).toEqual(['-, 0, 10, 0, -', `${BEGUN}, judge HEALTHY, latch, restore, tidy, close ABORTED`]);
  });
});
