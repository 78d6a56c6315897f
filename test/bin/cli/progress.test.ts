import { bytes, withProgress } from '../../../bin/cli/progress';
import { processWorld, World } from '../../../bin/cli/world';

beforeEach(() => { jest.useFakeTimers(); });
afterEach(() => { jest.useRealTimers(); });

const WORLD = processWorld();

/** What is said on stderr of something that takes so long. */
async function said(seconds: number, isTTY: boolean, columns?: number): Promise<string> {
  let err = '';
  const world: World = { ...WORLD, err: { isTTY, columns, write: (text) => { err += text; } } };
  const long = withProgress(world, 'uploading', async (progress) => {
    progress.update('43 % of 5.0 GB');
    await new Promise((resolve) => { setTimeout(resolve, seconds * 1000); });
  });
  await jest.advanceTimersByTimeAsync(seconds * 1000);
  await long;
  return err;
}

test.each([true, false])('what is done in less than two seconds says nothing (a person looks: %p)', async (isTTY) => {
  expect(await said(1.9, isTTY)).toBe('');
});

test('a person sees a line that moves, and that is gone in the end', async () => {
  const err = await said(3, true);
  expect(err).toContain('\r\u001b[Kuploading … 43 % of 5.0 GB, 2 s');
  expect(err.endsWith('\r\u001b[K')).toBe(true);
});

test.each([[20, 'uploading … 43 % of '.slice(0, 19)], [1, ''], [80, 'uploading … 43 % of 5.0 GB, 2 s']])(
  'a line is no longer than the terminal is wide: %i', async (columns, line) => {
    expect((await said(2.4, true, columns)).split('\r\u001b[K')).toEqual(['', line, '']);
  });

test('a log has a line after two seconds, and then one now and then', async () => {
  expect(await said(3, false)).toBe('uploading … 43 % of 5.0 GB, 2 s\n');
  expect((await said(60, false)).trimEnd().split('\n')).toHaveLength(4);
});

test('nothing is said when it is over', async () => {
  const err = await said(3, false);
  await jest.advanceTimersByTimeAsync(60_000);
  expect(err.split('\n')).toHaveLength(2);
});

test.each([[0, '0 B'], [999, '999 B'], [1_000, '1.0 kB'], [5_368_709_120, '5.4 GB'], [2e15, '2000.0 TB']])('%i bytes are %s', (count, text) => {
  expect(bytes(count)).toBe(text);
});
