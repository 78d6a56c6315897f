import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';

/** What somebody asks of AWS, as IAM sees it. */
export interface Request {
  readonly action: string;
  readonly resource: string;
  /** Condition keys of the request; a key that is not here is not in the request. */
  readonly context?: Readonly<Record<string, string>>;
}

interface Statement {
  readonly Effect: 'Allow' | 'Deny';
  readonly Action: string | string[];
  readonly Resource?: unknown;
  readonly NotResource?: unknown;
  readonly Principal?: unknown;
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** As much of IAM as our statements use; a condition operator it does not know is an error. */
export class Policies {
  /** Every statement of the policies of a type, e.g. `AWS::IAM::Policy`. ARNs of resources read `<LogicalId.Arn>`. */
  public static in(stack: Stack, type: string): Policies {
    const found = Object.values(Template.fromStack(stack).findResources(type));
    return new Policies(found.flatMap(({ Properties }) => Properties.PolicyDocument.Statement as Statement[]));
  }

  private constructor(public readonly statements: readonly Statement[]) {}

  public allows(request: Request): boolean {
    return this.has('Allow', request) && !this.denies(request);
  }

  public denies(request: Request): boolean {
    return this.has('Deny', request);
  }

  /** Whether one statement with this effect matches, whoever asks. */
  private has(effect: string, { action, resource, context = {} }: Request): boolean {
    return this.statements.some((statement) => statement.Effect === effect
      && list(statement.Action).some((pattern) => like(pattern, action))
      && (statement.NotResource === undefined
        ? list(statement.Resource).some((pattern) => like(pattern, resource))
        : !list(statement.NotResource).some((pattern) => like(pattern, resource)))
      && Object.entries(statement.Condition ?? {}).every(([operator, keys]) =>
        Object.entries(keys).every(([key, wanted]) => holds(operator, context[key], wanted))));
  }
}

function holds(operator: string, given: string | undefined, wanted: unknown): boolean {
  switch (operator) {
    case 'Null':
      return String(given === undefined) === wanted;
    case 'Bool':
      return given === wanted;
    case 'StringEquals':
      return given !== undefined && list(wanted).includes(given);
    case 'StringLike':
      return given !== undefined && list(wanted).some((pattern) => like(pattern, given));
    case 'StringNotEquals': // also of a key that is not there
      return given !== wanted;
    case 'NumericLessThan':
      return given !== undefined && Number(given) < Number(wanted);
    default:
      throw new Error(`the evaluator does not know ${operator}`);
  }
}

function list(value: unknown): string[] {
  return (Array.isArray(value) ? value : [value]).map(flat);
}

function flat(value: unknown): string {
  if (typeof value === 'string') {
    return value;
  }
  const { 'Fn::Join': join, 'Fn::GetAtt': attribute, 'Ref': ref } = value as Record<string, unknown>;
  if (join !== undefined) {
    const [delimiter, parts] = join as [string, unknown[]];
    return parts.map(flat).join(delimiter);
  }
  return attribute === undefined ? `<${ref as string}>` : `<${(attribute as string[]).join('.')}>`;
}

function like(pattern: string, text: string): boolean {
  const source = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&').replace(/\*/g, '.*').replace(/\?/g, '.');
  return new RegExp(`^${source}$`, 's').test(text);
}
