import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** docs/fault-cases.md says of each case how it is known. */

const ROOT = join(__dirname, '../..');
const text = (file: string) => readFileSync(join(ROOT, file), 'utf8');
const DOCUMENT = text('docs/fault-cases.md');
const CASES = 42;

/** Titles of tests; what varies in one is `…`. */
const TITLES = ['fault-cases.test.ts', 'fault-cases-machinery.test.ts'].flatMap((file) =>
  [...text(`test/rehearsal/${file}`).matchAll(/(?<=^|[\s(,[])(['`])([FG]\d+ (?:\\.|(?!\1).)+)\1/gm)]
    .map(([, , title]) => title.replaceAll(/\$\{[^}]+\}/g, '…').replaceAll('\\\'', '\'')));
const ROWS = [...DOCUMENT.matchAll(/^\| F(\d+) \| .+? \| (rehearsed|held|not yet) \| (.+) \|$/gm)]
  .map(([, number, known, where]) => ({ number: Number(number), known, where, titles: named(where) }));

function named(where: string): string[] {
  return [...where.matchAll(/`([^`]+)`/g)].map(([, title]) => title);
}

test('has a row for each case, once, in order', () => {
  expect(ROWS.map(({ number }) => number)).toEqual(Array.from({ length: CASES }, (_each, place) => place + 1));
});

test('every test of a case is in the table or beside it', () => {
  expect(TITLES.length).toBeGreaterThan(CASES);
  const told = named(DOCUMENT.replaceAll('\n', ' '));
  expect(TITLES.filter((title) => !told.includes(title))).toEqual([]);
});

test.each(ROWS)('F$number is $known, and that is so', ({ number, known, where, titles }) => {
  if (known === 'rehearsed') {
    expect(titles.filter((title) => !TITLES.includes(title))).toEqual([]);
    expect(titles.some((title) => title.startsWith(`F${number} `) || title.startsWith('G'))).toBe(true);
  } else if (known === 'held') {
    const [file = ''] = /test\/\S+\.ts/.exec(where) ?? [];
    expect(titles.length).toBeGreaterThan(0);
    titles.forEach((title) => { expect(text(file)).toContain(`'${title}'`); });
  } else {
    expect(TITLES.filter((title) => title.startsWith(`F${number} `))).toEqual([]);
  }
});
