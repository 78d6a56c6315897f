import { ask } from './release-run';
import { after, canary, happening, MINUTE, PLAN, serving, START, V1 } from './releases';
import { awsError, SimulatedAccount } from './simulated-account';
import { releasedPrefix } from '../../../../lib/serving/progressive/runtime/names';
import { releaseClerk } from '../../../../lib/serving/progressive/runtime/release-clerk';
import { releaseJudge } from '../../../../lib/serving/progressive/runtime/release-judge';
import { releaseWriter } from '../../../../lib/serving/progressive/runtime/release-writer';
import { clerkTask, judgeTask, releaseInInput, writerCall } from '../../../../lib/serving/progressive/runtime/tasks';

/** Tasks one by one: what a repetition does, and what they make of what they are handed. */
let account: SimulatedAccount;
beforeEach(async () => {
  account = new SimulatedAccount().serve();
  await account.deploy();
});

const at = (minutes = 0) => new Date(START + minutes * MINUTE).toISOString();
const named = { endpoint: 'fraud', releaseId: 'fraud.1' };
const judge = (minutes: number, since = at()) => releaseJudge({ do: 'judge', ...named, since, at: at(minutes) }, 'r', account.world());
const clerk = (task: 'begin' | 'close' | 'halt', own = {}) => releaseClerk({ do: task, ...named, at: at(), ...own }, 'r', account.world());
const recover = (input: string) => releaseClerk({ do: 'recover', input, status: 'FAILED', at: at() }, 'r', account.world());

