/**
 * Finds the first item that passes in a list where whatever follows a passing item passes too, with few tries: each is
 * expensive. Returns `undefined` if the last one fails.
 */
export function lowestPassing<T>(items: readonly T[], passes: (item: T) => boolean): T | undefined {
  const last = items.length - 1;
  if (last < 0 || !passes(items[last])) {
    return undefined;
  }
  let failing = -1;
  let passing = last;
  while (passing - failing > 1) {
    const middle = Math.floor((failing + passing) / 2);
    if (passes(items[middle])) {
      passing = middle;
    } else {
      failing = middle;
    }
  }
  return items[passing];
}

/** Versions in ascending order by number: 2.9.0 comes before 2.10.0. */
export function ascending(versions: readonly string[]): string[] {
  const parts = (version: string) => version.split('.').map(Number);
  return [...new Set(versions)].sort((one, other) => {
    const [left, right] = [parts(one), parts(other)];
    const first = left.findIndex((part, index) => part !== right[index]);
    return first < 0 ? 0 : left[first] - right[first];
  });
}
