import {
  answered, BACK, back, BEGUN, Case, ended, endsOf, expectCase, FINISH, halted, inCanary, INSTALL, PROMOTED,
  SHIFT, SICK, START, untouched,
} from './cases';
import { mutations, paged, recorded, rehearsalOf, shares } from './rehearsed';
import { Moment } from '../../rehearsal/hands';
import { Rehearsal } from '../../rehearsal/rehearsal';
import { RehearsalResult } from '../../rehearsal/result';
import { Act } from '../../rehearsal/scenario';

let rehearsal: Rehearsal;
beforeAll(() => { rehearsal = rehearsalOf(); });

const METRICS: readonly Case[] = [
  ['F1 one read fails, the retry inside the tick works', { calls: [{ do: 'unavailable', service: 'cloudwatch', operation: 'GetMetricData' }] }, PROMOTED],
  ['F2 five ticks in a row cannot read', { metrics: [{ do: 'unreadable', fromMinutes: 15, toMinutes: 9999 }] },
    back('5 ticks in a row could not be judged: the metrics cannot be read', `${BEGUN}, judge ERROR x5`)],
  ['F3 the candidate has weight and no samples', { metrics: [{ do: 'silent', slot: 'Candidate', fromMinutes: 15, toMinutes: 9999 }] },
    back('5 ticks in a row: the candidate has had no request since the last tick, and stable has', `${BEGUN}, judge HEALTHY, judge INCONCLUSIVE x5`)],
  ['F4 nobody asks for an hour', { metrics: [{ do: 'none', fromMinutes: 20, toMinutes: 70 }] },
    { ...PROMOTED, records: `${BEGUN}, judge HEALTHY x2, judge INCONCLUSIVE x9, judge HEALTHY x2, confirm, judge HEALTHY x3, confirm, close` }],
  ['F4 nobody asks any more', { metrics: [{ do: 'none', fromMinutes: 20, toMinutes: 9999 }] },
    halted('held for 7200 seconds: there has been no request since the last tick', `${BEGUN}, judge HEALTHY x2, judge INCONCLUSIVE x24`)],
  ['F5 a value is not a number', { metrics: [{ do: 'nan', fromMinutes: 15, toMinutes: 9999 }] },
    back('5 ticks in a row could not be judged: a metric has a value that makes no sense', `${BEGUN}, judge ERROR x5`)],
  ['F6 a rollback alarm is in ALARM before the start', {
    acts: [{ atMinutes: 4.2, do: 'other', act: ({ setAlarm }) => { setAlarm('churn/ErrorRate', 'ALARM'); } }, { ...START, atMinutes: 4.3 }],
  }, untouched('ann start 409 BASELINE_UNHEALTHY')],
  ['F7 the clocks of all functions are five minutes fast', { clockSkewSeconds: skewed(300) }, PROMOTED],
  ['F7 the clocks of all functions are five minutes slow', { clockSkewSeconds: skewed(-300) }, PROMOTED],
  ['F8 samples come late, and show after 100 % what the candidate broke', {
    candidate: { errorPercent: [{ afterMinutes: 0, value: 0 }, { afterMinutes: 13, value: 9 }] },
    metrics: [{ do: 'late', seconds: 900, fromMinutes: 20, toMinutes: 40 }],
  }, back('alarm churn/fast is in ALARM', `${BEGUN}, judge HEALTHY x2, judge INCONCLUSIVE x2, judge HEALTHY x2, confirm, latch`, {
    shares: '-, 0, 10, 100, 0, -', calls: [...INSTALL, SHIFT, SHIFT, ...BACK],
  })],
  ['F9 too few samples, and no error among them', { requestsPerMinute: 8 },
    halted('held for 7200 seconds: the candidate has had 94 of 100 requests', `${BEGUN}, judge INCONCLUSIVE x24`)],
];

/** What a deployment in the middle of a release may do to an alarm. */
const defined = (changed?: Readonly<Record<string, unknown>>): Act => ({
  do: 'other', when: inCanary, act: ({ defineAlarm }) => { defineAlarm('churn/ErrorRate', changed); },
});
const CHANGED = 'alarm churn/ErrorRate is defined otherwise than when the release began';

