// a terminal acts on these, or hides them: control and format characters, half characters, line and paragraph separators
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;
const UNPRINTABLE_BUT_LINE_FEED = /[^\P{Cc}\n]|[\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;
const LONGEST_CELL = 100;

/** Text that does nothing to a terminal: what it would act on or hide is written out, such as `\u001b`. */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, written);
}

/** The same for text of several lines. */
export function printableLines(text: string): string {
  return text.replace(UNPRINTABLE_BUT_LINE_FEED, written);
}

/** For a cell of a table: one line, and not endless. */
export function cell(value: unknown): string {
  const text = printable(value === undefined || value === null ? '' : String(value));
  const characters = [...text];
  return characters.length > LONGEST_CELL ? `${characters.slice(0, LONGEST_CELL - 1).join('')}…` : text;
}

/** JSON for people and programs: still JSON, and nothing in it that a terminal acts on. */
export function printableJson(value: unknown, indent?: number): string {
  // a raw line feed is the layout's; those of values are written out already
  return printableLines(JSON.stringify(value, undefined, indent));
}

/** As JSON writes it, so that the result is the same inside a JSON text. */
function written(character: string): string {
  return [...Array(character.length).keys()]
    .map((place) => `\\u${character.charCodeAt(place).toString(16).padStart(4, '0')}`).join('');
}
