import { ascending, lowestPassing } from '../../tools/lowest-passing';

describe('the lowest version that passes', () => {
  const versions = ['1', '2', '3', '4', '5', '6', '7', '8'];

  test.each(versions)('is found when it is %s', (floor) => {
    expect(lowestPassing(versions, (version) => version >= floor)).toBe(floor);
  });

  test('does not exist when even the newest fails', () => {
    expect(lowestPassing(versions, () => false)).toBeUndefined();
  });

  test('does not exist in an empty list', () => {
    expect(lowestPassing([], () => true)).toBeUndefined();
  });

  test('takes four tries among eight', () => {
    const passes = jest.fn((version: string) => version >= '3');
    lowestPassing(versions, passes);
    expect(passes.mock.calls.length).toBeLessThanOrEqual(4);
  });
});

test('versions are ordered by number, each once', () => {
  expect(ascending(['2.10.0', '2.9.1', '2.9.0', '2.10.0', '10.0.0'])).toEqual(['2.9.0', '2.9.1', '2.10.0', '10.0.0']);
});
