import { fullDiff, TemplateDiff } from '@aws-cdk/cloudformation-diff';
import { Change } from './change';
import { StackTemplate, TemplateResource, Update } from './template';

/** Properties that decide who may do what and that cloudformation-diff does not look at. */
const UNSEEN: Readonly<Record<string, readonly string[]>> = {
  'AWS::DynamoDB::GlobalTable': ['Replicas'], // a replica carries its resource policy
  'AWS::DynamoDB::Table': ['ResourcePolicy'],
  'AWS::Events::EventBusPolicy': ['Action', 'Condition', 'Principal', 'Statement'],
  'AWS::IAM::Role': ['PermissionsBoundary'],
  'AWS::IAM::User': ['PermissionsBoundary'],
  'AWS::Lambda::Url': ['AuthType'],
  'AWS::Logs::ResourcePolicy': ['PolicyDocument'],
  'AWS::S3::AccessPoint': ['Policy', 'PublicAccessBlockConfiguration'],
  'AWS::S3::Bucket': ['PublicAccessBlockConfiguration'],
};
/** Properties that it looks at, but whose absence allows everything. */
const LIMITS: Readonly<Record<string, string>> = {
  'AWS::EC2::SecurityGroup': 'SecurityGroupEgress',
  'AWS::EC2::VPCEndpoint': 'PolicyDocument',
};
/** Of these, a new one gives somebody something by being there. */
const GIVES = new Set([
  'AWS::Events::EventBusPolicy', 'AWS::IAM::ManagedPolicy', 'AWS::Lambda::Url', 'AWS::Logs::ResourcePolicy', 'AWS::S3::AccessPoint',
]);

interface Line {
  readonly text: string;
  /** Whether the line may let somebody do more: a narrowed statement is a removal and an addition, and only one of them does. */
  readonly broadens: boolean;
}

/**
 * Permissions that grow, resource by resource. As with cloudformation-diff's own `permissionsBroadened`, every changed Allow
 * counts, a narrowed one too: which of them is harmless is for a person to say. Unlike there, an Allow with NotAction and a
 * statement behind `Fn::If` count as well, and a changed Sid does not.
 */
export function broadenedPermissions(update: Update): Change[] {
  const whole = fullDiff(update.before, update.after);
  const ofTheStack = new Set(linesOf(whole).map(({ text }) => text)); // what only moved between resources is not among them
  return whole.resources.logicalIds.flatMap((logicalId): Change[] => {
    const [before, after] = [update.before, update.after].map((template) => template.Resources?.[logicalId]);
    const lines = linesOf(fullDiff(only(logicalId, before), only(logicalId, after))).filter(({ text }) => ofTheStack.has(text));
    const seen = lines.some(({ broadens }) => broadens) ? lines.map(({ text }) => text) : [];
    const what = seen.length > 0 ? seen : unseen(before, after);
    return what.length === 0 ? [] : [{ stack: update.stack, logicalId, change: 'permissions-broadened', what: [...new Set(what)].sort() }];
  });
}

function only(logicalId: string, resource: TemplateResource | undefined): StackTemplate {
  return { Resources: resource === undefined ? {} : { [logicalId]: resource } };
}

function linesOf({ iamChanges, securityGroupChanges }: TemplateDiff): Line[] {
  const { statements, managedPolicies, ssoAssignments, ssoInstanceACAConfigs, ssoPermissionSets } = iamChanges;
  const added = statements.additions.map((statement) => ({ text: spelt(statement), broadens: statement.effect !== 'Deny' }));
  const removed = statements.removals.map((statement) => ({ text: spelt(statement), broadens: statement.effect !== 'Allow' }));
  const attached = managedPolicies.additions.map(({ identityArn, managedPolicyArn }) => `${managedPolicyArn} attached to ${identityArn}`);
  const singleSignOn = [...ssoAssignments.additions, ...ssoInstanceACAConfigs.additions, ...ssoPermissionSets.additions]
    .map(({ cfnLogicalId }) => `IAM Identity Center: ${cfnLogicalId ?? 'unknown'}`);
  const { ingress, egress } = securityGroupChanges;
  const opened = [
    ...ingress.additions.map((rule) => `${rule.groupId} takes ${rule.describeProtocol()} from ${rule.describePeer()}`),
    ...egress.additions.map((rule) => `${rule.groupId} calls ${rule.describeProtocol()} at ${rule.describePeer()}`),
  ];
  return [
    ...without(added, removed).map(({ text, broadens }) => ({ text: `+ ${text}`, broadens })),
    ...without(removed, added).map(({ text, broadens }) => ({ text: `- ${text}`, broadens })),
    ...[...attached, ...singleSignOn, ...opened].map((text) => ({ text: `+ ${text}`, broadens: true })),
  ];
}

/** A statement whose Sid alone changed is removed and added again, and reads the same. */
function without(lines: readonly Line[], others: readonly Line[]): Line[] {
  const texts = new Set(others.map(({ text }) => text));
  return lines.filter(({ text }) => !texts.has(text));
}

type Statement = TemplateDiff['iamChanges']['statements']['additions'][number];

function spelt(statement: Statement): string {
  const { effect, action, resource, principal, condition } = statement.render();
  const parts = [effect, action, 'on', resource, 'for', principal].map((part) => part.split('\n').join(', '));
  return [...parts, ...(condition === '' ? [] : ['if', JSON.stringify(statement.condition)])].filter((part) => part !== '').join(' ');
}

function unseen(before: TemplateResource | undefined, after: TemplateResource | undefined): string[] {
  if (after === undefined || (before === undefined && !GIVES.has(after.Type))) {
    return [];
  }
  return unseenProperties(after).flatMap((property) => {
    const [old, now] = [before, after].map((resource) => JSON.stringify(resource?.Properties?.[property]));
    return old === now ? [] : [`${property}: ${old ?? 'none'} -> ${now ?? 'none'}`];
  });
}

function unseenProperties({ Type: type, Properties: properties = {} }: TemplateResource): readonly string[] {
  const limit = LIMITS[type];
  if (limit !== undefined) {
    return properties[limit] === undefined ? [limit] : [];
  }
  if (type === 'AWS::IAM::ManagedPolicy') { // seen where it names whom it is for
    return ['Groups', 'Roles', 'Users'].some((property) => properties[property] !== undefined) ? [] : ['PolicyDocument'];
  }
  return UNSEEN[type] ?? [];
}
