import { Hold, MOST_HOLDS, Registration, RETAINED_VERSIONS } from './contract';
import { Asked, Change, Command, Head, ModelState, Refusal, Version } from './model-state';
import { notServable, promote, revokeInEmergency, rollback } from './production';
import { shortfalls } from './shortfalls';
import { decided, refusal, Step } from './step';
import { AuditRecord, canonical, hashOf } from '../../audit/audit-record';

/**
 * What a command does to a model, or why it does nothing: a function of its arguments. Everything that the registry promises
 * about versions, approvals and production is decided here; the store only writes it, all or nothing.
 */
export function reduce(state: ModelState, asked: Command): Change | Refusal {
  const { head } = state;
  // time never goes back in a chain, nor from one decision to the next
  const command = asked.at > head.lastAt ? asked : { ...asked, at: head.lastAt };
  if (command.expectedRev !== undefined && command.expectedRev !== head.rev) {
    return {
      ...refusal('STALE_REV', `the model is at rev ${head.rev}, not ${command.expectedRev}: somebody changed it meanwhile; look again, then decide`),
      rev: head.rev,
    };
  }
  const step = stepOf(state, command);
  return 'refused' in step ? step : written(head, command, step);
}

function stepOf(state: ModelState, command: Command): Step | Refusal {
  switch (command.verb) {
    case 'register':
      return register(state, command, command.registration);
    case 'rollback':
      return rollback(state);
    default:
      return onVersion(state, command);
  }
}

function onVersion(state: ModelState, command: Exclude<Command, { verb: 'register' | 'rollback' }>): Step | Refusal {
  const version = state.versions.get(command.revision);
  if (version === undefined) {
    return refusal('NOT_FOUND', `${command.model} has no version ${command.revision}`);
  }
  switch (command.verb) {
    case 'approve':
      return approve(version, command);
    case 'reject':
      return decided(version, command, ['Pending'], 'Rejected');
    case 'revoke':
      return revoke(state.head, version, command);
    case 'emergency-revoke':
      return revokeInEmergency(state, version, command);
    case 'promote':
      return promote(state.head, version);
    case 'retire':
      return retire(state.head, version, command);
    case 'hold':
      return hold(state.head, version, { revision: version.revision, release: command.release, as: command.as });
    case 'unhold':
      return unhold(state.head, version, command.release);
  }
}

function register(
  { head, versions }: ModelState, { actor, at, model }: Asked, registration: Registration,
): Step | Refusal {
  const parent = registration.lineage?.parent;
  if (parent !== undefined && !versions.has(parent)) {
    return refusal('NOT_FOUND', `${model} has no version ${parent}, which \`lineage.parent\` names`);
  }
  const revision = head.nextRevision;
  const after: Version = {
    ...registration, revision, state: 'Pending', registrant: actor.arn, registrantPerson: actor.person, registeredAt: at,
  };
  return { about: after, head: { nextRevision: revision + 1 }, version: { after } };
}

function approve(version: Version, command: Extract<Command, { verb: 'approve' }>): Step | Refusal {
  if (command.actor.person === version.registrantPerson) {
    return refusal('FOUR_EYES', `version ${version.revision} was registered by the same person; somebody else has to approve it`);
  }
  if (command.image !== version.image || command.artifactSha256 !== version.artifactSha256) {
    return refusal('REFUSED', `the approval names another image or artifact than version ${version.revision} has; describe the version, and approve what it shows`);
  }
  const missing = shortfalls(version.evaluation, command.minimums);
  if (missing.length > 0) {
    return refusal('REFUSED', `version ${version.revision} does not reach what its model asks for: ${missing.join('; ')}`);
  }
  const { image, artifactSha256 } = version;
  return decided(version, command, ['Pending'], 'Approved', { image, artifactSha256 });
}

function revoke(head: Head, version: Version, command: Asked): Step | Refusal {
  if (head.production?.revision === version.revision) {
    return refusal('REFUSED', `version ${version.revision} is in production: roll back or promote another version first, then revoke it; in an emergency, revoke it as one`);
  }
  const held = head.holds.find(({ revision }) => revision === version.revision);
  if (held !== undefined) {
    return refusal('REFUSED', `release ${held.release} uses version ${version.revision}: end that release first, then revoke it`);
  }
  return decided(version, command, ['Approved'], 'Revoked');
}

function retire(head: Head, version: Version, command: Asked): Step | Refusal {
  const use = usesOf(head, version.revision)[0];
  if (use !== undefined) {
    return refusal('REFUSED', `version ${version.revision} is kept: ${use}`);
  }
  return decided(version, command, ['Pending', 'Approved', 'Rejected', 'Revoked'], 'Retired');
}

