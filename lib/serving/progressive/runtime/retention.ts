import { numberInName } from './names';
import { Head } from './release-state';

/**
 * Pure: which names have to stay by what is known of an endpoint, whether or not anything uses them now.
 *
 * Needed is what is known to be healthy, and what the last release made, goes back to, or may find the endpoint with: a person
 * may want that back by hand. Whatever has the number of a later release is needed, because that release may begin at any
 * moment. What remains is older than the last release, and no release of today or tomorrow turns to it: a rollback to a version
 * of before renders a configuration of its own.
 */
export function neededBy({ stable, release }: Head, endpoint: string): (name: string) => boolean {
  const known = [stable, release?.previous].flatMap((each) => (each === undefined ? [] : [each.configName, each.modelName]));
  const named = new Set([...known, ...release?.wanted?.known ?? [], ...release?.leftovers ?? []]);
  const last = release?.number ?? 0;
  return (name) => named.has(name) || (numberInName(endpoint, name) ?? last) >= last;
}
