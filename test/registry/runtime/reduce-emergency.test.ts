import { Memory, refusal, registration, Wanted } from '../support/commands';

const emergency = (revision: number, leaveEmpty = false): Wanted =>
  ({ verb: 'emergency-revoke', revision, leaveEmpty, changeTicket: 'INC-77' });
const revisions = (model: Memory) => ({
  production: model.head.production?.revision, history: model.head.history.map(({ revision }) => revision),
});
const states = (model: Memory) => [...model.versions.values()].map(({ state }) => state);

describe('revoking what serves, in an emergency', () => {
  test('puts the version before it into production, in one change', () => {
    const model = new Memory().serve(3);
    const { answer, version, relied } = model.must(emergency(3));
    expect(revisions(model)).toEqual({ production: 2, history: [3, 1] });
    expect(states(model)).toEqual(['Approved', 'Approved', 'Revoked']);
    expect(answer).toMatchObject({ revision: 3, state: 'Revoked', production: 2, previous: 3, rev: 10, auditSequence: 10 });
    expect(version).toMatchObject({ before: 'Approved', after: { revision: 3, state: 'Revoked' } });
    // the write fails if that version changes meanwhile
    expect(relied).toEqual(model.versions.get(2));
    expect(model.head.production).toEqual({ revision: 2, ...registration(2) });
  });

  test('is what a promotion and a revocation would have come to, without the moment in between', () => {
    const [one, other] = [new Memory().serve(4), new Memory().serve(4)];
    one.must(emergency(4));
    other.must({ verb: 'promote', revision: 3 });
    other.must({ verb: 'revoke', revision: 4 });
    expect(revisions(one)).toEqual(revisions(other));
    expect(states(one)).toEqual(states(other));
    expect(one.head.rev).toBe(other.head.rev - 1);
  });

  test('passes over versions that may not serve, and keeps them', () => {
    const model = new Memory().serve(4);
    model.must({ verb: 'revoke', revision: 3 });
    const two = model.versions.get(2)!;
    model.versions.set(2, { ...two, image: registration(9).image });
    model.must(emergency(4));
    expect(revisions(model)).toEqual({ production: 1, history: [4, 3, 2] });
  });

  test('passes over a version that is in the history and does not exist', () => {
    const model = new Memory().serve(3);
    model.versions.delete(2);
    model.must(emergency(3));
    expect(revisions(model).production).toBe(1);
  });

  test.each([[1, 'no version before it at all'], [2, 'none that may serve']])('is refused with %i served: %s', (count) => {
    const model = new Memory().serve(count);
    if (count === 2) {
      model.must({ verb: 'revoke', revision: 1 });
    }
    expect(refusal(model.do(emergency(count)))).toBe(`REFUSED: no version before ${count} may serve in its place: promote another one first, `
      + 'or leave production empty (`leaveEmpty`)');
    expect(revisions(model).production).toBe(count);
  });

  test('leaves production empty when told to, whatever could serve', () => {
    const model = new Memory().serve(4);
    const { head, answer, relied } = model.must(emergency(4, true));
    expect(head).not.toHaveProperty('production'); // DynamoDB takes no undefined
    expect(revisions(model)).toEqual({ production: undefined, history: [4, 3, 2] });
    expect(answer).toEqual({ model: 'fraud', revision: 4, state: 'Revoked', rev: 13, previous: 4, auditSequence: 13 });
    expect(relied).toBeUndefined();
  });

  test('that left production empty is over with the next promotion', () => {
    const model = new Memory().serve(2);
    model.must(emergency(2, true));
    expect(refusal(model.do({ verb: 'rollback' }))).toBe('REFUSED: nothing is in production that could be rolled back; promote a version');
    model.must({ verb: 'promote', revision: 1 });
    expect(revisions(model)).toEqual({ production: 1, history: [2] });
  });

  test('is not undone by a rollback', () => {
    const model = new Memory().serve(2);
    model.must(emergency(2));
    expect(refusal(model.do({ verb: 'rollback' }))).toBe('REFUSED: version 2 is Revoked, and only Approved versions serve; promote another version instead');
    expect(refusal(model.do({ verb: 'promote', revision: 2 }))).toMatch(/^REFUSED: version 2 is Revoked/);
  });

  test('keeps the revoked version for those who look into it', () => {
    const model = new Memory().serve(2);
    model.must(emergency(2));
    expect(refusal(model.do({ verb: 'retire', revision: 2 }))).toBe('REFUSED: version 2 is kept: it is number 1 of the 3 before production');
  });

  test('takes it out of its releases, and nothing else out of them', () => {
    const model = new Memory().serve(2);
    model.must({ verb: 'hold', revision: 2, release: 'green', as: 'rollout' });
    model.must({ verb: 'hold', revision: 2, release: 'green', as: 'shadow' });
    model.must({ verb: 'hold', revision: 1, release: 'green', as: 'shadow' });
    model.must(emergency(2));
    expect(model.head.holds).toEqual([{ revision: 1, release: 'green', as: 'shadow' }]);
    expect(model.record(model.records.length).details).toMatchObject({ releases: ['green'] });
  });

  test('of a version that does not serve only revokes it', () => {
    const model = new Memory().serve(2);
    model.must({ verb: 'hold', revision: 1, release: 'green', as: 'rollout' });
    const { answer, relied } = model.must(emergency(1, true));
    expect(revisions(model)).toEqual({ production: 2, history: [1] });
    expect(model.head.holds).toEqual([]);
    expect(answer).toEqual({ model: 'fraud', revision: 1, state: 'Revoked', rev: 8, production: 2, auditSequence: 8 });
    expect(relied).toBeUndefined();
  });

  test('of a version when nothing is in production only revokes it', () => {
    const model = new Memory();
    model.register();
    model.approve(1);
    model.must(emergency(1));
    expect(revisions(model)).toEqual({ production: undefined, history: [] });
    expect(states(model)).toEqual(['Revoked']);
  });

  test('names no release that lost nothing', () => {
    const model = new Memory().serve(2);
    model.must({ verb: 'hold', revision: 1, release: 'green', as: 'shadow' });
    model.must(emergency(2));
    expect(model.head.holds).toHaveLength(1);
    expect(model.record(8).details).not.toHaveProperty('releases');
  });

  test.each(['reject', 'revoke', 'retire'] as const)('of a version after %s is refused', (verb) => {
    const model = new Memory().serve(1);
    model.register();
    if (verb === 'revoke') {
      model.approve(2);
    }
    model.must({ verb, revision: 2 });
    expect(refusal(model.do(emergency(2)))).toMatch(/^REFUSED: version 2 is Re\w+ed, and only Approved can become Revoked$/);
  });

  test('of a version that nobody registered is not found', () => {
    expect(refusal(new Memory().serve(1).do(emergency(7)))).toBe('NOT_FOUND: fraud has no version 7');
  });

  test('with a rev that is not the present one changes nothing', () => {
    expect(refusal(new Memory().serve(2).do({ ...emergency(2), expectedRev: 5 }))).toMatch(/^STALE_REV/);
  });
});

