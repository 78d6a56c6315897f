import { argumentsOf, Rule } from './definition';

/** Paths and errors by https://states-language.net and https://docs.aws.amazon.com/step-functions/latest/dg/amazon-states-language-paths.html */

/** What a state machine calls an error; `States.*` are its own. */
export class StatesError extends Error {
  constructor(public readonly error: string, public readonly cause: string) {
    super(`${error}: ${cause}`);
  }
}

export interface Scope { readonly input: unknown; readonly context: unknown }

const MISSING = Symbol('nothing is there');
const SEGMENT = /\.([A-Za-z_][\w-]*)|\['([^'\]]+)'\]|\[(\d+)\]/y;

function segmentsOf(path: string): (string | number)[] {
  const found: (string | number)[] = [];
  SEGMENT.lastIndex = path.startsWith('$$') ? 2 : 1;
  while (SEGMENT.lastIndex < path.length) {
    const match = SEGMENT.exec(path);
    if (match === null) {
      throw new StatesError('States.Runtime', `Invalid path '${path}'`);
    }
    found.push(match[1] ?? match[2] ?? Number(match[3]));
  }
  return found;
}

function lookAt(path: string, { input, context }: Scope): unknown {
  return segmentsOf(path).reduce<unknown>((value, name) => {
    const there = typeof value === 'object' && value !== null && Object.hasOwn(value, name) && Array.isArray(value) === (typeof name === 'number');
    return there ? (value as Record<string | number, unknown>)[name] : MISSING;
  }, path.startsWith('$$') ? context : input);
}

/** The value at a path. Where nothing is, Step Functions fails the execution and no Catch takes it. */
export function valueAt(path: string, scope: Scope): unknown {
  const value = lookAt(path, scope);
  if (value === MISSING) {
    throw new StatesError('States.Runtime', `The JSONPath '${path}' could not be found in the input '${JSON.stringify(scope.input)}'`);
  }
  return value;
}

/** InputPath and OutputPath; null means nothing at all. */
export function narrowed(path: string | null | undefined, scope: Scope): unknown {
  return path === null ? {} : valueAt(path ?? '$', scope);
}

/** Parameters and ResultSelector. */
export function filled(template: unknown, scope: Scope): unknown {
  if (Array.isArray(template)) {
    return template.map((each) => filled(each, scope));
  }
  if (typeof template !== 'object' || template === null) {
    return template;
  }
  return Object.fromEntries(Object.entries(template).map(([name, value]) => name.endsWith('.$')
    ? [name.slice(0, -2), evaluated(String(value), scope)] : [name, filled(value, scope)]));
}

function evaluated(text: string, scope: Scope): unknown {
  const format = /^States\.Format\((.*)\)$/s.exec(text);
  if (format === null) {
    return valueAt(text, scope);
  }
  const [template, ...given] = argumentsOf(format[1]).map((argument) => literal(argument, scope));
  let at = 0;
  const made = String(template).replace(/\\([{}'\\])|\{\}/g, (_hole, escaped: string | undefined) => {
    if (escaped !== undefined) {
      return escaped;
    }
    if (at >= given.length) {
      throw new StatesError('States.IntrinsicFailure', `Invalid arguments in ${text}`);
    }
    const value = given[at++];
    return typeof value === 'string' ? value : JSON.stringify(value);
  });
  if (at !== given.length) {
    throw new StatesError('States.IntrinsicFailure', `Invalid arguments in ${text}`);
  }
  return made;
}

function literal(argument: string, scope: Scope): unknown {
  if (argument.startsWith('$')) {
    return valueAt(argument, scope);
  }
  return argument.startsWith('\'') ? argument.slice(1, -1).replace(/\\'/g, '\'') : JSON.parse(argument);
}

/** ResultPath: where a result goes in the input; null drops it. */
export function placed(path: string | null | undefined, input: unknown, result: unknown): unknown {
  if (path === null) {
    return input;
  }
  const segments = segmentsOf(path ?? '$');
  if (segments.length === 0) {
    return result;
  }
  const copy = structuredClone(input) as Record<string | number, unknown>;
  let at = copy;
  for (const name of segments.slice(0, -1)) {
    const inner = at[name];
    at[name] = typeof inner === 'object' && inner !== null ? inner : {};
    at = at[name] as Record<string | number, unknown>;
  }
  at[segments[segments.length - 1]] = result;
  return copy;
}

/** Whether a rule of a Choice holds. */
export function holds(rule: Rule, scope: Scope): boolean {
  if (rule.And !== undefined) {
    return (rule.And as Rule[]).every((each) => holds(each, scope));
  }
  if (rule.Or !== undefined) {
    return (rule.Or as Rule[]).some((each) => holds(each, scope));
  }
  if (rule.Not !== undefined) {
    return !holds(rule.Not as Rule, scope);
  }
  const [test, wanted] = Object.entries(rule).find(([name]) => !['Variable', 'Next', 'Comment'].includes(name)) ?? ['', undefined];
  if (test === 'IsPresent') {
    return (lookAt(String(rule.Variable), scope) !== MISSING) === wanted;
  }
  const value = valueAt(String(rule.Variable), scope);
  switch (test) {
    case 'IsNull': return (value === null) === wanted;
    case 'IsString': return (typeof value === 'string') === wanted;
    case 'IsNumeric': return (typeof value === 'number') === wanted;
    case 'IsBoolean': return (typeof value === 'boolean') === wanted;
    case 'StringMatches': return typeof value === 'string' && matches(String(wanted), value);
    default: return compared(test, value, test.endsWith('Path') ? valueAt(String(wanted), scope) : wanted);
  }
}

const COMPARISON = /^(String|Numeric|Boolean)(Equals|LessThan|GreaterThan|LessThanEquals|GreaterThanEquals)(?:Path)?$/;

function compared(test: string, value: unknown, wanted: unknown): boolean {
  const [, type, how] = COMPARISON.exec(test) ?? [];
  const wantedType = { String: 'string', Numeric: 'number', Boolean: 'boolean' }[type ?? ''];
  if (typeof value !== wantedType || typeof wanted !== wantedType) {
    return false; // a value of another type fits no comparison
  }
  const [one, other] = [value as string, wanted as string];
  switch (how) {
    case 'Equals': return one === other;
    case 'LessThan': return one < other;
    case 'GreaterThan': return one > other;
    case 'LessThanEquals': return one <= other;
    default: return one >= other;
  }
}

function matches(pattern: string, text: string): boolean {
  const source = pattern.replace(/\\\*|[.+?^${}()|[\]\\]|\*/g, (found) => (found === '*' ? '.*' : found === '\\*' ? '\\*' : `\\${found}`));
  return new RegExp(`^${source}$`, 's').test(text);
}
