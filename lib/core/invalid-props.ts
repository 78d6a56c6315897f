import { IConstruct } from 'constructs';

export * from './shown';

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
