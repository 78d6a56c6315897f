import { invalid, Item } from './expressions';

/** Where a value lies in its item. Nobody reads it unless something is wrong there. */
type Path = (string | number)[];

const LARGEST_ITEM_BYTES = 400 * 1024;

/** A copy, as the document client would make it without options: it refuses `undefined` and instances of classes. */
export function copyOf(item: Item): Item {
  return copyOfEntries(item, []);
}

function copyOfEntries(object: object, path: Path): Record<string, unknown> {
  const copy: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(object)) {
    path.push(path.length === 0 ? name : `.${name}`);
    copy[name] = copyOfValue(value, path);
    path.pop();
  }
  return copy;
}

function copyOfValue(value: unknown, path: Path): unknown {
  if (value === undefined) {
    throw new Error(`Pass options.removeUndefinedValues=true to remove undefined values from map/array/set: ${textOf(path)}`);
  }
  if (Array.isArray(value)) {
    return value.map((each, place) => {
      path.push(place);
      const copy = copyOfValue(each, path);
      path.pop();
      return copy;
    });
  }
  if (typeof value !== 'object' || value === null) {
    return checkedScalar(value, path);
  }
  const prototype = Object.getPrototypeOf(value) as object | null;
  if (prototype !== Object.prototype && prototype !== null) {
    throw new Error(`Unsupported type passed: ${textOf(path)}. Pass options.convertClassInstanceToMap=true to marshall typeof object as map attribute.`);
  }
  return copyOfEntries(value, path);
}

function textOf(path: Path): string {
  return path.map((step) => (typeof step === 'number' ? `[${step}]` : step)).join('');
}

function checkedScalar(value: unknown, path: Path): unknown {
  const storable = value === null || typeof value === 'string' || typeof value === 'boolean'
    || (typeof value === 'number' && Number.isFinite(value) && Math.abs(value) <= Number.MAX_SAFE_INTEGER);
  if (!storable) {
    throw new Error(`Number ${String(value)} is not storable as it is: ${textOf(path)}`);
  }
  return value;
}

/** The key of an item, both parts text. */
export function keyOf({ pk, sk }: Item): string {
  if (typeof pk !== 'string' || typeof sk !== 'string' || pk === '' || sk === '') {
    throw invalid('One or more parameter values were invalid: the keys pk and sk must be text, and not empty');
  }
  return JSON.stringify([pk, sk]);
}

/** As DynamoDB counts: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html */
export function bytesOf(item: Item): number {
  return Object.entries(item).reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + bytesOfValue(value), 0);
}

export function checkSize(item: Item): void {
  if (bytesOf(item) > LARGEST_ITEM_BYTES) {
    throw invalid('Item size has exceeded the maximum allowed size');
  }
}

function bytesOfValue(value: unknown): number {
  if (typeof value === 'string') {
    return Buffer.byteLength(value);
  }
  if (typeof value === 'number') {
    return Math.ceil(String(value).replace(/\D/g, '').length / 2) + 1;
  }
  if (Array.isArray(value)) {
    return value.reduce<number>((sum, each) => sum + 1 + bytesOfValue(each), 3);
  }
  return typeof value === 'object' && value !== null ? 3 + Object.keys(value).length + bytesOf(value as Item) : 1;
}
