/** A configuration or a model, and whose it is. */
export interface OwnedRecord {
  readonly name: string;
  /** Milliseconds. */
  readonly createdAt: number;
  /** The endpoint that its tag names. */
  readonly owner?: string;
}

/** What has to be known to choose configurations. */
export interface ConfigWorld {
  readonly endpointName: string;
  readonly now: number;
  readonly configs: readonly OwnedRecord[];
  /** What any endpoint serves or is moving to. */
  readonly referenced: Iterable<string>;
  /** What this deployment wants, and what it would go back to. */
  readonly needed: Iterable<string>;
}

/** What has to be known to choose models. */
export interface ModelWorld {
  readonly endpointName: string;
  readonly now: number;
  readonly models: readonly OwnedRecord[];
  /** All configurations that exist, whoever's, with their models. */
  readonly configs: ReadonlyMap<string, readonly string[]>;
  readonly referenced: Iterable<string>;
}

/** The newest so many configurations of an endpoint stay. */
export const KEPT_CONFIGS = 3;
/**
 * A configuration stays at least this long after a newer one took its place, and a model after it was made: a deployment
 * that runs, or is undone, needs them.
 */
export const QUIET_MILLISECONDS = 24 * 60 * 60 * 1000;

/** Pure: the configurations that may go, oldest first. */
export function configsToPrune({ endpointName, now, configs, referenced, needed }: ConfigWorld): string[] {
  const kept = folded([...referenced, ...needed]);
  const newestFirst = configs.filter(({ owner }) => owner === endpointName)
    .sort((a, b) => b.createdAt - a.createdAt || (a.name < b.name ? -1 : 1));
  return newestFirst
    .filter((config, place) => place >= KEPT_CONFIGS && newestFirst[place - 1].createdAt <= now - QUIET_MILLISECONDS
      && !kept.has(fold(config.name)))
    .map(({ name }) => name).reverse();
}

/**
 * Pure: the models that may go. When an endpoint serves a configuration that is gone, nobody can tell which models it
 * needs, and all stay.
 */
export function modelsToPrune({ endpointName, now, models, configs, referenced }: ModelWorld): string[] {
  const existing = folded(configs.keys());
  if ([...folded(referenced)].some((config) => !existing.has(config))) {
    return [];
  }
  const used = folded([...configs.values()].flat());
  return models
    .filter(({ owner }) => owner === endpointName)
    .filter(({ name, createdAt }) => createdAt <= now - QUIET_MILLISECONDS && !used.has(fold(name)))
    .map(({ name }) => name).sort();
}

/** Names of endpoints are the same in any case when they are made; if those of the rest are too, nothing is lost by keeping. */
function fold(name: string): string {
  return name.toLowerCase();
}

function folded(names: Iterable<string>): Set<string> {
  return new Set([...names].map(fold));
}
