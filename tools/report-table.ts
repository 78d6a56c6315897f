import { Judgement } from './judgement';
import { CDK_RULES, FIVE_PACKS, Finding, PACK_FAILED, StackReport, SynthReport } from './synth-report';

const NO_STACK = '(no stack)';
const ANNOTATIONS = 'Construct Annotations';
const SHORT: Readonly<Record<string, string>> = { 'HIPAA.Security': 'HIPAA', 'NIST.800.53.R5': 'NIST R5', 'PCI.DSS.321': 'PCI' };
const LONGEST_DESCRIPTION = 200; // CDK's rules list every value they know

/** One row per stack: its size, `open / acknowledged` for each pack, and what CDK's own rules say. */
export function reportTable(report: SynthReport, judgement: Judgement): string {
  const packs = packsOf(report);
  const header = ['Stack', 'Resources', 'Template', ...packs.map((pack) => SHORT[pack] ?? pack), 'CDK errors', 'CDK warnings', 'CDK kept'];
  const row = (name: string, stacks: readonly StackReport[], isHere: (finding: Finding) => boolean): string[] => {
    const open = judgement.open.filter(isHere);
    const kept = report.kept.filter(isHere);
    const said = open.filter((finding) => !packs.includes(finding.pack));
    return [
      name,
      String(sum(stacks.map(({ resources }) => resources))),
      kilobytes(sum(stacks.map(({ bytes }) => bytes))),
      ...packs.map((pack) => `${ofPack(open, pack)} / ${ofPack(kept, pack)}`),
      String(said.filter(({ severity }) => severity !== 'warning').length),
      String(said.filter(({ severity }) => severity === 'warning').length),
      String([...judgement.listed.filter(isHere), ...kept.filter(({ pack }) => pack === CDK_RULES)].length),
    ];
  };
  const rows = report.stacks.map((stack) => row(stack.name, [stack], (finding) => stackOf(report, finding) === stack.name));
  const outside = [...report.open, ...report.kept].some((finding) => stackOf(report, finding) === NO_STACK);
  if (outside) {
    rows.push(row(NO_STACK, [], (finding) => stackOf(report, finding) === NO_STACK));
  }
  rows.push(row('Total', report.stacks, () => true));
  return alignedTable(header, rows);
}

/** Columns as wide as their widest cell; the first to the left, numbers to the right; the last row is a sum. */
export function alignedTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = header.map((title, column) => Math.max(title.length, ...rows.map((row) => row[column].length)));
  const line = (cells: readonly string[]) => cells
    .map((cell, column) => column === 0 ? cell.padEnd(widths[column]) : cell.padStart(widths[column]))
    .join('  ');
  const rule = widths.map((width) => '-'.repeat(width)).join('  ');
  return [line(header), rule, ...rows.slice(0, -1).map(line), rule, ...rows.slice(-1).map(line)].join('\n');
}

/** Each open finding with its place and the way out, a control that several packs know once; then the stale list entries. */
export function openList({ open, stale }: Judgement): string {
  const controls = new Map<string, Finding[]>();
  for (const finding of open) {
    const key = JSON.stringify([finding.path, controlOf(finding), finding.pack === CDK_RULES ? finding.description : '']);
    controls.set(key, [...controls.get(key) ?? [], finding]);
  }
  const findings = [...controls.values()].map((alike) => [
    `${alike.map(({ rule }) => rule).join(', ')}  ${alike[0].path === '' ? '(the app)' : alike[0].path}`,
    `    ${alike[0].severity}: ${cut(alike[0].description)}`,
    `    ${wayOut(alike[0], alike.map(({ rule }) => `'${rule}'`).join(', '))}`,
  ].join('\n'));
  const entries = stale.map(({ rule, path }) => [
    `${rule}  ${String(path)}`,
    '    stale: no finding matches this entry of tools/validation-exceptions.ts',
    '    Delete the entry: it would hide the next mistake.',
  ].join('\n'));
  return [...findings, ...entries].join('\n');
}

function wayOut({ pack, rule, path }: Finding, rules: string): string {
  if (rule === PACK_FAILED) {
    return `${pack} judged nothing. Are there two copies of aws-cdk-lib, or does a rule throw?`;
  }
  if (pack === CDK_RULES) {
    return `Fix it, or list it in tools/validation-exceptions.ts: { rule: '${rule}', path: /^${escaped(path)}$/, reason: '…' }`;
  }
  if (pack === ANNOTATIONS) {
    return 'Fix it: a construct, or the CDK, left this as an annotation.';
  }
  return `Fix it, or keep it in the construct that makes it: acknowledge(…, { rules: [${rules}], reason: '…' })`;
}

/** `S3BucketLoggingEnabled` for HIPAA, NIST and PCI alike. */
function controlOf({ pack, rule }: Finding): string {
  return rule.startsWith(`${pack}-`) ? rule.slice(pack.length + 1) : rule;
}

function cut(text: string): string {
  return text.length <= LONGEST_DESCRIPTION ? text : `${text.slice(0, LONGEST_DESCRIPTION - 1)}…`;
}

/** The five, and any other pack that the app brought along. */
function packsOf({ open, kept }: SynthReport): string[] {
  const known = [...FIVE_PACKS, CDK_RULES, ANNOTATIONS];
  const others = new Set([...open, ...kept].map(({ pack }) => pack).filter((pack) => !known.includes(pack)));
  return [...FIVE_PACKS, ...[...others].sort()];
}

/** The innermost stack that holds the construct: a nested stack lies inside another. */
function stackOf({ stacks }: SynthReport, { path }: Finding): string {
  const around = stacks.map(({ name }) => name).filter((name) => path === name || path.startsWith(`${name}/`));
  return around.sort((one, other) => other.length - one.length)[0] ?? NO_STACK;
}

function ofPack(findings: readonly Finding[], pack: string): number {
  return findings.filter((finding) => finding.pack === pack).length;
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1000).toFixed(1)} kB`;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function escaped(path: string): string {
  return path.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}