describe('the judge', () => {
  beforeEach(() => {
    account.plant(canary());
    account.arrange(canary());
  });

  test('whose answer was lost says the same again, and counts nothing twice', async () => {
    const first = await judge(5);
    expect(first).toEqual({ next: 'BAKE', waitSeconds: 300, stage: 0, part: 0, ...named });
    expect(await judge(5)).toEqual(first);
    expect((await account.head()).release!.tally.healthySeconds).toBe(300);
    const last = await judge(10);
    expect(last).toMatchObject({ next: 'STAGE', stage: 1 });
    expect(await judge(10)).toEqual(last);
  });

  test('ends an execution after a day, and says so again', async () => {
    account.traffic = () => undefined;
    account.plant(after(serving(), { ...startingWith({ maxHoldSeconds: 1e9 }) }, happening({ kind: 'begin' }), happening({ kind: 'confirm' }), happening({ kind: 'confirm' })));
    expect(await judge(24 * 60)).toMatchObject({ next: 'STAGE', stage: 0, part: 1 });
    expect(await judge(24 * 60)).toMatchObject({ next: 'STAGE', stage: 0, part: 1 });
    expect(await judge(24 * 60 + 5, at(24 * 60))).toMatchObject({ next: 'BAKE', part: 1 });
  });

  test('looks at whole minutes since the weights were confirmed, of both slots', async () => {
    await judge(5.5);
    const [{ StartTime, EndTime, MetricDataQueries }] = account.named('GetMetricData');
    expect([StartTime, EndTime]).toEqual([new Date(START), new Date(START + 5 * MINUTE)]);
    expect(MetricDataQueries).toHaveLength(4);
    expect(JSON.stringify(MetricDataQueries)).toContain('"Dimensions":[{"Name":"EndpointName","Value":"fraud"},{"Name":"VariantName","Value":"Candidate"}]');
  });

  test('retries within a tick, and counts one error however much failed', async () => {
    let failures = 0;
    account.before = (call) => {
      if (/^(DescribeAlarms|GetMetricData)$/.test(call) && failures++ < 2) {
        throw awsError('ThrottlingException');
      }
    };
    await judge(5);
    expect((await account.head()).release!.tally).toMatchObject({ errors: 0, healthySeconds: 300 });
    account.before = (call) => {
      if (/^(DescribeAlarms|GetMetricData)$/.test(call)) {
        throw awsError('InternalServiceFault', 'down', 500);
      }
    };
    await judge(10);
    expect((await account.head()).release!.tally).toMatchObject({ errors: 1, healthySeconds: 300 });
  });

  test('of a release that goes back, has ended or is another one judges nothing', async () => {
    account.plant(after(canary(), happening({ kind: 'latch', cause: 'alarm', reason: 'a' })));
    expect((await judge(5)).next).toBe('RESTORE');
    account.plant(after(canary(), happening({ kind: 'halt', reason: 'h' })));
    expect(await judge(5)).toMatchObject({ next: 'CLOSE', outcome: 'HALTED' });
    account.plant(serving());
    expect((await judge(5)).next).toBe('NOTHING');
    expect(account.named('GetMetricData')).toEqual([]);
  });

  describe('looks at the endpoint, and halts when somebody else changed it:', () => {
    const halts = async () => (await judge(5)).outcome;
    const endpoint = () => account.endpoints.get('fraud')!;

    test.each<[string, () => void, string | undefined]>([
      ['nobody did', () => undefined, undefined],
      ['weights that are there', () => { endpoint().variants.forEach((one) => Object.assign(one, { weight: 50, desiredWeight: 50 })); }, 'weights that this release did not set'],
      ['weights that are wanted', () => { endpoint().variants[0].desiredWeight = 1; }, 'Stable 90 on its way to 1'],
      ['weights in the same proportion', () => { endpoint().variants.forEach((one) => { one.weight *= 2; }); }, undefined],
      ['counts, which are for scaling', () => { endpoint().variants[0].count = 9; }, undefined],
      ['a slot less', () => { endpoint().variants.pop(); }, 'has the variants'],
      ['a configuration of theirs', () => { endpoint().config = 'theirs'; }, 'configuration theirs'],
      ['back to the configuration before', () => { endpoint().config = 'config-1'; }, 'for config-1'],
      ['on its way to the one before', () => { endpoint().pending = { config: 'config-1' }; }, 'for config-1'],
      ['maintenance is no change', () => { endpoint().status = 'SystemUpdating'; }, undefined],
      ['it does not serve any more', () => { endpoint().status = 'OutOfService'; }, 'the endpoint is OutOfService'],
      ['it is gone', () => { account.endpoints.clear(); }, 'the endpoint is gone'],
    ])('%s', async (_what, change, reason) => {
      change();
      expect(await halts()).toBe(reason === undefined ? undefined : 'HALTED');
      expect((await account.head()).release!.reason).toEqual(reason === undefined ? undefined : expect.stringContaining(reason));
      expect(account.mutations()).toEqual([]);
    });

    test('an act of our own that falls into the tick is none', async () => {
      account.before = (call) => {
        if (call === 'DescribeEndpoint') {
          account.plant(after(canary(), happening({ kind: 'latch', cause: 'alarm', reason: 'a' })));
          endpoint().variants.forEach((one) => { one.desiredWeight = one.name === 'Stable' ? 100 : 0; });
        }
      };
      expect(await judge(5)).toMatchObject({ next: 'RESTORE' });
      expect((await account.head()).release!.outcome).toBeUndefined();
    });

    test('a candidate that is proven bad goes back all the same', async () => {
      endpoint().variants[0].weight = 50;
      account.alarms.set('fraud-errors', 'ALARM');
      expect(await judge(5)).toMatchObject({ next: 'RESTORE' });
    });

    test('one that cannot be described is an Error, like all that cannot be read', async () => {
      account.before = (call) => { if (call === 'DescribeEndpoint') { throw awsError('AccessDeniedException'); } };
      expect((await judge(5)).next).toBe('BAKE');
      expect((await account.head()).release!.verdict).toMatchObject({ verdict: 'Error', reason: 'the endpoint cannot be described' });
    });

    test('the writer, asked again after a day, does not overwrite it either', async () => {
      endpoint().variants.forEach((one) => Object.assign(one, { weight: 50, desiredWeight: 50 }));
      expect(await releaseWriter({ do: 'shift', ...named, at: at() }, 'r', account.world())).toMatchObject({ next: 'CLOSE', outcome: 'HALTED' });
      expect(account.mutations()).toEqual([]);
    });
  });

  describe('compares each alarm with what it was when the release began', () => {
    const told = () => account.named('Publish').map(({ Subject }) => String(Subject));
    const begun = async () => {
      account.serve().plant(serving());
      await ask(account, 'start', { body: { revision: 2 } });
      await clerk('begin');
      account.plant(after(await account.head(), happening({ kind: 'confirm' }), happening({ kind: 'confirm' })));
      account.arrange(await account.head());
    };

    test.each<[string, Readonly<Record<string, unknown>>, boolean]>([
      ['a threshold', { Threshold: 50 }, true],
      ['silence', { Threshold: 2, ActionsEnabled: false }, true],
      ['a metric in a query', { Threshold: 2, Metrics: [{ Id: 'a', Expression: '2 * b' }] }, true],
      ['a description', { Threshold: 2, AlarmDescription: 'others' }, false],
      ['whom it tells', { Threshold: 2, AlarmActions: ['arn:aws:sns:eu-west-1:111122223333:others'] }, false],
    ])('%s', async (_what, defined, matters) => {
      await begun();
      account.defined = defined;
      await judge(5);
      expect((await account.head()).release!.verdict!.verdict).toBe(matters ? 'Error' : 'Healthy');
      expect(told()).toEqual(matters ? ['fraud: cannot be judged: alarm fraud-errors is defined otherwise than when the release began'] : []);
    });

    test('in whatever order it is shown', async () => {
      const dimensions = [{ Name: 'EndpointName', Value: 'fraud' }, { Name: 'VariantName', Value: 'Candidate' }];
      account.defined = { Dimensions: dimensions };
      await begun();
      account.defined = { Dimensions: [...dimensions].reverse() };
      await judge(5);
      expect(told()).toEqual([]);
      account.defined = { Dimensions: dimensions.map(({ Name, Value }) => ({ Name: Value, Value: Name })) };
      await judge(10);
      expect(told()).toHaveLength(1);
    });

    test('and tells once of each cause, until it could be told', async () => {
      await begun();
      account.defined = { Threshold: 50 };
      account.before = (call) => { if (call === 'Publish') { throw awsError('AccessDenied'); } };
      await judge(5);
      account.before = () => undefined;
      account.calls.length = 0;
      await judge(10);
      await judge(15);
      expect(told()).toHaveLength(1);
      account.alarms.delete('fraud-errors');
      await judge(20);
      expect(told()).toHaveLength(2);
      expect((await account.head()).release!.tally.errors).toBe(4);
    });
  });

  test('is not misled by a clock that is wrong', async () => {
    account.now = START + 300 * MINUTE;
    await judge(5);
    expect((await account.head()).release!.tally).toMatchObject({ healthySeconds: 300, judgedAt: START + 5 * MINUTE });
  });
});

