import { Head, NO_HEAD, Version } from '../../../lib/registry/runtime/model-state';
import { diffView, headView, usedView, versionView } from '../../../lib/registry/runtime/views';
import { ANN, registration } from '../support/commands';

const version = (revision: number, more: Partial<Version> = {}): Version => ({
  ...registration(revision), revision, state: 'Pending', registrant: ANN.arn, registrantPerson: ANN.person, registeredAt: '2026-11-20T12:00:00.000Z', ...more,
});
const serving = (revision: number) => ({ revision, ...registration(revision) });

test('a version is shown without the id of its registrant', () => {
  const { registrantPerson, ...shown } = version(1);
  expect(registrantPerson).toBe(ANN.person);
  expect(versionView(version(1))).toEqual(shown);
});

describe('where a version is used:', () => {
  const head: Head = {
    ...NO_HEAD,
    production: serving(5),
    history: [serving(4), serving(3)],
    holds: [{ revision: 6, release: 'a', as: 'shadow' }, { revision: 6, release: 'a', as: 'rollout' }, { revision: 4, release: 'a', as: 'rollout' }],
  };

  test.each([
    [5, ['production']], [4, ['history', 'rollout']], [3, ['history']], [6, ['shadow', 'rollout']], [2, []],
  ])('version %p', (revision, usedAs) => {
    expect(usedView(version(revision), head)).toEqual({ ...versionView(version(revision)), usedAs });
  });

  test('it is named once, however many releases hold it so', () => {
    const holds = ['a', 'b'].map((release) => ({ revision: 1, release, as: 'shadow' as const }));
    expect(usedView(version(1), { ...NO_HEAD, holds }).usedAs).toEqual(['shadow']);
  });

  test('nowhere, as long as nothing is in production', () => {
    expect(usedView(version(1), NO_HEAD).usedAs).toEqual([]);
  });
});

test('a head is shown without what the chain needs, and without production where there is none', () => {
  expect(headView('fraud', NO_HEAD)).toStrictEqual({ model: 'fraud', rev: 0, history: [], holds: [] });
  expect(headView('fraud', { ...NO_HEAD, production: serving(1) })).toStrictEqual({
    model: 'fraud', rev: 0, production: serving(1), history: [], holds: [],
  });
});

describe('a difference', () => {
  test('names fields in order, each side with what it has', () => {
    const from = version(1, { label: '1.0.0', lineage: { commit: 'a', datasets: ['s3://one'] } });
    const to = version(2, { lineage: { commit: 'b', datasets: ['s3://one', 's3://two'], parent: 1 } });
    expect(diffView('fraud', from, to)).toStrictEqual({
      model: 'fraud',
      from: 1,
      to: 2,
      differences: [
        { field: 'artifact', from: from.artifact, to: to.artifact },
        { field: 'artifactSha256', from: from.artifactSha256, to: to.artifactSha256 },
        { field: 'image', from: from.image, to: to.image },
        { field: 'label', from: '1.0.0' },
        { field: 'lineage.commit', from: 'a', to: 'b' },
        { field: 'lineage.datasets', from: ['s3://one'], to: ['s3://one', 's3://two'] },
        { field: 'lineage.parent', to: 1 },
      ],
    });
  });

  test('names fields in order when only the second version has the first of them', () => {
    const to = version(1, { approved: { image: 'i', artifactSha256: 'a' }, label: '1.0.0' });
    expect(diffView('fraud', version(1), to).differences.map(({ field }) => field)).toEqual(['approved.artifactSha256', 'approved.image', 'label']);
  });

  test('does not tell revisions, nor the id of a registrant', () => {
    const { revision: _revision, ...same } = version(1);
    expect(diffView('fraud', version(1), { ...same, revision: 2, registrantPerson: 'user:AIDABOB' }).differences).toEqual([]);
  });
});
