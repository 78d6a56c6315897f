import { ProblemCode, VersionState } from '../../../lib/registry/runtime/contract';

/**
 * What the registry should do, once more: written from its invariants (R1-R18) and not from its code, with plain arrays and
 * no rows, keys, hashes or requests.
 */

/** What a version needs beside its row. */
export type Part = 'artifact' | 'image';

export interface OracleVersion {
  readonly state: VersionState;
  readonly registrant: string;
  readonly label?: string;
  /** What of it is gone; nothing when all is there. */
  readonly lost?: readonly Part[];
}

export interface OracleModel {
  /** Version 1 is the first. */
  readonly versions: readonly OracleVersion[];
  readonly production?: number;
  readonly history: readonly number[];
  readonly holds: readonly { readonly revision: number; readonly release: string; readonly as: string }[];
  /** How often it changed. */
  readonly changes: number;
}

export const NOTHING: OracleModel = { versions: [], history: [], holds: [], changes: 0 };

/** What somebody asks. */
export interface Operation {
  readonly verb: 'register' | 'approve' | 'reject' | 'revoke' | 'emergency-revoke' | 'promote' | 'rollback' | 'retire' | 'hold' | 'unhold';
  readonly who: string;
  readonly revision: number;
  readonly label?: string;
  readonly parent?: number;
  /** The approver saw another artifact than the version has. */
  readonly sawAnother?: boolean;
  /** In an emergency: nothing takes its place. */
  readonly leaveEmpty?: boolean;
  readonly release: string;
  readonly as: 'shadow' | 'rollout';
  /** What the caller says the model's rev is. */
  readonly expectedRev?: number;
}

export interface Expected {
  readonly code: ProblemCode | 'OK';
  readonly after: OracleModel;
}

const KEPT = 3;

export function expected(model: OracleModel, operation: Operation): Expected {
  const refused = (code: ProblemCode): Expected => ({ code, after: model });
  if (operation.expectedRev !== undefined && operation.expectedRev !== model.changes) {
    return refused('STALE_REV');
  }
  const after = operation.verb === 'register' ? registered(model, operation)
    : operation.verb === 'rollback' ? rolledBack(model) : decided(model, operation);
  return typeof after === 'string' ? refused(after) : { code: 'OK', after: { ...after, changes: model.changes + 1 } };
}

function registered(model: OracleModel, { who, label, parent }: Operation): OracleModel | ProblemCode {
  if (parent !== undefined && parent > model.versions.length) {
    return 'NOT_FOUND';
  }
  if (label !== undefined && model.versions.some((version) => version.label === label)) {
    return 'CONFLICT';
  }
  return { ...model, versions: [...model.versions, { state: 'Pending', registrant: who, label }] };
}

function rolledBack(model: OracleModel): OracleModel | ProblemCode {
  const [target, ...older] = model.history;
  if (model.production === undefined || target === undefined || !mayServe(model, target)) {
    return 'REFUSED';
  }
  return { ...model, production: target, history: [model.production, ...older] };
}

function decided(model: OracleModel, operation: Operation): OracleModel | ProblemCode {
  const { revision, verb, who, release, as } = operation;
  if (revision < 1 || revision > model.versions.length) {
    return 'NOT_FOUND';
  }
  const { state, registrant, lost } = model.versions[revision - 1];
  const become = (next: VersionState): OracleModel => ({
    ...model, versions: model.versions.map((version, place) => place === revision - 1 ? { ...version, state: next } : version),
  });
  const inProduction = model.production === revision;
  const held = model.holds.some((hold) => hold.revision === revision);
  switch (verb) {
    case 'approve':
      return registrant === who ? 'FOUR_EYES' : operation.sawAnother === true || state !== 'Pending' || lost?.includes('image') === true ? 'REFUSED' : become('Approved');
    case 'reject':
      return state === 'Pending' ? become('Rejected') : 'REFUSED';
    case 'revoke':
      return state === 'Approved' && !inProduction && !held ? become('Revoked') : 'REFUSED';
    case 'emergency-revoke': {
      const free = { ...become('Revoked'), holds: model.holds.filter((hold) => hold.revision !== revision) };
      return state === 'Approved' ? inProduction ? replaced(free, operation) : free : 'REFUSED';
    }
    case 'retire':
      return state === 'Retired' || inProduction || held || model.history.includes(revision) ? 'REFUSED' : become('Retired');
    case 'promote':
      return inProduction ? 'CONFLICT' : mayServe(model, revision) ? promoted(model, revision) : 'REFUSED';
    case 'hold':
      return model.holds.some((hold) => hold.release !== release || (hold.revision === revision && hold.as === as)) ? 'CONFLICT'
        : state === 'Approved' ? { ...model, holds: [...model.holds, { revision, release, as }] } : 'REFUSED';
    case 'unhold': {
      const holds = model.holds.filter((hold) => !(hold.revision === revision && hold.release === release));
      return holds.length < model.holds.length ? { ...model, holds } : 'CONFLICT';
    }
    default:
      throw new Error(`no rule for ${verb}`);
  }
}

/** Nobody may be told that a version is in production which cannot be had. */
function mayServe({ versions }: OracleModel, revision: number): boolean {
  const { state, lost } = versions[revision - 1];
  return state === 'Approved' && lost === undefined;
}

/** What follows a version that was revoked while it served: the newest one before it that is approved, and it must be there. */
function replaced(model: OracleModel, { leaveEmpty }: Operation): OracleModel | ProblemCode {
  const next = model.history.find((revision) => model.versions[revision - 1].state === 'Approved');
  if (leaveEmpty === true) {
    return promoted(model);
  }
  return next === undefined || !mayServe(model, next) ? 'REFUSED' : promoted(model, next);
}

function promoted(model: OracleModel, revision?: number): OracleModel {
  const before = model.production === undefined ? [] : [model.production];
  const history = [...before, ...model.history.filter((each) => each !== revision)].slice(0, KEPT);
  const { production: _before, ...others } = model;
  return { ...others, ...(revision === undefined ? {} : { production: revision }), history };
}
