import { runInThisContext } from 'node:vm';
import { AwsError } from '../aws/error';

interface Intrinsics {
  readonly Array: ArrayConstructor;
  readonly Date: DateConstructor;
  readonly Error: ErrorConstructor;
  readonly Object: ObjectConstructor;
  readonly Promise: PromiseConstructor;
}

/**
 * Where bundles run. Under jest, tests have built-in objects of their own, and `instanceof` would not know one that came from
 * the other side: everything that crosses is made anew there.
 */
export const REALM = runInThisContext('({ Array, Date, Error, Object, Promise })') as Intrinsics;

/** A copy for the bundle. */
export function handedIn(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  if (Array.isArray(value)) {
    return REALM.Array.from(value.map(handedIn));
  }
  if (isDate(value)) {
    return new REALM.Date(value.getTime());
  }
  return Object.entries(value).reduce<Record<string, unknown>>((copy, [name, inner]) => {
    copy[name] = typeof inner === 'function' ? inner : handedIn(inner);
    return copy;
  }, new REALM.Object() as Record<string, unknown>);
}

/** A copy of what the bundle gave. What is `undefined` stays there: the document client of DynamoDB refuses it. */
export function handedOut(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  if (Array.isArray(value)) {
    return value.map(handedOut);
  }
  if (isDate(value)) {
    return new Date(value.getTime());
  }
  if (value instanceof Uint8Array || Object.prototype.toString.call(value) === '[object Uint8Array]') {
    return Buffer.from(value as Uint8Array);
  }
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, handedOut(inner)]));
}

/** An error as the SDK throws it: told by its name. */
export function errorIn(error: unknown): Error {
  const { name, message } = error instanceof Error ? error : { name: 'Error', message: String(error) };
  const made = new REALM.Error(message);
  const { status = 500, more = {} } = error instanceof AwsError ? error : {};
  Object.assign(made, handedIn(more), status === 0 ? {} : {
    $fault: status >= 500 ? 'server' : 'client', $metadata: handedIn({ httpStatusCode: status, attempts: 1, totalRetryDelay: 0 }),
  });
  Object.defineProperty(made, 'name', { value: name, enumerable: false, configurable: true, writable: true });
  return made;
}

function isDate(value: unknown): value is Date {
  return Object.prototype.toString.call(value) === '[object Date]';
}
