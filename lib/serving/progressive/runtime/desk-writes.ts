import { createHash } from 'node:crypto';
import { InvokeCommand } from '@aws-sdk/client-lambda';
import * as z from 'zod';
import { DeskVerb, EndpointReleaseView, RestoreRequest } from './contract';
import { Executions } from './executions';
import { bodyOf, GatewayEvent, Refused } from './http';
import { approvedVersion, baseline, stopRefusal } from './preflight';
import { notToAbort } from './reduce-end';
import { refusal } from './refusal';
import { ReleaseEvent } from './release-event';
import { RegisteredVersion, ReleaseRegistry } from './release-registry';
import { Actor, canLatch, Head, isLive, isStrandedOnItsWay, Refusal, Release } from './release-state';
import { Loaded, ReleaseStore } from './release-store';
import { DeskWorld } from './release-world';
import { retried } from './retried';
import { readStop, stopState } from './stop-switch';
import { tell } from './teller';
import { transact } from './transact';
import { endpointView } from './views';
import { revision as revisionRule } from '../../../core/name-rules';
import * as rules from '../../../registry/runtime/rules';

const { ruled, strict } = rules;
const changeTicket = ruled<string>(rules.changeTicket).optional();
const revision = ruled<number>(revisionRule);

const StartBody = strict({ revision, changeTicket });
const RollbackBody = strict({ changeTicket });
const AbortBody = strict({
  releaseId: ruled<string>((value) => typeof value === 'string' && /^[A-Za-z0-9-]{1,63}\.\d{1,9}$/.test(value) ? undefined
    : 'must be the id of the release that is meant; `status` shows it'),
});
const AllowBody = strict({ revision });

/** A request that writes, after its path, caller and key were judged. */
export interface DeskRequest {
  readonly verb: DeskVerb;
  readonly endpoint: string;
  readonly actor: Actor;
  readonly key: string;
  readonly event: GatewayEvent;
  readonly requestId: string;
  readonly started: number;
}

export interface Written {
  readonly view: EndpointReleaseView;
  /** It was done before: this is the answer of then. */
  readonly replayed: boolean;
}

type Body = z.infer<typeof StartBody> | z.infer<typeof RollbackBody> | z.infer<typeof AbortBody> | z.infer<typeof AllowBody>;
/** What the state then makes of the request. */
type Decide = (loaded: Loaded) => ReleaseEvent | Refusal | undefined;

/** Does what a person asks, once: the request key is written with the change. What follows is done again on asking again. */
export async function deskWrites(request: DeskRequest, world: DeskWorld): Promise<Written> {
  const { endpoint, requestId, started, key, actor, verb } = request;
  const body = bodyFor(verb, request.event);
  const bodyHash = createHash('sha256').update(JSON.stringify([verb, endpoint, actor.person, Object.entries(body).sort()])).digest('hex');
  const { profile, done, head: seen } = await new ReleaseStore(world).load(endpoint, key);
  if (done === undefined && profile === undefined) {
    throw new Refused('NOT_FOUND', `no endpoint ${endpoint} is deployed here`);
  }
  const decide = done === undefined ? await decisionOf(request, body, { head: seen, profile }, world) : () => undefined;
  const stop = stopState(await readStop(world));
  const transacted = await transact({
    endpoint, requestId, started, key, event: decide, done: (head) => ({ bodyHash, answer: endpointView(endpoint, head, stop) }),
  }, world);
  const { head } = transacted;
  if (transacted.kind === 'refused') {
    throw Refused.because(transacted.refusal);
  }
  if (transacted.kind === 'replayed' && transacted.done.bodyHash !== bodyHash) {
    throw new Refused('REQUEST_KEY_REUSED', 'this request key was used for another request; use a new key for each new request');
  }
  await follow(verb, endpoint, head, world);
  await tell(endpoint, head, world);
  return transacted.kind === 'replayed' ? { view: transacted.done.answer, replayed: true }
    : { view: endpointView(endpoint, head, stop), replayed: false };
}

