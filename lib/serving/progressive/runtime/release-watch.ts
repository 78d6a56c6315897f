import { Executions } from './executions';
import { Head, isLive, LiveRelease } from './release-state';
import { ReleaseStore } from './release-store';
import { WatchWorld } from './release-world';
import { releaseInInput } from './tasks';

/** What was written or ended just now is in other hands: the desk is about to start it, or EventBridge to tell of it. */
const GRACE_MS = 60_000;

/**
 * Looks whether every live release has an execution that drives it. One that was written down and never started is started; one
 * whose execution ended without it is taken up by another. Answers what it started, by name.
 * @param time of the look, which names what it starts: the same look starts it once
 */
export async function releaseWatch(time: number, world: WatchWorld): Promise<readonly string[]> {
  const heads = [...await new ReleaseStore(world).heads()];
  const looks = await Promise.allSettled(heads.map(([endpoint, head]) => looked(endpoint, head, time, world)));
  const failure = looks.find((look) => look.status === 'rejected');
  if (failure !== undefined) {
    throw failure.reason; // the others were looked at all the same
  }
  return looks.flatMap((look) => look.status === 'fulfilled' ? look.value ?? [] : []);
}

async function looked(endpoint: string, { release, lastAt }: Head, time: number, world: WatchWorld): Promise<string | undefined> {
  if (!isLive(release) || world.now() - lastAt < GRACE_MS) {
    return undefined;
  }
  const { releaseId } = release;
  const executions = new Executions(world);
  const own = await executions.described(releaseId);
  if (own === undefined && release.begunAt === undefined) {
    await executions.begin(endpoint, releaseId);
    return told(releaseId, 'a release that nobody had started was started', world);
  }
  if (own?.status === 'RUNNING' || world.now() - (own?.stopDate?.getTime() ?? 0) < GRACE_MS || await isTakenUp(release, executions)) {
    return undefined;
  }
  const name = `${releaseId}-${Math.floor(time / 1000).toString(36)}`; // 80 characters at most
  await executions.takeUp(endpoint, releaseId, own?.status ?? 'GONE', name);
  return told(name, 'a release that had lost its execution was taken up', world);
}

/** EventBridge gives executions names of its own; whose they are is in their input. */
async function isTakenUp({ releaseId }: LiveRelease, executions: Executions): Promise<boolean> {
  for (const name of await executions.running()) {
    const { input = '' } = isOfItsOwn(name) ? {} : await executions.described(name) ?? {};
    if (releaseInInput(input)?.releaseId === releaseId) {
      return true;
    }
  }
  return false;
}

/** An execution that is called like a release began that release. */
function isOfItsOwn(name: string): boolean {
  return /^[A-Za-z0-9-]{1,63}\.\d{1,9}$/.test(name);
}

function told(name: string, what: string, { log, settings: { runbook } }: WatchWorld): string {
  log.warn(what, { execution: name, runbook });
  return name;
}
