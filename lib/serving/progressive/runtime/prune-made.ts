import { PRUNER_SECONDS } from './contract';
import { numberInName, releasedPrefix } from './names';
import { pruneMetrics } from './pager';
import { Actor } from './release-state';
import { CommonSettings, FleetWorld, BaseWorld } from './release-world';
import { auditLine } from '../../../audit/audit-record';
import { Postponed, prune, Pruned, PruneOrder } from '../../runtime/prune';
import { PrunerApi } from '../../runtime/sagemaker-api';

/** Whose configurations and models, and on whose behalf. */
export interface PruneMade extends Pick<PruneOrder, 'isNeeded' | 'unrest'> {
  readonly endpoint: string;
  readonly actor: Actor;
  readonly requestId: string;
  /** For the record: the release that ended, or the stack. */
  readonly details: Readonly<Record<string, string>>;
  /** The present, in milliseconds: how old something is. */
  readonly at: () => number;
  readonly outOfTime?: () => boolean;
}

type World = BaseWorld & FleetWorld & { readonly settings: CommonSettings };

/**
 * Deletes what releases of an endpoint made and nothing needs: by their names, which the role is limited to, and by their tag.
 * Never throws. What is left, for whatever reason, goes with the next end of a release, and people can count the failures.
 */
export async function pruneMade(made: PruneMade, world: World): Promise<void> {
  const { endpoint, isNeeded, unrest, at } = made;
  const started = world.now();
  const pruned = { configs: [] as string[], models: [] as string[], stays: new Map<string, string>() };
  const late = () => made.outOfTime?.() === true || world.now() > started + PRUNER_SECONDS * 1000;
  let problem: unknown;
  try {
    await prune({
      endpointName: endpoint,
      configsLike: releasedPrefix(endpoint),
      modelsLike: () => Promise.resolve([releasedPrefix(endpoint)]),
      isOwn: (name) => numberInName(endpoint, name) !== undefined,
      isNeeded,
      kept: 0,
      unrest,
    }, { sagemaker: new PrunerApi(world.sagemaker, world.acting), now: at, outOfTime: late }, pruned);
  } catch (error) {
    problem = error;
  }
  tell(made, pruned, problem, started, world);
}

function tell(made: PruneMade, pruned: Pruned, problem: unknown, started: number, world: World): void {
  const { endpoint, actor, requestId, details } = made;
  const { runbook, environment } = world.settings;
  const { outcome, reason } = outcomeOf(pruned, problem);
  if (outcome === 'FAILED') {
    world.log.error('earlier configurations and models stay for now', { endpoint, error: problem, runbook });
  }
  world.log.info('what of earlier releases stays', { endpoint, stays: Object.fromEntries(pruned.stays ?? []) });
  world.write(pruneMetrics(endpoint, problem === undefined, world.now()));
  world.write(auditLine({
    timestamp: new Date(world.now()).toISOString(),
    actor: actor.arn,
    environment,
    action: 'endpoint.configs.prune',
    resourceType: 'AWS::SageMaker::Endpoint',
    resourceName: endpoint,
    outcome,
    reason,
    durationMs: Math.max(0, Math.round(world.now() - started)),
    requestId,
    details: { ...details, deletedConfigs: pruned.configs, deletedModels: pruned.models },
  }));
}

function outcomeOf({ configs, models }: Pruned, problem: unknown) {
  const did = `Deleted ${configs.length} configurations and ${models.length} models.`;
  if (problem instanceof Postponed) {
    return { outcome: 'POSTPONED' as const, reason: `Pruning waits for the next end of a release: ${problem.message}. ${did}` };
  }
  if (problem !== undefined) {
    const what = problem instanceof Error ? `${problem.name}: ${problem.message}` : String(problem);
    return { outcome: 'FAILED' as const, reason: `Pruning stopped: ${what}. ${did} The rest waits for the next end of a release.` };
  }
  return { outcome: configs.length + models.length > 0 ? 'PRUNED' as const : 'NOTHING_TO_PRUNE' as const, reason: did };
}
