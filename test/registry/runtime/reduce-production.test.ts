import { Memory, refusal, registration } from '../support/commands';

const revisions = (model: Memory) => ({
  production: model.head.production?.revision, history: model.head.history.map(({ revision }) => revision),
});

describe('production', () => {
  test('promotes, remembers, and rolls back in seven records', () => {
    const model = new Memory().serve(2);
    const { answer } = model.must({ verb: 'rollback' });
    expect(revisions(model)).toEqual({ production: 1, history: [2] });
    expect(answer).toMatchObject({ revision: 1, production: 1, previous: 2, rev: 7, auditSequence: 7 });
    expect(model.records.map((_text, place) => model.record(place + 1).sequence)).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  test('keeps the three versions before the present one, newest first', () => {
    expect(revisions(new Memory().serve(5))).toEqual({ production: 5, history: [4, 3, 2] });
  });

  test('of five promoted versions lets only the first be retired', () => {
    const model = new Memory().serve(5);
    expect([5, 4, 3, 2, 1].map((revision) => refusal(model.decide({ verb: 'retire', revision })))).toEqual([
      'REFUSED: version 5 is kept: it is in production',
      'REFUSED: version 4 is kept: it is number 1 of the 3 before production',
      'REFUSED: version 3 is kept: it is number 2 of the 3 before production',
      'REFUSED: version 2 is kept: it is number 3 of the 3 before production',
      'done',
    ]);
  });

  test('lets the oldest kept version go after one more promotion', () => {
    const model = new Memory().serve(4);
    expect(refusal(model.decide({ verb: 'retire', revision: 1 }))).toMatch(/^REFUSED/);
    expect(refusal(model.serve(1).decide({ verb: 'retire', revision: 1 }))).toBe('done');
  });

  test('comes back by a second rollback, both versions known', () => {
    const model = new Memory().serve(3);
    model.must({ verb: 'rollback' });
    expect(revisions(model)).toEqual({ production: 2, history: [3, 1] });
    model.must({ verb: 'rollback' });
    expect(revisions(model)).toEqual({ production: 3, history: [2, 1] });
  });

  test('names a version once, also when one from the history is promoted again', () => {
    const model = new Memory().serve(3);
    model.must({ verb: 'promote', revision: 1 });
    expect(revisions(model)).toEqual({ production: 1, history: [3, 2] });
  });

  test('is what was approved, as its version says', () => {
    const model = new Memory().serve(2);
    expect(model.head.production).toEqual({ revision: 2, ...registration(2) });
    expect(model.must({ verb: 'rollback' }).head.production).toEqual({ revision: 1, ...registration(1) });
  });

  test('does not take a version twice', () => {
    expect(refusal(new Memory().serve(1).do({ verb: 'promote', revision: 1 }))).toBe('CONFLICT: version 1 is in production already');
  });

  test.each([
    [0, 'nothing is in production that could be rolled back; promote a version'], [1, 'there is no version before the present one to roll back to'],
  ])('cannot go back with %i versions promoted', (count, why) => {
    expect(refusal(new Memory().serve(count).do({ verb: 'rollback' }))).toBe(`REFUSED: ${why}`);
  });

  test('cannot go back to a version that was revoked since', () => {
    const model = new Memory().serve(2);
    model.must({ verb: 'revoke', revision: 1 });
    expect(refusal(model.do({ verb: 'rollback' }))).toBe(
      'REFUSED: version 1 is Revoked, and only Approved versions serve; promote another version instead');
  });

  test('cannot be revoked before a rollback took it out', () => {
    const model = new Memory().serve(2);
    expect(refusal(model.do({ verb: 'revoke', revision: 2 }))).toMatch(/^REFUSED: version 2 is in production/);
    model.must({ verb: 'rollback' });
    expect(refusal(model.do({ verb: 'revoke', revision: 2 }))).toBe('done');
  });

  test('does not serve a version whose approval was given for another image', () => {
    const model = new Memory();
    model.register();
    model.approve(1);
    const version = model.versions.get(1)!;
    model.versions.set(1, { ...version, image: registration(2).image });
    expect(refusal(model.do({ verb: 'promote', revision: 1 }))).toMatch(/^REFUSED: version 1 was approved with another image/);
    model.versions.set(1, { ...version, artifactSha256: registration(2).artifactSha256 });
    expect(refusal(model.do({ verb: 'promote', revision: 1 }))).toMatch(/^REFUSED: version 1 was approved with another image/);
  });

  test('says when the version to go back to is gone', () => {
    const model = new Memory().serve(2);
    model.versions.delete(1);
    expect(refusal(model.do({ verb: 'rollback' }))).toBe('INTERNAL: version 1 is in the history and does not exist');
  });

  test('relies on the version that it takes, so that the write fails if that changes meanwhile', () => {
    const model = new Memory().serve(2);
    expect(model.must({ verb: 'rollback' }).relied).toEqual(model.versions.get(1));
    expect(model.must({ verb: 'promote', revision: 2 }).relied).toEqual(model.versions.get(2));
  });
});
