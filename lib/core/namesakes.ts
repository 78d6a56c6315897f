import { Token } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { isBeside } from './elsewhere';
import { shown } from './invalid-props';

/** The name of something that a stack makes, and not one that is only mentioned. */
export interface OwnedName {
  /** Where the user gave it. */
  readonly prop: string;
  readonly name: string;
}

/** By the root of the tree, prop and name, because a walk through the tree for each construct takes too long. */
const owners = new WeakMap<IConstruct, Map<string, IConstruct[]>>();

/**
 * Complains at synth of the second owner of a name in an account and Region: what others find it by is named after it, and a
 * deployment fails at the first of them, with words about alarms or parameters.
 */
export function refuseNamesakes(owner: IConstruct, owned: OwnedName): void {
  if (Token.isUnresolved(owned.name)) {
    return;
  }
  const namesakes = namesakesOf(owner.node.root, owned);
  const earlier = [...namesakes];
  namesakes.push(owner);
  owner.node.addValidation({
    validate: () => {
      const namesake = earlier.find((other) => isBeside(owner, other) && isThere(other));
      return namesake === undefined ? [] : [complaint(namesake, owned)];
    },
  });
}

function complaint({ node }: IConstruct, { prop, name }: OwnedName): string {
  return `\`${prop}\` must be unique in an account and Region: got ${shown(name)}, which ${shown(node.path)} has; `
    + 'name one of them otherwise';
}

function namesakesOf(root: IConstruct, { prop, name }: OwnedName): IConstruct[] {
  const names = owners.get(root) ?? new Map<string, IConstruct[]>();
  owners.set(root, names);
  const key = `${prop}:${name}`;
  const namesakes = names.get(key) ?? [];
  names.set(key, namesakes);
  return namesakes;
}

/** Whether nobody took it out of its tree again. */
function isThere(owner: IConstruct): boolean {
  return owner.node.scope?.node.tryFindChild(owner.node.id) === owner;
}
