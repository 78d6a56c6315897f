import { rehearsalOf, shares, shortTemplate } from './rehearsed';
import { Written } from '../../rehearsal/aws/dynamodb/fake-dynamodb';
import { SageMaker } from '../../rehearsal/aws/sagemaker';
import { HeadSeen, Invariants } from '../../rehearsal/invariants';
import { Rehearsal, RehearsalFailed } from '../../rehearsal/rehearsal';
import { Scenarios } from '../../rehearsal/scenarios';
import { timelineOf } from '../../rehearsal/timeline';

interface Template { Resources: Record<string, { Type: string; Properties: Record<string, unknown> }> }
let template: Template;
beforeAll(() => { template = shortTemplate() as Template; });

/** The template with something of it changed. */
function changed(change: (copy: Template) => void): Rehearsal {
  const copy = structuredClone(template);
  change(copy);
  return rehearsalOf(copy);
}

function of({ Resources }: Template, type: string) {
  return Object.values(Resources).filter(({ Type }) => Type === type).map(({ Properties }) => Properties);
}

test('a missing permission fails the rehearsal by its name', async () => {
  const rehearsal = changed((copy) => {
    for (const { PolicyDocument } of of(copy, 'AWS::IAM::ManagedPolicy') as { PolicyDocument: { Statement: { Action: string | string[] }[] } }[]) {
      for (const statement of PolicyDocument.Statement) {
        statement.Action = [statement.Action].flat().filter((action) => action !== 'sagemaker:UpdateEndpointWeightsAndCapacities');
      }
    }
  });
  const failed = await rehearsal.run().catch((error: unknown) => error) as RehearsalFailed;
  expect(failed).toBeInstanceOf(RehearsalFailed);
  const missing = /^missing permission: .*Writer.* may not sagemaker:UpdateEndpointWeightsAndCapacities on .*endpoint\/churn/;
  expect(failed.problems.join()).toMatch(missing);
});

test('a function that no rule may invoke fails the rehearsal', async () => {
  const rehearsal = changed((copy) => {
    for (const [id, { Type, Properties }] of Object.entries(copy.Resources)) {
      if (Type === 'AWS::Lambda::Permission' && Properties.Principal === 'events.amazonaws.com') {
        delete copy.Resources[id];
      }
    }
  });
  const failed = await rehearsal.run(Scenarios.errors()).catch((error: unknown) => error) as RehearsalFailed;
  expect(failed.problems.join()).toContain('missing permission: events.amazonaws.com for');
});

test.each<[string, (copy: Template) => void, string]>([
  ['no endpoint', (copy) => { copy.Resources = {}; }, 'no progressive endpoint'],
  ['handlers of another version', (copy) => {
    (of(copy, 'AWS::Lambda::Function') as { Code: { S3Key: string } }[]).forEach(({ Code }) => { Code.S3Key = 'other.zip'; });
  }, 'synthesized with this version'],
  ['a state of another kind', (copy) => {
    const [machine] = of(copy, 'AWS::StepFunctions::StateMachine') as { DefinitionString: { 'Fn::Join': [string, unknown[]] } }[];
    const parts = machine.DefinitionString['Fn::Join'][1];
    parts.forEach((part, place) => { parts[place] = typeof part === 'string' ? part.replace('"Type":"Wait"', '"Type":"Map"') : part; });
  }, 'is of type Map'],
  ['a rollback alarm that nobody can evaluate', (copy) => {
    const [alarm] = of(copy, 'AWS::CloudWatch::Alarm').filter(({ AlarmName }) => AlarmName === 'churn/ErrorRate') as { Metrics: { Expression?: string }[] }[];
    alarm.Metrics[0].Expression = 'RATE(observed)';
  }, 'does not know RATE'],
])('a template with %s is refused at once', (_what, change, text) => {
  expect(() => changed(change)).toThrow(text);
});

test('a schedule that nobody can play fails the rehearsal by its name', async () => {
  const rehearsal = changed((copy) => {
    of(copy, 'AWS::Events::Rule').forEach((rule) => { rule.ScheduleExpression &&= 'cron(0 9 * * ? *)'; });
  });
  await expect(rehearsal.run()).rejects.toThrow('does not know the schedule cron(0 9 * * ? *)');
});

test('a schedule runs at its rate, as long as the rehearsal does', async () => {
  const { calls } = await rehearsalOf(template).run({ acts: [], afterwardsMinutes: 60 });
  const looks = calls.filter(({ function: by, operation }) => by === 'release-watch' && operation === 'Query');
  expect(looks).toHaveLength(12);
  expect(new Set(calls.map(({ service }) => service))).toEqual(new Set(['dynamodb'])); // a look without a live release asks nobody else
});

test('another alarm that nobody can evaluate is left out by its name', async () => {
  const rehearsal = changed((copy) => {
    const [alarm] = of(copy, 'AWS::CloudWatch::Alarm').filter(({ AlarmName }) => AlarmName === 'churn/ReleaseHalted');
    alarm.Threshold = undefined;
  });
  expect((await rehearsal.run({ acts: [] })).notSimulated).toEqual(['churn/ReleaseHalted']);
});

test('the same seed gives the same rehearsal, another one another', async () => {
  const rehearsal = rehearsalOf(template);
  const [one, same, other] = await Promise.all([1, 1, 2].map((seed) => rehearsal.run({ seed, metrics: [{ do: 'nan', fromMinutes: 0, toMinutes: 99 }] })));
  expect(same).toEqual(one);
  expect(other.calls).not.toEqual(one.calls);
});

