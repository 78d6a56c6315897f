import { Token } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { isBeside } from './elsewhere';
import { shown } from './invalid-props';

/** The name of something that a stack makes, and not one that is only mentioned. */
export interface OwnedName {
  /** Where the user gave it. */
  readonly prop: string;
  readonly name: string;
  /** What the user can do instead. */
  readonly hint?: string;
}

/** By the root of the tree and by what is owned, because a walk through the tree for each construct takes too long. */
const owners = new WeakMap<IConstruct, Map<string, IConstruct[]>>();

/**
 * Complains at synth of the second owner of a name in an account and Region: what others find it by is named after it, and a
 * deployment fails at the first of them, with words about alarms or parameters.
 */
export function refuseNamesakes(owner: IConstruct, owned: OwnedName): void {
  if (Token.isUnresolved(owned.name)) {
    return;
  }
  const earlier = earlierOwners(owner, `${owned.prop}:${owned.name}`);
  owner.node.addValidation({
    validate: () => {
      const namesake = earlier.find((other) => isBeside(owner, other) && isThere(other));
      return namesake === undefined ? [] : [complaint(namesake, owned)];
    },
  });
}

/** Who in the tree has the same already; from now on `owner` has it too. */
export function takenBy(owner: IConstruct, what: string): IConstruct | undefined {
  return earlierOwners(owner, what).find(isThere);
}

function complaint({ node }: IConstruct, { prop, name, hint = 'name one of them otherwise' }: OwnedName): string {
  return `\`${prop}\` must be unique in an account and Region: got ${shown(name)}, which ${shown(node.path)} has; ${hint}`;
}

/** Those before `owner`, which is written down beside them. */
function earlierOwners(owner: IConstruct, what: string): IConstruct[] {
  const { root } = owner.node;
  const owned = owners.get(root) ?? new Map<string, IConstruct[]>();
  owners.set(root, owned);
  const earlier = owned.get(what) ?? [];
  owned.set(what, [...earlier, owner]);
  return earlier;
}

/** Whether nobody took it out of its tree again. */
function isThere(owner: IConstruct): boolean {
  return owner.node.scope?.node.tryFindChild(owner.node.id) === owner;
}
