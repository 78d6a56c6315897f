/** A record by its columns; a value that is missing is undefined. */
export type DataRecord = ReadonlyMap<string, string | number | boolean | undefined>;

/** What people write where nothing is. */
const NOTHING = /^(?:|na|n\/a|nan|null|none)$/i;

/** Pure: the fields of a line of CSV (RFC 4180, no line breaks in fields), or nothing if its quotes do not match. */
export function csvFields(line: string): string[] | undefined {
  const fields: string[] = [];
  let field = '';
  let quoted = false;
  for (let place = 0; place < line.length; place += 1) {
    const character = line[place];
    if (quoted) {
      if (character !== '"') {
        field += character;
      } else if (line[place + 1] === '"') {
        field += '"';
        place += 1;
      } else {
        quoted = false;
      }
    } else if (character === '"' && field === '') {
      quoted = true;
    } else if (character === ',') {
      fields.push(field);
      field = '';
    } else {
      field += character;
    }
  }
  return quoted ? undefined : [...fields, field];
}

/** Pure: a line of CSV by the columns of its file, or nothing if it has not as many fields. */
export function csvRecord(line: string, columns: readonly string[]): DataRecord | undefined {
  const fields = csvFields(line);
  return fields?.length !== columns.length ? undefined
    : new Map(columns.map((name, place) => [name, NOTHING.test(fields[place].trim()) ? undefined : fields[place].trim()]));
}

/** Pure: a line of JSON, or nothing if it is no flat object. */
export function jsonRecord(line: string): DataRecord | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return undefined;
  }
  return new Map(Object.entries(value).map(([name, field]: [string, unknown]) => [name, plain(field)]));
}

/** What is nested counts as its text: it is there. */
function plain(field: unknown): string | number | boolean | undefined {
  if (typeof field === 'string') {
    return NOTHING.test(field.trim()) ? undefined : field;
  }
  return typeof field === 'number' || typeof field === 'boolean' ? field
    : field === null || field === undefined ? undefined : JSON.stringify(field);
}