const ALARMS: readonly Case[] = [
  ['G6 an alarm is defined otherwise on the way', { acts: [START, defined({ Threshold: 50 })] },
    back(`5 ticks in a row could not be judged: ${CHANGED}`, `${BEGUN}, judge HEALTHY x2, judge ERROR x5`, {
      pages: [`cannot be judged: ${CHANGED}`.slice(0, 93), 'was rolled back'],
    })],
  ['G6 an alarm is defined otherwise, and put right in time', {
    acts: [START, defined({ Threshold: 50 }), { ...defined({ Threshold: 2 }), when: undefined, atMinutes: 33 }],
  }, {
    ...PROMOTED,
    records: `${BEGUN}, judge HEALTHY x2, judge ERROR x2, judge HEALTHY x2, confirm, judge HEALTHY x3, confirm, close`,
    pages: [`cannot be judged: ${CHANGED}`.slice(0, 93)],
  }],
  ['G6 an alarm is deleted on the way', { acts: [START, defined()] },
    back('5 ticks in a row could not be judged: alarm churn/ErrorRate does not exist', `${BEGUN}, judge HEALTHY x2, judge ERROR x5`, {
      pages: ['cannot be judged: alarm churn/ErrorRate does not exist', 'was rolled back'],
    })],
  ['G6 whom an alarm tells decides nothing', { acts: [START, defined({ AlarmDescription: 'x', AlarmActions: [] })] }, PROMOTED],
];

const STABLE_ONLY: readonly Case[] = [
  ['F10 the candidate is slow, and of stable no latency is known', {
    requestsPerMinute: 2000, candidate: { latencyMs: 700 }, metrics: [{ do: 'silent', slot: 'Stable', fromMinutes: 0, toMinutes: 999 }],
  }, back('alarm churn/P99Latency is in ALARM', `${BEGUN}, judge HEALTHY, latch`)],
  ['F13 both slots fail alike, and the alarm comes first', { stable: { errorPercent: 9 }, candidate: { errorPercent: 9 } },
    back('alarm churn/fast is in ALARM', `${BEGUN}, latch`)],
  ['F13 both slots fail alike, and only a tick sees it', {
    requestsPerMinute: 6000, stable: { errorPercent: 3 }, candidate: { errorPercent: 3 }, switches: { fillReachesUnpublished: 'yes' },
  }, halted('over 2 % of requests failed for 8 minutes in a row (ErrorRate), on stable in the same minutes too: nobody is to blame',
    `${BEGUN}, judge HEALTHY, judge FAILED`)],
  ['F39 stable is sick, and the candidate mends it', { stable: { errorPercent: 60 } }, PROMOTED],
];

const CONTROLLER: readonly Case[] = [
  ['F14 the writer dies after the weights and before the record', {
    calls: [{ do: 'crash-after', function: 'release-writer', operation: SHIFT }],
  }, PROMOTED],
  ['F15 a step fails as nobody planned', { calls: [{ do: 'deny', function: 'release-judge', service: 'dynamodb', times: 99 }] },
    back('a step failed; the execution has its error', `${BEGUN}, latch`)],
  ['F17 somebody stops the execution in the console', {
    acts: [START, { do: 'other', when: inCanary, act: ({ stopExecution }) => { stopExecution(); } }],
  }, back('execution stopped', `${BEGUN}, judge HEALTHY x2, recover`)],
  ['F17 somebody stops the execution, and the event that says so is lost', {
    acts: [START, { do: 'other', when: inCanary, act: ({ stopExecution }) => { stopExecution(); } }],
    events: [{ source: 'aws.states', copies: 0 }],
  }, back('execution stopped', `${BEGUN}, judge HEALTHY x2, recover`)],
  ['F17 the execution is stopped before it began anything, and the event is lost', {
    acts: [START, { do: 'other', when: ({ state, answers }) => state === 'PENDING' && answers.length > 0, act: ({ stopExecution }) => { stopExecution(); } }],
    calls: [{ do: 'unavailable', function: 'release-clerk', service: 'registry', times: 20 }], // it is not through at once
    events: [{ source: 'aws.states', copies: 0 }],
  }, back('execution stopped', 'start, recover', { shares: '-', calls: [] })],
  ['F20 the desk dies before it starts the execution, and nobody asks again', {
    acts: [{ ...START, asksAgain: false }], calls: [{ do: 'crash-before', function: 'release-desk', service: 'sfn' }],
  }, { ...PROMOTED, answers: ['ann start 502'] }],
  ['F20 the same start comes twice, and once with another body', {
    acts: [{ ...START, key: 'k' }, { ...START, key: 'k', atMinutes: 6 }, { ...START, key: 'k', atMinutes: 7, revision: 3 }],
  }, { ...PROMOTED, answers: ['ann start 202', 'ann start 202', 'ann start 409 REQUEST_KEY_REUSED'] }],
  ['F22 somebody else updates the endpoint', {
    acts: [START, { do: 'other', when: inCanary, act: ({ updateEndpointBehindItsBack }) => { updateEndpointBehindItsBack(); } }],
  }, halted(
    'the endpoint has configuration somebody-elses, which this release did not set: somebody else changes it',
    `${BEGUN}, judge HEALTHY x2, halt HALTED`, { shares: '-, 0, 10, -' },
  )],
  ['F22 somebody else sets weights in a bake', {
    acts: [START, { do: 'other', when: inCanary, act: ({ setSlot }) => { setSlot('Candidate', { weight: 90 }); } }],
  }, halted(
    'the endpoint has weights that this release did not set (Stable 90, Candidate 90): somebody else changes it',
    `${BEGUN}, judge HEALTHY x2, halt HALTED`, { shares: '-, 0, 10, 50', calls: [...INSTALL, SHIFT] },
  )],
  ['F29 scaling changes counts in a bake', {
    acts: [START, { do: 'other', when: ({ state }) => state === 'WATCHING', atMinutes: 45, act: ({ setSlot }) => { setSlot('Candidate', { instances: 5 }); } }],
  }, PROMOTED],
];

