import { createHash } from 'node:crypto';
import { bodies, Wishes } from './bodies';
import { releaseTag, tagForRelease } from './images';
import { Actor, Asked, Change, Command } from './model-state';
import { BEFORE_REGISTERING, BEFORE_SERVING, BEFORE_STANDING_IN, checkPresence, WaysOut } from './presence';
import { Address } from './registry-request';
import { RegistryWorld } from './registry-world';
import { Transition } from './transact';

/** A request that writes, after its path, caller and key were judged. */
export interface WriteRequest extends Address {
  readonly actor: Actor;
  readonly requestKey: string;
  readonly requestId: string;
  readonly body: unknown;
}

/** What is particular to a verb. */
interface Particulars {
  readonly wishes: Wishes;
  readonly parent?: number;
  readonly former?: Transition['former'];
  command(asked: Asked): Command;
  prepare?(change: Change): Promise<void>;
}

/** What a request wants done. Throws `NotDone` with all problems of its body. */
export function transitionOf(request: WriteRequest, world: RegistryWorld): Transition {
  const { tenant, model, revision, actor, requestKey, requestId } = request;
  const { wishes: { expectedRev, changeTicket }, command, parent, former = 'none', prepare } = particularsOf(request, world);
  const { environment } = world.settings;
  return {
    tenant,
    model,
    requestKey,
    revisions: [...(revision === 0 ? [] : [revision]), ...(parent === undefined ? [] : [parent])],
    former,
    bodyHash: bodyHashOf(request),
    command: (at, durationMs) => command({
      tenant,
      model,
      actor,
      at,
      environment,
      requestId,
      durationMs,
      ...(changeTicket === undefined ? {} : { changeTicket }),
      ...(expectedRev === undefined ? {} : { expectedRev }),
    }),
    prepare: async (change) => prepare?.(change),
  };
}

function particularsOf({ route, tenant, model, revision, body }: WriteRequest, world: RegistryWorld): Particulars {
  const { verb } = route;
  switch (verb) {
    case 'register':
      return register(body, model, world);
    case 'approve':
      return approve(body, tenant, model, revision, world);
    case 'hold': {
      const { release, as, ...wishes } = bodies.hold(body);
      return { wishes, command: (asked) => ({ ...asked, verb, revision, release, as }) };
    }
    case 'unhold': {
      const { release, ...wishes } = bodies.unhold(body);
      return { wishes, command: (asked) => ({ ...asked, verb, revision, release }) };
    }
    case 'emergency-revoke': {
      const { leaveEmpty, ...wishes } = bodies.emergency(body);
      return { wishes, former: 'all', command: (asked) => ({ ...asked, verb, revision, leaveEmpty }), ...serves(world, BEFORE_STANDING_IN) };
    }
    case 'rollback':
      return { wishes: bodies.plain(body), former: 'newest', command: (asked) => ({ ...asked, verb }), ...serves(world) };
    case 'promote':
      return { wishes: bodies.plain(body), command: (asked) => ({ ...asked, verb, revision }), ...serves(world) };
    case 'reject':
    case 'revoke':
    case 'retire':
      return { wishes: bodies.plain(body), command: (asked) => ({ ...asked, verb, revision }) };
    default:
      throw new Error(`${verb} writes nothing`);
  }
}

function register(body: unknown, model: string, world: RegistryWorld): Particulars {
  const { expectedRev, changeTicket, ...registration } = bodies.register(body, model, world.settings);
  const parent = registration.lineage?.parent;
  return {
    wishes: { expectedRev, changeTicket },
    command: (asked) => ({ ...asked, verb: 'register', registration }),
    ...(parent === undefined ? {} : { parent }),
    prepare: async () => checkPresence(registration, BEFORE_REGISTERING, world),
  };
}

function approve(body: unknown, tenant: string, model: string, revision: number, world: RegistryWorld): Particulars {
  const { image, artifactSha256, ...wishes } = bodies.approve(body);
  const minimums = world.settings.approvalMinimums.get(model);
  return {
    wishes,
    command: (asked) => ({
      ...asked, verb: 'approve', revision, image, artifactSha256, ...(minimums === undefined ? {} : { minimums }),
    }),
    prepare: async () => tagForRelease(image, releaseTag(tenant, model, revision), world),
  };
}

/** Of a verb that puts a version into production: that what was approved is still there, or the next instance would not start. */
function serves(world: RegistryWorld, waysOut: WaysOut = BEFORE_SERVING): Pick<Particulars, 'prepare'> {
  return {
    prepare: async ({ relied }) => {
      if (relied !== undefined) {
        await checkPresence(relied, waysOut, world);
      }
    },
  };
}

/** The same for the same request of the same person, in whatever order its fields stand. */
function bodyHashOf({ route, tenant, model, revision, body, actor }: WriteRequest): string {
  const said = [route.verb, tenant, model, revision, actor.person, body];
  const text = JSON.stringify(said, (_key, value: unknown) => ordered(value));
  return createHash('sha256').update(text).digest('hex');
}

function ordered(value: unknown): unknown {
  return typeof value !== 'object' || value === null || Array.isArray(value) ? value
    : Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)));
}
