import { Stack, Stage, Token } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';

/** Whether one is in another account or Region than the other. Unknown accounts and Regions may be the same. */
export function isElsewhere(one: IConstruct, other: IConstruct): boolean {
  const [here, there] = [one, other].map((each) => Stack.of(each));
  return differ(here.account, there.account) || differ(here.region, there.region);
}

/**
 * Whether both are surely in one account and Region. Where an environment is not known until the deployment, stacks of one
 * stage go to the same place, and stages exist to be deployed to different ones.
 */
export function isBeside(one: IConstruct, other: IConstruct): boolean {
  const [here, there] = [one, other].map((each) => Stack.of(each));
  const known = !Token.isUnresolved(here.account) && !Token.isUnresolved(here.region);
  return here.environment === there.environment && (known || Stage.of(one) === Stage.of(other));
}

/** Where something is, for a message. */
export function placeOf(construct: IConstruct): string {
  return Stack.of(construct).environment.replace('aws://', '');
}

function differ(one: string, other: string): boolean {
  return !Token.isUnresolved(one) && !Token.isUnresolved(other) && one !== other;
}
