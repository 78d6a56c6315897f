/** A JSON schema, as far as our own and those of the tests go. */
export interface Schema {
  readonly type?: string;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly pattern?: string;
  readonly maxLength?: number;
}

/** The few keywords that our own schema and the tests use. */
export function fits(schema: Schema, body = ''): boolean {
  try {
    return accepts(schema, JSON.parse(body));
  } catch {
    return false; // no JSON
  }
}

function accepts(schema: Schema, value: unknown): boolean {
  if (schema.type === 'object') {
    const record = typeof value === 'object' && value !== null && !Array.isArray(value) ? value as Record<string, unknown> : undefined;
    return record !== undefined && (schema.required ?? []).every((key) => Object.hasOwn(record, key))
      && Object.entries(record).every(([key, inner]) => {
        const { properties = {} } = schema;
        const known = Object.hasOwn(properties, key) ? properties[key] : undefined;
        return known === undefined ? schema.additionalProperties !== false : accepts(known, inner);
      });
  }
  return schema.type === undefined || (schema.type === 'string' ? typeof value === 'string'
    && new RegExp(schema.pattern ?? '').test(value) && value.length <= (schema.maxLength ?? Infinity) : typeof value === schema.type);
}