const ENDPOINT: readonly Case[] = [
  ['F25 SageMaker goes back and does not say so', { updates: [{ do: 'silent-rollback', operation: 'UpdateEndpoint' }] },
    back('SageMaker went back to churn-before and not to churn-88b2072e3e-r1-install, and gives no reason', 'start, begin, latch', {
      shares: '-', calls: INSTALL,
    })],
  ['F26 an update does not end', { updates: [{ do: 'hang', operation: 'UpdateEndpoint' }] },
    halted('the endpoint is still Updating after the deadline, and no update can be cancelled', 'start, begin, halt HALTED', { shares: '-', calls: INSTALL })],
  ['F27 there is no capacity for the candidate', { updates: [{ do: 'capacity', operation: 'UpdateEndpoint' }] },
    back('SageMaker went back to churn-before and not to churn-88b2072e3e-r1-install: CapacityError: Unable to provision requested ML compute '
      + 'capacity due to InsufficientInstanceCapacity error.', 'start, begin, latch', { shares: '-', calls: INSTALL })],
];

const SCALED: readonly Case[] = [
  ...(['Stable', 'Candidate'] as const).map((slot): Case => [`F29 somebody scales ${slot} in the middle of a stage`, {
    acts: [START, { do: 'other', when: inCanary, act: ({ setSlot }) => { setSlot(slot, { instances: 5 }); } }],
  }, PROMOTED]),
  ['F29 stable is being scaled when the candidate fails', {
    candidate: SICK, acts: [START, { do: 'other', when: ({ minutes }) => minutes > 21.5, act: ({ setSlot }) => { setSlot('Stable', { instances: 5 }); } }],
  }, back('alarm churn/fast is in ALARM', `${BEGUN}, judge HEALTHY x2, latch`)],
  ...([['artifact', 'refused'], ['image', 'update fails']] as const).map(([what, lostModelData]): Case => [
    `F30 the ${what} of the candidate is gone (${lostModelData})`, {
      switches: { lostModelData },
      acts: [{ atMinutes: 4, do: 'other', act: ({ loseModelData }) => { loseModelData(2, what); } }, START],
    }, back(lostModelData === 'refused' ? 'SageMaker refused: Could not access model data at s3://'
      : 'SageMaker went back to churn-before and not to churn-88b2072e3e-r1-install: Failed to download model data or image.',
    'start, begin, latch', lostModelData === 'refused' ? { shares: '-', calls: ['CreateModel (ValidationException)'] } : { shares: '-', calls: INSTALL }),
  ]),
];

