import { begin } from './begin-release';
import { closeRelease, endedSteps, hasNotEnded } from './close-release';
import { ClerkTask, RecoverTask, Step } from './contract';
import { Request, STATE_MACHINE } from './record';
import { ReleaseEvent } from './release-event';
import { Head } from './release-state';
import { ClerkWorld } from './release-world';
import { nothing, stepTo } from './steps';
import { releaseInInput } from './tasks';
import { tell } from './teller';
import { forRelease, transact } from './transact';

/** Begins, ends and recovers releases: everything beside the endpoint itself. Each task may come again and does nothing twice. */
export async function releaseClerk(task: ClerkTask | RecoverTask, requestId: string, world: ClerkWorld): Promise<Step> {
  const request = { requestId, started: world.now() };
  switch (task.do) {
    case 'begin':
      return begin(task, request, world);
    case 'close':
      return closeRelease(task, request, world);
    case 'halt':
      return haltRelease(task, request, world);
    case 'recover':
      return recover(task, request, world);
  }
}

/** Where nothing else is left. A release that has ended already is told of here if its own end could not be. */
async function haltRelease({ endpoint, releaseId, at }: ClerkTask, request: Request, world: ClerkWorld): Promise<Step> {
  const event: ReleaseEvent = {
    kind: 'halt', reason: 'the release could neither go on nor go back by itself', at: Date.parse(at), actor: STATE_MACHINE,
  };
  const head = await changed({ endpoint, releaseId }, event, request, world);
  return head.release?.releaseId === releaseId ? endedSteps(head.release, head, world, true) : nothing(endpoint, releaseId);
}

/** An execution ended without its last state. What it left goes back, and another execution sees to that. */
async function recover({ input, status, at }: RecoverTask, request: Request, world: ClerkWorld): Promise<Step> {
  const named = releaseInInput(input);
  if (named === undefined) {
    world.log.error('an execution ended that was about no release', { status, runbook: world.settings.runbook });
    return nothing('unknown', 'unknown');
  }
  const { release, ...head } = await changed(named, { kind: 'recover', status, at: Date.parse(at), actor: STATE_MACHINE }, request, world);
  if (release?.releaseId !== named.releaseId) {
    return nothing(named.endpoint, named.releaseId);
  }
  if (release.outcome === undefined) {
    await tell(named.endpoint, { ...head, release }, world);
    return stepTo('RESTORE', release);
  }
  // halted just now for too many recoveries: people have to know. Ended before: they do.
  return release.endedAt === Date.parse(at) ? endedSteps(release, { ...head, release }, world) : stepTo('NOTHING', release);
}

async function changed(
  { endpoint, releaseId }: { endpoint: string; releaseId: string }, event: ReleaseEvent, request: Request, world: ClerkWorld,
): Promise<Head> {
  return (await transact({ ...request, endpoint, event: forRelease(releaseId, event, hasNotEnded) }, world)).head;
}
