import { isDeepStrictEqual } from 'node:util';
import { validation } from '../error';
import { Tokenizer } from '../tokenizer';

/** Expressions by https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.html */

/** An item as the document client shows it. */
export type Item = Readonly<Record<string, unknown>>;

/** What a request says beside its expressions. */
export interface Placeholders {
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
  readonly ExpressionAttributeValues?: Readonly<Record<string, unknown>>;
}

/** Sets and removes attributes, as in `SET #a = :a, #b = #b + :one REMOVE #c`. */
export type Update = (item: Item) => Item;
export type Condition = (item: Item | undefined) => boolean;

type Operand = (item: Item | undefined) => unknown;

const TOKENIZER = new Tokenizer(/\s*(#[A-Za-z0-9_]+|:[A-Za-z0-9_]+|[A-Za-z_]+|<>|<=|>=|[=<>(),.+-])/y, (rest) => invalid(`Syntax error at ${rest}`));
const MISSING = Symbol('an attribute that is not there');

/**
 * As much of DynamoDB's expressions as our handlers use; anything else throws, so that no test rests on a meaning that this
 * file only guesses. Names must be placeholders: that keeps every reserved word out of the question.
 */
export class Expressions {
  private readonly used = new Set<string>();

  constructor(private readonly placeholders: Placeholders) {}

  public condition(text: string | undefined): Condition {
    if (text === undefined) {
      return () => true;
    }
    const tokens = new Tokens(text);
    const condition = this.or(tokens);
    tokens.end();
    return condition;
  }

  public update(text: string): Update {
    const tokens = new Tokens(text);
    const steps: ((item: Item, before: Item) => Item)[] = [];
    for (let clause = tokens.takeAny(['SET', 'REMOVE']); clause !== undefined; clause = tokens.takeAny(['SET', 'REMOVE'])) {
      do {
        const path = this.path(tokens);
        if (clause === 'REMOVE') {
          steps.push((item) => removed(item, path));
          continue;
        }
        tokens.expect('=');
        const value = this.sum(tokens);
        steps.push((item, before) => assigned(item, path, value(before)));
      } while (tokens.take(','));
    }
    tokens.end();
    if (steps.length === 0) {
      throw invalid(`an update that neither sets nor removes: ${text}`);
    }
    return (before) => steps.reduce<Item>((after, step) => step(after, before), before); // every value is of the item as it was
  }

  /** DynamoDB refuses placeholders that no expression uses. */
  public settle(): void {
    const { ExpressionAttributeNames = {}, ExpressionAttributeValues = {} } = this.placeholders;
    const given = [ExpressionAttributeNames, ExpressionAttributeValues].flatMap((each) => Object.keys(each));
    const unused = given.filter((name) => !this.used.has(name));
    if (unused.length > 0) {
      throw invalid(`Value unused in expressions: ${unused.join(', ')}`);
    }
  }

  private sum(tokens: Tokens): Operand {
    const left = this.settable(tokens);
    const sign = tokens.takeAny(['+', '-']);
    if (sign === undefined) {
      return left;
    }
    const right = this.settable(tokens);
    return (item) => {
      const [one, other] = [left(item), right(item)];
      if (typeof one !== 'number' || typeof other !== 'number') {
        throw invalid('An operand in the update expression has an incorrect data type');
      }
      return sign === '+' ? one + other : one - other;
    };
  }

  private settable(tokens: Tokens): Operand {
    if (!tokens.take('if_not_exists')) {
      return this.operand(tokens);
    }
    tokens.expect('(');
    const there = this.valueAt(this.path(tokens));
    tokens.expect(',');
    const instead = this.operand(tokens);
    tokens.expect(')');
    return (item) => (there(item) === MISSING ? instead(item) : there(item));
  }

  private or(tokens: Tokens): Condition {
    let left = this.and(tokens);
    while (tokens.take('OR')) {
      const [one, other] = [left, this.and(tokens)];
      left = (item) => one(item) || other(item);
    }
    return left;
  }

  private and(tokens: Tokens): Condition {
    let left = this.not(tokens);
    while (tokens.take('AND')) {
      const [one, other] = [left, this.not(tokens)];
      left = (item) => one(item) && other(item);
    }
    return left;
  }

  private not(tokens: Tokens): Condition {
    if (tokens.take('NOT')) {
      const inner = this.not(tokens);
      return (item) => !inner(item);
    }
    if (tokens.take('(')) {
      const inner = this.or(tokens);
      tokens.expect(')');
      return inner;
    }
    return this.called(tokens) ?? this.compared(tokens);
  }

  private called(tokens: Tokens): Condition | undefined {
    const name = tokens.takeAny(['attribute_exists', 'attribute_not_exists', 'begins_with']);
    if (name === undefined) {
      return undefined;
    }
    tokens.expect('(');
    const path = this.valueAt(this.path(tokens));
    if (name !== 'begins_with') {
      tokens.expect(')');
      return (item) => (path(item) !== MISSING) === (name === 'attribute_exists');
    }
    tokens.expect(',');
    const prefix = this.operand(tokens);
    tokens.expect(')');
    return (item) => {
      const [text, start] = [path(item), prefix(item)];
      return typeof text === 'string' && typeof start === 'string' && text.startsWith(start);
    };
  }

  private compared(tokens: Tokens): Condition {
    const left = this.operand(tokens);
    if (tokens.take('BETWEEN')) {
      const low = this.operand(tokens);
      tokens.expect('AND');
      const high = this.operand(tokens);
      return (item) => compare('>=', left(item), low(item)) && compare('<=', left(item), high(item));
    }
    const comparator = tokens.takeAny(['=', '<>', '<=', '>=', '<', '>']);
    if (comparator === undefined) {
      throw invalid(`no comparison that this fake knows: ${tokens.text}`);
    }
    const right = this.operand(tokens);
    return (item) => compare(comparator, left(item), right(item));
  }

  private operand(tokens: Tokens): Operand {
    const value = tokens.takeIf((token) => token.startsWith(':'));
    if (value === undefined) {
      return this.valueAt(this.path(tokens));
    }
    const values = this.placeholders.ExpressionAttributeValues ?? {};
    if (!Object.hasOwn(values, value)) {
      throw invalid(`An expression attribute value used in expression is not defined: ${value}`);
    }
    this.used.add(value);
    return () => values[value];
  }

  private path(tokens: Tokens): string[] {
    const path: string[] = [];
    do {
      const name = tokens.takeIf((token) => token.startsWith('#'));
      const attribute = name === undefined ? undefined : this.placeholders.ExpressionAttributeNames?.[name];
      if (name === undefined || attribute === undefined) {
        throw invalid(`a name that is no placeholder, or an undefined one, at ${name ?? tokens.rest()}: ${tokens.text}`);
      }
      this.used.add(name);
      path.push(attribute);
    } while (tokens.take('.'));
    return path;
  }

  private valueAt(path: readonly string[]): Operand {
    return (item) => path.reduce<unknown>((value, name) => typeof value === 'object' && value !== null && Object.hasOwn(value, name)
      ? (value as Item)[name] : MISSING, item);
  }
}

function assigned(item: Item, [name, ...deeper]: readonly string[], value: unknown): Item {
  if (value === MISSING) {
    throw invalid('The provided expression refers to an attribute that does not exist in the item');
  }
  if (deeper.length === 0) {
    return { ...item, [name]: value };
  }
  const inner = item[name];
  if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) {
    throw invalid('The document path provided in the update expression is invalid for update');
  }
  return { ...item, [name]: assigned(inner as Item, deeper, value) };
}

function removed(item: Item, [name, ...deeper]: readonly string[]): Item {
  const { [name]: inner, ...rest } = item;
  return deeper.length === 0 || typeof inner !== 'object' || inner === null ? rest : { ...rest, [name]: removed(inner as Item, deeper) };
}

/** An attribute that is missing, or of another type, satisfies no comparison but `<>`. */
function compare(comparator: string, left: unknown, right: unknown): boolean {
  if (comparator === '=' || comparator === '<>') {
    const equal = left !== MISSING && right !== MISSING && isDeepStrictEqual(left, right);
    return equal === (comparator === '=');
  }
  if (typeof left !== typeof right || (typeof left !== 'string' && typeof left !== 'number')) {
    return false;
  }
  const order = typeof left === 'string' ? Buffer.compare(Buffer.from(left), Buffer.from(right as string)) : left - (right as number);
  return comparator === '<' ? order < 0 : comparator === '<=' ? order <= 0 : comparator === '>' ? order > 0 : order >= 0;
}

class Tokens {
  private readonly tokens: readonly string[];
  private at = 0;

  constructor(public readonly text: string) {
    this.tokens = TOKENIZER.wordsOf(text);
  }

  public take(token: string): boolean {
    return this.takeIf((next) => next === token) !== undefined;
  }

  public takeAny(tokens: readonly string[]): string | undefined {
    return this.takeIf((next) => tokens.includes(next));
  }

  public takeIf(wanted: (token: string) => boolean): string | undefined {
    const next = this.tokens[this.at];
    if (next === undefined || !wanted(next)) {
      return undefined;
    }
    this.at++;
    return next;
  }

  public expect(token: string): void {
    if (!this.take(token)) {
      throw invalid(`expected ${token} at ${this.rest()}: ${this.text}`);
    }
  }

  public end(): void {
    if (this.at < this.tokens.length) {
      throw invalid(`more than this fake knows at ${this.rest()}: ${this.text}`);
    }
  }

  public rest(): string {
    return this.tokens.slice(this.at).join(' ') || 'the end';
  }
}

/** What DynamoDB answers to a request that makes no sense. */
export function invalid(message: string): Error {
  return validation(message);
}
