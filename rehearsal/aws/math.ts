import { Tokenizer } from './tokenizer';

/** A series of values by time; what has no value at a time is missing there. */
export type Series = ReadonlyMap<number, number>;
type Value = number | undefined;
type Term = (at: number) => Value;

const TOKENIZER = new Tokenizer(/\s*(\d+(?:\.\d+)?|[A-Za-z_]\w*|<=|>=|==|!=|&&|\|\||[-+*/()[\]<>,])/y, unknown);

const LEVELS = [['||'], ['&&'], ['<', '<=', '>', '>=', '==', '!='], ['+', '-'], ['*', '/']];

/** What `FILL` makes of a metric without a value in the whole time. */
type Filling = 'zeros' | 'nothing';

/**
 * As much of metric math as our alarms use: IF, FILL with a number, SUM of series, arithmetic, comparisons. A period in which a
 * part is missing has no value. https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
 */
export function evaluate(
  expression: string, metrics: Readonly<Record<string, Series>>, times: readonly number[], fillOfNothing: Filling = 'zeros',
): Series {
  const parser = new Parser(expression, metrics, fillOfNothing === 'zeros' ? [] : times);
  const term = parser.whole();
  return new Map(times.flatMap((at) => {
    const value = term(at);
    return value === undefined || !Number.isFinite(value) ? [] : [[at, value]];
  }));
}

class Parser {
  private readonly tokens: readonly string[];
  private at = 0;

  /** @param within times of which one at least must have a value, or `FILL` makes none */
  constructor(
    private readonly text: string, private readonly metrics: Readonly<Record<string, Series>>,
    private readonly within: readonly number[],
  ) {
    this.tokens = TOKENIZER.wordsOf(text);
  }

  public whole(): Term {
    const term = this.binary(0);
    if (this.at < this.tokens.length) {
      throw this.unknown(this.tokens.slice(this.at).join(' '));
    }
    return term;
  }

  private binary(level: number): Term {
    if (level === LEVELS.length) {
      return this.unary();
    }
    let left = this.binary(level + 1);
    while (LEVELS[level].includes(this.tokens[this.at])) {
      const operator = this.tokens[this.at++];
      const [one, other] = [left, this.binary(level + 1)];
      left = (at) => {
        const [a, b] = [one(at), other(at)];
        return a === undefined || b === undefined ? undefined : applied(operator, a, b);
      };
    }
    return left;
  }

  private unary(): Term {
    const token = this.tokens[this.at++];
    if (token === '-') {
      const inner = this.unary();
      return (at) => {
        const value = inner(at);
        return value === undefined ? undefined : -value;
      };
    }
    if (token === '(') {
      const inner = this.binary(0);
      this.expect(')');
      return inner;
    }
    if (token !== undefined && /^\d/.test(token)) {
      return () => Number(token);
    }
    if (token === 'IF') {
      const [condition, yes, no] = this.given(3);
      return (at) => {
        const value = condition(at);
        return value === undefined ? undefined : value !== 0 ? yes(at) : no(at);
      };
    }
    if (token === 'SUM') {
      return this.sum();
    }
    if (token === 'FILL') {
      const [series, instead] = this.given(2);
      const empty = this.within.length > 0 && this.within.every((at) => series(at) === undefined);
      return (at) => empty ? undefined : series(at) ?? instead(at);
    }
    if (token !== undefined && Object.hasOwn(this.metrics, token)) {
      return (at) => this.metrics[token].get(at);
    }
    throw this.unknown(token ?? 'the end');
  }

  /** Of several series: a value wherever one of them has one. */
  private sum(): Term {
    this.expect('(');
    this.expect('[');
    const terms = this.list();
    this.expect(']');
    this.expect(')');
    return (at) => {
      const values = terms.map((term) => term(at)).filter((value) => value !== undefined);
      return values.length === 0 ? undefined : values.reduce((sum, value) => sum + value, 0);
    };
  }

  private list(): Term[] {
    const terms: Term[] = [];
    do {
      terms.push(this.binary(0));
    } while (this.tokens[this.at] === ',' && this.at++ >= 0);
    return terms;
  }

  private given(count: number): Term[] {
    this.expect('(');
    const terms = this.list();
    this.expect(')');
    if (terms.length !== count) {
      throw this.unknown(`a call with ${terms.length} arguments`);
    }
    return terms;
  }

  private expect(token: string): void {
    if (this.tokens[this.at++] !== token) {
      throw this.unknown(`${this.tokens[this.at - 1] ?? 'the end'} in place of ${token}`);
    }
  }

  private unknown(what: string): Error {
    return unknown(what, this.text);
  }
}

function unknown(what: string, expression: string): Error {
  return new Error(`the simulated CloudWatch does not know ${what} in the expression ${expression}`);
}

function applied(operator: string, a: number, b: number): number {
  switch (operator) {
    case '+': return a + b;
    case '-': return a - b;
    case '*': return a * b;
    case '/': return a / b;
    case '<': return Number(a < b);
    case '<=': return Number(a <= b);
    case '>': return Number(a > b);
    case '>=': return Number(a >= b);
    case '==': return Number(a === b);
    case '!=': return Number(a !== b);
    case '&&': return Number(a !== 0 && b !== 0);
    default: return Number(a !== 0 || b !== 0);
  }
}