describe('the clerk', () => {
  const start = () => ask(account, 'start', { body: { revision: 2 } });
  beforeEach(() => account.plant(serving()));

  test.each([
    ['the stop is on now', () => account.switch('on'), 'STOPPED'],
    ['the version is not approved any more', () => account.versions.set(2, 'Revoked'), 'NOT_APPROVED'],
    ['an alarm is raised now', () => account.alarms.set('fraud-errors', 'ALARM'), 'BASELINE_UNHEALTHY'],
    ['the endpoint is gone', () => account.endpoints.clear(), 'BASELINE_UNHEALTHY'],
    ['the endpoint serves something else', () => Object.assign(account.endpoints.get('fraud')!, { config: 'theirs' }), 'BASELINE_UNHEALTHY'],
    ['what it would go back to is gone', () => account.configs.delete('config-1'), 'BASELINE_UNHEALTHY'],
  ])('does not begin when %s: aborted, told, and no failure', async (_name, scene, code) => {
    await start();
    scene();
    expect(await clerk('begin')).toMatchObject({ next: 'CLOSE', outcome: 'ABORTED' });
    expect(await clerk('close')).toMatchObject({ next: 'NOTHING', outcome: 'ABORTED' });
    expect(await account.head()).toMatchObject({ failuresInARow: 0, release: { reason: expect.stringContaining(code) } });
    expect(account.mutations()).toEqual([]);
    expect(account.named('Publish')).toHaveLength(1);
    expect(account.holds).toEqual([]);
  });

  test.each([
    ['an earlier release of the endpoint, which is over', `${releasedPrefix('fraud')}6`, 'INSTALL'],
    ['a later one', `${releasedPrefix('fraud')}8`, 'CLOSE'],
    ['a release of another endpoint', `${releasedPrefix('fraud-eu')}6`, 'CLOSE'],
  ])('begins although the registry was left with a hold, if it is of %s', async (_name, holder, next) => {
    account.plant({ ...serving(), nextRelease: 7 });
    account.holds = [holder];
    account.held.set(holder, 1);
    await start();
    const begin = { do: 'begin', endpoint: 'fraud', releaseId: 'fraud.7', at: at() } as const;
    expect((await releaseClerk(begin, 'r', account.world())).next).toBe(next);
    expect(account.holds).toEqual([next === 'INSTALL' ? `${releasedPrefix('fraud')}7` : holder]);
  });

  test('does not take over what somebody made meanwhile, and says what helps: a deployment adopts at the creation alone', async () => {
    account.endpoints.clear();
    account.plant({ ...serving(null), rev: 1, auditSequence: 1 });
    await start();
    account.serve('theirs', 'their-model');
    await clerk('begin');
    const { reason } = (await account.head()).release!;
    expect(reason).toContain('CONFLICT: there is an endpoint fraud that no release made');
    expect(reason).toContain('delete it');
  });

  test('waits for a registry that does not answer, and for an endpoint that moves', async () => {
    await start();
    account.registryDown = true;
    await expect(clerk('begin')).rejects.toMatchObject({ name: 'ReleaseBusy' });
    account.registryDown = false;
    account.endpoints.get('fraud')!.status = 'SystemUpdating';
    expect((await clerk('begin')).next).toBe('INSTALL');
    expect((await clerk('begin')).next).toBe('INSTALL');
    expect(account.holds).toHaveLength(1);
  });

  test('does not close what is not over: the execution halts it, and people hear of it once', async () => {
    account.plant(canary());
    await expect(clerk('close')).rejects.toThrow('is not where a release ends');
    expect(await clerk('halt')).toMatchObject({ next: 'NOTHING', outcome: 'HALTED' });
    expect(account.named('Publish')).toMatchObject([{ Subject: 'fraud: is HALTED and needs a person' }]);
    expect((await account.head()).failuresInARow).toBe(1);
  });

  test('tells people of an end though the registry lets nothing go: once, and not before the last try', async () => {
    account.plant(after(canary(), happening({ kind: 'latch', cause: 'verdict', reason: 'bad' }), happening({ kind: 'restore' })));
    account.registryDown = true;
    await expect(clerk('close')).rejects.toMatchObject({ name: 'ReleaseBusy' });
    await expect(clerk('close')).rejects.toMatchObject({ name: 'ReleaseBusy' });
    expect(account.named('Publish')).toEqual([]);
    expect(await clerk('halt')).toMatchObject({ next: 'NOTHING', outcome: 'ROLLED_BACK' });
    expect(account.named('Publish')).toMatchObject([{ Subject: 'fraud: was rolled back' }]);
    expect(account.lines.filter((line) => line.includes('"ReleasesRolledBack":1'))).toHaveLength(1);
    expect(account.logged).toContain('a hold stays in the registry');
  });

  test('halts a version that serves when the registry does not take it, and says why', async () => {
    account.plant(after(canary(), ...finishedFrom()));
    account.versions.set(2, 'Revoked');
    expect(await clerk('close')).toMatchObject({ outcome: 'HALTED' });
    expect((await account.head()).release!.reason).toContain('version 2 is Revoked');
  });

  test('closes again what was closed, and promotes it once', async () => {
    account.plant(after(canary(), ...finishedFrom()));
    await clerk('close');
    expect(await clerk('close')).toMatchObject({ next: 'NOTHING', outcome: 'SUCCEEDED' });
    expect(account.calls.filter(({ name }) => name.endsWith('/promote'))).toHaveLength(1);
    expect((await account.head()).stable).toMatchObject({ revision: 2 });
  });

  test('closes a way back whose tidying broke off: stable serves', async () => {
    account.plant(after(canary(), happening({ kind: 'latch', cause: 'abort', reason: 'a' }), happening({ kind: 'restore' })));
    expect(await clerk('close')).toMatchObject({ next: 'NOTHING', outcome: 'ABORTED' });
    expect((await account.head()).release!.left).toContain('tidying failed');
  });

  test('recovers three times, and then halts and tells', async () => {
    account.plant(canary());
    const input = JSON.stringify(named);
    for (const _time of [1, 2, 3]) {
      expect((await recover(input)).next).toBe('RESTORE');
    }
    expect(await recover(input)).toMatchObject({ next: 'NOTHING', outcome: 'HALTED' });
    expect(account.named('Publish')).toHaveLength(1);
    expect((await recover(input)).next).toBe('NOTHING');
    expect((await recover('nonsense')).next).toBe('NOTHING');
  });
});

