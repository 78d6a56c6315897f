import { ERROR_BUSY, RestoreRequest, SHORTEST_WAIT_SECONDS, Step, WriterTask } from './contract';
import { Converger, Errand } from './converger';
import { WriterBusy } from './lease';
import { ALARMS, STATE_MACHINE, SWITCH } from './record';
import { Actor, canLatch, Head, isLive, LatchCause, Release } from './release-state';
import { ReleaseStore } from './release-store';
import { WriterWorld } from './release-world';
import { nothing, stepTo } from './steps';
import { readStop, stopState } from './stop-switch';
import { WriterCall } from './tasks';
import { tell } from './teller';
import { forRelease, transact } from './transact';

/** How long an invocation stays with a phase, how often it looks, and when the state machine comes again. */
const PACE = {
  install: { patienceMs: 5_000, pauseMs: 2_000, waitSeconds: 30 },
  shift: { patienceMs: 20_000, pauseMs: 3_000, waitSeconds: SHORTEST_WAIT_SECONDS },
  finish: { patienceMs: 5_000, pauseMs: 2_000, waitSeconds: 30 },
  restore: { patienceMs: 40_000, pauseMs: 2_000, waitSeconds: SHORTEST_WAIT_SECONDS },
  tidy: { patienceMs: 5_000, pauseMs: 2_000, waitSeconds: 30 },
} as const;

interface Request {
  readonly requestId: string;
  readonly started: number;
}

/** All changes of endpoints pass here, one at a time for each endpoint. */
export async function releaseWriter(call: WriterCall, requestId: string, world: WriterWorld): Promise<Step | undefined> {
  const request = { requestId, started: world.now() };
  switch (call.do) {
    case 'alarm':
      return onAlarm(call, request, world);
    case 'stop':
      return onStop(request, world);
    case 'restore-now':
      return onAbort(call, request, world);
    default:
      return onTask(call, request, world);
  }
}

async function onTask(task: WriterTask, request: Request, world: WriterWorld): Promise<Step> {
  const { endpoint, releaseId } = task;
  // what passed since the state was entered is a length of time, which a wrong clock measures as well as a right one
  const at = () => Date.parse(task.at) + world.now() - request.started;
  if (task.do === 'restore') {
    const reason = 'a step failed; the execution has its error';
    await latched({ endpoint, releaseId, cause: 'step', reason, at: at(), actor: STATE_MACHINE }, request, world);
  }
  const { patienceMs, pauseMs } = PACE[task.do];
  const head = await converged({ ...request, endpoint, releaseId, acts: [task.do], patienceMs, pauseMs, at }, world);
  await tell(endpoint, head, world);
  const { release } = head;
  if (release?.releaseId !== releaseId) {
    return nothing(endpoint, releaseId);
  }
  const next = nextOf(release, task.do);
  return stepTo(next, release, next === 'BAKE' ? release.profile.plan.tickSeconds : PACE[task.do].waitSeconds);
}

/** On the way back another writer, which an alarm called, goes the same way: that is no reason to try less often. */
async function converged(errand: Errand, world: WriterWorld): Promise<Head> {
  try {
    return await new Converger(errand, world).run();
  } catch (error) {
    if (!(error instanceof WriterBusy) || !errand.acts.includes('restore')) {
      throw error;
    }
    return new ReleaseStore(world).head(errand.endpoint);
  }
}

/** From the state alone, so that a step whose answer was lost gets the same one. */
function nextOf({ outcome, latch, wanted, confirmedAt }: Release, task: WriterTask['do']): Step['next'] {
  if (outcome !== undefined) {
    return 'CLOSE';
  }
  const confirmed = confirmedAt !== undefined;
  if (latch !== undefined) {
    const tidying = wanted?.act === 'tidy';
    return task === 'restore' ? tidying ? 'TIDY' : 'WAIT' : task === 'tidy' && tidying ? confirmed ? 'CLOSE' : 'WAIT' : 'RESTORE';
  }
  switch (wanted?.act) {
    case 'shift':
      return task !== 'shift' ? 'STAGE' : confirmed ? 'BAKE' : 'WAIT';
    case 'finish':
      return task !== 'finish' ? 'FINISH' : confirmed ? 'CLOSE' : 'WAIT';
    default:
      return 'WAIT';
  }
}

