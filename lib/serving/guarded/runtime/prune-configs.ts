import { ENDPOINT_TAG } from './contract';
import { configsToPrune, modelsToPrune, OwnedRecord } from './prune-plan';
import { Listed, PrunerApi } from './sagemaker-api';
import { DescribedEndpoint } from './verdict';

const NO_TIME = 'there was no time left';

/** After which deployment, and of which endpoint. */
export interface PruneOrder {
  readonly endpointName: string;
  readonly wantedConfig: string;
  /** What CloudFormation goes back to if the rest of the stack fails. */
  readonly previousConfig: string;
}

export interface PruneWorld {
  readonly sagemaker: PrunerApi;
  readonly now: () => number;
  /** Says when to stop; what is left goes with the next deployment. */
  readonly outOfTime: () => boolean;
}

/** What a run deleted. Kept up to date while it runs, so that a crash can be told too. */
export interface Pruned {
  readonly configs: string[];
  readonly models: string[];
}

/** Why nothing more may be deleted now. */
export class Postponed extends Error {}

/**
 * Deletes configurations nobody needs any more, and then models that no configuration names. Safe for three reasons, none
 * of which is that SageMaker might refuse:
 *
 * - What CloudFormation may turn to is never a candidate: the configuration it has just made is the newest, the one it
 *   would go back to is `previousConfig`, and any other was replaced at least a day ago.
 * - Every deletion comes after a look at all endpoints, this one last: it must rest on the wanted configuration.
 * - A configuration goes before its models, so an endpoint never turns to one whose model is gone.
 *
 * Two runs at once can only choose among the same old ones. A person who turns an endpoint to an old configuration by hand in
 * the moment between look and deletion is not covered; nothing but a lock in SageMaker could.
 */
export async function pruneConfigs(order: PruneOrder, world: PruneWorld, pruned: Pruned): Promise<void> {
  const referenced = await lookAtEndpoints(order, world);
  await pruneOldConfigs(order, world, pruned, referenced);
  await pruneUnusedModels(order, world, pruned);
}

async function pruneOldConfigs(order: PruneOrder, world: PruneWorld, pruned: Pruned, first: Set<string>): Promise<void> {
  const { endpointName, wantedConfig, previousConfig } = order;
  const configs = await owned(await world.sagemaker.configs(commonPart(wantedConfig)), world);
  const plan = (referenced: Set<string>) =>
    configsToPrune({ endpointName, now: world.now(), configs, referenced, needed: [wantedConfig, previousConfig] });
  for (const name of plan(first)) {
    if (plan(await lookAtEndpoints(order, world)).includes(name)) {
      await world.sagemaker.deleteConfig(name);
      pruned.configs.push(name);
    }
  }
}

/** Looks for models by their tag, not by the configurations just deleted: a run that crashed in between left some behind. */
async function pruneUnusedModels(order: PruneOrder, world: PruneWorld, pruned: Pruned): Promise<void> {
  const { endpointName, wantedConfig } = order;
  const models = await modelsLike(await world.sagemaker.modelsOf(wantedConfig) ?? [], world);
  const plan = (configs: Map<string, string[]>, referenced: Set<string>) =>
    modelsToPrune({ endpointName, now: world.now(), models, configs, referenced });
  const contents = new Map<string, string[]>();
  // its own configurations first: they are few, and in most runs they name all of its models
  for (const name of plan(await readContents(contents, world, commonPart(wantedConfig)), new Set())) {
    const configs = await readContents(contents, world);
    if (plan(configs, await lookAtEndpoints(order, world)).includes(name)) {
      await world.sagemaker.deleteModel(name);
      pruned.models.push(name);
    }
  }
}

/**
 * The configurations that all endpoints of the account serve or move to. This endpoint is read last, right before the
 * deletion, because it is the one that its stack and its owners move; unless it rests on the wanted configuration, all waits.
 */
async function lookAtEndpoints(
  { endpointName, wantedConfig }: PruneOrder, { sagemaker, outOfTime }: PruneWorld,
): Promise<Set<string>> {
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
  const unrest = whyNotAtRest(own, wantedConfig);
  if (unrest !== undefined) {
    throw new Postponed(`the endpoint ${unrest}`);
  }
  return referenced;
}

function whyNotAtRest(endpoint: DescribedEndpoint | undefined, wantedConfig: string): string | undefined {
  if (endpoint === undefined) {
    return 'is gone';
  }
  const { status = 'without a status', pendingConfigName, configName = 'nothing' } = endpoint;
  return status !== 'InService' ? `is ${status}`
    : pendingConfigName !== undefined ? `moves to ${pendingConfigName}`
      : configName !== wantedConfig ? `serves ${configName} and not ${wantedConfig}` : undefined;
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

async function modelsLike(examples: readonly string[], world: PruneWorld): Promise<OwnedRecord[]> {
  const byName = new Map<string, Listed>();
  for (const part of new Set(examples.map(commonPart))) {
    for (const model of await world.sagemaker.models(part)) {
      byName.set(model.name, model);
    }
  }
  return owned([...byName.values()], world);
}

async function owned(records: readonly Listed[], { sagemaker }: PruneWorld): Promise<OwnedRecord[]> {
  const result: OwnedRecord[] = [];
  for (const { name, createdAt, arn } of records) {
    result.push({ name, createdAt, owner: await sagemaker.tag(arn, ENDPOINT_TAG) });
  }
  return result;
}

/**
 * What the names have in common that CloudFormation makes for one resource: all but the random end. It keeps the list short
 * in an account with many endpoints. Were it wrong, too little would be found and nothing deleted by mistake: the tag decides.
 */
function commonPart(name: string): string {
  const end = name.lastIndexOf('-');
  return end > 0 ? name.slice(0, end + 1) : name;
}
