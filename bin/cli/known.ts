/** An object without what is not known: absent is not the same as `undefined` to those who ask for its keys. */
export function known<T extends object>(values: T): Known<T> {
  const all: [string, unknown][] = Object.entries(values);
  return Object.fromEntries(all.filter(([, value]) => value !== undefined)) as Known<T>;
}

type Known<T> = { [Name in keyof T]?: Exclude<T[Name], undefined> };
