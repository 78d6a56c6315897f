import { METRIC_RUN_MINUTES, PIPELINE_DIMENSION, Plan } from './contract';
import { isOver } from './lease';
import { Ledger } from './ledger';
import { PipelineWorld } from './pipeline-world';
import { abandoned } from './tell';
import { TRAINING_METRICS } from '../../runtime/contract';

/**
 * Measures how long the present execution has run, and lets go of a pipeline whose execution is over without having said so:
 * the event that tells of it is sent once and may be lost.
 */
export async function watch(plan: Pick<Plan, 'pipeline' | 'model' | 'tenant'>, world: PipelineWorld): Promise<void> {
  const row = await new Ledger(world).lease();
  const now = world.now();
  const held = row?.holder !== undefined;
  if (held && now - (row.since ?? 0) > GRACE_MS && await isOver(row.holder ?? '', world)) {
    await abandoned(row.holder ?? '', plan, 'ABORTED', world);
  }
  const minutes = held ? Math.max(0, (now - (row.since ?? now)) / 60_000) : 0;
  world.write(`${JSON.stringify({
    _aws: {
      Timestamp: now,
      CloudWatchMetrics: [{
        Namespace: TRAINING_METRICS, Dimensions: [[PIPELINE_DIMENSION]], Metrics: [{ Name: METRIC_RUN_MINUTES, Unit: 'Count' }],
      }],
    },
    [PIPELINE_DIMENSION]: world.pipeline,
    [METRIC_RUN_MINUTES]: Math.round(minutes * 100) / 100,
  })}\n`);
}

/** An execution that just ended tells its end itself. */
const GRACE_MS = 15 * 60_000;
