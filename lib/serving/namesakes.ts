import { Token } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { isBeside } from '../core/elsewhere';
import { shown } from '../core/invalid-props';

/** An endpoint that a stack makes or releases, not one that is only named. */
interface OwnedEndpoint extends IConstruct {
  readonly endpointName: string;
}

/** By the root of the tree and the name, because a walk through the tree for each endpoint takes too long. */
const owned = new WeakMap<IConstruct, Map<string, OwnedEndpoint[]>>();

/**
 * Complains at synth of the second endpoint of a name in an account and Region: alarms and log group are named after it, and a
 * deployment fails at the first of them, with words about alarms.
 */
export function refuseNamesakes(endpoint: OwnedEndpoint): void {
  if (Token.isUnresolved(endpoint.endpointName)) {
    return;
  }
  const namesakes = namesakesOf(endpoint);
  const earlier = [...namesakes];
  namesakes.push(endpoint);
  const namesake = () => earlier.find((other) => isBeside(endpoint, other) && isThere(other));
  endpoint.node.addValidation({ validate: () => [namesake()].flatMap((other) => other === undefined ? [] : [complaint(other)]) });
}

function complaint({ endpointName, node }: OwnedEndpoint): string {
  return `\`endpointName\` must be unique in an account and Region: got ${shown(endpointName)}, which ${shown(node.path)} has; `
    + 'name one of them otherwise';
}

function namesakesOf({ node: { root }, endpointName }: OwnedEndpoint): OwnedEndpoint[] {
  const names = owned.get(root) ?? new Map<string, OwnedEndpoint[]>();
  owned.set(root, names);
  const namesakes = names.get(endpointName) ?? [];
  names.set(endpointName, namesakes);
  return namesakes;
}

/** Whether nobody took it out of its tree again. */
function isThere(endpoint: OwnedEndpoint): boolean {
  return endpoint.node.scope?.node.tryFindChild(endpoint.node.id) === endpoint;
}
