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
  /** What is not in use and has to be there all the same. */
  readonly needed: Iterable<string>;
  /** So many of the newest stay. */
  readonly kept: number;
}

/** What has to be known to choose models. */
export interface ModelWorld {
  readonly endpointName: string;
  readonly now: number;
  readonly models: readonly OwnedRecord[];
  /** All configurations that exist, whoever's, with their models. */
  readonly configs: ReadonlyMap<string, readonly string[]>;
  readonly referenced: Iterable<string>;
  readonly needed: Iterable<string>;
}

/** What may go, in the order in which it goes, and why each of the rest stays. Those of other owners are in neither. */
export interface PrunePlan {
  readonly goes: readonly string[];
  readonly stays: readonly { readonly name: string; readonly why: string }[];
}

/**
 * A configuration stays at least this long after a newer one took its place, and a model after it was made: a deployment
 * that runs, or is undone, needs them.
 */
export const QUIET_MILLISECONDS = 24 * 60 * 60 * 1000;

/** Pure: the configurations that may go, oldest first. */
export function planConfigs({ endpointName, now, configs, referenced, needed, kept }: ConfigWorld): PrunePlan {
  const [used, wanted] = [folded(referenced), folded(needed)];
  const newestFirst = configs.filter(({ owner }) => owner === endpointName)
    .sort((a, b) => b.createdAt - a.createdAt || (a.name < b.name ? -1 : 1));
  return planOf(newestFirst.map(({ name, createdAt }, place) => ({
    name,
    why: used.has(fold(name)) ? 'an endpoint serves it or moves to it'
      : wanted.has(fold(name)) ? 'it is needed'
        : place < kept ? `it is one of the newest ${kept}`
          // nothing took the place of the newest: its own age has to do
          : isYoung(newestFirst[place - 1]?.createdAt ?? createdAt, now) ? 'it was replaced less than a day ago' : undefined,
  })).reverse());
}

/**
 * Pure: the models that may go. When an endpoint serves a configuration that is gone, nobody can tell which models it
 * needs, and all stay.
 */
export function planModels({ endpointName, now, models, configs, referenced, needed }: ModelWorld): PrunePlan {
  const existing = folded(configs.keys());
  const lost = [...folded(referenced)].some((config) => !existing.has(config));
  const [used, wanted] = [folded([...configs.values()].flat()), folded(needed)];
  return planOf(models.filter(({ owner }) => owner === endpointName).map(({ name, createdAt }) => ({
    name,
    why: lost ? 'an endpoint serves a configuration that is gone'
      : used.has(fold(name)) ? 'a configuration names it'
        : wanted.has(fold(name)) ? 'it is needed'
          : isYoung(createdAt, now) ? 'it was made less than a day ago' : undefined,
  })).sort((a, b) => (a.name < b.name ? -1 : 1)));
}

function planOf(judged: readonly { readonly name: string; readonly why?: string }[]): PrunePlan {
  return {
    goes: judged.filter(({ why }) => why === undefined).map(({ name }) => name),
    stays: judged.flatMap(({ name, why }) => (why === undefined ? [] : [{ name, why }])),
  };
}

function isYoung(since: number, now: number): boolean {
  return since > now - QUIET_MILLISECONDS;
}

/** Names of endpoints are the same in any case when they are made; if those of the rest are too, nothing is lost by keeping. */
function fold(name: string): string {
  return name.toLowerCase();
}

function folded(names: Iterable<string>): Set<string> {
  return new Set([...names].map(fold));
}
