import { sweep } from './chaos';
import { rehearsalOf } from './rehearsed';

/** Few, so that `npm test` stays short; `npm run test:sweep` plays a thousand from a seed of its own. */
const RUNS = Number(process.env.CHAOS_RUNS ?? 100);
const SEED = Number(process.env.CHAOS_SEED ?? 1 + Math.floor(Math.random() * 1_000_000));

test('a release ends well whatever crashes, comes twice, late or in another order', async () => {
  const { outcomes, wrong } = await sweep(rehearsalOf(), SEED, RUNS);
  process.stdout.write(`rehearsals: ${RUNS} from seed ${SEED} (CHAOS_SEED=${SEED} repeats them): ${JSON.stringify(outcomes)}\n`);
  expect(wrong).toEqual([]);
}, 1_200_000); // a loaded machine takes its time, and no claim is about that
