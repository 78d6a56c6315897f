/** Looks at the properties of an object; what it returns puts them back. */
export function restoring(object: object): () => void {
  const before = Object.getOwnPropertyDescriptors(object) as Record<PropertyKey, PropertyDescriptor | undefined>;
  return () => {
    for (const key of new Set([...Reflect.ownKeys(object), ...Reflect.ownKeys(before)])) {
      const was = before[key];
      if (was === undefined) {
        Reflect.deleteProperty(object, key);
      } else if (!same(was, Reflect.getOwnPropertyDescriptor(object, key))) {
        Reflect.defineProperty(object, key, was);
      }
    }
  };
}

function same(one: PropertyDescriptor, other: PropertyDescriptor | undefined): boolean {
  return other !== undefined && (['value', 'get', 'set', 'writable', 'enumerable'] as const).every((part) => Object.is(one[part], other[part]));
}
