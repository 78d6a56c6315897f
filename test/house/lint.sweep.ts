import { Complaint, lintPlanted } from './planted-house';
import { ALLOWED, FORBIDDEN, IMPORTED } from './planted-sources';

// docs/decisions/0002, by floor: an area may import what lies below it. Governance looks at constructs from outside.
const FLOORS = [
  ['core'], ['network', 'artifacts', 'audit'], ['registry'], ['serving', 'training'], ['monitoring', 'api'], ['stacks'],
];
const AREAS = [...FLOORS.flat(), 'governance'];

function mayImport(area: string, other: string): boolean {
  if (area === 'governance' || other === 'governance') {
    return area === 'governance' && other === 'core';
  }
  const floorOf = (name: string) => FLOORS.findIndex((floor) => floor.includes(name));
  return floorOf(other) < floorOf(area);
}

const ARROWS = AREAS.flatMap((area) => AREAS.filter((other) => other !== area).map((other) => ({ area, other })));

// a file per arrow, each with one import
const arrowFile = (area: string, other: string) => `lib/${area}/imports-${other}.ts`;
const arrows = Object.fromEntries(ARROWS.map(({ area, other }) =>
  [arrowFile(area, other), `export { part } from '../${other}/part';\n`]));
const parts = Object.fromEntries(AREAS.map((area) => [`lib/${area}/part.ts`, 'export const part = 1;\n']));

let complaints: Map<string, Complaint[]>;
beforeAll(() => {
  const planted = Object.fromEntries([...FORBIDDEN, ...ALLOWED].map(({ file, source }) => [file, source]));
  complaints = lintPlanted({ ...arrows, ...parts, ...IMPORTED, ...planted });
}, 120_000);

/** The rules that a planted file breaks, each once. */
function brokenBy(file: string): string[] {
  const found = complaints.get(file);
  if (found === undefined) {
    throw new Error(`${file} was not linted`);
  }
  return [...new Set(found.map(({ rule }) => rule))];
}

describe('lint holds the house', () => {
  test.each(ARROWS.filter(({ area, other }) => !mayImport(area, other)))('$area does not import $other', ({ area, other }) => {
    expect(brokenBy(arrowFile(area, other))).toContain('import/no-restricted-paths');
  });

  test.each(ARROWS.filter(({ area, other }) => mayImport(area, other)))('$area may import $other', ({ area, other }) => {
    expect(brokenBy(arrowFile(area, other))).not.toContain('import/no-restricted-paths');
  });

  test.each(FORBIDDEN)('fails on $what', ({ file, rule }) => {
    expect(brokenBy(file)).toContain(rule);
  });

  test.each(ALLOWED)('passes $what', ({ file }) => {
    const rules = new Set(['parse', 'import/no-unresolved', ...FORBIDDEN.map(({ rule }) => rule)]);
    rules.delete('import/no-extraneous-dependencies'); // which packages there are is not what this is about
    expect(brokenBy(file).filter((rule) => rules.has(rule))).toEqual([]);
  });
});
