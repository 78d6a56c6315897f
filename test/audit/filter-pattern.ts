/**
 * As much of CloudWatch Logs' JSON filter patterns as we use, and no more: what it does not know is an error, and so is what
 * the documentation leaves open (a wildcard within a text, `&&` beside `||` without parentheses).
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
 */
export function matches(pattern: string, event: object, semantics: Semantics = {}): boolean {
  return new Parser(tokensOf(pattern)).pattern()(event, semantics);
}

export interface Semantics {
  /** What `!=` says of a field that is not there. Documentation is silent; trying it says `false`. */
  readonly missingDiffers?: boolean;
}

type Test = (event: object, semantics: Semantics) => boolean;

const TOKEN = /\s*(\{|\}|\(|\)|&&|\|\||!=|<=|>=|=|<|>|\$(?:\.[A-Za-z_]\w*|\[\d+\])+|"(?:[^"\\]|\\.)*"|[A-Z]+\b|-?\d+(?:\.\d+)?)/y;
const LONGEST = 1024;

function tokensOf(pattern: string): string[] {
  if (pattern.length > LONGEST) {
    throw new Error(`a pattern has at most ${LONGEST} characters: got ${pattern.length}`);
  }
  const tokens: string[] = [];
  const end = pattern.trimEnd().length;
  for (TOKEN.lastIndex = 0; TOKEN.lastIndex < end;) {
    const from = TOKEN.lastIndex;
    const match = TOKEN.exec(pattern);
    if (match === null) {
      throw new Error(`not a pattern that we know, from: ${pattern.slice(from, from + 30)}`);
    }
    tokens.push(match[1]);
  }
  return tokens;
}

class Parser {
  private place = 0;

  constructor(private readonly tokens: readonly string[]) {}

  public pattern(): Test {
    this.expect('{');
    const test = this.expression();
    this.expect('}');
    if (this.place !== this.tokens.length) {
      throw new Error(`more after the end: ${this.tokens[this.place]}`);
    }
    return test;
  }

  private expression(): Test {
    const tests = [this.unit()];
    const operator = this.peek();
    while (this.peek() === '&&' || this.peek() === '||') {
      if (this.next() !== operator) {
        throw new Error('&& beside || without parentheses: which binds first is not documented');
      }
      tests.push(this.unit());
    }
    return operator === '||'
      ? (event, semantics) => tests.some((test) => test(event, semantics))
      : (event, semantics) => tests.every((test) => test(event, semantics));
  }

  private unit(): Test {
    if (this.peek() === '(') {
      this.expect('(');
      const test = this.expression();
      this.expect(')');
      return test;
    }
    return this.comparison();
  }

  private comparison(): Test {
    const selector = this.next();
    if (!selector.startsWith('$')) {
      throw new Error(`a comparison begins with a field: got ${selector}`);
    }
    const field = (event: object) => valueAt(event, selector);
    const operator = this.next();
    switch (operator) {
      case 'EXISTS':
        return (event) => field(event) !== undefined;
      case 'NOT':
        this.expect('EXISTS');
        return (event) => field(event) === undefined;
      case 'IS':
        return is(field, this.next());
      case '=':
      case '!=':
        return equals(field, this.next(), operator === '!=');
      default:
        return compares(field, operator, this.next());
    }
  }

  private peek(): string | undefined {
    return this.tokens[this.place];
  }

  private next(): string {
    const token = this.tokens[this.place++];
    if (token === undefined) {
      throw new Error('the pattern ends too early');
    }
    return token;
  }

  private expect(wanted: string): void {
    const token = this.next();
    if (token !== wanted) {
      throw new Error(`${wanted} belongs here: got ${token}`);
    }
  }
}

type Field = (event: object) => unknown;

function is(field: Field, word: string): Test {
  const values = new Map<string, unknown>([['TRUE', true], ['FALSE', false], ['NULL', null]]);
  if (!values.has(word)) {
    throw new Error(`IS takes TRUE, FALSE or NULL: got ${word}`);
  }
  return (event) => field(event) === values.get(word);
}

function equals(field: Field, token: string, negated: boolean): Test {
  const same = token.startsWith('"') ? like(JSON.parse(token) as string) : (value: unknown) => value === Number(token);
  return (event, { missingDiffers = false }) => {
    const value = field(event);
    return value === undefined ? negated && missingDiffers : same(value) !== negated;
  };
}

function compares(field: Field, operator: string, token: string): Test {
  const limit = Number(token);
  const tests = new Map<string, (value: number) => boolean>([
    ['<', (value) => value < limit], ['<=', (value) => value <= limit], ['>', (value) => value > limit], ['>=', (value) => value >= limit],
  ]);
  const test = tests.get(operator);
  if (test === undefined || Number.isNaN(limit)) {
    throw new Error(`not a comparison: ${operator} ${token}`);
  }
  return (event) => {
    const value = field(event);
    return typeof value === 'number' && test(value);
  };
}

function like(text: string): (value: unknown) => boolean {
  const inner = text.replace(/^\*|\*$/g, '');
  if (inner.includes('*') || (text.startsWith('*') && text.endsWith('*') && text.length > 1)) {
    throw new Error(`a wildcard stands at the beginning or the end: got ${text}`);
  }
  return (value) => typeof value === 'string'
    && (text.startsWith('*') ? value.endsWith(inner) : text.endsWith('*') ? value.startsWith(inner) : value === text);
}

function valueAt(event: object, selector: string): unknown {
  const steps = [...selector.matchAll(/\.(\w+)|\[(\d+)\]/g)].map(([, name, index]) => name ?? index);
  return steps.reduce<unknown>((value, step) => typeof value === 'object' && value !== null && Object.hasOwn(value, step)
    ? (value as Record<string, unknown>)[step] : undefined, event);
}