const WEIGHTS_STAY: readonly Case[] = [
  ['F28 weights do not stay as wanted', { updates: [{ do: 'weights-ignored', operation: SHIFT, times: 9999 }] },
    back('SageMaker took the weights 2 times, and has others', 'start, begin, confirm, latch', {
      shares: '-, 0, -', calls: [...INSTALL, SHIFT, SHIFT, 'UpdateEndpoint'],
    })],
  ['F28 weights stay when they are asked for again', { updates: [{ do: 'weights-ignored', operation: SHIFT }] },
    { ...PROMOTED, calls: [...INSTALL, SHIFT, SHIFT, SHIFT, ...FINISH] }],
];

const OPERATORS: readonly Case[] = [
  ['F32 an abort without a live release', { acts: [{ atMinutes: 5, do: 'abort' }] }, untouched('ann abort 409 NOTHING_LIVE')],
  ['F33 an abort after the promotion', { acts: [START, { do: 'abort', when: ended('SUCCEEDED') }] },
    { ...PROMOTED, answers: ['ann start 202', 'ann abort 409 NOTHING_LIVE'] }],
  ['F34 an abort comes right after the tick that would give the candidate everything', {
    acts: [START, { do: 'abort', when: ({ stage, candidatePercent }) => stage === 1 && candidatePercent === 10 }],
  }, back('', '', {
    ends: ['ABORTED: aborted by hand'],
    calls: [...INSTALL, SHIFT, ...BACK],
    records: `${BEGUN}, judge HEALTHY x4, latch, restore, tidy, close ABORTED`,
    pages: ['was aborted'],
  })],
  ['F36 the emergency stop is thrown', { acts: [START, { do: 'stop', when: inCanary }] },
    back('', `${BEGUN}, judge HEALTHY x2, latch`, {
      ends: ['ABORTED: the emergency stop is on'],
      records: `${BEGUN}, judge HEALTHY x2, latch, restore, tidy, close ABORTED`,
      pages: ['was aborted'],
    })],
  ['F37 nothing begins by itself for a day after an abort', { acts: [START, { do: 'abort', when: inCanary }], afterwardsMinutes: 1440 },
    back('', '', {
      ends: ['ABORTED: aborted by hand'],
      records: `${BEGUN}, judge HEALTHY x2, latch, restore, tidy, close ABORTED`,
      pages: ['was aborted'],
    })],
  ['F38 a rollback to the version before goes straight', { acts: [START, { do: 'rollback', when: ended('SUCCEEDED') }] }, {
    ...PROMOTED,
    ends: ['SUCCEEDED', 'SUCCEEDED'],
    calls: [...PROMOTED.calls, ...INSTALL],
    records: `${PROMOTED.records}, start, begin, confirm x2, close`,
  }],
  ['F40 two people start at the same moment', { acts: [START, { ...START, by: 'bob', revision: 3 }] },
    { ...PROMOTED, answers: ['ann start 409 CONFLICT', 'bob start 202'] }],
  ['F41 another version is registered in the middle of a release, and started', {
    acts: [
      START,
      { do: 'other', when: inCanary, act: ({ registerVersion }) => registerVersion() },
      { do: 'start', by: 'bob', revision: 4, when: (moment) => inCanary(moment) && moment.minutes > 24 },
    ],
  }, { ...PROMOTED, answers: ['ann start 202', 'bob start 409 CONFLICT'] }],
  ['G17 after two failures another person has to allow the next', {
    candidate: SICK,
    versions: { 3: { errorPercent: 9 } },
    acts: [
      START,
      { do: 'start', revision: 3, when: (moment) => answered(1, moment) },
      { do: 'start', when: (moment) => answered(2, moment) && moment.releaseId === 'churn.2' },
      { do: 'allow', by: 'ann', when: (moment) => answered(3, moment) },
      { do: 'start', when: (moment) => answered(4, moment) },
      { do: 'allow', by: 'bob', when: (moment) => answered(5, moment) },
      { do: 'start', revision: 3, when: (moment) => answered(6, moment) },
    ],
  }, {
    ends: ['ROLLED_BACK: alarm churn/fast is in ALARM', 'ROLLED_BACK: alarm churn/fast is in ALARM'],
    shares: '-, 0, 10, 0, -, 0, 10, 0, -',
    calls: [...INSTALL, SHIFT, ...BACK, ...INSTALL, SHIFT, ...BACK],
    records: `${BEGUN}, judge HEALTHY x2, latch, restore, tidy, close ROLLED_BACK, ${BEGUN}, latch, restore, tidy, close ROLLED_BACK, allow x2`,
    pages: ['was rolled back', 'was rolled back'],
    answers: [
      'ann start 202', 'ann start 202', 'ann start 409 APPROVAL_NEEDED', 'ann allow 200', 'ann start 403 SECOND_PERSON_NEEDED', 'bob allow 200',
      'ann start 409 APPROVAL_NEEDED',
    ],
  }],
];

