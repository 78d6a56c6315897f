import { Duration, Stack, Token } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { InvalidProps, Problem, shown } from './invalid-props';

/** Says what is wrong with values that are known now, or nothing. */
export type Judge<T> = (values: T) => string | undefined;

/** The values a number may take, both ends included. */
export interface Range {
  readonly min: number;
  readonly max: number;
  /** Fractions are refused. */
  readonly whole?: boolean;
  /** What stands behind the numbers in a message, e.g. `seconds`. */
  readonly unit?: string;
  /** What the user can do instead. */
  readonly hint?: string;
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
    return value === undefined ? this : this.that(code, { value }, (known) => outside(prop, known.value, range));
  }

  /** Adds a problem that somebody else found. */
  public report(code: string, message: string | undefined): this {
    if (message !== undefined) {
      this.problems.push({ code, message });
    }
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
  const fits = typeof value === 'number' && value >= min && value <= max && (whole !== true || Number.isInteger(value));
  const rule = `must be ${whole === true ? 'a whole number ' : ''}from ${min} to ${max}${unit === undefined ? '' : ` ${unit}`}`;
  return fits ? undefined : `\`${prop}\` ${rule}: got ${shown(value)}${hint === undefined ? '' : `; ${hint}`}`;
}

function judgeResolved(scope: IConstruct, { values, judge }: Deferred): string[] {
  const resolved: unknown = Stack.of(scope).resolve(values);
  if (!isPlain(resolved)) {
    return []; // an intrinsic function: only the deployment knows
  }
  const message = judge(resolved as never);
  return message === undefined ? [] : [message];
}

/** Whether a value, or anything in a list or plain record, is a token. Constructs and class instances are not opened. */
function holdsToken(value: unknown): boolean {
  if (Token.isUnresolved(value)) {
    return true;
  }
  if (Array.isArray(value)) {
    return value.some(holdsToken);
  }
  return isRecord(value) && Object.values(value).some(holdsToken);
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

function isRecord(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) {
    return false;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/**
 * A duration in seconds, as CloudFormation wants it. CDK cannot convert a token between units, so a token in another unit
 * is an error that names the way out.
 */
export function inSeconds(prop: string, duration: Duration): number {
  if (duration.isUnresolved() && duration.unitLabel() !== 'seconds') {
    throw new InvalidProps('TokenDurationInSeconds',
      `\`${prop}\` holds a token in ${duration.unitLabel()}, which cannot be converted: give it as Duration.seconds(token)`);
  }
  return duration.toSeconds({ integral: false });
}
