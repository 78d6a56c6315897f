import { RETAINED_VERSIONS, Serving } from './contract';
import { Asked, Head, ModelState, Refusal, Version } from './model-state';
import { decided, refusal, Step } from './step';

/** What decides what is in production: promote, rollback, and revoking what serves in an emergency. */

export function promote(head: Head, version: Version): Step | Refusal {
  if (head.production?.revision === version.revision) {
    return refusal('CONFLICT', `version ${version.revision} is in production already`);
  }
  return notServable(version) ?? { about: version, relied: version, head: inProduction(head, version) };
}

/** Goes back one version and keeps the other in reach: a second rollback returns. */
export function rollback({ head, versions }: ModelState): Step | Refusal {
  const [target, ...older] = head.history;
  if (head.production === undefined || target === undefined) {
    return refusal('REFUSED', head.production === undefined ? 'nothing is in production that could be rolled back; promote a version'
      : 'there is no version before the present one to roll back to');
  }
  const version = versions.get(target.revision);
  if (version === undefined) {
    return refusal('INTERNAL', `version ${target.revision} is in the history and does not exist`);
  }
  const problem = notServable(version);
  return problem === undefined
    ? { about: version, relied: version, head: { production: servingOf(version), history: [head.production, ...older] } }
    : { ...problem, detail: `${problem.detail}; promote another version instead` };
}

/**
 * Revokes a version whatever uses it. If it serves, the newest version before it that may serve takes its place: the same as a
 * promotion of that one and then a revocation, in one step, so that nothing else can come in between. The revoked version
 * stays in the history, where nobody can roll back to it and nothing takes its artifact and image from those who look into it.
 */
export function revokeInEmergency(
  { head, versions }: ModelState, version: Version, command: Asked & { readonly leaveEmpty: boolean },
): Step | Refusal {
  const revoked = decided(version, command, ['Approved'], 'Revoked');
  if ('refused' in revoked) {
    return revoked;
  }
  const [lost, holds] = [true, false].map((its) => head.holds.filter(({ revision }) => (revision === version.revision) === its));
  const step = { ...revoked, head: { holds }, releases: [...new Set(lost.map(({ release }) => release))] };
  if (head.production?.revision !== version.revision) {
    return step;
  }
  if (command.leaveEmpty) {
    return { ...step, head: { ...step.head, ...inProduction(head) } };
  }
  const next = head.history.map(({ revision }) => versions.get(revision))
    .find((former) => former !== undefined && notServable(former) === undefined);
  return next === undefined
    ? refusal('REFUSED', `no version before ${version.revision} may serve in its place: promote another one first, or leave production empty (\`leaveEmpty\`)`)
    : { ...step, relied: next, head: { ...step.head, ...inProduction(head, next) } };
}

/** Whether a version may serve: approved, and still what was approved. */
export function notServable({ revision, state, approved, image, artifactSha256 }: Version): Refusal | undefined {
  if (state !== 'Approved') {
    return refusal('REFUSED', `version ${revision} is ${state}, and only Approved versions serve`);
  }
  return approved?.image === image && approved.artifactSha256 === artifactSha256 ? undefined
    : refusal('REFUSED', `version ${revision} was approved with another image or artifact than it has now`);
}

/** The pointer and the versions before it, once a version is in production, or none is. */
function inProduction(head: Head, version?: Version): Pick<Head, 'production' | 'history'> {
  const former = head.history.filter(({ revision }) => revision !== version?.revision);
  const history = head.production === undefined ? former : [head.production, ...former];
  return { production: version === undefined ? undefined : servingOf(version), history: history.slice(0, RETAINED_VERSIONS) };
}

function servingOf({ revision, image, artifact, artifactSha256, label }: Version): Serving {
  return { revision, image, artifact, artifactSha256, ...(label === undefined ? {} : { label }) };
}
