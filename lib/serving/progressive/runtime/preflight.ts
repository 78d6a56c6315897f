import { readAlarms } from './alarms';
import { ServingProfile } from './contract';
import { DescribedEndpoint } from './converge';
import { FleetLook } from './fleet';
import { refusal } from './refusal';
import { notReleasable, RegisteredVersion, ReleaseRegistry } from './release-registry';
import { AlarmDefinitions, Refusal, Release } from './release-state';
import { BaseWorld, ClerkWorld, MetricsWorld, RegistryWorld, StopWorld } from './release-world';
import { readStop, stopState } from './stop-switch';

/** What has to be so before a release may go forward. Each says why not, or nothing. */

/** Off, and nothing else, lets a release begin. */
export async function stopRefusal(world: BaseWorld & StopWorld): Promise<Refusal | undefined> {
  switch (stopState(await readStop(world))) {
    case 'off':
      return undefined;
    case 'on':
      return refusal('STOPPED', 'the emergency stop is on; two people look at why, and the second clears it');
    case 'unreadable':
      return refusal('STOPPED', 'the emergency stop cannot be read, and nothing begins unless it is known to be off; try again');
  }
}

/** The rollback alarms before anything is released: none is raised, and each is defined in some way. */
export interface Baseline { readonly definitions?: AlarmDefinitions }

/** An alarm that is in ALARM now would take the blame off the candidate, or put it there. */
export async function baseline(
  { plan: { alarms } }: ServingProfile, world: BaseWorld & MetricsWorld,
): Promise<Baseline | Refusal> {
  const readings = await readAlarms(alarms, world);
  if (readings === 'unreadable') {
    return refusal('BASELINE_UNHEALTHY', 'the rollback alarms cannot be read; try again');
  }
  const missing = alarms.filter((name) => !Object.hasOwn(readings.states, name));
  const raised = alarms.filter((name) => readings.states[name] === 'ALARM');
  if (missing.length > 0) {
    return refusal('BASELINE_UNHEALTHY', `there is no rollback alarm ${missing.join(', ')}; deploy the stack that makes it`);
  }
  return raised.length === 0 ? { definitions: readings.definitions }
    : refusal('BASELINE_UNHEALTHY', `the baseline is unhealthy: ${raised.join(', ')} in ALARM before anything was released; mend that first`);
}

/** A version that may be released, or why it may not; `busy`: nobody can tell. */
export async function approvedVersion(
  profile: ServingProfile, revision: number, world: RegistryWorld,
): Promise<RegisteredVersion | Refusal> {
  const answer = await new ReleaseRegistry(profile, world).version(revision);
  if (!answer.ok) {
    return answer.code === 'NOT_FOUND' ? refusal('NOT_APPROVED', `the registry has no version ${revision} of ${profile.model}`)
      : refusal('BUSY', 'the registry could not be asked; send the same request again');
  }
  const why = notReleasable(answer.view);
  return why === undefined ? answer.view : refusal('NOT_APPROVED', `${why}; approve it first`);
}

/** Whether the endpoint is as the release takes it to be, and what it would go back to is there. */
export async function endpointRefusal(release: Release, world: ClerkWorld): Promise<Refusal | undefined> {
  const { previous, leftovers, profile: { endpointName } } = release;
  const look = new FleetLook(world);
  const described = await look.endpoint(endpointName);
  if (previous === undefined) {
    return described === undefined || leftovers.includes(described.configName ?? '') ? undefined
      : refusal('CONFLICT', `there is an endpoint ${endpointName} that no release made, and that was not there to be adopted when its construct was first `
        + 'deployed; delete it, and the release makes its own');
  }
  if (described === undefined) {
    return refusal('BASELINE_UNHEALTHY', `the endpoint is gone, which served ${previous.configName}`);
  }
  const problem = unfit(described, [previous.configName, ...leftovers]);
  if (problem !== undefined) {
    return refusal('BASELINE_UNHEALTHY', problem);
  }
  return await look.config(previous.configName) === undefined
    ? refusal('BASELINE_UNHEALTHY', `configuration ${previous.configName}, which the release would go back to, is gone`) : undefined;
}

/** A busy endpoint is no problem: the writer waits for it. */
function unfit({ status = 'without a status', configName = 'none' }: DescribedEndpoint, known: readonly string[]): string | undefined {
  if (['Failed', 'OutOfService', 'Deleting', 'UpdateRollbackFailed'].includes(status)) {
    return `the endpoint is ${status}`;
  }
  return known.includes(configName) ? undefined : `the endpoint serves configuration ${configName}, which no release set`;
}
