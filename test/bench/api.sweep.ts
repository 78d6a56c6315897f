import { join } from 'node:path';
import { measureApis } from '../../bench/api-measure';

test('one endpoint more is measured with us and by hand, in processes of their own, on the compiled package', () => {
  const times = measureApis({ apis: 2, sizes: [1, 13], runs: 2, library: join(__dirname, '..', '..', 'build') });
  expect(Object.keys(times).sort()).toEqual(['l1', 'ours']);
  for (const milliseconds of Object.values(times)) {
    expect(milliseconds).toHaveLength(2);
    // a busy machine may be slow, and a difference of two times may even be negative once
    expect(Math.max(...milliseconds)).toBeGreaterThan(0);
    expect(milliseconds.every(Number.isFinite)).toBe(true);
  }
});