test('an endpoint that is locked when the alarm fires is waited for', async () => {
  const { releases: [{ outcome, restoreSeconds = NaN, lockedSeconds = NaN }], weights } = await rehearsalOf(template).run({
    candidate: { errorPercent: [{ afterMinutes: 0, value: 0 }, { afterMinutes: 7, value: 9 }] },
    acts: [
      { atMinutes: 5, do: 'start' },
      { do: 'other', when: ({ candidatePercent, minutes }) => candidatePercent > 0 && minutes > 19, act: ({ lockEndpoint }) => { lockEndpoint(600); } },
    ],
  });
  expect([outcome, shares({ weights } as never)]).toEqual(['ROLLED_BACK', '-, 0, 10, 0, -']);
  expect(lockedSeconds).toBeGreaterThan(400);
  expect(restoreSeconds - lockedSeconds).toBeLessThan(60);
});

describe('the four scenarios by name', () => {
  test.each(['healthy', 'errors', 'silent-rollback', 'emergency-stop'])('%s', async (name) => {
    const result = await rehearsalOf(template).run(Scenarios.named()[name]);
    expect(result.releases.map(({ outcome }) => outcome)).toEqual({
      'healthy': ['SUCCEEDED'], 'errors': ['ROLLED_BACK'], 'silent-rollback': ['ROLLED_BACK'], 'emergency-stop': ['ABORTED'],
    }[name]);
    const lines = timelineOf(result);
    expect(lines[0]).toBe(`Rehearsal of churn · scenario ${name} · seed 1`);
    expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(100);
    expect(lines.length).toBeLessThan(60);
    expect(Math.max(...timelineOf(result, { width: 80 }).map(({ length }) => length))).toBeLessThanOrEqual(80);
  });
});

test('the emergency stop keeps starts out until another person clears it', async () => {
  const { answers } = await rehearsalOf(template).run(Scenarios.emergencyStop());
  expect(answers.map(({ by, do: what, status }) => `${by} ${what} ${status}`))
    .toEqual(['ann start 202', 'carol stop 200', 'ann start 409', 'carol clear 403', 'bob clear 200']);
});

describe('an invariant can break', () => {
  const sagemaker = { configs: new Map([['c', {}]]), models: new Map([['m', {}]]) } as unknown as SageMaker;
  const stable = { configName: 'c', modelName: 'm' };
  const head = (rev: number, more: object = {}): HeadSeen => ({ rev, auditSequence: rev, stable, ...more }) as HeadSeen;
  const release = (more: object = {}) => ({ releaseId: 'r.1', kind: 'release', revision: 2, state: 'RUNNING', stage: 0, startedAt: 0, ...more });
  const record: Written = { table: 'audit', after: { pk: 'a', sk: 'b' } };
  const broken = (act: (invariants: Invariants) => void) => {
    const invariants = new Invariants(sagemaker, () => new Map(), () => '1.0', 'audit');
    act(invariants);
    return invariants.broken.map((text) => text.slice(0, 2)).join();
  };
  const slot = (currentWeight: number, currentCount = 1) =>
    ({ name: 's', modelName: 'm', currentWeight, desiredWeight: currentWeight, currentCount, desiredCount: currentCount });
  const endpoint = (...slots: object[]) => ({ name: 'e', status: 'InService', slots }) as never;

  test.each<[string, string, (invariants: Invariants) => void]>([
    ['nothing', '', (invariants) => { invariants.endpointChanged(endpoint(slot(1), slot(0, 0))); }],
    ['I1: no weight at all', 'I1', (invariants) => { invariants.endpointChanged(endpoint(slot(0), slot(0))); }],
    ['I1: weight without an instance', 'I1', (invariants) => { invariants.endpointChanged(endpoint(slot(1, 0))); }],
    ['I2: two live releases', 'I2', (invariants) => {
      invariants.headWritten('e', head(1, { release: release() }), head(2, { release: release({ releaseId: 'r.2' }) }), [record]);
    }],
    ['I3: no record', 'I3', (invariants) => { invariants.headWritten('e', head(1), head(2), []); }],
    ['I3: two records', 'I3', (invariants) => { invariants.headWritten('e', head(1), head(2), [record, record]); }],
    ['I3: a record that is written over', 'I3', (invariants) => { invariants.headWritten('e', head(1), head(2), [{ ...record, before: {} }]); }],
    ['I3: a change that is no change', 'I3', (invariants) => { invariants.headWritten('e', head(1), head(1, { stable: undefined }), []); }],
    ['I4: not ended', 'I4', (invariants) => { invariants.atTheEnd(new Map([['e', head(1, { release: release() })]]), 1); }],
    ['I4: halted, and nobody was told', 'I4', (invariants) => {
      invariants.atTheEnd(new Map([['e', head(1, { release: release({ state: 'HALTED', outcome: 'HALTED' }) })]]), 0);
    }],
    ['I5: what is healthy is gone', 'I5', (invariants) => { invariants.stableExists(head(1, { stable: { configName: 'gone', modelName: 'm' } })); }],
    ['I6: five minutes', 'I6', (invariants) => {
      const late = release({ latch: { cause: 'alarm', reason: '', at: 0 }, restoredAt: 300_000, previous: stable });
      invariants.headWritten('e', head(1), head(2, { release: late }), [record]);
    }],
    ['I6: the time of a lock does not count', '', (invariants) => {
      const late = release({ latch: { cause: 'alarm', reason: '', at: 0 }, restoredAt: 300_000, lockedSeconds: 1, previous: stable });
      invariants.headWritten('e', head(1), head(2, { release: late }), [record]);
    }],
  ])('%s', (_what, expected, act) => {
    expect(broken(act)).toBe(expected);
  });
});
