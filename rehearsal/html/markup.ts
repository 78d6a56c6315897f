/** What may stand in a page: text, which is escaped, or markup, which `html` made. */
export type Content = Markup | string | number | undefined | readonly Content[];

/** Markup in which nothing that came from outside is markup. Only `html` makes it. */
export class Markup {
  /** @internal */
  public static _of(text: string): Markup {
    return new Markup(text);
  }

  private constructor(private readonly text: string) {}

  public toString(): string {
    return this.text;
  }
}

/** A piece of a page. Whatever is put in is escaped for text and for attributes in double quotes; markup goes in as it is. */
export function html(pieces: TemplateStringsArray, ...contents: readonly Content[]): Markup {
  return Markup._of(pieces.map((piece, place) => `${piece}${written(contents[place])}`).join(''));
}

function written(content: Content): string {
  if (content === undefined) {
    return '';
  }
  if (content instanceof Markup) {
    return content.toString();
  }
  return typeof content === 'object' ? content.map(written).join('') : escaped(String(content));
}

const NAMES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', '\'': '&#39;' };
// what HTML cannot hold, and what hides or turns round the text beside it; line feeds stay
const UNSEEN = /[^\P{Cc}\n]|[\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

function escaped(text: string): string {
  return text.replace(UNSEEN, (character) => `\\u${character.codePointAt(0)!.toString(16).padStart(4, '0')}`).replace(/[&<>"']/g, (character) => NAMES[character]);
}
