import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { endsOf, inCanary, SHIFT, START } from './cases';
import { mutations, rehearsalOf } from './rehearsed';
import { Rehearsal } from '../../rehearsal/rehearsal';
import { Scenario } from '../../rehearsal/scenario';
import { SWITCH_POSITIONS, Switches, USUAL_SWITCHES } from '../../rehearsal/switches';

/** A release in which the answer matters, and how it ends with each. */
type Trials = { readonly [Name in keyof Switches]: readonly [Scenario, Readonly<Record<Switches[Name], string>>] };

const HEALTHY: Scenario = {};
const UP = 'SUCCEEDED';
const LOST = 'ROLLED_BACK: SageMaker';
const INSTALL_OF = 'churn-before and not to churn-88b2072e3e-r1-install';

const TRIALS: Trials = {
  // the writer looks first, and never asks for what is there
  sameConfigUpdate: [{ updates: [{ do: 'silent-rollback', operation: 'UpdateEndpoint' }] }, {
    refused: `${LOST} went back to ${INSTALL_OF}, and gives no reason`, accepted: `${LOST} went back to ${INSTALL_OF}, and gives no reason`,
  }],
  pendingConfigShown: [HEALTHY, { old: UP, new: UP }],
  pendingSummary: [HEALTHY, { shown: UP, absent: UP }],
  lockedError: [{ calls: [{ do: 'locked', operation: SHIFT }] }, { ValidationException: UP, ResourceInUse: UP }],
  // releases would be impossible, and nothing would be harmed
  renamedVariants: [HEALTHY, {
    accepted: UP, refused: `${LOST} refused: The variants of churn-88b2072e3e-r1-install must have the names of those of churn-before`,
  }],
  newConfigFound: [HEALTHY, { 'at once': UP, 'later': UP }],
  lostModelData: [{ acts: [{ atMinutes: 4, do: 'other', act: ({ loseModelData }) => { loseModelData(2, 'artifact'); } }, START] }, {
    'refused': `${LOST} refused: Could not access model data at s3://`,
    'update fails': `${LOST} went back to ${INSTALL_OF}: Failed to download model data or image.`,
  }],
  failedEndpointDeletion: [{ before: 'nothing', updates: [{ do: 'capacity', operation: 'CreateEndpoint' }] }, {
    accepted: 'ROLLED_BACK: the endpoint could not be created: CapacityError: Unable to provision requested ML compute capacity due to '
      + 'InsufficientInstanceCapacity error.',
    refused: 'HALTED: the release could neither go on nor go back by itself',
  }],
  healthyMinuteErrors: [HEALTHY, { zero: UP, missing: UP }],
  idleVariant: [HEALTHY, { silent: UP, zeros: UP }],
  // without its alarm, the slow rule is the judge's alone
  fillReachesUnpublished: [{ candidate: { errorPercent: 3 } }, {
    no: 'ROLLED_BACK: alarm churn/ErrorRate is in ALARM', yes: 'ROLLED_BACK: over 2 % of requests failed for 7 minutes in a row (ErrorRate)',
  }],
  fillOfNothing: [{ candidate: { errorPercent: [{ afterMinutes: 0, value: 0 }, { afterMinutes: 24, value: 9 }] } }, {
    zeros: 'ROLLED_BACK: alarm churn/fast is in ALARM', nothing: 'ROLLED_BACK: alarm churn/fast is in ALARM',
  }],
  alarmWithoutData: [{ switches: { fillOfNothing: 'nothing' } }, { OK: UP, INSUFFICIENT_DATA: UP }],
  lambdaDeath: [{ calls: [{ do: 'crash-after', function: 'release-writer', operation: SHIFT }] }, { 'Lambda.Unknown': UP, 'Sandbox.Timedout': UP }],
  // what is in use is never deleted; pruning.test.ts plays three releases with each
  configInUse: [HEALTHY, { refused: UP, deleted: UP }],
  jsonTextInEvent: [{ acts: [START, { do: 'other', when: inCanary, act: ({ stopExecution }) => { stopExecution(); } }] }, {
    text: 'ROLLED_BACK: execution stopped', object: 'ROLLED_BACK: execution stopped',
  }],
};
const EACH = Object.entries(TRIALS).flatMap(([name, [scenario, positions]]) =>
  Object.entries(positions).map(([position, end]) => [name, position, scenario, end] as const));

