import { RELEASED_SLUG } from './contract';
import { physicalName } from '../../../core/name-rules';

/** Names that say which release made a thing, and are the same whenever the same release asks: a crash converges. */

function beginning(endpoint: string, number: number): string {
  return `${releasedPrefix(endpoint)}${number}`;
}

/** What the name of everything begins with that releases of an endpoint make. */
export function releasedPrefix(endpoint: string): string {
  return `${physicalName(endpoint, RELEASED_SLUG)}-r`;
}

/** The number of the release that gave a name. Nothing: no release of this endpoint gives such a one. */
export function numberInName(endpoint: string, name: string): number | undefined {
  const prefix = releasedPrefix(endpoint);
  const [, number] = name.startsWith(prefix) ? /^(\d+)-(?:install|finish|v\d+)$/.exec(name.slice(prefix.length)) ?? [] : [];
  return number === undefined ? undefined : Number(number);
}

/** At most 63 characters, as of everything here. */
export function modelName(endpoint: string, number: number, revision: number): string {
  return `${beginning(endpoint, number)}-v${revision}`;
}

/** Both slots; of a first release and a rollback the only one. */
export function installName(endpoint: string, number: number): string {
  return `${beginning(endpoint, number)}-install`;
}

/** The single slot at the end. */
export function finishName(endpoint: string, number: number): string {
  return `${beginning(endpoint, number)}-finish`;
}

/** What the registry knows the release by: it takes no dot. */
export function holdName(endpoint: string, number: number): string {
  return beginning(endpoint, number);
}

/** The number of the release of this endpoint that holds under a name. Nothing: somebody else does. */
export function numberInHold(endpoint: string, name: string): number | undefined {
  const [prefix, number] = [releasedPrefix(endpoint), name.slice(releasedPrefix(endpoint).length)];
  return name.startsWith(prefix) && /^\d+$/.test(number) ? Number(number) : undefined;
}

export function releaseIdOf(endpoint: string, number: number): string {
  return `${endpoint}.${number}`;
}
