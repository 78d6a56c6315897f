import { Act, Scenario } from '../../rehearsal/scenario';
import { Planted } from '../support/planted';

/** A defect of the release machinery, and who notices it. */
export interface ReleaseMutant extends Planted {
  /** A test that fails over it, by a part of its whole name. */
  readonly test: string;
  /** A rehearsal that ends otherwise with it; absent where only an accident shows it. */
  readonly scenario?: string;
}

const RUNTIME = 'lib/serving/progressive/runtime';
const START: Act = { atMinutes: 5, do: 'start' };

/** Rehearsals with how they end: outcome, share of requests of the candidate over time, records. */
export const REHEARSED: Readonly<Record<string, readonly [Scenario, string]>> = {
  'a candidate with exactly as many errors as may be': [
    { requestsPerMinute: 1000, stable: { errorPercent: 0 }, candidate: { errorPercent: 2 } },
    'SUCCEEDED · -, 0, 10, 100, - · start, begin, confirm x2, judge HEALTHY x4, confirm, judge HEALTHY x3, confirm, close',
  ],
  'an alarm whose event is lost, while metrics cannot be read': [
    {
      candidate: { errorPercent: [{ afterMinutes: 0, value: 0 }, { afterMinutes: 7, value: 9 }] },
      events: [{ source: 'aws.cloudwatch', copies: 0 }],
      metrics: [{ do: 'unreadable', fromMinutes: 15, toMinutes: 9999 }],
    },
    'ROLLED_BACK · -, 0, 10, 0, - · start, begin, confirm x2, judge ERROR x2, judge FAILED, restore, tidy, close ROLLED_BACK',
  ],
  'metrics that cannot be read for two times three ticks': [
    { metrics: [{ do: 'unreadable', fromMinutes: 13, toMinutes: 28 }, { do: 'unreadable', fromMinutes: 34, toMinutes: 49 }] },
    'SUCCEEDED · -, 0, 10, 100, - · start, begin, confirm x2, judge ERROR x3, judge HEALTHY, judge ERROR x3, judge HEALTHY x3, confirm, '
      + 'judge HEALTHY x3, confirm, close',
  ],
  'a candidate that fails': [
    { acts: [START], candidate: { errorPercent: [{ afterMinutes: 0, value: 0.2 }, { afterMinutes: 7, value: 8 }] } },
    'ROLLED_BACK · -, 0, 10, 0, - · start, begin, confirm x2, judge HEALTHY x2, latch, restore, tidy, close ROLLED_BACK',
  ],
  'an hour without requests': [
    { metrics: [{ do: 'none', fromMinutes: 20, toMinutes: 70 }] },
    'SUCCEEDED · -, 0, 10, 100, - · start, begin, confirm x2, judge HEALTHY x2, judge INCONCLUSIVE x9, judge HEALTHY x2, confirm, '
      + 'judge HEALTHY x3, confirm, close',
  ],
  'an update that SageMaker takes back and does not say so': [
    { updates: [{ do: 'silent-rollback', operation: 'UpdateEndpoint' }] },
    'ROLLED_BACK · - · start, begin, latch, restore, tidy, close ROLLED_BACK',
  ],
};

export const MUTANTS: readonly ReleaseMutant[] = [
  {
    name: 'a rate at its limit breaks it (`>` to `>=`)',
    file: `${RUNTIME}/decide.ts`,
    from: 'errors * 100 > rule.percent * requests',
    to: 'errors * 100 >= rule.percent * requests',
    test: 'exactly at 2 %',
    scenario: 'a candidate with exactly as many errors as may be',
  },
  {
    name: 'what cannot be read outranks what is proven bad (order of precedence)',
    file: `${RUNTIME}/decide.ts`,
    from: '[\'Failed\', \'Error\', \'Inconclusive\', \'Healthy\']',
    to: '[\'Error\', \'Failed\', \'Inconclusive\', \'Healthy\']',
    test: 'the worst opinion is the verdict',
    scenario: 'an alarm whose event is lost, while metrics cannot be read',
  },
  {
    name: 'a tick that can be read leaves the count of those that could not (counter not reset)',
    file: `${RUNTIME}/reduce-judge.ts`,
    from: 'errors: verdict === \'Error\' ? tally.errors + 1 : 0',
    to: 'errors: verdict === \'Error\' ? tally.errors + 1 : tally.errors',
    test: 'an inconclusive tick begins the count anew',
    scenario: 'metrics that cannot be read for two times three ticks',
  },
  {
    name: 'a way back that was taken forgets its latch (latch removed)',
    file: `${RUNTIME}/reduce-move.ts`,
    from: 'function advanced({ issued: _done, ...release }: Release, intent: Wanted)',
    to: 'function advanced({ issued: _done, latch: _gone, ...release }: Release, intent: Wanted)',
    test: 'one that is tidied takes nothing but what fits',
    scenario: 'a candidate that fails',
  },
  {
    name: 'a confirmation that comes after the latch goes forward (latch not looked at)',
    file: `${RUNTIME}/reduce-move.ts`,
    from: 'const over = release?.latch !== undefined || ',
    to: 'const over = ',
    test: 'one that goes back takes nothing but what fits',
  },
  {
    name: 'time that is not healthy bakes (hold time counted)',
    file: `${RUNTIME}/reduce-judge.ts`,
    from: 'tally.healthySeconds + (healthy ? seconds : 0)',
    to: 'tally.healthySeconds + seconds',
    test: 'that is not healthy does not count',
    scenario: 'an hour without requests',
  },
  {
    name: 'an endpoint InService is as wanted, whatever its configuration (status-only success check)',
    file: `${RUNTIME}/converge.ts`,
    from: '    return elsewhere(to, described, issued, over);',
    to: '    return { kind: \'none\' };',
    test: 'an update that came to nothing was seen to move',
    scenario: 'an update that SageMaker takes back and does not say so',
  },
  {
    name: 'both slots that fail take the candidate back',
    file: `${RUNTIME}/reduce-judge.ts`,
    from: 'return blameless ? halting(release,',
    to: 'return plan.stages.length === 0 ? halting(release,',
    test: 'a failure of both slots halts: nobody is to blame',
  },
  {
    name: 'a writer acts without proof that it still may',
    file: `${RUNTIME}/fleet.ts`,
    from: '    await this.prove();\n',
    to: '',
    test: 'a writer that slept over its lease makes no call after another took over',
  },
  {
    name: 'an end in failure forgets the failures before it',
    file: `${RUNTIME}/reduce-end.ts`,
    from: 'outcome === \'ABORTED\' ? failures : failures + 1',
    to: 'outcome === \'ABORTED\' ? failures : 1',
    test: 'failures are counted on, left alone by aborts, and forgotten after a success',
  },
];
