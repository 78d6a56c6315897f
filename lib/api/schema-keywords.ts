import { aws_apigateway as apigateway, Token } from 'aws-cdk-lib';
import { shown } from '../core/invalid-props';
import { isRecord } from '../core/kinds';

/** What a keyword may hold. Only `fits` sees values; a token fits everywhere. */
export interface Keyword {
  /** As in "must be …". */
  readonly rule: string;
  readonly fits: (value: unknown) => boolean;
  /** The schemas that lie in it, each behind its place there. */
  readonly schemas?: (value: unknown) => [string, unknown][];
  /** What it means nothing without. */
  readonly beside?: string;
}

const TYPES: readonly unknown[] = Object.values(apigateway.JsonSchemaType);
/** CDK writes these with a `$` wherever they are keys, also in values that are none of its business. */
const RENAMED = ['ref', 'schema'];
const DEEPEST_VALUE = 50;

const TEXT: Keyword = { rule: 'text', fits: isText };
const NUMBER: Keyword = { rule: 'a finite number', fits: Number.isFinite };
const COUNT: Keyword = { rule: `a whole number from 0 to ${Number.MAX_SAFE_INTEGER}`, fits: (value) => Number.isSafeInteger(value) && (value as number) >= 0 };
const FLAG: Keyword = { rule: 'true or false', fits: isFlag };
const SCHEMAS: Keyword = { rule: 'a list of at least one schema', fits: isFilled, schemas: itself };
const NAMED: Keyword = { rule: 'an object of schemas, none of them called __proto__', fits: isNamed, schemas: named };
const REST: Keyword = { rule: 'true, false or a schema', fits: (value) => isFlag(value) || isRecord(value), schemas: itself };
const DRAFT: Keyword = { rule: 'DRAFT4, which is what the gateway judges by', fits: (value) => value === apigateway.JsonSchemaVersion.DRAFT4 };
const REFERENCE: Keyword = { rule: 'a place in the same schema, as in #/definitions/name', fits: (value) => isText(value) && value.startsWith('#') };

/**
 * The keywords of draft 4, and CDK's names for two of them. The gateway refuses a model with any other.
 *
 * @see https://json-schema.org/draft-04/schema
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/models-mappings-models.html
 */
export const KEYWORDS: ReadonlyMap<string, Keyword> = new Map(Object.entries({
  $schema: DRAFT,
  schema: DRAFT,
  id: TEXT,
  $ref: REFERENCE,
  ref: REFERENCE,
  type: { rule: `${TYPES.join(', ')} or a list of different ones of these`, fits: (value) => TYPES.includes(value) || isSet(value, (each) => TYPES.includes(each)) },
  title: TEXT,
  description: TEXT,
  format: TEXT,
  enum: { rule: 'a list of at least one JSON value, each once and without keys ref or schema, which CDK renames', fits: (value) => isSet(value, isJson) },
  default: { rule: 'JSON without keys ref or schema, which CDK renames', fits: (value) => isJson(value) },
  definitions: NAMED,
  multipleOf: { rule: 'a finite number above 0', fits: (value) => Number.isFinite(value) && (value as number) > 0 },
  maximum: NUMBER,
  exclusiveMaximum: { ...FLAG, beside: 'maximum' },
  minimum: NUMBER,
  exclusiveMinimum: { ...FLAG, beside: 'minimum' },
  maxLength: COUNT,
  minLength: COUNT,
  pattern: { rule: 'a regular expression as text', fits: isPattern },
  items: { rule: 'a schema or a list of at least one', fits: (value) => isRecord(value) || isFilled(value), schemas: itself },
  additionalItems: REST,
  maxItems: COUNT,
  minItems: COUNT,
  uniqueItems: FLAG,
  maxProperties: COUNT,
  minProperties: COUNT,
  required: { rule: 'a list of at least one name, each once', fits: (value) => isSet(value, isText) },
  properties: NAMED,
  patternProperties: { ...NAMED, rule: 'an object of schemas under regular expressions', fits: (value) => isNamed(value) && Object.keys(value).every(isPattern) },
  additionalProperties: REST,
  dependencies: {
    ...NAMED,
    rule: 'an object of schemas, or of lists of at least one name, each once',
    fits: (value) => isNamed(value) && Object.values(value).every((each) => !Array.isArray(each) || isSet(each, isText)),
    schemas: (value) => named(value).filter(([, each]) => !Array.isArray(each)),
  },
  allOf: SCHEMAS,
  anyOf: SCHEMAS,
  oneOf: SCHEMAS,
  not: { rule: 'a schema', fits: isRecord, schemas: itself },
} satisfies Record<string, Keyword>));

function itself(value: unknown): [string, unknown][] {
  if (isFlag(value)) {
    return [];
  }
  return Array.isArray(value) ? value.map((each: unknown, index) => [`[${index}]`, each]) : [['', value]];
}

function named(value: unknown): [string, unknown][] {
  return Object.entries(value as object).map(([name, schema]) => [`.${shown(name).slice(1, -1)}`, schema]); // a name may hold anything
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isFlag(value: unknown): boolean {
  return typeof value === 'boolean';
}

function isFilled(value: unknown): value is unknown[] {
  return Array.isArray(value) && value.length > 0;
}

function isSet(value: unknown, fits: (each: unknown) => boolean): boolean {
  return isFilled(value) && value.every((each) => Token.isUnresolved(each) || fits(each))
    && new Set(value.map((each) => JSON.stringify(each))).size === value.length;
}

/** What CDK copies would lose a schema of the name `__proto__`. */
function isNamed(value: unknown): value is Record<string, unknown> {
  return isRecord(value) && !Object.hasOwn(value, '__proto__');
}

function isPattern(value: unknown): boolean {
  try {
    return isText(value) && new RegExp(value) instanceof RegExp;
  } catch {
    return false;
  }
}

function isJson(value: unknown, depth = 0): boolean {
  if (depth > DEEPEST_VALUE) {
    return false;
  }
  if (value === null || isText(value) || isFlag(value) || Number.isFinite(value) || Token.isUnresolved(value)) {
    return true;
  }
  return Array.isArray(value) ? value.every((each) => isJson(each, depth + 1))
    : isNamed(value) && Object.entries(value).every(([key, each]) => !RENAMED.includes(key) && isJson(each, depth + 1));
}
