import * as fc from 'fast-check';
import { Invariants } from './invariants';
import { Operation, OracleModel } from './oracle';
import { AtOnce, Fault, Lose, One, Oracle, Real, Release } from './registry-commands';
import { RegistryBench } from '../support/registry-bench';

/** How much is tried. */
export interface Effort {
  readonly runs: number;
  readonly seed: number;
  /** Of fast-check, to come back to a failure. */
  readonly path?: string;
  /** Whether a failure is reported as it is, without a search for a shorter one. */
  readonly asItIs?: boolean;
}

const PLACES = [
  { tenant: 'default', model: 'churn' },
  { tenant: 'risk', model: 'churn' },
  { tenant: 'default', model: 'fraud' },
];
const VERBS: Operation['verb'][] = ['register', 'approve', 'reject', 'revoke', 'emergency-revoke', 'promote', 'rollback', 'retire', 'hold', 'unhold'];
// what makes versions and moves them comes more often than what ends them
const WEIGHTS: Record<Operation['verb'], number> = {
  'register': 5, 'approve': 7, 'reject': 1, 'revoke': 2, 'emergency-revoke': 2, 'promote': 8, 'rollback': 4, 'retire': 3, 'hold': 2, 'unhold': 2,
};

function often<T>(...weighted: (readonly [number, fc.Arbitrary<T>])[]): fc.Arbitrary<T> {
  return fc.oneof(...weighted.map(([weight, arbitrary]) => ({ weight, arbitrary })));
}

/** Who asks for what. The revision and the rev follow from how the model stands when its turn comes. */
const draft = fc.record({
  verb: often(...VERBS.map((verb) => [WEIGHTS[verb], fc.constant(verb)] as const)),
  who: fc.constantFrom('Ann', 'Ann', 'Bob', 'Cid'),
  // counted back from the newest, so that most requests hit something
  back: often([5, fc.constant(0)], [4, fc.integer({ min: 1, max: 4 })], [1, fc.constant(-1)]),
  label: fc.option(fc.constantFrom('1.0.0', '1.1.0', '2.0.0'), { nil: undefined, freq: 5 }),
  parentBack: fc.option(fc.integer({ min: -1, max: 2 }), { nil: undefined, freq: 4 }),
  wrongDigest: often([8, fc.constant(false)], [1, fc.constant(true)]),
  leaveEmpty: often([3, fc.constant(false)], [1, fc.constant(true)]),
  release: fc.constantFrom('release-a', 'release-b'),
  as: fc.constantFrom<Operation['as']>('shadow', 'rollout'),
  rev: often([6, fc.constant(undefined)], [3, fc.constant(0)], [1, fc.constant(-1)]),
});
type Draft = typeof draft extends fc.Arbitrary<infer T> ? T : never;

const fault: fc.Arbitrary<Fault | undefined> = fc.option(fc.oneof(
  fc.record({ kind: fc.constantFrom('crash' as const, 'timeout' as const), call: fc.integer({ min: 0, max: 3 }), done: fc.boolean() }),
  fc.record({ kind: fc.constantFrom('throttled' as const, 'conflict' as const), call: fc.integer({ min: 0, max: 3 }) }),
), { nil: undefined, freq: 3 });

const place = often([8, fc.constant(PLACES[0])], [2, fc.constant(PLACES[1])], [1, fc.constant(PLACES[2])]);
const again = fc.option(fc.constantFrom('same' as const, 'other body' as const), { nil: undefined, freq: 3 });
const skew = often([6, fc.constant(1000)], [1, fc.constant(-600_000)]);

const one = fc.tuple(place, draft, fault, again, skew)
  .map(([where, asked, wrong, repeated, skewMs]) => new One(where, operationOf(asked), saidOf(asked), wrong, repeated, skewMs));
const atOnce = fc.tuple(place, fc.array(draft, { minLength: 2, maxLength: 3 }))
  .map(([where, drafts]) => new AtOnce(where, drafts.map(operationOf), drafts.map(saidOf).join(' | ')));
export const whole = fc.tuple(place, fc.constantFrom('promote' as const, 'promote' as const, 'hold' as const))
  .map(([where, end]) => new Release(where, end));

const lose = fc.tuple(place, fc.integer({ min: 0, max: 3 }), fc.constantFrom('artifact' as const, 'image' as const))
  .map(([where, back, part]) => new Lose(where, back, part));

/** A request with nothing going wrong on its way: for where nothing can be made to go wrong. */
export const undisturbed = fc.tuple(place, draft, again)
  .map(([where, drafted, repeated]) => new One(where, operationOf(drafted), saidOf(drafted), undefined, repeated));

/**
 * Random requests, faults and interleavings against the registry's real handler; after each, R1 to R18 are checked on the
 * rows, and the model is compared with the oracle. Throws with the shrunken requests, the seed and the path.
 */
export async function checkRegistry({ runs, seed, path, asItIs = false }: Effort): Promise<void> {
  const requests = fc.commands<Oracle, Real, false>([whole, whole, one, one, one, one, one, one, one, atOnce, atOnce, lose], { maxCommands: 24, size: 'max' });
  await fc.assert(fc.asyncProperty(fc.scheduler(), requests, fc.integer({ min: 0, max: 4 }), async (scheduler, commands, lag) => {
    const bench = new RegistryBench({ trustedSessionRoles: [] });
    bench.dynamodb.lag = lag;
    const real: Real = { bench, invariants: new Invariants(bench), scheduler, requests: 0 };
    await fc.asyncModelRun(() => ({ model: new Map(), real }), commands);
  }), { numRuns: runs, seed, ...(path === undefined ? {} : { path }), endOnFailure: asItIs });
}

function operationOf(asked: Draft): (model: OracleModel) => Operation {
  const { verb, who, label, parentBack, wrongDigest, leaveEmpty, release, as, rev } = asked;
  return (model) => {
    const { versions, changes } = model;
    const expectedRev = rev === undefined || changes + rev < 0 ? undefined : changes + rev;
    return {
      verb,
      who,
      revision: revisionOf(asked, model),
      ...(label === undefined ? {} : { label }),
      ...(parentBack === undefined ? {} : { parent: Math.max(1, versions.length - parentBack) }),
      sawAnother: wrongDigest,
      leaveEmpty,
      release,
      as,
      ...(expectedRev === undefined ? {} : { expectedRev }),
    };
  };
}

/** Counted back from the newest; but the requests that matter most are those that would take away what must stay. */
function revisionOf({ verb, back }: Draft, { versions, production, history, holds }: OracleModel): number {
  const newest = Math.max(1, versions.length - back);
  if (verb === 'revoke' && back === 2) {
    return history[0] ?? newest; // where a rollback or an emergency would go to
  }
  const matters = ['revoke', 'emergency-revoke'].includes(verb) ? production : ['retire', 'unhold'].includes(verb) ? holds[0]?.revision : undefined;
  return back === 1 ? matters ?? newest : newest;
}

function saidOf({ verb, who, back, rev, label, wrongDigest, leaveEmpty }: Draft): string {
  return [who, verb, `newest-${back}`, ...(rev === undefined ? [] : [`rev${rev}`]), ...(label === undefined ? [] : [label]),
    ...(wrongDigest ? ['with another digest'] : []), ...(verb === 'emergency-revoke' && leaveEmpty ? ['leaving nothing'] : [])].join(' ');
}
