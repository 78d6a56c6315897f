import { Resource, ResourceEnvironment, Stack, Stage, Token } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { shown } from './invalid-props';

/** Whether one is in another account or Region than the other. Unknown accounts and Regions may be the same. */
export function isElsewhere(one: IConstruct, other: IConstruct): boolean {
  const [here, there] = [one, other].map(environmentOf);
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
  const { account, region } = environmentOf(construct);
  return `${Token.isUnresolved(account) ? 'unknown-account' : account}/${Token.isUnresolved(region) ? 'unknown-region' : region}`;
}

/**
 * Complains of what lies in another account or Region than what uses it. Without it, users hear of cross-environment references,
 * at the end of synth.
 */
export function elsewhere(prop: string, user: IConstruct, used: IConstruct, wayOut: string): string | undefined {
  return isElsewhere(user, used)
    ? `\`${prop}\` must lie in the account and Region of what uses it: got ${shown(used.node.path)} in ${shown(placeOf(used))}; ${wayOut}` : undefined;
}

/** The same of what another account may share, but only in its Region. */
export function inOtherRegion(prop: string, user: IConstruct, used: IConstruct, wayOut: string): string | undefined {
  return differ(environmentOf(user).region, environmentOf(used).region)
    ? `\`${prop}\` must lie in the Region of what uses it: got ${shown(used.node.path)} in ${shown(placeOf(used))}; ${wayOut}` : undefined;
}

/** What was imported may lie elsewhere than the stack that imports it: its ARN or its attributes say so. */
function environmentOf(construct: IConstruct): ResourceEnvironment {
  return Resource.isResource(construct) ? construct.env : Stack.of(construct);
}

function differ(one: string, other: string): boolean {
  return !Token.isUnresolved(one) && !Token.isUnresolved(other) && one !== other;
}
