import { IResolveContext, Token } from 'aws-cdk-lib';

/**
 * The same list for a property of an L1, gone through once in a synth. CDK goes through every property twice, at first only to
 * find references to other stacks: in a large list that many resources share there are none. A list that has a token comes
 * back as it is.
 */
export function referenceFree<T>(list: readonly T[]): T[] {
  if (hasToken(list)) {
    return [...list];
  }
  return Token.asAny({
    creationStack: [],
    resolve: ({ preparing }: IResolveContext) => preparing ? [] : list,
    toString: () => 'a list without references',
  }) as unknown as T[];
}

function hasToken(value: unknown): boolean {
  return Token.isUnresolved(value) || (typeof value === 'object' && value !== null && Object.values(value).some(hasToken));
}
