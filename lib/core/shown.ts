const LONGEST_ECHO = 64;
// controls, direction overrides, what has no width, halves of characters, line separators: a terminal acts on them or hides them
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** A value as it may stand in a message: at most 64 characters, nothing that a terminal would act on. */
export function shown(value: unknown): string {
  const text = typeof value === 'string' ? `'${cut(value)}'` : cut(describe(value));
  return text.replace(UNPRINTABLE, escaped);
}

function escaped(character: string): string {
  const code = character.codePointAt(0)?.toString(16) ?? '';
  return code.length > 4 ? `\\u{${code}}` : `\\u${code.padStart(4, '0')}`;
}

function cut(text: string): string {
  // the end of the cut may be the first half of a character
  return text.length <= LONGEST_ECHO ? text : `${text.slice(0, LONGEST_ECHO - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}

/** Never runs the value's own code: a hostile toString must not speak in our name. */
function describe(value: unknown): string {
  switch (typeof value) {
    case 'number':
    case 'boolean':
    case 'undefined':
      return String(value);
    case 'bigint':
      return `${value}n`;
    case 'symbol':
    case 'function':
      return `a ${typeof value}`;
    default:
      return value === null ? 'null' : 'an object';
  }
}
