import { aws_apigateway as apigateway, Token, Tokenization } from 'aws-cdk-lib';
import { Keyword, KEYWORDS } from './schema-keywords';
import { Checks } from '../core/checks';
import { shown } from '../core/invalid-props';
import { isRecord } from '../core/kinds';

const DEEPEST = 50;
/** The gateway takes no larger model. https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html */
const LARGEST_SCHEMA = 400_000;

/** Whether the gateway can judge bodies by a schema, and judges all of them. Answers with a copy that nobody can change. */
export function checkSchema(
  checks: Checks, schema: apigateway.JsonSchema | undefined, contentTypes: readonly string[],
): apigateway.JsonSchema | undefined {
  if (schema === undefined) {
    return undefined;
  }
  const others = contentTypes.filter((type) => type !== 'application/json');
  checks.report('SchemaCoversJson', others.length === 0 ? undefined
    : '`schema` judges JSON only, and the gateway lets a body of another content type pass: '
      + `got ${others.join(', ')} in \`contentTypes\`; give that type a route of its own`);
  const problems = schemaProblems(schema);
  problems.forEach((problem) => { checks.report('SchemaDraft4', problem); });
  if (problems.length > 0) {
    return undefined;
  }
  const copy = tokensAsText(schema) as apigateway.JsonSchema;
  // what is a token now is judged at synth
  checks.that('SchemaDraft4', { copy }, (known) => schemaProblems(known.copy).join('; ') || undefined);
  return copy;
}

/** CDK opens every object and list of a schema, also those that are a token, and writes what it finds inside. */
function tokensAsText(value: unknown): unknown {
  if (typeof value === 'object' && Token.isUnresolved(value)) {
    return Token.asString(Tokenization.reverse(value));
  }
  if (Array.isArray(value)) {
    return value.map(tokensAsText);
  }
  return isRecord(value) ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, tokensAsText(inner)])) : value;
}

function schemaProblems(schema: unknown): string[] {
  try {
    const { length } = JSON.stringify(schema) ?? '';
    return length > LARGEST_SCHEMA ? [notPlain(length)] : judged(schema, { path: 'schema', root: schema, depth: 0 });
  } catch {
    return [notPlain('something else')]; // a cycle, or a getter that throws
  }
}

function notPlain(found: string | number): string {
  return `\`schema\` must be plain JSON of at most ${LARGEST_SCHEMA} characters: got ${found}`;
}

interface Place {
  /** As a user would write it. */
  readonly path: string;
  readonly root: unknown;
  readonly depth: number;
}

function judged(schema: unknown, place: Place): string[] {
  const { path, depth } = place;
  if (Token.isUnresolved(schema)) {
    return [];
  }
  if (!isRecord(schema)) {
    return [`\`${path}\` must be a JSON schema, an object: got ${shown(schema)}`];
  }
  if (depth > DEEPEST) {
    return [`\`schema\` must not be nested more than ${DEEPEST} levels deep: got more at ${shown(path)}`];
  }
  return Object.entries(schema).filter(([, value]) => value !== undefined).flatMap(([key, value]) => {
    const keyword = KEYWORDS.get(key);
    return keyword === undefined
      ? [`\`${path}\` must use keywords of draft 4 only: got ${shown(key)}; the gateway takes no other, so leave it to the model`]
      : judgedKeyword(key, value, keyword, { ...place, path: `${path}.${key}` }, schema);
  });
}

function judgedKeyword(key: string, value: unknown, keyword: Keyword, place: Place, among: Record<string, unknown>): string[] {
  const { path, root, depth } = place;
  if (Token.isUnresolved(value)) {
    return [];
  }
  if (!keyword.fits(value)) {
    return [`\`${path}\` must be ${keyword.rule}: got ${shown(value)}`];
  }
  if (keyword.beside !== undefined && among[keyword.beside] === undefined) {
    return [`\`${path}\` must stand beside \`${keyword.beside}\`, without which it means nothing: got it alone`];
  }
  if (['ref', '$ref'].includes(key) && !leadsSomewhere(root, value as string)) {
    return [`\`${path}\` must lead to a schema that is there: got ${shown(value)}`];
  }
  return (keyword.schemas?.(value) ?? []).flatMap(([where, inner]) => judged(inner, { path: `${path}${where}`, root, depth: depth + 1 }));
}

/** https://www.rfc-editor.org/rfc/rfc6901; a name without a slash is that of an `id`. */
function leadsSomewhere(root: unknown, reference: string): boolean {
  if (!reference.startsWith('#/')) {
    return true;
  }
  const steps = reference.slice(2).split('/').map((step) => unescaped(step).replaceAll('~1', '/').replaceAll('~0', '~'));
  return steps.reduce<unknown>(below, root) !== undefined;
}

/** What a token holds nobody knows yet. */
function below(at: unknown, step: string): unknown {
  if (Token.isUnresolved(at)) {
    return at;
  }
  return typeof at === 'object' && at !== null && Object.hasOwn(at, step) ? (at as Record<string, unknown>)[step] : undefined;
}

function unescaped(step: string): string {
  try {
    return decodeURIComponent(step);
  } catch {
    return step;
  }
}