/** An event is a hint: what it is about, and whether it still matters, is read. */
async function onAlarm(
  { alarmName, state, at: time }: Extract<WriterCall, { do: 'alarm' }>, request: Request, world: WriterWorld,
): Promise<undefined> {
  if (state !== 'ALARM') {
    return undefined;
  }
  const raisedAt = Date.parse(time);
  const concerns = (release: Release) => canLatch(release) && release.kind === 'release' && release.wanted !== undefined
    && release.startedAt <= raisedAt && release.profile.plan.alarms.includes(alarmName);
  return takeBack(concerns, { cause: 'alarm', reason: `alarm ${alarmName} is in ALARM`, actor: ALARMS }, request, world);
}

async function onStop(request: Request, world: WriterWorld): Promise<undefined> {
  if (stopState(await readStop(world)) !== 'on') {
    return undefined;
  }
  const concerns = (release: Release) => isLive(release) && canLatch(release) && release.kind === 'release';
  return takeBack(concerns, { cause: 'stop', reason: 'the emergency stop is on', actor: SWITCH }, request, world);
}

/** Latches all first, which is quick and needs no lease; then gives each its traffic back. */
async function takeBack(
  concerns: (release: Release) => boolean, latch: Pick<ToLatch, 'cause' | 'reason' | 'actor'>, request: Request, world: WriterWorld,
): Promise<undefined> {
  // those that an earlier try latched and that have not come back go on too
  const onTheWay = ({ latch: there, restoredAt }: Release) =>
    there?.cause === latch.cause && there.reason === latch.reason && restoredAt === undefined;
  const concerned = [...await new ReleaseStore(world).heads()].flatMap(([endpoint, { release }]) =>
    release !== undefined && (concerns(release) || onTheWay(release)) ? [{ endpoint, releaseId: release.releaseId }] : []);
  // one endpoint whose state cannot be written keeps no other from its traffic
  const latches = await Promise.allSettled(
    concerned.map((each) => latched({ ...each, ...latch, at: world.now() }, request, world)));
  const restores = await Promise.allSettled(concerned.map((each) => restoreSoon(each, request, world)));
  const failure = [...latches, ...restores].find((one) => one.status === 'rejected');
  if (failure !== undefined) {
    throw failure.reason;
  }
  return undefined;
}

async function onAbort({ endpoint, releaseId }: RestoreRequest, request: Request, world: WriterWorld): Promise<undefined> {
  const { release } = await new ReleaseStore(world).head(endpoint);
  if (release?.releaseId === releaseId && release.latch !== undefined) {
    await restoreSoon({ endpoint, releaseId }, request, world);
  }
  return undefined;
}

interface Named {
  readonly endpoint: string;
  readonly releaseId: string;
}

interface ToLatch extends Named {
  readonly cause: LatchCause;
  readonly reason: string;
  readonly at: number;
  readonly actor: Actor;
}

/** A step that failed takes back what is live; only an alarm takes from a halted release what it has. */
async function latched({ endpoint, releaseId, ...latch }: ToLatch, request: Request, world: WriterWorld): Promise<void> {
  const fits = (release: Release) => canLatch(release) && (latch.cause !== 'step' || isLive(release));
  await transact({ ...request, endpoint, event: forRelease(releaseId, { kind: 'latch', ...latch }, fits) }, world);
}

function isOnItsWay({ latch, restoredAt, outcome }: Release): boolean {
  return latch !== undefined && restoredAt === undefined && outcome === undefined;
}

/** Waits for the lease: whoever has it sees the latch too. Throws if stable is not back in time, so that Lambda calls again. */
async function restoreSoon({ endpoint, releaseId }: Named, request: Request, world: WriterWorld): Promise<void> {
  const { patienceMs, pauseMs } = PACE.restore;
  const errand: Errand = { ...request, endpoint, releaseId, acts: ['restore'], patienceMs, pauseMs, at: world.now };
  for (;;) {
    try {
      const head = await new Converger(errand, world).run();
      await tell(endpoint, head, world);
      if (head.release?.releaseId === releaseId && isOnItsWay(head.release)) {
        throw Object.assign(new Error(`release ${releaseId} is not back yet`), { name: ERROR_BUSY });
      }
      return;
    } catch (error) {
      if (!(error instanceof WriterBusy) || world.now() - request.started >= patienceMs) {
        throw error;
      }
      await world.sleep(pauseMs);
    }
  }
}
