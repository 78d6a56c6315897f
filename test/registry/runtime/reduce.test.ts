import { MOST_HOLDS } from '../../../lib/registry/runtime/contract';
import { ANN, BOB, brokenAt, Memory, refusal, registration } from '../support/commands';


describe('registering', () => {
  test('counts revisions up by one from 1', () => {
    const model = new Memory();
    expect([model.register(), model.register(), model.register()].map(({ answer }) => answer.revision)).toEqual([1, 2, 3]);
  });

  test('leaves a version pending, and keeps who registered it', () => {
    const model = new Memory();
    model.register();
    expect(model.versions.get(1)).toMatchObject({ ...registration(1), state: 'Pending', registrant: ANN.arn, registrantPerson: ANN.person });
  });

  test('never gives a revision out twice, also not after its version was retired', () => {
    const model = new Memory();
    model.register();
    model.must({ verb: 'retire', revision: 1 });
    expect(model.register().answer.revision).toBe(2);
  });

  test('needs the parent that it names', () => {
    const model = new Memory();
    const child = { ...registration(), lineage: { parent: 1 } };
    expect(refusal(model.do({ verb: 'register', registration: child }))).toBe(
      'NOT_FOUND: fraud has no version 1, which `lineage.parent` names');
    model.register();
    expect(refusal(model.do({ verb: 'register', registration: child }))).toBe('done');
  });
});

describe('approving', () => {
  test('takes somebody else than the registrant, whatever name they come under', () => {
    const model = new Memory();
    model.register();
    expect(refusal(model.approve(1, { ...ANN, arn: BOB.arn }))).toMatch(/^FOUR_EYES: version 1 was registered by/);
    expect(model.versions.get(1)?.state).toBe('Pending');
    expect(refusal(model.approve(1, BOB))).toBe('done');
    expect(model.versions.get(1)).toMatchObject({ state: 'Approved', decidedBy: BOB.arn });
  });

  test('binds the image and the artifact that the approver names', () => {
    const model = new Memory();
    model.register();
    model.approve(1);
    const { image, artifactSha256 } = registration(1);
    expect(model.versions.get(1)?.approved).toEqual({ image, artifactSha256 });
  });

  test.each([
    ['image', { image: registration(2).image }], ['artifact', { artifactSha256: registration(2).artifactSha256 }],
  ])('refuses another %s than the version has', (_what, other) => {
    const model = new Memory();
    model.register();
    expect(refusal(model.do({ verb: 'approve', revision: 1, ...registration(1), actor: BOB, ...other }))).toMatch(
      /^REFUSED: the approval names another image or artifact/);
  });

  const evaluation = { accuracy: 0.9, bias: 0.1, p99LatencyMs: 40, dataset: 's3://data/test' };
  test.each([
    [{ accuracy: 0.9, bias: 0.1, p99LatencyMs: 40 }, 'done'],
    [{}, 'done'],
    [{ accuracy: 0.91 }, 'accuracy 0.9 is below 0.91'],
    [{ bias: 0.09 }, 'bias 0.1 is above 0.09'],
    [{ p99LatencyMs: 39 }, 'p99 latency 40 ms is above 39 ms'],
    [{ accuracy: 1, bias: 0 }, 'accuracy 0.9 is below 1; bias 0.1 is above 0'],
  ])('measures the evaluation by the minimums %j: %s', (minimums, outcome) => {
    const model = new Memory();
    model.must({ verb: 'register', registration: { ...registration(), evaluation } });
    expect(refusal(model.do({ verb: 'approve', revision: 1, ...registration(), actor: BOB, minimums }))).toContain(outcome);
  });

  test('refuses a version without an evaluation where its model asks for one, and only there', () => {
    const model = new Memory();
    model.register();
    const approval = { verb: 'approve' as const, revision: 1, ...registration(1), actor: BOB };
    expect(refusal(model.do({ ...approval, minimums: { bias: 0.5 } }))).toMatch(/it was registered without an evaluation/);
    expect(refusal(model.do(approval))).toBe('done');
  });
});

