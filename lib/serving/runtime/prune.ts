import { ENDPOINT_TAG } from './contract';
import { DescribedEndpoint } from './described-endpoint';
import { OwnedRecord, planConfigs, planModels, PrunePlan } from './prune-plan';
import { Listed, PrunerApi } from './sagemaker-api';

const NO_TIME = 'there was no time left';

/** Whose configurations and models are pruned, and what of them stays whatever SageMaker shows. */
export interface PruneOrder {
  readonly endpointName: string;
  /** Part of the names of its configurations: keeps lists short in an account with many endpoints. */
  readonly configsLike: string;
  /** Parts of the names of its models, asked for once the configurations are gone. */
  readonly modelsLike: () => Promise<readonly string[]>;
  /** Whether a name can be one of its own at all; the tag decides. */
  readonly isOwn?: (name: string) => boolean;
  /** What must stay though no endpoint uses it. */
  readonly isNeeded: (name: string) => boolean;
  /** So many of its newest configurations stay, too. */
  readonly kept: number;
  /** Why nothing may be deleted while its endpoint looks so. `undefined` is given for an endpoint that is not there. */
  readonly unrest: (endpoint: DescribedEndpoint | undefined) => string | undefined;
}

export interface PruneWorld {
  readonly sagemaker: PrunerApi;
  readonly now: () => number;
  /** Says when to stop; what is left goes with the next run. */
  readonly outOfTime: () => boolean;
}

/** What a run deleted, and what it left and why. Kept up to date while it runs, so that a crash can be told too. */
export interface Pruned {
  readonly configs: string[];
  readonly models: string[];
  readonly stays?: Map<string, string>;
}

/** Why nothing more may be deleted now. */
export class Postponed extends Error {}

/**
 * Deletes configurations nobody needs any more, and then models that no configuration names. Safe for three reasons, none
 * of which is that SageMaker might refuse:
 *
 * - What its owner may turn to next is never a candidate: the order names it.
 * - Every deletion comes after a look at all endpoints, its own last, which must be at rest.
 * - A configuration goes before its models, so an endpoint never turns to one whose model is gone.
 *
 * Two runs at once can only choose among the same old ones. A person who turns an endpoint to an old configuration by hand in
 * the moment between look and deletion is not covered; nothing but a lock in SageMaker could.
 */
export async function prune(order: PruneOrder, world: PruneWorld, pruned: Pruned): Promise<void> {
  const referenced = await lookAtEndpoints(order, world);
  await pruneOldConfigs(order, world, pruned, referenced);
  await pruneUnusedModels(order, world, pruned);
}

async function pruneOldConfigs(order: PruneOrder, world: PruneWorld, pruned: Pruned, first: Set<string>): Promise<void> {
  const { endpointName, kept } = order;
  const configs = await owned(await world.sagemaker.configs(order.configsLike), order, world);
  const needed = configs.map(({ name }) => name).filter(order.isNeeded);
  const plan = (referenced: Set<string>) => planConfigs({ endpointName, now: world.now(), configs, referenced, needed, kept });
  for (const name of noted(plan(first), pruned)) {
    if (plan(await lookAtEndpoints(order, world)).goes.includes(name)) {
      await world.sagemaker.deleteConfig(name);
      pruned.configs.push(name);
    }
  }
}

/** Looks for models by their tag, not by the configurations just deleted: a run that crashed in between left some behind. */
async function pruneUnusedModels(order: PruneOrder, world: PruneWorld, pruned: Pruned): Promise<void> {
  const { endpointName } = order;
  const models = await modelsLike(await order.modelsLike(), order, world);
  const needed = models.map(({ name }) => name).filter(order.isNeeded);
  const plan = (configs: Map<string, string[]>, referenced: Set<string>) =>
    planModels({ endpointName, now: world.now(), models, configs, referenced, needed });
  const contents = new Map<string, string[]>();
  // its own configurations first: they are few, and in most runs they name all of its models
  for (const name of noted(plan(await readContents(contents, world, order.configsLike), new Set()), pruned)) {
    const configs = await readContents(contents, world);
    if (plan(configs, await lookAtEndpoints(order, world)).goes.includes(name)) {
      await world.sagemaker.deleteModel(name);
      pruned.models.push(name);
    }
  }
}

function noted({ goes, stays }: PrunePlan, pruned: Pruned): readonly string[] {
  stays.forEach(({ name, why }) => pruned.stays?.set(name, why));
  return goes;
}

/**
 * The configurations that all endpoints of the account serve or move to. This endpoint is read last, right before the
 * deletion, because it is the one that its stack and its owners move; unless it is at rest, all waits.
 */
async function lookAtEndpoints({ endpointName, unrest }: PruneOrder, { sagemaker, outOfTime }: PruneWorld): Promise<Set<string>> {
  const others = (await sagemaker.endpoints()).filter((name) => name !== endpointName);
  const referenced = new Set<string>();
  let own: DescribedEndpoint | undefined;
  for (const name of [...others, endpointName]) {
    own = await sagemaker.describeEndpoint(name);
    if (outOfTime()) {
      throw new Postponed(NO_TIME); // after the call: a function that was frozen in it must not act on what it saw then
    }
    [own?.configName, own?.pendingConfigName].forEach((config) => config !== undefined && referenced.add(config));
  }
  const why = unrest(own);
  if (why !== undefined) {
    throw new Postponed(`the endpoint ${why}`);
  }
  return referenced;
}

/** What configurations name: all of the account, or those whose name contains a text. One never changes, so each is read once. */
async function readContents(
  known: Map<string, string[]>, { sagemaker, outOfTime }: PruneWorld, contains?: string,
): Promise<Map<string, string[]>> {
  const current = new Map<string, string[]>();
  for (const { name, createdAt } of await sagemaker.configs(contains)) {
    const key = `${name}@${createdAt}`; // a later one of the same name is another one
    const models = known.get(key) ?? await sagemaker.modelsOf(name);
    if (outOfTime()) {
      throw new Postponed(NO_TIME);
    }
    if (models !== undefined) {
      known.set(key, models);
      current.set(name, models);
    }
  }
  return current;
}

async function modelsLike(parts: readonly string[], order: PruneOrder, world: PruneWorld): Promise<OwnedRecord[]> {
  const byName = new Map<string, Listed>();
  for (const part of new Set(parts)) {
    for (const model of await world.sagemaker.models(part)) {
      byName.set(model.name, model);
    }
  }
  return owned([...byName.values()], order, world);
}

async function owned(
  records: readonly Listed[], { isOwn = () => true }: PruneOrder, { sagemaker }: PruneWorld,
): Promise<OwnedRecord[]> {
  const result: OwnedRecord[] = [];
  for (const { name, createdAt, arn } of records.filter((record) => isOwn(record.name))) {
    result.push({ name, createdAt, owner: await sagemaker.tag(arn, ENDPOINT_TAG) });
  }
  return result;
}

/** Why an endpoint is not at rest, whatever it serves. */
export function whyMoving({ status = 'without a status', pendingConfigName }: DescribedEndpoint): string | undefined {
  return status !== 'InService' ? `is ${status}` : pendingConfigName !== undefined ? `moves to ${pendingConfigName}` : undefined;
}
