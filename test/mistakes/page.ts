import { join, sep } from 'node:path';
import { Measured } from './measure';
import { Claim, Mistake, Topic } from './mistake';
import { CDK_RULES, Finding } from '../../tools/synth-report';

const ROOT = join(__dirname, '..', '..', sep);
const LONGEST_SENTENCE = 220;
const SHORT: Readonly<Record<string, string>> = {
  'AwsSolutions': 'AwsSolutions', 'HIPAA.Security': 'HIPAA', 'NIST.800.53.R5': 'NIST R5', 'PCI.DSS.321': 'PCI', 'Serverless': 'Serverless',
};

const INTRODUCTION = `# Mistakes, and who notices them

Written by \`npm run mistakes\`; a test measures all of it again, so do not edit it. Each line is a sound app with exactly one
mistake, and what every gate said of it:

- **our checks**, which end the synth: with a code where the value or the construct is made; "at synth" for lazy values and for
  overrides of what we rendered. Nothing behind a check with a code has a template to judge.
- **the CDK**, which refuses an L1 with a property that is missing or of another type, if no override put it there.
- **CloudFormation rules**, the CDK's own. With the context \`@aws-cdk/core:validateAgainstDefaultRules\` those that begin with
  F or E end the synth; W only warns, so nothing stops it.
- **the five packs**: AwsSolutions, HIPAA Security, NIST 800-53 R5, PCI DSS 3.2.1 and Serverless. They read the properties of
  constructs and never the template, so an override passes them unseen.
- **nobody**: no gate says a word. What remains is in the last column.`;

/** The page of all mistakes. */
export function mistakePage(topics: readonly Topic[], measured: (mistake: Mistake) => Measured): string {
  const sections = topics.map(({ title, mistakes }) => [
    `## ${title}`, '', '| Mistake | Noticed by | What the user sees |', '|---|---|---|',
    ...mistakes.map((mistake) => row(mistake, measured(mistake))),
  ].join('\n'));
  const all = topics.flatMap(({ mistakes }) => mistakes);
  return [INTRODUCTION, counts(all.map((mistake) => measured(mistake))), ...sections].join('\n\n') + '\n';
}

function counts(all: readonly Measured[]): string {
  const count = (isOne: (one: Measured) => boolean) => all.filter(isOne).length;
  const rules = ({ findings }: Measured, first: RegExp) =>
    findings.some(({ pack, rule }) => pack === CDK_RULES && first.test(rule));
  const packs = ({ findings }: Measured) => findings.some(({ pack }) => pack in SHORT);
  return [
    `${all.length} mistakes; one may be noticed by several.`, '',
    '| Gate | Notices |', '|---|---|',
    `| our checks, where something is made | ${count(({ stopped }) => stopped?.by === 'our check')} |`,
    `| our checks, at synth | ${count(({ stopped }) => stopped?.by === 'our check at synth')} |`,
    `| the CDK, by itself | ${count(({ stopped }) => stopped?.by === 'the CDK')} |`,
    `| CloudFormation rules that end the synth | ${count((one) => rules(one, /^[FE]/))} |`,
    `| CloudFormation rules that warn | ${count((one) => rules(one, /^W/))} |`,
    `| the five packs | ${count(packs)} |`,
    `| nobody | ${count(({ stopped, findings }) => stopped === undefined && findings.length === 0)} |`,
  ].join('\n');
}

function row({ title, claim }: Mistake, measured: Measured): string {
  return `| ${[title, noticedBy(measured), sentence(measured, claim)].map(cell).join(' | ')} |`;
}

function noticedBy({ stopped, findings }: Measured): string {
  const own = stopped === undefined ? [] : [stopped.code === undefined ? stopped.by : `${stopped.by} \`${stopped.code}\``];
  const parts = [...own, ...controls(findings)];
  return parts.length === 0 ? '**nobody**' : parts.join('; ');
}

/** Each rule once, with the packs that know it, or with what kind of rule it is. */
function controls(findings: readonly Finding[]): string[] {
  const known = new Map<string, Set<string>>();
  for (const { pack, rule, severity } of findings) {
    // HIPAA, NIST and PCI call a control alike; an id of AwsSolutions says nothing without its pack
    const name = pack !== 'AwsSolutions' && rule.startsWith(`${pack}-`) ? rule.slice(pack.length + 1) : rule;
    const by = `${pack === CDK_RULES ? 'CloudFormation' : SHORT[pack] ?? pack}${severity === 'warning' ? ', warning' : ''}`;
    known.set(name, (known.get(name) ?? new Set<string>()).add(by));
  }
  const inOrder = [...known].sort(([one], [other]) => one < other ? -1 : 1);
  return inOrder.map(([name, by]) => `\`${name}\`${name.startsWith('AwsSolutions-') ? '' : ` (${[...by].sort().join('; ')})`}`);
}

function sentence({ stopped, findings }: Measured, claim: Claim): string {
  if (stopped !== undefined) {
    const lines = stopped.message.split('\n').map(withoutPath).filter((line) => line !== '');
    return cut(lines.find((line) => line.includes(claim.cdk ?? '')) ?? lines[0]); // the CDK's are many, with a stack trace
  }
  const [first] = [...findings].sort((one, other) => rank(one) - rank(other));
  return first === undefined ? `nothing; what remains: ${claim.nobody ?? ''}` : cut(first.description.replace(/ - \(Control IDs?:.*$/, '.'));
}

/** A line of a message, without where it was said, the mark of a list, and the folder that this checkout happens to be in. */
function withoutPath(line: string): string {
  return line.trim().replace(/^(\[Test[^\]]*\]|Test[\w/]*:|-)(\s+|$)/, '').replaceAll(ROOT, '');
}

/** What ends a synth comes first, and CloudFormation's sentence before a pack's. */
function rank({ pack, severity }: Finding): number {
  return (pack === CDK_RULES ? 0 : 1) + (severity === 'warning' ? 2 : 0);
}

function cut(text: string): string {
  return text.length <= LONGEST_SENTENCE ? text : `${text.slice(0, LONGEST_SENTENCE).replace(/\s+\S*$/, '')} …`;
}

function cell(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/\|/g, '\\|').replace(/<(?=[^`]*(?:`[^`]*`[^`]*)*$)/g, '&lt;');
}
