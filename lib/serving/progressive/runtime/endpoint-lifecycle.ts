import * as z from 'zod';
import { LifecycleProperties, ServingProfile } from './contract';
import { Fleet, FleetLook, isBusy } from './fleet';
import { Lease } from './lease';
import { Profile } from './profile';
import { pruneMade } from './prune-made';
import { DEPLOYMENT } from './record';
import { isLive, Serving } from './release-state';
import { ReleaseStore } from './release-store';
import { LifecycleWorld } from './release-world';
import { tell } from './teller';
import { transact } from './transact';
import { auditLine, AuditRecordInput } from '../../../audit/audit-record';
import { Answer } from '../../../core/runtime/answer';
import { CloudFormationRequest, parsed } from '../../../core/runtime/cloudformation-request';
import { isPassing } from '../../../registry/runtime/failures';

const Properties: z.ZodType<LifecycleProperties> = z.object({
  EndpointName: z.string().min(1), Profile: z.string().min(1), OnDelete: z.enum(['refuse', 'delete']),
});

const PAUSE_MS = 10_000;

/** Stores how an endpoint runs, takes over one that is there, and says whether it may go. */
export async function endpointLifecycle(
  request: CloudFormationRequest, outOfTime: AbortSignal, world: LifecycleWorld,
): Promise<Answer> {
  const properties = parsed(Properties, request.ResourceProperties, 'the endpoint');
  const started = world.now();
  try {
    const answer = request.RequestType === 'Delete' ? await remove(properties, request, outOfTime, world)
      : await store(properties, request, world);
    record(request, properties, answer, started, world);
    return answer;
  } catch (error) {
    record(request, properties, { status: 'FAILED', reason: error instanceof Error ? error.name : 'unknown' }, started, world);
    throw error;
  }
}

async function store(
  { EndpointName: endpoint, Profile: text }: LifecycleProperties, request: CloudFormationRequest, world: LifecycleWorld,
): Promise<Answer> {
  const profile = profileIn(text);
  const { EndpointName: former } = request.OldResourceProperties;
  if (profile.endpointName !== endpoint || (request.RequestType === 'Update' && former !== undefined && former !== endpoint)) {
    return failed(`An endpoint keeps its name for life, and this one was ${String(former ?? profile.endpointName)}: make another endpoint.`);
  }
  const found = request.RequestType === 'Create' ? await adoption(endpoint, world) : undefined;
  if (found?.problem !== undefined) {
    return failed(`${found.problem} ${world.settings.runbook}`);
  }
  await new ReleaseStore(world).storeProfile(endpoint, profile);
  if (found !== undefined) {
    await adopt(endpoint, found.stable, request, world);
  }
  return { status: 'SUCCESS', reason: 'The profile takes effect at the next release.' };
}

function profileIn(text: string): ServingProfile {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    value = undefined;
  }
  return parsed(Profile, value, 'the serving profile');
}

interface Found {
  readonly stable?: Serving;
  readonly problem?: string;
}

/** What an endpoint of that name serves, if there is one. Going back to it is possible, though nobody knows its version. */
async function adoption(endpoint: string, world: LifecycleWorld): Promise<Found> {
  const look = new FleetLook(world);
  const described = await look.endpoint(endpoint);
  if (described === undefined) {
    return {};
  }
  const { status = 'without a status', configName = '', variants } = described;
  if (status !== 'InService') {
    return { problem: `Endpoint ${endpoint} is ${status}; deploy again when it is InService.` };
  }
  const config = await look.config(configName);
  const [{ name: variant = '', modelName = undefined, instanceType = undefined } = {}, ...others] = config?.variants ?? [];
  const instanceCount = variants[0]?.desiredInstances;
  if (others.length > 0 || modelName === undefined || instanceType === undefined || instanceCount === undefined) {
    return { problem: `Endpoint ${endpoint} has not exactly one variant on instances, so nobody can say what a release would go back to.` };
  }
  return { stable: { modelName, configName, variant, instanceCount, instanceType } };
}

/** What an earlier life of the resource knew of the same endpoint stays: it knows the version too. */
async function adopt(
  endpoint: string, stable: Serving | undefined, { RequestId: requestId }: CloudFormationRequest, world: LifecycleWorld,
): Promise<void> {
  const { head } = await transact({
    endpoint,
    requestId,
    started: world.now(),
    event: ({ head: { stable: known, rev } }) => rev > 0 && known?.configName === stable?.configName ? undefined
      : { kind: 'adopt', ...(stable === undefined ? {} : { stable }), at: world.now(), actor: DEPLOYMENT },
  }, world);
  await tell(endpoint, head, world);
}