describe('states', () => {
  const AFTER: Record<string, (model: Memory) => void> = {
    Pending: () => undefined,
    Approved: (model) => { model.approve(1); },
    Rejected: (model) => { model.must({ verb: 'reject', revision: 1 }); },
    Revoked: (model) => { model.approve(1); model.must({ verb: 'revoke', revision: 1 }); },
    Retired: (model) => { model.must({ verb: 'retire', revision: 1 }); },
  };
  const ALLOWED: Record<string, readonly string[]> = {
    Pending: ['approve', 'reject', 'retire'],
    Approved: ['revoke', 'promote', 'hold', 'retire'],
    Rejected: ['retire'],
    Revoked: ['retire'],
    Retired: [],
  };
  const VERBS = ['approve', 'reject', 'revoke', 'promote', 'hold', 'retire'] as const;
  const CASES = Object.keys(AFTER).flatMap((state) =>
    VERBS.map((verb) => ({ state, verb, allowed: ALLOWED[state].includes(verb) })));

  test.each(CASES)('$state, $verb: $allowed', ({ state, verb, allowed }) => {
    const model = new Memory();
    model.register();
    AFTER[state](model);
    expect(model.versions.get(1)?.state).toBe(state);
    const outcome = verb === 'approve' ? model.approve(1)
      : model.do(verb === 'hold' ? { verb, revision: 1, release: 'r-1', as: 'shadow' } : { verb, revision: 1 });
    expect(refusal(outcome)).toMatch(allowed ? /^done$/ : /^REFUSED: version 1 is /);
  });

  test('of a version that does not exist cannot change', () => {
    expect(refusal(new Memory().do({ verb: 'promote', revision: 7 }))).toBe('NOT_FOUND: fraud has no version 7');
  });

  test('never change what a version was registered with', () => {
    const model = new Memory();
    const full = { ...registration(), label: '1.2.3', lineage: { commit: 'a'.repeat(40) } };
    model.must({ verb: 'register', registration: full });
    model.approve(1);
    model.must({ verb: 'revoke', revision: 1 });
    model.must({ verb: 'retire', revision: 1 });
    expect(model.versions.get(1)).toMatchObject(full);
  });
});

describe('holds', () => {
  const hold = (revision: number, release = 'r-1', as: 'shadow' | 'rollout' = 'shadow') => ({ verb: 'hold' as const, revision, release, as });
  const approved = (count: number) => {
    const model = new Memory();
    for (let revision = 1; revision <= count; revision++) {
      model.register();
      model.approve(revision);
    }
    return model;
  };

  test.each(['retire', 'revoke'] as const)('keep a version from %s until they end', (verb) => {
    const model = approved(1);
    model.must(hold(1));
    expect(refusal(model.do({ verb, revision: 1 }))).toMatch(/^REFUSED: .*release r-1 uses/);
    model.must({ verb: 'unhold', revision: 1, release: 'r-1' });
    expect(refusal(model.do({ verb, revision: 1 }))).toBe('done');
  });

  test('are those of one release at a time', () => {
    const model = approved(2);
    model.must(hold(1));
    expect(refusal(model.do(hold(2, 'r-2')))).toBe('CONFLICT: release r-1 is under way');
    expect(refusal(model.do(hold(2, 'r-1', 'rollout')))).toBe('done');
  });

  test('are not taken twice, nor ended by a release that has none', () => {
    const model = approved(1);
    model.must(hold(1));
    expect(refusal(model.do(hold(1)))).toBe('CONFLICT: release r-1 holds version 1 as shadow already');
    expect(refusal(model.do({ verb: 'unhold', revision: 1, release: 'r-2' }))).toBe('CONFLICT: release r-2 does not hold version 1');
  });

  test('end together for a version that is held twice, and others stay', () => {
    const model = approved(2);
    [hold(1), hold(1, 'r-1', 'rollout'), hold(2)].forEach((each) => model.must(each));
    model.must({ verb: 'unhold', revision: 1, release: 'r-1' });
    expect(model.head.holds).toEqual([{ revision: 2, release: 'r-1', as: 'shadow' }]);
  });

  test(`are at most ${MOST_HOLDS}, so that the head stays small`, () => {
    const model = approved(MOST_HOLDS + 1);
    for (let revision = 1; revision <= MOST_HOLDS; revision++) {
      model.must(hold(revision));
    }
    expect(refusal(model.do(hold(MOST_HOLDS + 1)))).toMatch(/^REFUSED: release r-1 holds 10 versions already/);
  });
});

