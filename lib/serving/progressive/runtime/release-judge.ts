import { readAlarms } from './alarms';
import { JudgeTask, Step } from './contract';
import { strayed } from './converge';
import { decide, Judgement, MINUTE_MS } from './decide';
import { FleetLook } from './fleet';
import { page } from './pager';
import { readMetrics } from './read-metrics';
import { Request, STATE_MACHINE } from './record';
import { isJudged, Judged } from './reduce-judge';
import { Head, Release } from './release-state';
import { ReleaseStore } from './release-store';
import { JudgeWorld } from './release-world';
import { nothing, stepTo } from './steps';
import { readStop, stopState } from './stop-switch';
import { tell } from './teller';
import { forRelease, transact } from './transact';

/** One tick: looks, decides, writes it down, and says what comes next. */
export async function releaseJudge(task: JudgeTask, requestId: string, world: JudgeWorld): Promise<Step> {
  const head = await new ReleaseStore(world).head(task.endpoint);
  const after = await ticked(head, task, { requestId, started: world.now() }, world);
  await tell(task.endpoint, after, world);
  const { release } = after;
  return release?.releaseId === task.releaseId ? nextOf(release, task) : nothing(task.endpoint, task.releaseId);
}

async function ticked(head: Head, task: JudgeTask, request: Request, world: JudgeWorld): Promise<Head> {
  const { release } = head;
  const at = Date.parse(task.at);
  if (release?.releaseId !== task.releaseId || !isJudged(release) || at <= (release.tally.judgedAt ?? 0)) {
    return head; // over, going back, or a tick whose answer was lost
  }
  const about = { ...request, endpoint: task.endpoint };
  if (release.kind === 'release' && stopState(await readStop(world)) === 'on') {
    const stopped = { kind: 'latch', cause: 'stop', reason: 'the emergency stop is on', at, actor: STATE_MACHINE } as const;
    return (await transact({ ...about, event: forRelease(task.releaseId, stopped) }, world)).head;
  }
  const { profile: { plan }, definitions, confirmedAt, tally: { candidateRequests, stableRequests } } = release;
  const [endpoint, alarms, slots] = await Promise.all([
    lookedAt(release, world),
    readAlarms(plan.alarms, world),
    readMetrics(task.endpoint, Math.ceil(confirmedAt / MINUTE_MS) * MINUTE_MS, Math.floor(at / MINUTE_MS) * MINUTE_MS, world),
  ]);
  const judgement = decide(
    { plan, definitions, confirmedAt, at, candidateRequests, stableRequests }, { alarms, slots, ...endpoint.read ? {} : { endpoint: 'unreadable' } });
  if (endpoint.strayed !== undefined && judgement.verdict !== 'Failed') {
    const halted = { kind: 'halt', reason: endpoint.strayed, at, actor: STATE_MACHINE } as const;
    return (await transact({ ...about, event: forRelease(task.releaseId, halted, (now) => isAsSeen(now, release)) }, world)).head;
  }
  const noticed = await noticedOf(release, judgement, world);
  const judged = { kind: 'judge', judgement, noticed, since: task.since, sinceAt: Date.parse(task.since), at, actor: STATE_MACHINE } as const;
  return (await transact({ ...about, event: forRelease(task.releaseId, judged) }, world)).head;
}

/** Whether the endpoint is as the stage left it. A proven failure does not ask: its way back looks for itself. */
async function lookedAt(
  { wanted, profile: { endpointName } }: Judged, world: JudgeWorld,
): Promise<{ readonly read: boolean; readonly strayed?: string }> {
  try {
    return { read: true, strayed: strayed(wanted, await new FleetLook(world).endpoint(endpointName)) };
  } catch (error) {
    world.log.warn('the endpoint cannot be described', { error });
    return { read: false };
  }
}

/** What was described is ours to judge only while nobody of us wants it otherwise: who moves it writes that down first. */
function isAsSeen(now: Release, seen: Judged): boolean {
  return isJudged(now) && now.stage === seen.stage && now.confirmedAt === seen.confirmedAt;
}

/** Tells people what they have not heard of, in one page; what they could not be told is told by the next tick. */
async function noticedOf(release: Release, { notices }: Judgement, world: JudgeWorld): Promise<readonly string[]> {
  const news = notices.filter((notice) => !(release.noticed ?? []).includes(notice));
  if (news.length === 0) {
    return [];
  }
  try {
    await page(release, `cannot be judged: ${news.join('; ')}`, world);
    return news;
  } catch (error) {
    world.log.error('nobody could be paged; the next tick tries again', { releaseId: release.releaseId, error, runbook: world.settings.runbook });
    return [];
  }
}

/** From the state alone, so that a tick whose answer was lost gets the same one. */
function nextOf(release: Release, task: JudgeTask): Step {
  if (release.outcome !== undefined) {
    return stepTo('CLOSE', release);
  }
  if (release.latch !== undefined) {
    return stepTo('RESTORE', release);
  }
  if (release.wanted?.act === 'finish') {
    return stepTo('FINISH', release);
  }
  if (!isJudged(release) || release.partEnded === task.since) {
    return stepTo('STAGE', release);
  }
  return stepTo('BAKE', release, release.profile.plan.tickSeconds);
}
