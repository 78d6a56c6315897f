import { Change } from './change';
import { renames } from './state';
import { isVersioned } from './stateful-types';
import { keptResources, onlyIn, ResourceUpdate, TemplateResource, Update } from './template';

/** How much of a resource a policy keeps. RetainExceptOnCreate differs only for a resource that never came to be. */
const KEEPS: Readonly<Record<string, number>> = { Delete: 0, Snapshot: 1, Retain: 2, RetainExceptOnCreate: 2 };
const POLICIES = ['DeletionPolicy', 'UpdateReplacePolicy'] as const;

/** Resources that are kept less well than before, under their own logical id or the one they moved to. */
export function weakenedPolicies(update: Update): Change[] {
  return [...keptResources(update), ...movedResources(update)].flatMap(({ logicalId, before, after }): Change[] => {
    const what = POLICIES.filter((policy) => keeps(after[policy]) < keeps(before[policy]))
      .map((policy) => `${policy} of ${before.Type}: ${before[policy]} -> ${after[policy] ?? 'none'}`);
    return what.length === 0 ? [] : [{ stack: update.stack, logicalId, change: 'policy-weakened', what }];
  });
}

/**
 * Resources under a new logical id. A model or a configuration never has the properties of the one before, so there any new
 * one of the type follows.
 */
function movedResources(update: Update): ResourceUpdate[] {
  const removed = onlyIn(update.before, update.after);
  const added = onlyIn(update.after, update.before);
  const same = [...renames(update)].map(([from, to]) => ({ logicalId: to, before: removed.get(from)!, after: added.get(to)! }));
  const versions = [...added].flatMap(([logicalId, after]): ResourceUpdate[] => {
    if (!isVersioned(after.Type) || same.some((moved) => moved.logicalId === logicalId)) {
      return [];
    }
    const before = mostKept([...removed.values()].filter(({ Type: type }) => type === after.Type));
    return before === undefined ? [] : [{ logicalId, before, after }];
  });
  return [...same, ...versions];
}

function mostKept(resources: readonly TemplateResource[]): TemplateResource | undefined {
  return [...resources].sort((a, b) => keeps(b.DeletionPolicy) - keeps(a.DeletionPolicy))[0];
}

function keeps(policy = 'Delete'): number {
  return KEEPS[policy] ?? 0;
}
