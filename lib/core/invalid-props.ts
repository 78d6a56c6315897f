import { IConstruct } from 'constructs';

/** One thing that is wrong with what a user gave. */
export interface Problem {
  /** A stable name for the rule, for people who search and for tests. */
  readonly code: string;
  /** The prop in backticks, the rule, what was got, the way out. */
  readonly message: string;
}

/** What every construct and value of this library throws when it cannot work with what it was given. */
export class InvalidProps extends Error {
  /** All problems of one object at once, under the path of the construct that has them. */
  public static of(problems: readonly Problem[], scope?: IConstruct): InvalidProps {
    const [first, ...others] = problems;
    const text = others.length === 0 ? first.message : problems.map(({ message }) => `\n  - ${message}`).join('');
    return new InvalidProps(first.code, text, scope, problems);
  }

  /** The path of the construct, or nothing for a value that has no place yet. */
  public readonly constructPath?: string;

  constructor(
    public readonly code: string,
    message: string,
    scope?: IConstruct,
    public readonly problems: readonly Problem[] = [{ code, message }],
  ) {
    super(scope === undefined ? message : `${scope.node.path || 'App'}: ${message}`);
    this.name = 'InvalidProps';
    this.constructPath = scope?.node.path;
  }
}

const LONGEST_ECHO = 64;
// control characters, direction overrides and line separators: they would rewrite the reader's terminal
const UNPRINTABLE = /[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g;

/** A value as it may stand in a message: at most 64 characters, nothing that a terminal would act on. */
export function shown(value: unknown): string {
  const text = typeof value === 'string' ? `'${cut(value)}'` : cut(describe(value));
  return text.replace(UNPRINTABLE, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function cut(text: string): string {
  return text.length <= LONGEST_ECHO ? text : `${text.slice(0, LONGEST_ECHO - 1)}…`;
}

/** Never runs the value's own code: a hostile toString must not speak in our name. */
function describe(value: unknown): string {
  switch (typeof value) {
    case 'number':
    case 'boolean':
    case 'undefined':
      return String(value);
    case 'bigint':
      return `${value}n`;
    case 'symbol':
    case 'function':
      return `a ${typeof value}`;
    default:
      return value === null ? 'null' : 'an object';
  }
}
