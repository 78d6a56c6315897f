import { Token } from 'aws-cdk-lib';
import { shown } from './shown';

/**
 * What has to be known of a value before anything of it is read. Whether a number or a text is right is for the check of that
 * number or text to say.
 */
export interface Kind {
  /** As in "must be …". */
  readonly rule: string;
  readonly fits: (value: unknown) => boolean;
  /** What each element of a list or record is. */
  readonly each?: Kind;
  /** What the props of a record are. */
  readonly props?: Readonly<Record<string, Kind | undefined>>;
  /** Nothing is wrong as well. */
  readonly needed?: boolean;
  /** What the user can do, where the rule does not say it. */
  readonly hint?: string;
}

/** The kinds of the props of a construct, as far as its other checks do not tell. */
export type Kinds<Props> = { readonly [Prop in keyof Props]?: Kind };

export const FLAG: Kind = { rule: 'true or false', fits: (value) => typeof value === 'boolean' || Token.isUnresolved(value) };
/** Something is made or left out by it, so a token is of no use. */
export const KNOWN_FLAG: Kind = { rule: 'true or false, known at synth', fits: (value) => typeof value === 'boolean' };
/** What is compared with others before anybody asks whether it is in its range. A token of a number is a number. */
export const NUMBER: Kind = { rule: 'a number', fits: (value) => typeof value === 'number' };
export const TEXT: Kind = { rule: 'text', fits: (value) => typeof value === 'string' };
export const DURATION: Kind = thing('a Duration, as in Duration.hours(1)', 'toSeconds', 'isUnresolved');
export const SIZE: Kind = thing('a Size, as in Size.gibibytes(1)', 'toMebibytes', 'isUnresolved');
export const BUCKET: Kind = thing('a bucket, made or imported', 'bucketName', 'arnForObjects');
export const BUCKET_REF: Kind = thing('a bucket, made or imported', 'bucketRef');
export const KEY: Kind = thing('a KMS key, made or imported', 'keyArn', 'addToResourcePolicy');
export const EVENT_BUS: Kind = thing('an event bus, made or imported', 'eventBusName', 'eventBusArn');
export const TOPIC: Kind = thing('an SNS topic, made or imported', 'topicRef');
export const ROLE: Kind = thing('a role, made or imported', 'roleName', 'roleArn', 'grantPrincipal');
export const RECORD: Kind = { rule: 'a plain object', fits: (value) => isReadable(value) };

/** An object with these members, whoever made it: another version of a package has classes of its own. */
export function thing(rule: string, ...members: string[]): Kind {
  return { rule, fits: (value) => typeof value === 'object' && value !== null && members.every((member) => member in value) };
}

/** A list whose elements have checks of their own. A token of a list is refused: nothing could be read of its elements. */
export const LIST: Kind = { rule: 'a list', fits: (value) => Array.isArray(value) && !Token.isUnresolved(value) };

export function listOf(each: Kind): Kind {
  return { ...LIST, each };
}

/** A record under names of the user's. */
export function recordOf(each: Kind): Kind {
  return { ...RECORD, each };
}

/** Props within props. */
export function structOf<Props>(props: Kinds<Props>): Kind {
  // a getter need not be a key of its own
  return { ...RECORD, fits: (value) => isReadable(value, Object.keys(props)), props };
}

/** What may not be left out. All that is missing is told by this. */
export function needed(kind: Kind, hint = kind.hint): Kind {
  return { ...kind, needed: true, hint };
}

/** All that will be read of it is read, since a proxy or a getter may throw; `toJSON` is what JSON asks for. */
function isReadable(value: unknown, props: readonly string[] = []): boolean {
  return isRecord(value) && [...Object.keys(value), ...props].every((name) => name !== '__proto__' && [value[name]].length === 1)
    && typeof value.toJSON !== 'function';
}

/** A plain object: of no class, and no list. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) {
    return false;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** What is wrong with the kinds of props. `null` is of no kind: it is neither a value nor left out. */
export function wrongKinds<Props extends object>(props: Props, kinds: Kinds<Props>): string[] {
  const all = Object.keys({ ...props, ...kinds }) as (keyof Props & string)[];
  return all.flatMap((prop) => wrongKind(prop, props[prop], kinds[prop]));
}

/** What is wrong with the kind of one value; all of its elements, if it has any. */
export function wrongKind(prop: string, value: unknown, kind?: Kind): string[] {
  if (value === undefined && kind?.needed !== true) {
    return [];
  }
  if (kind === undefined) {
    return value === null ? [`\`${prop}\` must be a value or left out: got null`] : [];
  }
  if (!suits(value, kind)) {
    return [`\`${prop}\` must be ${kind.rule}: got ${shown(value)}${kind.hint === undefined ? '' : `; ${kind.hint}`}`];
  }
  const { each, props = {} } = kind;
  const elements = each === undefined ? [] : Object.entries(value as object);
  return [
    ...Object.entries(props).flatMap(([name, inner]) => wrongKind(`${prop}.${name}`, (value as Readonly<Record<string, unknown>>)[name], inner)),
    ...elements.flatMap(([name, inner]) =>
      wrongKind(Array.isArray(value) ? `${prop}[${name}]` : `${prop}.${shown(name).slice(1, -1)}`, inner, needed(each!))),
  ];
}

/** A proxy may throw when it is looked at, and a getter when it is read. */
function suits(value: unknown, { fits }: Kind): boolean {
  try {
    return fits(value);
  } catch {
    return false;
  }
}
