import { aws_apigateway as apigateway } from 'aws-cdk-lib';
import { Checks } from '../core/checks';
import { shown } from '../core/invalid-props';

/** Keywords that draft 4 does not have; the gateway would take the schema and never ask for them. */
const LATER_KEYWORDS = ['contains', 'propertyNames', 'const', 'if', 'then', 'else', 'examples'];
const DEEPEST = 50;
/** The gateway takes no larger model. https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html */
const LARGEST_SCHEMA = 400_000;

/** Whether the gateway can judge bodies by a schema, and judges all of them. */
export function checkSchema(checks: Checks, schema: apigateway.JsonSchema | undefined, contentTypes: readonly string[]): void {
  if (schema === undefined) {
    return;
  }
  const others = contentTypes.filter((type) => type !== 'application/json');
  checks.report('SchemaCoversJson', others.length === 0 ? undefined
    : '`schema` judges JSON only, and the gateway lets a body of another content type pass: '
      + `got ${others.join(', ')} in \`contentTypes\`; give that type a route of its own`);
  checks.report('SchemaDraft4', schemaProblem(schema));
}

function schemaProblem(schema: apigateway.JsonSchema): string | undefined {
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) {
    return `\`schema\` must be a JSON schema, an object: got ${shown(schema)}`;
  }
  if (schema.schema !== undefined && schema.schema !== apigateway.JsonSchemaVersion.DRAFT4) {
    return `\`schema.schema\` must be DRAFT4, which is what the gateway judges by: got ${schema.schema}`;
  }
  const text = plainJson(schema);
  if (text === undefined || text.length > LARGEST_SCHEMA) {
    return `\`schema\` must be plain JSON of at most ${LARGEST_SCHEMA} characters: got ${text === undefined ? 'something else' : text.length}`;
  }
  const keyword = laterKeyword(JSON.parse(text), 0);
  return keyword === undefined ? undefined
    : `\`schema\` must use keywords of draft 4 only: got ${keyword}; the gateway ignores it, so leave it to the model`;
}

/** A cycle or a getter that throws is no JSON. */
function plainJson(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch {
    return undefined;
  }
}

function laterKeyword(schema: unknown, depth: number): string | undefined {
  if (typeof schema !== 'object' || schema === null) {
    return undefined;
  }
  if (depth > DEEPEST) {
    return `more than ${DEEPEST} levels`;
  }
  for (const [key, value] of Object.entries(schema)) {
    if (LATER_KEYWORDS.includes(key)) {
      return key;
    }
    if (['$ref', 'ref'].includes(key) && typeof value === 'string' && !value.startsWith('#')) {
      return `${key} to another document`;
    }
    if (['exclusiveMinimum', 'exclusiveMaximum'].includes(key) && typeof value === 'number') {
      return `${key} with a number`;
    }
    // the keys below these are names of the user's, not keywords
    const inner = ['properties', 'patternProperties', 'definitions', 'dependencies'].includes(key) && typeof value === 'object' && value !== null
      ? Object.values(value) : ['enum', 'default', 'required'].includes(key) ? [] : [value];
    for (const each of inner.flat()) {
      const found = laterKeyword(each, depth + 1);
      if (found !== undefined) {
        return found;
      }
    }
  }
  return undefined;
}
