import { Duration, Stack, Token } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { InvalidProps, Problem, shown } from './invalid-props';
import { DURATION, isRecord, Kinds, needed, wrongKind, wrongKinds } from './kinds';

/** Says what is wrong with values that are known now, or nothing. */
export type Judge<T> = (values: T) => string | undefined;

/** The values a number may take, both ends included. */
export interface Range {
  readonly min: number;
  /** Nothing: there is no upper end. */
  readonly max?: number;
  /** Fractions are refused. */
  readonly whole?: boolean;
  /** What stands behind the numbers in a message, e.g. `seconds`. */
  readonly unit?: string;
  /** What the user can do instead. */
  readonly hint?: string;
}

/** An enum of TypeScript, as users write it. */
export interface Enumeration {
  readonly name: string;
  readonly members: Readonly<Record<string, string | number>>;
}

interface Deferred {
  readonly code: string;
  readonly values: object;
  readonly judge: Judge<never>;
}

/**
 * Collects the problems of one object and throws them together.
 *
 * A judge only ever sees plain values. If one of the values it asks for is a token, the question waits until synth, when
 * lazy values are known; what only the deployment knows (a parameter, an attribute of a resource) is passed through.
 */
export class Checks {
  private readonly problems: Problem[] = [];
  private readonly deferred: Deferred[] = [];

  /** Judges `values` now, or at synth if one of them is a token. */
  public that<T extends object>(code: string, values: T, judge: Judge<T>): this {
    if (holdsToken(values)) {
      this.deferred.push({ code, values, judge: judge as Judge<never> });
      return this;
    }
    return this.report(code, judge(values));
  }

  /** Judges one number; `undefined` is somebody else's question. */
  public number(code: string, prop: string, value: number | undefined, range: Range): this {
    return value === undefined ? this : this.that(code, { value }, ({ value: known }) =>
      known === undefined ? undefined : outside(prop, known, range)); // a lazy value may say that there is none
  }

  /** Judges one value of an enum; `undefined` is somebody else's question. `members` is the enum itself. */
  public member(code: string, prop: string, value: unknown, { name, members }: Enumeration): this {
    return value === undefined ? this : this.that(code, { value }, ({ value: known }) =>
      known === undefined ? undefined : noMember(prop, known, name, valuesOf(members)));
  }

  /** Judges what has to be known of props before anything of them is read: settle it before other questions. */
  public kinds<Props extends object>(props: Props, kinds: Kinds<Props>): this {
    wrongKinds(props, kinds).forEach((message) => { this.report('WrongKind', message); });
    return this;
  }

  /** Adds a problem that somebody else found. */
  public report(code: string, message: string | undefined): this {
    if (message !== undefined) {
      this.problems.push({ code, message });
    }
    return this;
  }

  /** Takes over what another object found wrong; its questions about tokens stay its own. */
  public adopt(other: Checks): this {
    this.problems.push(...other.problems);
    return this;
  }

  /**
   * Throws what is wrong, and leaves the questions about tokens with the construct. A value without a construct settles
   * twice: in its constructor, and again in the construct that uses it.
   */
  public settle(scope?: IConstruct): void {
    if (this.problems.length > 0) {
      throw InvalidProps.of(this.problems, scope);
    }
    if (scope !== undefined && this.deferred.length > 0) {
      const deferred = [...this.deferred];
      scope.node.addValidation({ validate: () => deferred.flatMap((question) => judgeResolved(scope, question)) });
    }
  }
}

function outside(prop: string, value: unknown, { min, max, whole, unit, hint }: Range): string | undefined {
  const fits = typeof value === 'number' && value >= min && value <= (max ?? Number.MAX_SAFE_INTEGER)
    && (whole !== true || Number.isInteger(value));
  const bounds = max === undefined ? `of at least ${min}` : `from ${min} to ${max}`;
  const rule = `must be a ${whole === true ? 'whole ' : ''}number ${bounds}${unit === undefined ? '' : ` ${unit}`}`;
  return fits ? undefined : `\`${prop}\` ${rule}: got ${shown(value)}${hint === undefined ? '' : `; ${hint}`}`;
}

function noMember(prop: string, value: unknown, name: string, values: readonly unknown[]): string | undefined {
  return values.includes(value) ? undefined : `\`${prop}\` must be one of ${name} (${values.join(', ')}): got ${shown(value)}`;
}

/** An enum of numbers also holds the name of each number. */
function valuesOf(members: Enumeration['members']): unknown[] {
  return Object.entries(members).filter(([name]) => Number.isNaN(Number(name))).map(([, value]) => value);
}

function judgeResolved(scope: IConstruct, { code, values, judge }: Deferred): string[] {
  let message: string | undefined;
  try {
    const known = resolveTokens(Stack.of(scope), values);
    message = isPlain(known) ? judge(known as never) : undefined; // an intrinsic function: only the deployment knows
  } catch (error) {
    message = `a value cannot be judged (${code}): ${error instanceof Error ? error.message : shown(error)}`;
  }
  return message === undefined ? [] : [message];
}

/** Resolves what `holdsToken` found. CDK's own resolve would open class instances too, and a Duration would lose its methods. */
function resolveTokens(stack: Stack, value: unknown): unknown {
  if (Token.isUnresolved(value)) {
    return stack.resolve(value);
  }
  if (Array.isArray(value)) {
    return value.map((inner) => resolveTokens(stack, inner));
  }
  return isRecord(value)
    ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, resolveTokens(stack, inner)])) : value;
}

/**
 * Whether a value, or anything in a list or plain record, is a token. Constructs and class instances are not opened. A value
 * that cannot be walked (a cycle, a proxy that throws) holds none: the judge will refuse it.
 */
function holdsToken(value: unknown): boolean {
  try {
    return walkForToken(value, new Set());
  } catch {
    return false;
  }
}

function walkForToken(value: unknown, seen: Set<unknown>): boolean {
  if (Token.isUnresolved(value)) {
    return true;
  }
  if (seen.has(value)) {
    return false;
  }
  seen.add(value);
  const inner = Array.isArray(value) ? value : isRecord(value) ? Object.values(value) : [];
  return inner.some((each) => walkForToken(each, seen));
}

/** Whether resolving left plain values and no `Ref` or `Fn::…`. */
function isPlain(value: unknown): boolean {
  if (Array.isArray(value)) {
    return value.every(isPlain);
  }
  if (isRecord(value)) {
    return Object.entries(value).every(([key, inner]) => key !== 'Ref' && !key.startsWith('Fn::') && isPlain(inner));
  }
  return true;
}

/**
 * A duration in seconds, as CloudFormation wants it. CDK cannot convert a token between units, so a token in another unit
 * is an error that names the way out.
 */
export function inSeconds(prop: string, duration: Duration): number {
  demandDuration(prop, duration);
  if (duration.isUnresolved() && duration.unitLabel() !== 'seconds') {
    throw new InvalidProps('TokenDurationInSeconds',
      `\`${prop}\` holds a token in ${duration.unitLabel()}, which cannot be converted: give it as Duration.seconds(token)`);
  }
  return duration.toSeconds({ integral: false });
}

/** Users of JavaScript give numbers where a duration is wanted. */
export function demandDuration(prop: string, duration: Duration): void {
  const [wrong] = wrongKind(prop, duration, needed(DURATION));
  if (wrong !== undefined) {
    throw new InvalidProps('WrongKind', wrong);
  }
}