describe('every change', () => {
  test('is refused, and says the present rev, when the caller has seen another one', () => {
    const model = new Memory().serve(1);
    for (const expectedRev of [0, 2, 4]) {
      expect(model.do({ verb: 'retire', revision: 1, expectedRev })).toMatchObject({ refused: true, code: 'STALE_REV', rev: 3 });
    }
    model.register();
    expect(refusal(model.do({ verb: 'reject', revision: 2, expectedRev: 4 }))).toBe('done');
  });

  test('adds one record that continues the chain', () => {
    const model = new Memory().serve(3);
    expect(model.records).toHaveLength(9);
    expect(brokenAt(model.records)).toBeUndefined();
    expect(model.head.auditSequence).toBe(9);
  });

  test.each([1, 5, 8])('leaves a chain that breaks right after record %i if one byte of that changes', (sequence) => {
    const model = new Memory().serve(3);
    model.records[sequence - 1] = model.records[sequence - 1].replace('fraud', 'freud');
    expect(brokenAt(model.records)).toBe(sequence + 1);
  });

  test('that is refused adds no record and no rev', () => {
    const model = new Memory().serve(1);
    const before = model.head;
    model.do({ verb: 'promote', revision: 1 });
    model.approve(1, ANN);
    expect(model.head).toBe(before);
    expect(model.records).toHaveLength(3);
  });

  test('records who did what to which image and artifact, and what that took out of production', () => {
    const model = new Memory().serve(1);
    model.register();
    model.approve(2);
    model.must({ verb: 'promote', revision: 2, actor: BOB, changeTicket: 'CHG-1' });
    const { image, artifactSha256 } = registration(2);
    expect(model.record(6)).toMatchObject({
      action: 'model.promote',
      actor: BOB.arn,
      outcome: 'SUCCEEDED',
      tenant: 'default',
      model: 'fraud',
      version: 2,
      previousVersion: 1,
      rollbackTarget: 1,
      changeTicket: 'CHG-1',
      environment: 'test',
      requestId: 'request-1',
      durationMs: 12,
      details: { image, artifactSha256, approvedBy: BOB.arn },
    });
    expect(model.record(5)).not.toHaveProperty('previousVersion');
    expect(model.record(1).details).toEqual({ image: registration(1).image, artifactSha256: registration(1).artifactSha256 });
  });

  test('records the release of a hold', () => {
    const model = new Memory();
    model.register();
    model.approve(1);
    model.must({ verb: 'hold', revision: 1, release: 'r-1', as: 'rollout' });
    expect(model.record(3).details).toMatchObject({ release: 'r-1', as: 'rollout', approvedBy: BOB.arn });
  });

  test('never goes back in time, though a clock does', () => {
    const model = new Memory().serve(1);
    model.tick = -3_600_000;
    model.register();
    model.approve(2);
    model.tick = 7_200_000 + 3_600_000;
    model.must({ verb: 'promote', revision: 2 });
    const times = model.records.map((_text, place) => model.record(place + 1).timestamp);
    expect(times).toEqual([...times].sort());
    expect(model.versions.get(2)).toMatchObject({ registeredAt: times[2], decidedAt: times[2] });
    expect(times[5] > times[4]).toBe(true);
  });

  test('leaves its arguments as they were', () => {
    const model = new Memory().serve(4);
    const before = JSON.stringify([model.head, [...model.versions]]);
    model.decide({ verb: 'rollback' });
    model.decide({ verb: 'revoke', revision: 2 });
    expect(JSON.stringify([model.head, [...model.versions]])).toBe(before);
  });
});
