import { fullDiff, ResourceDifference, ResourceImpact } from '@aws-cdk/cloudformation-diff';
import { Change } from './change';
import { isStateful } from './stateful-types';
import { onlyIn, resourcesOf, StackTemplate, TemplateResource, Update } from './template';

const REPLACED: readonly ResourceImpact[] = [ResourceImpact.WILL_REPLACE, ResourceImpact.MAY_REPLACE];

/** Resources with state that are replaced under their logical id. */
export function replacedState({ stack, before, after }: Update): Change[] {
  const { resources } = fullDiff(before, after);
  return resources.logicalIds.flatMap((logicalId): Change[] => {
    const change = resources.get(logicalId);
    const { oldValue, newValue } = change;
    if (oldValue === undefined || newValue === undefined || !isStateful(oldValue.Type)) {
      return [];
    }
    if (oldValue.Type !== newValue.Type) {
      return [{ stack, logicalId, change: 'stateful-replaced', what: [`${oldValue.Type} becomes ${newValue.Type}`] }];
    }
    const what = causes(change).map(([property, impact]) =>
      `${oldValue.Type} ${impact === ResourceImpact.WILL_REPLACE ? 'is' : 'may be'} replaced, because ${property} changes`);
    return what.length === 0 ? [] : [{ stack, logicalId, change: 'stateful-replaced', what }];
  });
}

function causes(change: ResourceDifference): [string, ResourceImpact][] {
  return Object.entries(change.propertyUpdates).flatMap(([property, { changeImpact }]): [string, ResourceImpact][] =>
    changeImpact !== undefined && REPLACED.includes(changeImpact) ? [[property, changeImpact]] : []);
}

/** Resources with state that are gone from the stack, or have another logical id. */
export function removedState(update: Update): Change[] {
  const renamed = renames(update);
  const gone = [...onlyIn(update.before, update.after)].filter(([, { Type: type }]) => isStateful(type));
  return [...gone.map(([logicalId, resource]): Change => {
    const successor = renamed.get(logicalId);
    const fate = resource.DeletionPolicy === 'Retain' || resource.DeletionPolicy === 'RetainExceptOnCreate'
      ? 'stays outside every stack' : 'is deleted';
    const { stack } = update;
    return successor === undefined
      ? { stack, logicalId, change: 'stateful-removed', what: [`${resource.Type} ${fate}`] }
      : { stack, logicalId, change: 'stateful-renamed', what: [`${resource.Type} ${fate}; ${successor} is a new one`] };
  }), ...conditional(update)];
}

/** A resource that gets a condition leaves the stack as soon as the condition is false. */
function conditional({ stack, before, after }: Update): Change[] {
  return [...resourcesOf(before)].flatMap(([logicalId, { Type: type, Condition: old }]): Change[] => {
    const condition = after.Resources?.[logicalId]?.Condition;
    return isStateful(type) && condition !== undefined && condition !== old
      ? [{ stack, logicalId, change: 'stateful-removed', what: [`${type} is there only if ${condition}`] }] : [];
  });
}

/**
 * Which removed resource has come back under another logical id: the same type with the same properties, where a reference
 * to anything that was removed or added says nothing.
 */
export function renames(update: Update): Map<string, string> {
  const removed = onlyIn(update.before, update.after);
  const added = onlyIn(update.after, update.before);
  const ids = new Set([...removed.keys(), ...added.keys()]);
  const likeness = ({ Type: type, Properties: own = {} }: TemplateResource) => JSON.stringify([type, likened(own, ids)]);
  const candidates = new Map([...added].map(([logicalId, resource]) => [logicalId, likeness(resource)]));
  const found = new Map<string, string>();
  for (const [logicalId, resource] of removed) {
    const wanted = likeness(resource);
    const successor = [...candidates].find(([, candidate]) => candidate === wanted)?.[0];
    if (successor !== undefined) {
      candidates.delete(successor);
      found.set(logicalId, successor);
    }
  }
  return found;
}

/** Everything a stack holds that would be missed, for a stack that is gone as a whole. */
export function stateOf(template: StackTemplate): string[] {
  return [...resourcesOf(template)].filter(([, { Type: type }]) => isStateful(type))
    .map(([logicalId, { Type: type }]) => `${logicalId} (${type})`).sort();
}

/** The value with its keys in order, and with one word for every id that came or went. */
function likened(value: unknown, ids: ReadonlySet<string>): unknown {
  if (typeof value === 'string') {
    return ids.has(value) ? '<renamed>' : value;
  }
  if (Array.isArray(value)) {
    return value.map((inner) => likened(inner, ids));
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  const entries = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, likened(inner, ids)]));
}