function bodyFor(verb: DeskVerb, event: GatewayEvent): Body {
  switch (verb) {
    case 'start':
      return bodyOf(event, StartBody);
    case 'rollback':
      return bodyOf(event, RollbackBody);
    case 'abort':
      return bodyOf(event, AbortBody);
    case 'allow':
      return bodyOf(event, AllowBody);
    default:
      throw new Error(`${verb} writes nothing`);
  }
}

/** Looks at everything outside the tables first; what is inside decides in the transaction. */
async function decisionOf({ verb, actor }: DeskRequest, body: Body, loaded: Loaded, world: DeskWorld): Promise<Decide> {
  const { head, profile } = loaded;
  const at = world.now();
  if ('releaseId' in body) {
    return ({ head: now }) => notToAbort(now, body.releaseId)
      ?? (canLatch(now.release) || isStrandedOnItsWay(now.release) ? { kind: 'latch', cause: 'abort', reason: 'aborted by hand', at, actor } : undefined);
  }
  if (verb === 'allow' && 'revision' in body) {
    return () => ({ kind: 'allow', revision: body.revision, at, actor });
  }
  if (isLive(head.release)) { // before anything else is asked: it is what a person wants to know
    return ({ head: { release } }) => isLive(release) ? underWay(release) : refusal('CONFLICT', 'a release has just ended; look again, then decide');
  }
  const ticket = 'changeTicket' in body ? body.changeTicket : undefined;
  const about = { actor, at, ...(ticket === undefined ? {} : { changeTicket: ticket }) };
  const version = 'revision' in body ? await toRelease(body.revision, profile, world) : await toGoBackTo(head, profile, world);
  return ({ profile: now }) => 'refused' in version ? version : now === undefined ? refusal('NOT_FOUND', 'the endpoint is not deployed any more') : {
    kind: 'start',
    release: verb === 'rollback' ? 'rollback' : 'release',
    revision: version.revision,
    image: version.image,
    artifact: version.artifact,
    artifactSha256: version.artifactSha256,
    profile: now,
    ...about,
  };
}

function underWay({ releaseId }: Release): Refusal {
  return refusal('CONFLICT', `release ${releaseId} is under way; wait for its end, or abort it`);
}

async function toRelease(wanted: number, profile: Loaded['profile'], world: DeskWorld): Promise<RegisteredVersion | Refusal> {
  if (profile === undefined) {
    return refusal('NOT_FOUND', 'the endpoint is not deployed');
  }
  const unfit = await stopRefusal(world) ?? await baseline(profile, world);
  return 'refused' in unfit ? unfit : approvedVersion(profile, wanted, world);
}

/** The version that was in production before the present one. */
async function toGoBackTo({ stable }: Head, profile: Loaded['profile'], world: DeskWorld): Promise<RegisteredVersion | Refusal> {
  if (profile === undefined) {
    return refusal('NOT_FOUND', 'the endpoint is not deployed');
  }
  const answer = await new ReleaseRegistry(profile, world).head();
  if (!answer.ok) {
    return answer.code === 'NOT_FOUND' ? refusal('NOTHING_TO_GO_BACK_TO', 'the registry has no version of this model')
      : refusal('BUSY', 'the registry could not be asked; send the same request again');
  }
  const [target] = answer.view.history;
  if (target === undefined || stable === undefined) {
    return refusal('NOTHING_TO_GO_BACK_TO', 'there is no version before the present one; release one');
  }
  return approvedVersion(profile, target.revision, world);
}

/** What a change asks for outside the tables. Each call may be made again without effect. */
async function follow(verb: DeskVerb, endpoint: string, { release }: Head, world: DeskWorld): Promise<void> {
  if (verb === 'allow' || release === undefined) {
    return;
  }
  if (isLive(release) && release.begunAt === undefined) { // an abort too needs somebody who closes
    await new Executions(world).begin(endpoint, release.releaseId);
  }
  if (verb === 'abort' && release.latch !== undefined && release.restoredAt === undefined) {
    const request: RestoreRequest = { do: 'restore-now', endpoint, releaseId: release.releaseId };
    const input = { FunctionName: world.writerFunction, InvocationType: 'Event' as const, Payload: Buffer.from(JSON.stringify(request)) };
    await retried(() => world.lambda.send(new InvokeCommand(input)), world);
  }
}
