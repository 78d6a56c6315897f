import { PruneTask } from './contract';
import { pruneMade } from './prune-made';
import { STATE_MACHINE } from './record';
import { Head } from './release-state';
import { ReleaseStore } from './release-store';
import { PrunerWorld } from './release-world';
import { neededBy } from './retention';
import { DescribedEndpoint } from '../../runtime/described-endpoint';
import { whyMoving } from '../../runtime/prune';

/** After the end of a release, and never before: a release that goes back needs what it goes back to. */
export async function releasePruner(
  { endpoint, releaseId, at }: PruneTask, requestId: string, world: PrunerWorld,
): Promise<void> {
  const started = world.now();
  const head = await new ReleaseStore(world).head(endpoint);
  const { release } = head;
  if (release?.releaseId !== releaseId || release.outcome === undefined || release.outcome === 'HALTED') {
    world.log.info('nothing is pruned now: the next end of a release does it', { endpoint, releaseId, last: release?.releaseId });
    return;
  }
  await pruneMade({
    endpoint,
    isNeeded: neededBy(head, endpoint),
    unrest: (described) => unrestOf(described, head),
    actor: STATE_MACHINE,
    requestId,
    details: { release: releaseId },
    // what passed since the state was entered is a length of time, which a wrong clock measures as well as a right one
    at: () => Date.parse(at) + world.now() - started,
  }, world);
}

/** An endpoint that is gone is at rest only if the release was its first and took it away again. */
function unrestOf(described: DescribedEndpoint | undefined, { stable }: Head): string | undefined {
  return described === undefined ? stable === undefined ? undefined : 'is gone' : whyMoving(described);
}
