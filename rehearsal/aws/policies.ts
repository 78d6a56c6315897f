/** What somebody asks of AWS, as IAM sees it. */
export interface Request {
  readonly action: string;
  readonly resource: string;
  /** Condition keys of the request; a key that is not here is not in the request. */
  readonly context?: Readonly<Record<string, string>>;
}

export interface Statement {
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: string | readonly string[];
  readonly Resource?: unknown;
  readonly NotResource?: unknown;
  readonly Principal?: unknown;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/**
 * As much of IAM as our statements use; a condition operator it does not know is an error.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements.html
 */
export class Statements {
  /** @param text makes a text of what a template says in place of one */
  constructor(public readonly statements: readonly Statement[], private readonly text: (value: unknown) => string = String) {}

  public allows(request: Request): boolean {
    return this.has('Allow', request) && !this.denies(request);
  }

  public denies(request: Request): boolean {
    return this.has('Deny', request);
  }

  /** Whether one statement with this effect matches, whoever asks. */
  private has(effect: string, { action, resource, context = {} }: Request): boolean {
    return this.statements.some((statement) => statement.Effect === effect
      && this.list(statement.Action).some((pattern) => like(pattern.toLowerCase(), action.toLowerCase()))
      && (statement.NotResource === undefined
        ? this.list(statement.Resource).some((pattern) => like(pattern, resource))
        : !this.list(statement.NotResource).some((pattern) => like(pattern, resource)))
      && Object.entries(statement.Condition ?? {}).every(([operator, keys]) =>
        Object.entries(keys).every(([key, wanted]) => this.holds(operator, context[key], wanted))));
  }

  private holds(operator: string, given: string | undefined, wanted: unknown): boolean {
    switch (operator) {
      case 'Null':
        return String(given === undefined) === String(wanted);
      case 'Bool':
        return given === String(wanted);
      case 'StringEquals': case 'ArnEquals': case 'ForAnyValue:StringEquals':
        return given !== undefined && this.list(wanted).includes(given);
      case 'ForAllValues:StringEquals': case 'StringEqualsIfExists':
        return given === undefined || this.list(wanted).includes(given);
      case 'StringLike': case 'ArnLike':
        return given !== undefined && this.list(wanted).some((pattern) => like(pattern, given));
      case 'ForAllValues:StringLike': case 'StringLikeIfExists':
        return given === undefined || this.list(wanted).some((pattern) => like(pattern, given));
      case 'StringNotEquals': // also of a key that is not there
        return given === undefined || !this.list(wanted).includes(given);
      case 'NumericLessThan':
        return given !== undefined && Number(given) < Number(wanted);
      default:
        throw new Error(`the evaluator does not know ${operator}`);
    }
  }

  private list(value: unknown): string[] {
    return (Array.isArray(value) ? value : [value]).map(this.text);
  }
}

/** Every call asks for the same few patterns. */
const PATTERNS = new Map<string, RegExp>();

export function like(pattern: string, text: string): boolean {
  let expression = PATTERNS.get(pattern);
  if (expression === undefined) {
    const source = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&').replace(/\*/g, '.*').replace(/\?/g, '.');
    expression = new RegExp(`^${source}$`, 's');
    PATTERNS.set(pattern, expression);
  }
  return expression.test(text);
}
