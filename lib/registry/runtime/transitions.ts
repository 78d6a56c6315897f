import { createHash } from 'node:crypto';
import { checkArtifact } from './artifacts';
import { bodies, Wishes } from './bodies';
import { checkImage, releaseTag, tagForRelease } from './images';
import { Actor, Asked, Change, Command } from './model-state';
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
  command(asked: Asked): Command;
  prepare?(change: Change): Promise<void>;
}

/** What a request wants done. Throws `NotDone` with all problems of its body. */
export function transitionOf(request: WriteRequest, world: RegistryWorld): Transition {
  const { tenant, model, revision, actor, requestKey, requestId, route } = request;
  const { wishes: { expectedRev, changeTicket }, command, parent, prepare } = particularsOf(request, world);
  const { environment } = world.settings;
  return {
    tenant,
    model,
    requestKey,
    revisions: [...(revision === 0 ? [] : [revision]), ...(parent === undefined ? [] : [parent])],
    predecessor: route.verb === 'rollback',
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
    case 'rollback':
      return { wishes: bodies.plain(body), command: (asked) => ({ ...asked, verb }) };
    case 'reject':
    case 'revoke':
    case 'promote':
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
    prepare: async () => {
      await Promise.all([
        checkArtifact(registration.artifact, registration.artifactSha256, world), checkImage(registration.image, world),
      ]);
    },
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
