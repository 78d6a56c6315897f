import { ProblemCode, VersionState } from './contract';
import { Asked, Change, Head, Refusal, Version } from './model-state';

/** What a command changes before it is written down. */
export interface Step {
  /** The version that it is about. */
  readonly about: Version;
  readonly head?: Partial<Head>;
  readonly version?: Change['version'];
  /** What goes into production or into a release by it. */
  readonly relied?: Version;
  /** Releases that lose a version by it. */
  readonly releases?: readonly string[];
}

/** A change of state by somebody. */
export function decided(
  version: Version, { actor, at }: Asked, from: readonly VersionState[], to: VersionState, approved = version.approved,
): Step | Refusal {
  if (!from.includes(version.state)) {
    return refusal('REFUSED', `version ${version.revision} is ${version.state}, and only ${from.join(' or ')} can become ${to}`);
  }
  const after = { ...version, state: to, decidedBy: actor.arn, decidedAt: at, ...(approved === undefined ? {} : { approved }) };
  return { about: after, version: { after, before: version.state } };
}

export function refusal(code: ProblemCode, detail: string): Refusal {
  return { refused: true, code, detail };
}
