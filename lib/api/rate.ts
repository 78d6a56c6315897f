import { Token } from 'aws-cdk-lib';

/** The burst that goes with a rate: a token cannot be calculated with, so its burst is the rate itself. */
export function twice(ratePerSecond: number): number {
  return Token.isUnresolved(ratePerSecond) ? ratePerSecond : Math.ceil(2 * ratePerSecond);
}
