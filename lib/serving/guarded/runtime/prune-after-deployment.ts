import * as z from 'zod';
import { previousConfig, recordOf } from './audit-fields';
import { PrunerProperties, PRUNING_SECONDS } from './contract';
import { pruneConfigs } from './prune-configs';
import { StackApi } from './stack-api';
import { auditLine } from '../../../audit/audit-record';
import { Answer } from '../../../core/runtime/answer';
import { CloudFormationRequest, parsed } from '../../../core/runtime/cloudformation-request';
import { Postponed, Pruned } from '../../runtime/prune';
import { PrunerApi } from '../../runtime/sagemaker-api';

/** What pruning needs of the world. */
export interface PrunerWorld {
  readonly sagemaker: PrunerApi;
  readonly stacks: Pick<StackApi, 'status'>;
  readonly runbook: string;
  /** Milliseconds. */
  readonly now: () => number;
  readonly write: (line: string) => void;
}

const Properties: z.ZodType<PrunerProperties> = z.object({
  EndpointName: z.string().min(1),
  EndpointConfigName: z.string().min(1),
});

/** Prunes when that is safe, and says in the log what came of it. Never fails a deployment. */
export async function pruneAfterDeployment(
  request: CloudFormationRequest, outOfTime: AbortSignal, world: PrunerWorld,
): Promise<Answer> {
  const started = world.now();
  const properties = parsed(Properties, request.ResourceProperties, 'what to prune');
  const pruned: Pruned = { configs: [], models: [] };
  let problem: unknown;
  try {
    await prune(request, properties, pruned, world, () => outOfTime.aborted || world.now() > started + PRUNING_SECONDS * 1000);
  } catch (error) {
    problem = error;
  }
  const { outcome, reason } = tell(pruned, problem, world.runbook);
  world.write(auditLine(recordOf(request, {
    action: 'endpoint.configs.prune',
    endpointName: properties.EndpointName,
    outcome,
    reason,
    details: { wantedConfig: properties.EndpointConfigName, deletedConfigs: pruned.configs, deletedModels: pruned.models },
  }, { started, ended: world.now() })));
  return { status: 'SUCCESS', reason };
}

async function prune(
  request: CloudFormationRequest, properties: PrunerProperties, pruned: Pruned, world: PrunerWorld, outOfTime: () => boolean,
): Promise<void> {
  const previous = previousConfig(request);
  if (request.RequestType !== 'Update' || previous === undefined) {
    throw new Postponed('this is the first deployment with a pruner, so nobody knows which configuration a rollback would need');
  }
  const status = await world.stacks.status(request.StackId);
  if (status !== 'UPDATE_IN_PROGRESS') {
    throw new Postponed(`the stack is ${status}`); // a rollback, or something that nobody thought of
  }
  const order = { endpointName: properties.EndpointName, wantedConfig: properties.EndpointConfigName, previousConfig: previous };
  await pruneConfigs(order, { sagemaker: world.sagemaker, now: world.now, outOfTime }, pruned);
}

function tell({ configs, models }: Pruned, problem: unknown, runbook: string) {
  const did = `Deleted ${configs.length} configurations and ${models.length} models.`;
  if (problem instanceof Postponed) {
    return { outcome: 'POSTPONED' as const, reason: `Pruning waits for the next deployment: ${problem.message}. ${did}` };
  }
  if (problem !== undefined) {
    const what = problem instanceof Error ? `${problem.name}: ${problem.message}` : String(problem);
    return { outcome: 'FAILED' as const, reason: `Pruning stopped: ${what}. ${did} The rest waits for the next deployment. ${runbook}` };
  }
  return { outcome: configs.length + models.length > 0 ? 'PRUNED' as const : 'NOTHING_TO_PRUNE' as const, reason: did };
}