describe('the writer', () => {
  test('takes from a halted release what its candidate has, when an alarm says so, and leaves the rest', async () => {
    const head = after(canary(), happening({ kind: 'halt', reason: 'nobody is to blame' }));
    const { configName, variants } = head.release!.wanted!.to!;
    account.configs.set(configName, {
      variants: variants.map(({ slot, modelName, weight }) => ({
        VariantName: slot, ModelName: modelName, InstanceType: 'ml.m5.large', InitialInstanceCount: 2, InitialVariantWeight: weight,
      })),
    });
    Object.assign(account.endpoints.get('fraud')!, { config: configName, variants: variants.map(({ slot: name, weight }) => ({ name, weight, desiredWeight: weight, count: 2 })) });
    account.plant(head);
    await releaseWriter({ do: 'alarm', alarmName: 'fraud-errors', state: 'ALARM', at: at(1) }, 'e', account.world());
    expect(account.weights()).toEqual({ Stable: 100, Candidate: 0 });
    expect(await account.head()).toMatchObject({ failuresInARow: 1, release: { state: 'HALTED', outcome: 'HALTED' } });
    expect(account.mutations()).toEqual(['UpdateEndpointWeightsAndCapacities']);
  });

  test('of a release that is not there does nothing', async () => {
    account.plant(serving());
    const task = { do: 'shift', ...named, at: at() } as const;
    expect(await releaseWriter(task, 'r', account.world())).toMatchObject({ next: 'NOTHING' });
    await releaseWriter({ do: 'restore-now', ...named }, 'r', account.world());
    expect(account.mutations()).toEqual([]);
  });

  test('leaves both slots when tidying fails, and tells; the next release begins from there', async () => {
    const head = after(canary(), happening({ kind: 'latch', cause: 'verdict', reason: 'bad' }), happening({ kind: 'restore' }));
    const both = canary().release!.wanted!.to!;
    account.configs.set(both.configName, { variants: [] });
    Object.assign(account.endpoints.get('fraud')!, { config: both.configName });
    account.plant(head);
    account.before = (call) => {
      if (call === 'UpdateEndpoint') {
        throw awsError('ResourceLimitExceeded', 'The limit is 2.');
      }
    };
    expect(await releaseWriter({ do: 'tidy', ...named, at: at() }, 'r', account.world())).toMatchObject({ next: 'CLOSE' });
    expect(account.named('Publish')).toHaveLength(1);
    expect(await clerk('close')).toMatchObject({ outcome: 'ROLLED_BACK' });
    expect(await account.head()).toMatchObject({ stable: V1, failuresInARow: 1, release: { left: expect.stringContaining('The limit is 2.') } });
    await ask(account, 'start', { body: { revision: 2 } });
    expect(await releaseClerk({ do: 'begin', endpoint: 'fraud', releaseId: 'fraud.2', at: at() }, 'r', account.world())).toMatchObject({ next: 'INSTALL' });
  });
});

