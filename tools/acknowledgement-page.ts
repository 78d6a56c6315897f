import { AcknowledgedId, compare, Decision, Owner, packOf, RuleException } from './acknowledgement-list';
import { ValidationException } from './validation-exceptions';

const INTRODUCTION = `# Acknowledged findings

Written by \`npm run acknowledgements\` from the reference app; a test compares this page with what the app says, so do not
edit it. Five packs judge the app: AwsSolutions, HIPAA Security, NIST 800-53 R5, PCI DSS 3.2.1 and Serverless. A finding that
stays is acknowledged in the construct that makes it, for one reason that may name the same control in several packs; a
construct has at most five such reasons. A number behind an id counts the findings that it keeps in the reference app; without
a number it keeps none there and stands for other uses of the construct.`;

/** The page that shows every acknowledgement. Constructs that decide the same are shown once, with all their places. */
export function acknowledgementPage(
  owners: readonly Owner[], byConstructs: readonly RuleException[], listed: readonly ValidationException[],
): string {
  const sections = new Map<string, Owner[]>();
  for (const owner of owners) {
    const key = `## ${owner.type}\n\u0000${decisionList(owner.decisions)}`;
    sections.set(key, [...sections.get(key) ?? [], owner]);
  }
  const parts = [...sections].map(([key, alike]) => {
    const [heading, decisions] = key.split('\u0000');
    return `${heading}\nAt ${alike.map(place).join(', ')}.\n\n${decisions}`;
  });
  return [INTRODUCTION, counts(owners), ...parts, exceptionList(byConstructs, listed)].join('\n\n') + '\n';
}

function counts(owners: readonly Owner[]): string {
  const decisions = owners.flatMap((owner) => owner.decisions);
  const ids = decisions.flatMap((decision) => decision.ids);
  const packs = [...new Set(ids.map(({ id }) => packOf(id)))].sort(compare);
  const rows = packs.map((pack) => {
    const ofPack = ids.filter(({ id }) => packOf(id) === pack);
    return `| ${pack} | ${ofPack.length} | ${keptBy(ofPack)} |`;
  });
  return [
    `${owners.length} constructs, ${decisions.length} decisions.`,
    '',
    '| Pack | Ids | Findings kept |',
    '|---|---|---|',
    ...rows,
    `| all | ${ids.length} | ${keptBy(ids)} |`,
  ].join('\n');
}

function decisionList(decisions: readonly Decision[]): string {
  return decisions.map(({ reason, at, ids }, index) => {
    const packs = [...new Set(ids.map(({ id }) => packOf(id)))];
    const where = at.map((path) => path === '' ? 'itself' : `\`${path}\``).join(', ');
    return [
      `${index + 1}. ${reason}`,
      `   - on ${where}`,
      ...packs.map((pack) => `   - ${pack}: ${ids.filter(({ id }) => packOf(id) === pack).map(idWithCount).join(', ')}`),
    ].join('\n');
  }).join('\n');
}

function exceptionList(byConstructs: readonly RuleException[], listed: readonly ValidationException[]): string {
  const rows = [
    ...byConstructs.map(({ id, reason, at }) => `- ${id}, by the CDK at ${at.map((path) => `\`${path}\``).join(', ')}: ${reason}`),
    ...listed.map(({ rule, path, reason }) => `- ${rule}, in tools/validation-exceptions.ts for \`${path.source}\`: ${reason}`),
  ];
  return `## CloudFormation rules\n\n${rows.length === 0 ? 'Nothing is excepted from them.' : rows.join('\n')}`;
}

function idWithCount({ id, keeps }: AcknowledgedId): string {
  return `\`${id.slice(id.indexOf('::') + 2)}\`${keeps === 0 ? '' : ` ${keeps}`}`;
}

function place({ stack, path }: Owner): string {
  return `\`${[stack, path].filter((part) => part !== '').join('/')}\``;
}

function keptBy(ids: readonly AcknowledgedId[]): number {
  return ids.reduce((total, { keeps }) => total + keeps, 0);
}
