import { ColumnRule, DataRules } from './contract';
import { DataRecord } from './records';

/** What was read of the data. */
export interface Sample {
  readonly records: readonly DataRecord[];
  /** Lines that are no record. */
  readonly unreadable: number;
}

/** Pure: what is wrong with a sample, in sentences that name columns and counts but no value of a record. */
export function problemsOf({ records, unreadable }: Sample, { columns, minimumRecords }: DataRules): string[] {
  const few = records.length < minimumRecords
    ? [`there are ${records.length} records, and at least ${minimumRecords} are needed`] : [];
  const broken = unreadable > 0 ? [`${unreadable} of ${records.length + unreadable} lines are no records`] : [];
  return [...few, ...broken, ...(records.length === 0 ? [] : columns.flatMap((rule) => problemsOfColumn(records, rule)))];
}

function problemsOfColumn(records: readonly DataRecord[], rule: ColumnRule): string[] {
  const { name, kind, maximumNulls } = rule;
  if (!records.some((record) => record.has(name))) {
    return [`column ${name}: no record has it`];
  }
  const values = records.map((record) => record.get(name)).filter((value) => value !== undefined);
  const nulls = records.length - values.length;
  const share = nulls / records.length;
  const missing = share > maximumNulls
    ? [`column ${name}: ${nulls} of ${records.length} values are missing, and at most ${percent(maximumNulls)} may be`] : [];
  return [...missing, ...(kind === 'number' ? problemsOfNumbers(values, rule) : problemsOfTexts(values, rule))];
}

function problemsOfNumbers(values: readonly (string | number | boolean)[], rule: ColumnRule): string[] {
  const { name, minimum, maximum, varianceAbove } = rule;
  const numbers = values.map((value) => typeof value === 'boolean' ? Number.NaN : Number(value));
  const known = numbers.filter((value) => Number.isFinite(value));
  const count = (is: (value: number) => boolean) => known.filter(is).length;
  const [none, below, above] = [
    numbers.length - known.length,
    minimum === undefined ? 0 : count((value) => value < minimum),
    maximum === undefined ? 0 : count((value) => value > maximum),
  ];
  const variance = varianceOf(known);
  return [
    none > 0 ? `column ${name}: ${none} of ${values.length} values are no numbers` : undefined,
    below > 0 ? `column ${name}: ${below} of ${values.length} values are below ${minimum}` : undefined,
    above > 0 ? `column ${name}: ${above} of ${values.length} values are above ${maximum}` : undefined,
    varianceAbove !== undefined && !(variance > varianceAbove)
      ? `column ${name}: its variance is ${Number(variance.toPrecision(6))}, and it must be above ${varianceAbove}` : undefined,
  ].filter((problem) => problem !== undefined);
}

function problemsOfTexts(values: readonly (string | number | boolean)[], { name, values: allowed }: ColumnRule): string[] {
  const other = allowed === undefined ? 0 : values.filter((value) => !allowed.includes(String(value))).length;
  return other > 0 ? [`column ${name}: ${other} of ${values.length} values are none of those that are allowed`] : [];
}

/** Welford's: exact enough for large numbers that lie close together. */
export function varianceOf(values: readonly number[]): number {
  let mean = 0;
  let squares = 0;
  values.forEach((value, place) => {
    const delta = value - mean;
    mean += delta / (place + 1);
    squares += delta * (value - mean);
  });
  return values.length < 2 ? 0 : squares / (values.length - 1);
}

function percent(share: number): string {
  return `${Number((100 * share).toPrecision(4))} %`;
}
