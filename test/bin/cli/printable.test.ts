import { cell, printable, printableJson, printableLines } from '../../../bin/cli/printable';

const HOSTILE: readonly [string, string, string][] = [
  ['an escape sequence', 'a\u001b[31mb', 'a\\u001b[31mb'],
  ['a line feed', 'a\nb', 'a\\u000ab'],
  ['a carriage return', 'a\rb', 'a\\u000db'],
  ['a C1 control character', 'a\u009bb', 'a\\u009bb'],
  ['an override of the direction', 'a\u202eb', 'a\\u202eb'],
  ['a zero-width space', 'a\u200bb', 'a\\u200bb'],
  ['a line separator', 'a\u2028b', 'a\\u2028b'],
  ['half a character', 'a\ud83db', 'a\\ud83db'],
  ['a tag character, of two halves', 'a\u{e0041}b', 'a\\udb40\\udc41b'],
];

test.each(HOSTILE)('%s is written out', (_what, text, expected) => {
  expect(printable(text)).toBe(expected);
});

test('what people write stays as it is', () => {
  expect(printable('Größe 漢字 🙂 – "x"')).toBe('Größe 漢字 🙂 – "x"');
});

test('a text of several lines keeps its lines, and nothing else that a terminal acts on', () => {
  expect(printableLines('a\nb\r\u001b')).toBe('a\nb\\u000d\\u001b');
});

test.each(HOSTILE)('JSON with %s is the same JSON, without it', (_what, text) => {
  const json = printableJson({ text }, 2);
  expect(JSON.parse(json)).toEqual({ text });
  expect(json).not.toMatch(/[^\P{C}\n]/u);
});

test('a cell is one line of at most 100 characters', () => {
  expect(cell('x'.repeat(100))).toBe('x'.repeat(100));
  expect(cell('x'.repeat(101))).toBe(`${'x'.repeat(99)}…`);
  expect([...cell('🙂'.repeat(300))]).toHaveLength(100);
  expect(cell(undefined)).toBe('');
  expect(cell(0)).toBe('0');
});
