import { sweep } from './chaos';
import { rehearsalOf } from './rehearsed';

const RUNS = Number(process.env.CHAOS_RUNS ?? 1000);
// a seed of its own, so that a merge does not hang on chance
const SEED = Number(process.env.CHAOS_SEED ?? 1);

test('a thousand releases end well whatever crashes, comes twice, late or in another order', async () => {
  const { outcomes, wrong } = await sweep(rehearsalOf(), SEED, RUNS);
  process.stdout.write(`rehearsals: ${RUNS} from seed ${SEED}: ${JSON.stringify(outcomes)}\n`);
  expect(wrong).toEqual([]);
  // each end is reached, or the sweep would not look at it; HALTED takes more bad luck than this has, and has fault cases
  expect(Object.keys(outcomes)).toEqual(expect.arrayContaining(['ABORTED', 'ROLLED_BACK', 'SUCCEEDED']));
}, 1_800_000);
