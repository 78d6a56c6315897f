import { Summary } from './summary';

/** One promise and what was measured of it. */
export interface Target {
  readonly what: string;
  readonly limit: number;
  readonly measured: number;
  readonly unit: string;
  /** Whether it holds on any machine: a ratio or a count does, milliseconds do not. */
  readonly portable: boolean;
}

export function targets({ rows, growth, importMilliseconds, lines }: Summary): Target[] {
  const { timesL1, resources } = rows.find(({ variant }) => variant === 'ours')!;
  return [
    { what: 'time for one endpoint more, against L1 by hand', limit: 1.1, measured: timesL1, unit: 'x', portable: true },
    { what: 'cost of an endpoint in the largest app, against a small one', limit: 1.1, measured: growth, unit: 'x', portable: true },
    { what: 'import, over aws-cdk-lib', limit: 40, measured: importMilliseconds, unit: ' ms', portable: false },
    { what: 'resources of one endpoint more', limit: 22, measured: resources, unit: '', portable: true },
    { what: 'lines to write', limit: 25, measured: lines.ours, unit: '', portable: true },
  ];
}

export function isMet({ measured, limit }: Target): boolean {
  return measured <= limit; // a NaN is not met
}
