import { MUTANTS, REHEARSED } from './mutants';
import { deploy, releaseHandlers, shippedHandler } from './planted-rehearsal';
import { recorded, rehearsalOf, shares, shortTemplate } from './rehearsed';
import { RELEASE_BUNDLES } from '../../lib/serving/progressive/runtime/contract';
import { Scenario } from '../../rehearsal/scenario';
import { failing } from '../support/planted';

/** Defects that somebody could write into what decides for a release; a test notices each, and a rehearsal all but accidents. */

const TESTS = ['converge', 'crashes', 'decide', 'reduce', 'reduce-records', 'release-run'].map((name) => `test/serving/progressive/runtime/${name}.test.ts`);
let template: object;
beforeAll(() => { template = shortTemplate(); });
afterEach(() => { jest.restoreAllMocks(); });

/** How a rehearsal ends, in a line; what broke, where something must hold and does not. */
async function played(scenario: Scenario): Promise<string> {
  try {
    const result = await rehearsalOf(template).run({ ...scenario, atMostMinutes: 300 }); // with a defect, some end nowhere
    return [result.outcome ?? 'not ended', shares(result), recorded(result)].join(' · ');
  } catch (error) {
    return `failed: ${(error as Error).message}`;
  }
}

describe('without a defect', () => {
  test('handlers are bundled as they ship', async () => {
    const handlers = await releaseHandlers(undefined);
    expect([...handlers.keys()].sort()).toEqual([...RELEASE_BUNDLES].sort());
    expect([...handlers].filter(([name, code]) => code !== shippedHandler(name)).map(([name]) => name)).toEqual([]);
  });

  test.each(Object.entries(REHEARSED))('a rehearsal of %s ends as it should', async (_name, [scenario, ends]) => {
    deploy(await releaseHandlers(undefined));
    expect(await played(scenario)).toBe(ends);
  });

  test('no test fails', async () => {
    expect(await failing(TESTS, undefined)).toEqual([]);
  }, 180_000);
});

test.each(MUTANTS.map((mutant) => [mutant.name, mutant] as const))('%s: a test notices', async (_name, mutant) => {
  expect(await failing(TESTS, mutant)).toContainEqual(expect.stringContaining(mutant.test));
}, 180_000);

const SEEN = MUTANTS.flatMap((mutant) => mutant.scenario === undefined ? [] : [[mutant.name, mutant.scenario, mutant] as const]);

test.each(SEEN)('%s: a rehearsal of %s ends otherwise', async (_name, name, mutant) => {
  const [scenario, ends] = REHEARSED[name];
  deploy(await releaseHandlers(mutant));
  expect(await played(scenario)).not.toBe(ends);
}, 120_000);

test('a defect that fits nowhere is an error', async () => {
  const gone = { name: 'gone', file: MUTANTS[0].file, from: 'not in the file', to: '' };
  await expect(failing(TESTS, gone)).rejects.toThrow('cannot plant "gone"');
});

test('a defect that no test can be run over is an error, and not noticed', async () => {
  const broken = { ...MUTANTS[0], name: 'broken', to: 'no code (' };
  await expect(failing(TESTS.slice(1, 2), broken)).rejects.toThrow('the tests did not run');
}, 120_000);
