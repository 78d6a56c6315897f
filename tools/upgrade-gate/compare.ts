import { grownCapacity } from './capacity';
import { Change, WHOLE_STACK } from './change';
import { broadenedPermissions } from './permissions';
import { weakenedPolicies } from './retention';
import { removedState, replacedState, stateOf } from './state';
import { AppTemplates, StackTemplate, Update } from './template';

type Rule = (update: Update) => Change[];
const RULES: readonly Rule[] = [broadenedPermissions, replacedState, removedState, weakenedPolicies, grownCapacity];

/** What the update of one stack does that needs permission. */
export function changesOf(update: Update): Change[] {
  return RULES.flatMap((rule) => rule(update));
}

/** The same for an app. A new stack loses nothing, so only what it lets somebody do is asked about, in one question. */
export function changesOfApp(before: AppTemplates, after: AppTemplates): Change[] {
  const gone = [...before].filter(([stack]) => !after.has(stack)).flatMap(([stack, template]) => removedStack(stack, template));
  const others = [...after].flatMap(([stack, template]) => {
    const old = before.get(stack);
    return old === undefined ? addedStack(stack, template) : changesOf({ stack, before: old, after: template });
  });
  return [...gone, ...others];
}

function removedStack(stack: string, template: StackTemplate): Change[] {
  const what = stateOf(template);
  return what.length === 0 ? [] : [{ stack, logicalId: WHOLE_STACK, change: 'stack-removed', what }];
}

function addedStack(stack: string, template: StackTemplate): Change[] {
  const what = broadenedPermissions({ stack, before: {}, after: template }).map(({ logicalId }) => `new: ${logicalId}`).sort();
  return what.length === 0 ? [] : [{ stack, logicalId: WHOLE_STACK, change: 'permissions-broadened', what }];
}
