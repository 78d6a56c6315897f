import { Variant } from './bench-app';
import { Row, Summary } from './summary';
import { isMet, targets } from './targets';

const NAMES: Readonly<Record<Variant, string>> = {
  'ours': '`GuardedEndpoint`, default props',
  'l1': 'the same resources by hand, L1',
  'l1-minimum': 'the least that serves, L1',
  'alpha': 'alpha L2',
};

/** The table of the README, and under it what was promised. */
export function report(summary: Summary): string {
  const { sizes, runs, rows, lines, bareImportMilliseconds: bare, cdkImportMilliseconds: cdk, importMilliseconds: own } = summary;
  const header = ['App', ...sizes.map((size) => `${size} endpoint${size === 1 ? '' : 's'}`), 'one more', 'against L1', 'memory', 'resources'];
  return [
    `Synth in-process, validation off, median of ${runs}, each in a process of its own. Absolute times are this machine's.`,
    '',
    line(header),
    line(header.map(() => '---')),
    ...rows.map((row) => line(cells(row, sizes))),
    '',
    `Import: aws-cdk-lib ${ms(bare)}, with App and Stack ${ms(cdk)}, the package on top ${ms(own)}.`,
    `Lines for the same endpoint with autoscaling and data capture: ${lines.ours} with us, ${lines.l1} in L1.`,
    '',
    ...targets(summary).map((target) =>
      `${isMet(target) ? 'met   ' : 'MISSED'} ${target.what}: ${shown(target.measured)}${target.unit}, at most ${target.limit}${target.unit}`),
  ].join('\n');
}

function cells(row: Row, sizes: readonly number[]): string[] {
  return [
    NAMES[row.variant],
    ...sizes.map((size) => ms(row.milliseconds.get(size) ?? NaN)),
    `${row.marginalMilliseconds.toFixed(1)} ms`,
    `${row.timesL1.toFixed(2)}x`,
    `${row.megabytes.toFixed(0)} MB`,
    row.firstResources === row.resources ? shown(row.resources) : `${shown(row.resources)}, the first ${shown(row.firstResources)}`,
  ];
}

function line(columns: readonly string[]): string {
  return `| ${columns.join(' | ')} |`;
}

function ms(milliseconds: number): string {
  return `${milliseconds.toFixed(0)} ms`;
}

function shown(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(2);
}
