import { aws_s3 as s3 } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { ColumnCheck } from './column-check';
import { DataRules } from './runtime/contract';
import { Checks } from '../../core/checks';
import { shown } from '../../core/invalid-props';
import { BUCKET, Kinds, listOf, needed, thing } from '../../core/kinds';
import { checkPrefix } from '../job-prefix';

/** What is checked of training data as a whole. */
export interface TrainingDataOptions {
  /** The columns that are checked, from 1 to 200. Others may be there. */
  readonly columns: ColumnCheck[];
  /**
   * How many records are looked at, from 100 to 10000. They are taken from all over the data, and from the same places each time.
   * @default 1000
   */
  readonly sample?: number;
  /**
   * How many records there must be in the sample at least.
   * @default - as many as are looked at
   */
  readonly minimumRecords?: number;
}

/** A state machine ends at 1 MiB, and the rules stand in about a dozen of its states. */
const COLUMNS: Kinds<TrainingDataOptions> = {
  columns: needed(listOf(thing('a ColumnCheck, as in ColumnCheck.number(name)', 'name', '_render'))),
};
const MOST_BYTES = 32_768;

/** Training data in S3: where it lies, what its files are, and what it has to be like. */
export class TrainingData {
  /**
   * Files of CSV with a header line each, not compressed, no line breaks in fields.
   *
   * @param bucket where they lie. If a KMS key encrypts it, the bucket must know that key
   * @param prefix the folder's prefix, ending in `/`. Files that begin with `_` or `.` are markers and no data
   * @throws InvalidProps `JobPrefix`, `DataColumns`, `DataSample` or `DataRecords`
   */
  public static csv(bucket: s3.IBucket, prefix: string, options: TrainingDataOptions): TrainingData {
    return new TrainingData(bucket, prefix, 'csv', options);
  }

  /** Files with one JSON object on each line, not compressed. */
  public static jsonLines(bucket: s3.IBucket, prefix: string, options: TrainingDataOptions): TrainingData {
    return new TrainingData(bucket, prefix, 'jsonl', options);
  }

  private readonly rules: DataRules;
  private readonly checks = new Checks();

  private constructor(
    /** Where the data lies. */
    public readonly bucket: s3.IBucket,
    /** The folder. */
    public readonly prefix: string,
    format: DataRules['format'],
    options: TrainingDataOptions,
  ) {
    new Checks().kinds({ bucket }, { bucket: needed(BUCKET) }).kinds(options, COLUMNS).settle();
    const { columns, sample = 1000, minimumRecords = sample } = options;
    checkPrefix(this.checks, prefix);
    const names = columns.map(({ name }) => name);
    const twice = names.find((name, place) => names.indexOf(name) !== place);
    this.checks
      .report('DataColumns', names.length > 0 && names.length <= 200 ? undefined
        : `\`columns\` must name 1 to 200 columns: got ${names.length}; data that nobody checks is how a bad model begins`)
      .report('DataColumns', twice === undefined ? undefined : `\`columns\` must name each column once: got ${shown(twice)} again`)
      .number('DataSample', 'sample', sample, { min: 100, max: 10_000, whole: true })
      .number('DataRecords', 'minimumRecords', minimumRecords, { min: 1, max: 10_000, whole: true })
      .that('DataRecords', { sample, minimumRecords }, (known) => known.minimumRecords <= known.sample ? undefined
        : `\`minimumRecords\` must be at most \`sample\`, of which they are counted: got ${known.minimumRecords} of ${known.sample}`);
    this.rules = { format, columns: columns.map((column) => column._render()), sample, minimumRecords };
    const bytes = Buffer.byteLength(JSON.stringify(this.rules));
    this.checks.report('DataColumns', bytes <= MOST_BYTES ? undefined
      : `\`columns\` must take at most ${MOST_BYTES} bytes, because they stand in each state that calls the handler: got ${bytes}; `
        + 'check fewer columns, or fewer texts of each').settle();
  }

  /** @internal */
  public _settle(scope: IConstruct): void {
    this.checks.settle(scope);
  }

  /** @internal */
  public _render(): DataRules {
    return this.rules;
  }
}
