import { CfnResource } from 'aws-cdk-lib';
import { rendered } from '../rendered-resource';
import { ENDPOINT_TAG } from '../runtime/contract';

/** Without it, a wildcard resource would be any configuration and any model of the account. */
export const TAG_CONDITION = `aws:ResourceTag/${ENDPOINT_TAG}`;

interface Statement {
  readonly Effect?: string;
  readonly Action?: string | readonly string[];
  readonly Condition?: { readonly StringEquals?: Readonly<Record<string, unknown>> };
}

interface Policy {
  readonly PolicyDocument?: { readonly Statement?: readonly Statement[] };
}

/** The packs were told why the wildcards of the policy are harmless; they do not look whether the reason still holds. */
export function checkDeletesTagged(policy: CfnResource): void {
  policy.node.addValidation({
    validate: () => {
      const { PolicyDocument: document } = (rendered(policy).Properties ?? {}) as Policy;
      const anything = (document?.Statement ?? []).some((statement) =>
        deletes(statement) && statement.Condition?.StringEquals?.[TAG_CONDITION] === undefined);
      return anything ? [`\`Condition\` of what the pruner may delete must name the tag ${ENDPOINT_TAG}, or it may delete what others `
        + 'made: got a statement without; drop the override'] : [];
    },
  });
}

/** A statement without `Action` allows all but some. */
function deletes({ Effect: effect, Action: actions }: Statement): boolean {
  return effect === 'Allow' && (actions === undefined || [actions].flat().some(matchesDelete));
}

/** Actions ignore case, and `*` and `?` stand where they like. */
function matchesDelete(action: string): boolean {
  const pattern = action.replace(/[.+^${}()|[\]\\]/g, '\\$&').replace(/\*/g, '.*').replace(/\?/g, '.');
  const deleting = ['sagemaker:DeleteEndpoint', 'sagemaker:DeleteEndpointConfig', 'sagemaker:DeleteModel'];
  return /^sagemaker:delete/i.test(action) || deleting.some((one) => new RegExp(`^${pattern}$`, 'i').test(one));
}