describe('what is handed in', () => {
  const eventOf = (own: object) => ({ 'source': 'aws.cloudwatch', 'detail-type': 'CloudWatch Alarm State Change', 'time': '2026-11-20T12:00:00Z', ...own });

  test('tasks and events are told apart', () => {
    expect(writerCall({ do: 'restore', ...named, at: at(), more: 1 })).toEqual({ do: 'restore', ...named, at: at() });
    expect(writerCall({ do: 'restore-now', ...named })).toEqual({ do: 'restore-now', ...named });
    expect(writerCall(eventOf({ detail: { alarmName: 'a', state: { value: 'ALARM', reason: 'x' } } }))).toEqual({ do: 'alarm', alarmName: 'a', state: 'ALARM', at: '2026-11-20T12:00:00Z' });
    expect(writerCall({ 'source': 'aws.ssm', 'detail-type': 'Parameter Store Change', 'detail': {} })).toEqual({ do: 'stop' });
    expect(clerkTask({ do: 'recover', input: '{}', status: 'FAILED', at: at() })).toMatchObject({ do: 'recover' });
  });

  test.each([{}, { do: 'begin' }, { do: 'restore', ...named }, { do: 'restore', ...named, at: 'now' }, eventOf({}), null])('%p is no call of the writer', (event) => {
    expect(() => writerCall(event)).toThrow('the task of the writer is malformed');
  });

  test.each([[{ do: 'close', endpoint: 'fraud', at: at() }], [{ do: 'recover', at: at() }]])('%p is no task of the clerk', (event) => {
    expect(() => clerkTask(event)).toThrow('malformed');
  });

  test('the judge is told since when', () => {
    expect(() => judgeTask({ do: 'judge', ...named, at: at() })).toThrow('since');
  });

  test('an input is found however often it was recovered, within reason', () => {
    const wrap = (input: string): string => JSON.stringify({ recover: { input, status: 'FAILED' } });
    const plain = JSON.stringify(named);
    expect(releaseInInput(wrap(wrap(wrap(plain))))).toEqual(named);
    expect(releaseInInput(Array(20).fill(0).reduce<string>(wrap, plain))).toBeUndefined();
    expect(releaseInInput('[]')).toBeUndefined();
  });
});

function startingWith(plan: Partial<typeof PLAN>) {
  const { profile } = canary().release!;
  return {
    kind: 'start',
    release: 'release',
    revision: 2,
    image: 'i',
    artifact: 'a',
    artifactSha256: 's',
    at: START,
    actor: { arn: 'states.amazonaws.com', person: 'p' },
    profile: { ...profile, plan: { ...PLAN, ...plan } },
  } as const;
}

function finishedFrom() {
  const tally = { verdict: 'Healthy', reason: 'r', blameless: false, starved: false, early: false, candidateRequests: 1000, stableRequests: 1000, notices: [] } as const;
  const tick = (minutes: number) => happening({ kind: 'judge', judgement: tally, since: at(), sinceAt: START }, START + minutes * MINUTE);
  return [tick(5), tick(10), happening({ kind: 'confirm' }, START + 10 * MINUTE), tick(15), happening({ kind: 'confirm' }, START + 16 * MINUTE)];
}
