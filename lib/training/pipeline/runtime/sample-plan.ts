import { createHash } from 'node:crypto';
import { DataObject } from './data-objects';

/** A stretch of an object; `end` is not part of it. */
export interface Stretch {
  readonly key: string;
  readonly start: number;
  readonly end: number;
  readonly size: number;
}

/** Up to so much data is read as a whole; of more, stretches from all over it. */
const WHOLE_BYTES = 8 * 1024 ** 2;
const MOST_WHOLE_OBJECTS = 200;
const STRETCHES = 40;
const STRETCH_BYTES = 256 * 1024;

/** Pure: numbers from 0 to 1 that are the same for the same seed. */
export function numbersOf(seed: string): () => number {
  let count = 0;
  return () => {
    count += 1;
    return createHash('sha256').update(`${seed}:${count}`).digest().readUInt32BE(0) / 2 ** 32;
  };
}

/** Pure: what to read of the data. The same data is read in the same places. */
export function stretchesOf(objects: readonly DataObject[], seed: string): Stretch[] {
  const next = numbersOf(seed);
  const total = objects.reduce((sum, { size }) => sum + size, 0);
  if (total <= WHOLE_BYTES) {
    return someOf(objects, MOST_WHOLE_OBJECTS, next).map(({ key, size }) => ({ key, start: 0, end: size, size }));
  }
  const places = Array.from({ length: STRETCHES }, () => Math.floor(next() * total)).sort((one, other) => one - other);
  const stretches = new Map<string, Stretch>();
  for (const place of places) {
    const { key, size, from } = objectAt(objects, place);
    // on a grid, so that stretches do not overlap and no record counts twice
    const start = Math.floor(from / STRETCH_BYTES) * STRETCH_BYTES;
    stretches.set(`${key}@${start}`, { key, start, end: Math.min(start + STRETCH_BYTES, size), size });
  }
  return [...stretches.values()];
}

/** Pure: some of many, each with the same chance, in their order. */
export function someOf<T>(many: readonly T[], most: number, next: () => number): T[] {
  if (many.length <= most) {
    return [...many];
  }
  const places = many.slice(0, most).map((_, place) => place);
  for (let place = most; place < many.length; place += 1) {
    const other = Math.floor(next() * (place + 1));
    if (other < most) {
      places[other] = place;
    }
  }
  return places.sort((one, other) => one - other).map((place) => many[place]);
}

/** Pure: the lines that lie wholly in a stretch. What is cut at its ends is left out. */
export function wholeLines(text: string, { start, end, size }: Stretch): string[] {
  const lines = text.split('\n');
  const whole = lines.slice(start === 0 ? 0 : 1, end === size ? undefined : -1);
  return whole.map((line) => line.replace(/\r$/, '')).filter((line) => line.trim() !== '');
}

function objectAt(objects: readonly DataObject[], place: number): DataObject & { readonly from: number } {
  let before = 0;
  for (const object of objects) {
    if (place < before + object.size) {
      return { ...object, from: place - before };
    }
    before += object.size;
  }
  return { ...objects[objects.length - 1], from: 0 };
}