function hold(head: Head, version: Version, wanted: Hold): Step | Refusal {
  const other = head.holds.find(({ release }) => release !== wanted.release);
  if (other !== undefined) {
    return refusal('CONFLICT', `release ${other.release} is under way`);
  }
  if (head.holds.some(({ revision, as }) => revision === wanted.revision && as === wanted.as)) {
    return refusal('CONFLICT', `release ${wanted.release} holds version ${wanted.revision} as ${wanted.as} already`);
  }
  if (head.holds.length >= MOST_HOLDS) {
    return refusal('REFUSED', `release ${wanted.release} holds ${MOST_HOLDS} versions already, and no release needs more; end one of its holds`);
  }
  return notServable(version) ?? { about: version, relied: version, head: { holds: [...head.holds, wanted] } };
}

function unhold(head: Head, version: Version, release: string): Step | Refusal {
  const holds = head.holds.filter((each) => each.revision !== version.revision || each.release !== release);
  if (holds.length === head.holds.length) {
    return refusal('CONFLICT', `release ${release} does not hold version ${version.revision}`);
  }
  return { about: version, head: { holds } };
}

/** Why a version must stay, if it must. */
function usesOf({ production, history, holds }: Head, wanted: number): string[] {
  return [
    ...(production?.revision === wanted ? ['it is in production'] : []),
    ...history.flatMap(({ revision }, place) => revision === wanted ? [`it is number ${place + 1} of the ${RETAINED_VERSIONS} before production`] : []),
    ...holds.flatMap(({ revision, release, as }) => revision === wanted ? [`release ${release} uses it as ${as}`] : []),
  ];
}

/** The step with everything that every change has: the next rev, and the record that continues the chain. */
function written(before: Head, command: Command, step: Step): Change {
  const { production, ...others } = { ...before, ...step.head };
  const changed = { ...others, ...(production === undefined ? {} : { production }) }; // DynamoDB takes nothing that is undefined
  const record = canonical(recordOf(before, changed, command, step));
  const head: Head = {
    ...changed,
    rev: before.rev + 1,
    auditSequence: before.auditSequence + 1,
    auditHash: hashOf(record),
    lastAt: command.at,
  };
  const state = step.version?.after.state;
  const previous = formerProduction(before, head);
  return {
    refused: false,
    head,
    ...(step.version === undefined ? {} : { version: step.version }),
    ...(step.relied === undefined ? {} : { relied: step.relied }),
    record,
    answer: {
      model: command.model,
      revision: step.about.revision,
      ...(state === undefined ? {} : { state }),
      rev: head.rev,
      ...(head.production === undefined ? {} : { production: head.production.revision }),
      ...(previous === undefined ? {} : { previous }),
      auditSequence: head.auditSequence,
    },
  };
}

/** What a change took out of production, if it did. */
function formerProduction(before: Head, after: Head): number | undefined {
  return before.production?.revision === after.production?.revision ? undefined : before.production?.revision;
}

function recordOf(before: Head, after: Head, command: Command, step: Step): AuditRecord {
  const { about, relied } = step;
  return AuditRecord.parse({
    timestamp: command.at,
    actor: command.actor.arn,
    environment: command.environment,
    action: `model.${command.verb}`,
    resourceType: 'ModelVersion',
    resourceName: `${command.tenant}/${command.model}/${about.revision}`,
    tenant: command.tenant,
    model: command.model,
    version: about.revision,
    previousVersion: formerProduction(before, after),
    changeTicket: command.changeTicket,
    outcome: 'SUCCEEDED',
    rollbackTarget: rollbackTarget(after, about),
    durationMs: command.durationMs,
    requestId: command.requestId,
    // the chain proves what was approved and served, not only under which number
    details: {
      image: about.image,
      artifactSha256: about.artifactSha256,
      ...inItsPlace(step),
      // who let it serve, beside who made it serve
      ...(relied?.decidedBy === undefined ? {} : { approvedBy: relied.decidedBy }),
      ...('release' in command ? { release: command.release } : {}),
      ...('as' in command ? { as: command.as } : {}),
      ...(step.releases === undefined || step.releases.length === 0 ? {} : { releases: step.releases }),
    },
    sequence: before.auditSequence + 1,
    previousHash: before.auditHash,
  });
}

/** Which version a rollback would go to; none if the step itself forbids it to serve. */
function rollbackTarget({ history: [target] }: Head, { revision, state }: Version): number | undefined {
  return target?.revision === revision && state !== 'Approved' ? undefined : target?.revision;
}

/** What serves, if that is another version than the one that the record is about. */
function inItsPlace({ about, relied }: Step): Record<string, string | number> {
  return relied === undefined || relied.revision === about.revision ? {}
    : { production: relied.revision, productionImage: relied.image, productionArtifactSha256: relied.artifactSha256 };
}
