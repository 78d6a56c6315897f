import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Scenarios } from '../../rehearsal/index';
import { demonstrateReleases, TWO_RELEASES, WantedRelease } from '../../tools/demonstrate-releases';
import { completeReferenceApp } from '../../tools/reference-app';

async function shown(stack: string, releases?: readonly WantedRelease[]): Promise<{ code: number; lines: string[] }> {
  const lines: string[] = [];
  const code = await demonstrateReleases(completeReferenceApp, stack, (line) => lines.push(line), releases);
  return { code, lines };
}

test('the demo promotes one release and takes one back, and the README shows the second', async () => {
  const { code, lines } = await shown('MlRelease');
  expect(code).toBe(0);
  expect(lines.filter((line) => / of virtual time in /.test(line)).map((line) => line.split(': ')[1])).toEqual(['SUCCEEDED', 'ROLLED_BACK']);
  const timeline = lines.slice(lines.findIndex((line) => line.includes('scenario errors'))).join('\n').split(/\n\n[0-9.]+ h of virtual/)[0];
  expect(timeline.length).toBeGreaterThan(1000);
  expect(readFileSync(join(__dirname, '..', '..', 'README.md'), 'utf8')).toContain(timeline);
});

test('it fails when a release does not end as it should, and says which', async () => {
  const [{ scenario }] = TWO_RELEASES;
  const { code, lines } = await shown('MlRelease', [{ scenario, outcome: 'ROLLED_BACK' }]);
  expect(code).toBe(1);
  expect(lines).toContain('failed: healthy ended SUCCEEDED and should have ended ROLLED_BACK');
});

test('it fails for a stack that is not there, or has no releases', async () => {
  await expect(shown('MlNowhere')).rejects.toThrow('the app has no stack MlNowhere');
  await expect(shown('MlStores', [{ scenario: Scenarios.healthy(), outcome: 'SUCCEEDED' }])).rejects.toThrow('no progressive endpoint');
});
