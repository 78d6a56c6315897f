import { createHash } from 'node:crypto';
import { Random } from '../../rehearsal/random';
import { Rehearsal } from '../../rehearsal/rehearsal';
import { RehearsalResult } from '../../rehearsal/result';
import { Act, CallFault, EventFault, Scenario } from '../../rehearsal/scenario';

const FAULTS: readonly CallFault['do'][] = ['crash-before', 'crash-after', 'lose-answer', 'throttle', 'unavailable'];
const SOURCES = ['aws.cloudwatch', 'aws.ssm', 'aws.states', undefined] as const;

/** A release with crashes between any two calls, events that come twice, late and in another order, and people in between. */
export function chaos(seed: number): Scenario {
  const random = new Random(seed);
  const often = (percent: number) => random.next() < percent / 100;
  const calls: CallFault[] = Array.from({ length: random.between(1, 4) }, () => ({
    do: random.of(FAULTS),
    chance: random.of([0.004, 0.01, 0.03]),
    times: random.between(1, 2),
    afterMinutes: random.between(0, 60),
  }));
  const events: EventFault[] = Array.from({ length: random.between(0, 2) }, () => ({
    source: random.of(SOURCES), chance: random.next(), copies: random.of([1, 2, 3]), delaySeconds: random.between(0, 90),
  }));
  if (often(10)) { // what nobody hears of is found by whoever looks
    events.push({ source: random.of(['aws.cloudwatch', 'aws.ssm', 'aws.states']), copies: 0 });
  }
  // where no answer comes, half of the people ask again with the same key, as `mlp` does, and half go home
  const asksAgain = often(50);
  const acts: Act[] = [{ atMinutes: 5, do: 'start', key: 'start', asksAgain }, ...asksAgain ? [{ atMinutes: 5.5, do: 'start', key: 'start' } as const] : []];
  if (often(15)) { // between the record and the execution
    calls.push({ do: 'crash-before', function: 'release-desk', service: 'sfn' });
  }
  if (often(15)) {
    acts.push({ atMinutes: random.between(6, 60), do: 'abort' });
  }
  if (often(10)) {
    acts.push({ atMinutes: random.between(6, 60), do: 'stop' });
  }
  if (often(10)) {
    acts.push({ atMinutes: random.between(6, 60), do: 'other', note: 'the execution is stopped', act: ({ stopExecution }) => { stopExecution(); } });
  }
  const sickening = [{ afterMinutes: 0, value: 0.2 }, { afterMinutes: random.between(1, 25), value: random.between(3, 12) }];
  return {
    name: 'chaos',
    seed,
    calls,
    events,
    acts,
    updateSeconds: random.between(180, 900),
    weightSeconds: random.between(5, 60),
    metricLagSeconds: random.between(30, 120),
    ...often(50) ? { candidate: { errorPercent: sickening } } : {},
    ...often(15) ? { updates: [{ do: random.of(['silent-rollback', 'capacity']), operation: 'UpdateEndpoint', nth: random.between(1, 2) }] } : {},
    ...often(20) ? { clockSkewSeconds: { 'release-writer': random.between(-200, 200), 'release-judge': random.between(-200, 200) } } : {},
    switches: {
      sameConfigUpdate: random.of(['refused', 'accepted']),
      pendingConfigShown: random.of(['old', 'new']),
      pendingSummary: random.of(['shown', 'absent']),
      lockedError: random.of(['ValidationException', 'ResourceInUse']),
      newConfigFound: random.of(['at once', 'later']),
      healthyMinuteErrors: random.of(['zero', 'missing']),
      idleVariant: random.of(['silent', 'zeros']),
      fillOfNothing: random.of(['zeros', 'nothing']),
      lambdaDeath: random.of(['Lambda.Unknown', 'Sandbox.Timedout']),
      jsonTextInEvent: random.of(['text', 'object']),
    },
  };
}

/** Plays so many from a seed on. Answers how they ended, and what must not be, with the seed that shows it. */
export async function sweep(
  rehearsal: Rehearsal, from: number, runs: number,
): Promise<{ readonly outcomes: Record<string, number>; readonly wrong: string[] }> {
  const outcomes: Record<string, number> = {};
  const wrong: string[] = [];
  for (let seed = from; seed < from + runs; seed++) {
    try {
      const result = await rehearsal.run(chaos(seed));
      const outcome = result.outcome ?? 'REFUSED';
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
      wrong.push(...problemsOf(result).map((problem) => `seed ${seed}: ${problem}`));
    } catch (error) {
      wrong.push(`seed ${seed}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return { outcomes, wrong };
}

/** What holds at the end whatever went wrong. The invariants are looked at on the way. */
function problemsOf({ outcome, weights, audit, configs, pages }: RehearsalResult): string[] {
  const last = weights.at(-1);
  const problems: string[] = [];
  const check = (holds: boolean, problem: string) => {
    if (!holds) {
      problems.push(problem);
    }
  };
  if (last !== undefined && outcome !== undefined && outcome !== 'HALTED') {
    check(last.status === 'InService' && configs.includes(last.config), `it ended ${outcome}, and the endpoint is ${last.status} with ${last.config}`);
    check(last.percent.Stable === 100, `it ended ${outcome}, and Stable has ${last.percent.Stable} %`);
    check(last.config.endsWith('-finish') === (outcome === 'SUCCEEDED'), `it ended ${outcome}, and serves ${last.config}`);
  }
  check(outcome !== 'HALTED' || pages.some(({ from }) => from === 'release-clerk' || from === 'release-writer'), 'it is HALTED, and no release said so');
  let previous = '0'.repeat(64);
  audit.filter(({ sequence }) => sequence !== undefined).forEach((record, place) => {
    check(record.sequence === place + 1 && record.previousHash === previous, `record ${place + 1} does not continue the chain`);
    previous = createHash('sha256').update(canonical(record)).digest('hex');
  });
  return problems;
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => (typeof inner !== 'object' || inner === null || Array.isArray(inner) ? inner
    : Object.fromEntries(Object.entries(inner).sort(([one], [other]) => (one < other ? -1 : 1)))));
}