const EVENTS: readonly Case[] = [
  ['G18 the alarm\'s event comes three times', { candidate: SICK, events: [{ copies: 3 }] },
    back('alarm churn/fast is in ALARM', `${BEGUN}, judge HEALTHY x2, latch`)],
  ['G18 the alarm\'s event is lost: the next tick sees the alarm', { candidate: SICK, events: [{ source: 'aws.cloudwatch', copies: 0 }] },
    back('alarm churn/ErrorRate is in ALARM', `${BEGUN}, judge HEALTHY x2, judge FAILED`)],
  ['F42 another alarm fires while traffic goes back', {
    candidate: SICK,
    acts: [START, { do: 'other', when: ({ latch }) => latch !== undefined, act: ({ setAlarm }) => { setAlarm('churn/P99Latency', 'ALARM'); } }],
  }, back('alarm churn/fast is in ALARM', `${BEGUN}, judge HEALTHY x2, latch`)],
  ['G19 the switch is gone before the start', { acts: [{ atMinutes: 2, do: 'other', act: ({ breakStopSwitch }) => { breakStopSwitch(); } }, START] },
    untouched('ann start 409 STOPPED')],
  ['G19 the switch cannot be read for longer than an update may take', {
    calls: [{ do: 'unavailable', function: 'release-writer', service: 'ssm', afterMinutes: 14, times: 9999 }],
  }, back('the emergency stop could not be read before the deadline', `${BEGUN}, judge HEALTHY x4, latch`)],
  ['a first release that goes well', { before: 'nothing' }, {
    ends: ['SUCCEEDED'],
    shares: '-, 100, -',
    calls: ['CreateModel', 'CreateEndpointConfig', 'CreateEndpoint', ...FINISH],
    records: `${BEGUN}, judge HEALTHY x3, confirm, close`,
    pages: [],
  }],
  ['a first release that fails takes its endpoint along', { before: 'nothing', candidate: SICK },
    back('alarm churn/fast is in ALARM', `${BEGUN}, judge HEALTHY x2, latch`, {
      shares: '-, 100, -', calls: ['CreateModel', 'CreateEndpointConfig', 'CreateEndpoint', 'DeleteEndpoint'],
    })],
];

test.each([
  ...METRICS, ...ALARMS, ...STABLE_ONLY, ...CONTROLLER, ...ENDPOINT, ...SCALED, ...WEIGHTS_STAY, ...OPERATORS, ...EVENTS,
])('%s', async (...played) => {
  await expectCase(rehearsal, played);
});

describe('F16 when every try of the way back fails', () => {
  test('the release is HALTED, a person is paged, and the alarms on executions fire', async () => {
    const result = await rehearsal.run({
      candidate: SICK,
      calls: [{ do: 'deny', function: 'release-writer', operation: SHIFT, when: ({ latch }) => latch !== undefined, times: 999 }],
    });
    expect(endsOf(result)).toEqual(['HALTED: the release could neither go on nor go back by itself']);
    expect([shares(result), recorded(result)]).toEqual(['-, 0, 10', `${BEGUN}, judge HEALTHY x2, latch, halt HALTED`]);
    expect(new Set(mutations(result).slice(4))).toEqual(new Set([`${SHIFT} (AccessDeniedException)`]));
    expect(paged(result)).toEqual(['is HALTED and needs a person']);
    expect(result.pages.map(({ from }) => from).filter((from) => /ExecutionsFailed|ReleaseHalted/.test(from))).toHaveLength(2);
  });

  const said = ({ answers }: RehearsalResult) => answers.map(({ do: asked, status }) => `${asked} ${status}`);
  const abort: Act = { do: 'abort', when: ({ outcome, endpointStatus }) => outcome === 'HALTED' && endpointStatus === 'InService' };

  test('an abort tries once more, when what held it up is over', async () => {
    const result = await rehearsal.run({
      candidate: SICK,
      calls: [{ do: 'deny', function: 'release-writer', operation: SHIFT, when: ({ latch, outcome }) => latch !== undefined && outcome === undefined, times: 999 }],
      acts: [START, abort],
    });
    expect([endsOf(result), said(result)]).toEqual([['HALTED: the release could neither go on nor go back by itself'], ['start 202', 'abort 200']]);
    expect([shares(result), recorded(result)]).toEqual(['-, 0, 10, 0', `${BEGUN}, judge HEALTHY x2, latch, halt HALTED, latch, restore`]);
  });

  test('and also after an endpoint that was locked beyond the deadline, on which a sick candidate had its share', async () => {
    const lock: Act = { do: 'other', when: inCanary, act: ({ lockEndpoint }) => { lockEndpoint(4500); } };
    const result = await rehearsal.run({ candidate: SICK, acts: [START, lock, abort] });
    expect(endsOf(result)).toEqual(['HALTED: the endpoint is still SystemUpdating after the deadline, and no update can be cancelled']);
    expect([shares(result), said(result)]).toEqual(['-, 0, 10, 0', ['start 202', 'abort 200']]);
  });
});

