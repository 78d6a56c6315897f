import { MUTANTS } from './model/mutants';
import { withMutant } from './model/plant';

// enough for every mutant from any seed tried; a mutant that needs more says that the requests got weaker
const RUNS = 400;
const SEED = 20_261_120;

test.each(MUTANTS.map((mutant) => [mutant.name, mutant.breaks, mutant] as const))('noticed: %s (%s)', async (_name, _breaks, mutant) => {
  const check = await withMutant(mutant);
  await expect(check({ runs: RUNS, seed: SEED, asItIs: true })).rejects.toThrow(/Property failed/);
}, 120_000);

test('without a mutant, the same runs find nothing', async () => {
  const check = await withMutant({ name: 'none', breaks: 'nothing', file: 'production.ts', from: 'RETAINED_VERSIONS)', to: 'RETAINED_VERSIONS)' });
  await check({ runs: 60, seed: SEED, asItIs: true });
});

test('a mutant that fits nowhere is an error', async () => {
  await expect(withMutant({ name: 'gone', breaks: 'nothing', file: 'reduce.ts', from: 'not in the file', to: '' })).rejects.toThrow('cannot plant "gone"');
});
