/** Cuts texts of one small language into its words, each text once: handlers and alarms ask with the same few. */
export class Tokenizer {
  private readonly known = new Map<string, readonly string[]>();

  /**
   * @param word one word as its first group, with white space before it; sticky
   * @param refused what is thrown where no word begins
   */
  constructor(private readonly word: RegExp, private readonly refused: (rest: string, text: string) => Error) {}

  public wordsOf(text: string): readonly string[] {
    const words = this.known.get(text) ?? this.cut(text);
    this.known.set(text, words);
    return words;
  }

  private cut(text: string): string[] {
    const words: string[] = [];
    this.word.lastIndex = 0;
    while (this.word.lastIndex < text.trimEnd().length) {
      const from = this.word.lastIndex;
      const match = this.word.exec(text);
      if (match === null) {
        throw this.refused(text.slice(from), text);
      }
      words.push(match[1]);
    }
    return words;
  }
}