describe('a version that is revoked in an emergency while its release is live', () => {
  const revoke = (when: (moment: Moment) => boolean): Act => ({
    do: 'other',
    when,
    act: async ({ registry, model: { tenant, model } }) => {
      const { status } = await registry('carol', 'POST', `/tenants/${tenant}/models/${model}/versions/2/emergency-revoke`, { changeTicket: 'INC-7' });
      expect(status).toBe(200);
    },
  });
  const inLastStage = ({ state, minutes }: Moment) => state === 'WATCHING' && minutes > 50;
  const lastConfig = ({ weights }: RehearsalResult) => weights.at(-1)?.config.replace(/^churn-[0-9a-f]+-/, '');

  test('is halted where it would end, with the endpoint serving it', async () => {
    const result = await rehearsal.run({ acts: [START, revoke(inLastStage)] });
    expect(endsOf(result)).toEqual(['HALTED: the version serves, and the registry says: version 2 is Revoked, and only Approved versions serve']);
    expect([lastConfig(result), paged(result)]).toEqual(['r1-finish', ['is HALTED and needs a person']]);
    // its hold went with the revocation, and that the registry says so is no error
    const refused = result.calls.filter(({ service, error }) => service === 'registry' && error !== undefined);
    expect(refused.map(({ operation, error }) => `${operation} ${error}`)).toEqual(['POST promote 422', 'POST unhold 409']);
    expect(result.logs.filter((line) => line.includes('a hold stays'))).toEqual([]);
  });

  test('makes way for the version before by a release of it, from the moment that one is installed', async () => {
    const again: Act = { do: 'start', revision: 1, when: ({ outcome, releaseId }) => outcome === 'HALTED' && releaseId === 'churn.1' };
    const result = await rehearsal.run({ acts: [START, revoke(inLastStage), again] });
    expect(result.releases.map(({ outcome, revision }) => [outcome, revision])).toEqual([['HALTED', 2], ['SUCCEEDED', 1]]);
    const installed = result.weights.find(({ config, status }) => config.endsWith('-r2-install') && status === 'InService');
    expect(installed?.percent).toEqual({ Stable: 100, Candidate: 0 });
    expect(lastConfig(result)).toBe('r2-finish');
  });

  test('goes back like any other when it is sick, and its hold is no error', async () => {
    const result = await rehearsal.run({ candidate: SICK, acts: [START, revoke(inCanary)] });
    expect(result.releases.map(({ outcome }) => outcome)).toEqual(['ROLLED_BACK']);
    expect(paged(result)).toEqual(['was rolled back']);
  });
});

test('F36 traffic is back on stable within 60 seconds of the switch', async () => {
  const { timeline, weights } = await rehearsal.run({ acts: [START, { do: 'stop', when: inCanary }] });
  const thrown = timeline.find(({ text }) => text === 'ann: stop')?.minutes ?? NaN;
  const restored = weights.find(({ minutes, percent }) => minutes > thrown && percent.Stable === 100)?.minutes ?? NaN;
  expect((restored - thrown) * 60).toBeLessThan(60);
});

function skewed(seconds: number): Record<string, number> {
  return Object.fromEntries(['desk', 'clerk', 'judge', 'writer'].map((name) => [`release-${name}`, seconds]));
}