let rehearsal: Rehearsal;
const played = new Map<string, string[]>();
beforeAll(() => { rehearsal = rehearsalOf(); });

/** The usual positions of several switches are one and the same release. */
async function ends(scenario: Scenario): Promise<string[]> {
  const key = JSON.stringify([scenario, scenario.acts?.map(({ act }) => String(act))]);
  const known = played.get(key) ?? endsOf(await rehearsal.run(scenario));
  played.set(key, known);
  return known;
}

test.each(EACH)('%s: %s', async (name, position, scenario, end) => {
  const usual = USUAL_SWITCHES[name as keyof Switches] === position;
  expect(await ends(usual ? scenario : { ...scenario, switches: { ...scenario.switches, [name]: position } })).toEqual([end]);
});

test('a configuration that is not seen yet is asked for again', async () => {
  expect(mutations(await rehearsal.run({ switches: { newConfigFound: 'later' } })))
    .toEqual(expect.arrayContaining(['UpdateEndpoint (ValidationException)', 'UpdateEndpoint']));
});

test('every switch is tried in each of its positions, its usual one among them', () => {
  expect(Object.keys(TRIALS).sort()).toEqual(Object.keys(USUAL_SWITCHES).sort());
  for (const [name, [, positions]] of Object.entries(TRIALS)) {
    expect(Object.keys(positions)).toContain(USUAL_SWITCHES[name as keyof Switches]);
    expect(Object.keys(positions).length).toBeGreaterThan(1);
    expect(Object.keys(SWITCH_POSITIONS[name as keyof Switches]).sort()).toEqual(Object.keys(positions).sort());
  }
});

describe('what a rehearsal rests on is written down', () => {
  const root = join(__dirname, '../..');
  const text = (file: string) => readFileSync(join(root, file), 'utf8');

  test('every switch has a row in the README, with its positions and a row of evidence', () => {
    const rows = [...text('rehearsal/README.md').matchAll(/^\| `(\w+)` \| (.+?) \| .+ \| (U\d+) \|$/gm)];
    const named = (positions: string) => [...positions.matchAll(/`([^`]+)`/g)].map(([, each]) => each);
    const told = Object.fromEntries(rows.map(([, name, positions]) => [name, named(positions)]));
    expect(told).toEqual(Object.fromEntries(Object.entries(TRIALS).map(([name, [, positions]]) => {
      const usual = USUAL_SWITCHES[name as keyof Switches];
      return [name, [usual, ...Object.keys(positions).filter((each) => each !== usual)]];
    })));
    const evidence = text('docs/evidence.md');
    rows.forEach(([, name, , row]) => {
      expect(evidence).toContain(`| ${row} |`);
      expect(text('rehearsal/switches.ts')).toMatch(new RegExp(`${row}\\.? \\*/\\s+readonly ${name}:|${row}\\.\\s+\\*/\\s+readonly ${name}:`));
    });
  });

  test('every simulated service names the source of its rules', () => {
    const files = ['aws', 'aws/dynamodb', 'lambda', 'states'].flatMap((folder) => readdirSync(join(root, 'rehearsal', folder))
      .filter((file) => file.endsWith('.ts')).map((file) => `rehearsal/${folder}/${file}`));
    const table = text('rehearsal/README.md');
    const source = /aws-facts\.md|https:\/\/\S*(aws\.amazon\.com|states-language)|\bU\d{2,3}\b/;
    const without = files.filter((file) => !source.test(text(file)));
    expect(without.filter((file) => !table.includes(`| \`${file.replace('rehearsal/', '')}\` |`))).toEqual([]);
    expect(without.length).toBeLessThan(files.length);
  });
});