async function remove(
  { EndpointName: endpoint, OnDelete }: LifecycleProperties, { RequestId, StackId }: CloudFormationRequest,
  outOfTime: AbortSignal, world: LifecycleWorld,
): Promise<Answer> {
  const stored = new ReleaseStore(world);
  const { head: { release, stable }, profile } = await stored.load(endpoint);
  if (profile === undefined) {
    return { status: 'SUCCESS', reason: 'It was never stored, or is deleted already.' }; // a creation that failed is taken back
  }
  if (isLive(release)) {
    return failed(`Release ${release.releaseId} of endpoint ${endpoint} is under way: abort it, or wait for its end.`);
  }
  const look = new FleetLook(world);
  if (await look.endpoint(endpoint) !== undefined) {
    // a creation that fails after the adoption is taken back by a deletion, and callers may not lose an endpoint by that
    if (release === undefined && stable !== undefined && stable.revision === undefined) {
      await stored.retireProfile(endpoint);
      return { status: 'SUCCESS', reason: 'The endpoint was there before, and no release has touched it: it stays.' };
    }
    if (OnDelete === 'refuse') {
      return failed(`Endpoint ${endpoint} still exists, and its callers need it: delete it first, or say that it goes with the resource.`);
    }
    const lease = await Lease.take(endpoint, RequestId, world);
    try {
      if (!await deleteEndpoint(endpoint, new Fleet(world, () => lease.prove()), outOfTime, world)) {
        // what is known of it stays known: the next try has to find it
        return failed(`Endpoint ${endpoint} is still there: SageMaker has it locked, or takes long. Delete again when it is InService or gone.`);
      }
    } finally {
      await lease.release();
    }
  }
  await removeMade(endpoint, { RequestId, StackId }, outOfTime, world);
  await stored.retireProfile(endpoint);
  return { status: 'SUCCESS', reason: 'The endpoint is gone; its history stays.' };
}

/** Waits until it is gone: role, key and network of the endpoint may go only then. Says whether it is. */
async function deleteEndpoint(endpoint: string, fleet: Fleet, outOfTime: AbortSignal, world: LifecycleWorld): Promise<boolean> {
  for (;;) {
    const described = await fleet.endpoint(endpoint);
    if (described === undefined || outOfTime.aborted) {
      return described === undefined;
    }
    if (described.status !== 'Deleting') {
      try {
        await fleet.remove(endpoint);
      } catch (error) {
        if (!isBusy(error) && !isPassing(error)) {
          throw error;
        }
      }
    }
    await world.sleep(PAUSE_MS);
  }
}

/**
 * With the endpoint goes what its releases made. First it is written down that nothing serves, so that at no moment something is
 * known as healthy that is gone. If that cannot be, or a deletion fails, things stay, which costs nothing but names.
 */
async function removeMade(
  endpoint: string, { RequestId: requestId, StackId }: Pick<CloudFormationRequest, 'RequestId' | 'StackId'>, outOfTime: AbortSignal,
  world: LifecycleWorld,
): Promise<void> {
  const { head, kind } = await transact({
    endpoint,
    requestId,
    started: world.now(),
    event: ({ head: { stable } }) => (stable === undefined ? undefined : { kind: 'adopt', at: world.now(), actor: DEPLOYMENT }),
  }, world);
  if (kind === 'refused') {
    world.log.warn('what releases made stays: the last one has not come to rest', { endpoint, release: head.release?.releaseId });
    return;
  }
  await tell(endpoint, head, world);
  await pruneMade({
    endpoint,
    isNeeded: () => false,
    unrest: (described) => (described === undefined ? undefined : 'is still there'),
    actor: DEPLOYMENT,
    requestId,
    details: { stack: stackNameOf(StackId) },
    at: world.now,
    outOfTime: () => outOfTime.aborted,
  }, world);
}

function stackNameOf(stackId: string): string {
  return stackId.split('/')[1] ?? stackId;
}

function failed(reason: string): Answer {
  return { status: 'FAILED', reason };
}

/** In the log; the chain of the endpoint has only what releases and adoption change. */
function record(
  { RequestType, RequestId, StackId }: CloudFormationRequest, { EndpointName }: LifecycleProperties, { status, reason }: Answer,
  started: number, world: LifecycleWorld,
): void {
  const now = world.now();
  const entry: AuditRecordInput = {
    timestamp: new Date(now).toISOString(),
    actor: DEPLOYMENT.arn,
    environment: world.settings.environment,
    action: RequestType === 'Delete' ? 'endpoint.delete' : 'endpoint.profile.store',
    resourceType: 'AWS::SageMaker::Endpoint',
    resourceName: EndpointName,
    outcome: status === 'SUCCESS' ? 'SUCCEEDED' : 'FAILED',
    reason,
    durationMs: Math.max(0, Math.round(now - started)),
    requestId: RequestId,
    details: { stack: stackNameOf(StackId) },
  };
  world.write(auditLine(entry));
}