describe('the record of it', () => {
  test('says what was revoked, what serves now, who had let it, and for which incident', () => {
    const model = new Memory().serve(2);
    model.must(emergency(2));
    const before = registration(1);
    expect(model.record(7)).toMatchObject({
      action: 'model.emergency-revoke',
      version: 2,
      previousVersion: 2,
      changeTicket: 'INC-77',
      details: {
        image: registration(2).image,
        artifactSha256: registration(2).artifactSha256,
        production: 1,
        productionImage: before.image,
        productionArtifactSha256: before.artifactSha256,
        approvedBy: 'arn:aws:iam::111122223333:user/bob',
      },
    });
  });

  test('names no version to roll back to, since that is the revoked one', () => {
    const model = new Memory().serve(2);
    model.must(emergency(2));
    expect(model.record(7)).not.toHaveProperty('rollbackTarget');
    model.serve(1);
    expect(model.record(10)).toHaveProperty('rollbackTarget', 1);
  });

  test('says nothing of production that is empty, nor of releases that lost nothing', () => {
    const model = new Memory().serve(1);
    model.must(emergency(1, true));
    expect(Object.keys(model.record(4).details ?? {}).sort()).toEqual(['artifactSha256', 'image']);
    expect(model.record(4).previousVersion).toBe(1);
  });
});
