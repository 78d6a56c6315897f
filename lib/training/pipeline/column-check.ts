import { ColumnRule } from './runtime/contract';
import { Checks } from '../../core/checks';
import { shown } from '../../core/invalid-props';
import { unknown } from '../../core/sizes';

/** What a column of numbers has to be like. */
export interface NumberColumnOptions {
  /**
   * The smallest value there may be.
   * @default - any
   */
  readonly minimum?: number;
  /**
   * The largest value there may be.
   * @default - any
   */
  readonly maximum?: number;
  /**
   * What the variance has to be above. A column that never changes teaches nothing and usually means that a source broke.
   * @default 0
   */
  readonly varianceAbove?: number;
  /**
   * How many of the values may be missing, in percent.
   * @default 0
   */
  readonly maximumNullPercent?: number;
}

/** What a column of texts has to be like. */
export interface TextColumnOptions {
  /**
   * The texts there may be, at most 100.
   * @default - any
   */
  readonly values?: string[];
  /**
   * How many of the values may be missing, in percent.
   * @default 0
   */
  readonly maximumNullPercent?: number;
}

const MOST_VALUES = 100;
const AT_SYNTH = 'it stands in the state machine, next to what is counted with it';

/** One column of the training data, and what is checked of it before a machine is paid for. */
export class ColumnCheck {
  /**
   * A column of numbers.
   *
   * @param name the column's name, as the header line or the JSON objects have it
   * @throws InvalidProps `ColumnName`, `ColumnNulls`, `ColumnRange` or `ColumnVariance`
   */
  public static number(name: string, options: NumberColumnOptions = {}): ColumnCheck {
    const { minimum, maximum, varianceAbove = 0, maximumNullPercent = 0 } = options;
    const checks = checksOf(name, maximumNullPercent)
      .report('ColumnVariance', unknown('varianceAbove', varianceAbove, AT_SYNTH))
      .number('ColumnVariance', 'varianceAbove', varianceAbove, { min: 0 });
    [minimum, maximum].forEach((bound, place) => {
      const prop = place === 0 ? 'minimum' : 'maximum';
      checks.report('ColumnRange', bound === undefined ? undefined : unknown(prop, bound, AT_SYNTH));
      checks.report('ColumnRange', bound === undefined || Number.isFinite(bound) ? undefined
        : `\`${prop}\` must be a number: got ${shown(bound)}`);
    });
    checks.report('ColumnRange', minimum !== undefined && maximum !== undefined && minimum >= maximum
      ? `\`minimum\` must be below \`maximum\`, or no value passes: got ${minimum} and ${maximum}` : undefined);
    checks.settle();
    return new ColumnCheck({ name, kind: 'number', maximumNulls: maximumNullPercent / 100, minimum, maximum, varianceAbove });
  }

  /**
   * A column of texts.
   *
   * @param name the column's name, as the header line or the JSON objects have it
   * @throws InvalidProps `ColumnName`, `ColumnNulls` or `ColumnValues`
   */
  public static text(name: string, options: TextColumnOptions = {}): ColumnCheck {
    const { values, maximumNullPercent = 0 } = options;
    const checks = checksOf(name, maximumNullPercent);
    checks.report('ColumnValues', values === undefined || (values.length > 0 && values.length <= MOST_VALUES) ? undefined
      : `\`values\` must name 1 to ${MOST_VALUES} texts: got ${values.length}; leave it out to allow any`);
    checks.settle();
    return new ColumnCheck({ name, kind: 'text', maximumNulls: maximumNullPercent / 100, values: values && [...values] });
  }

  /** The column. */
  public readonly name: string;

  private constructor(private readonly rule: ColumnRule) {
    this.name = rule.name;
  }

  /** @internal */
  public _render(): ColumnRule {
    return this.rule;
  }
}

function checksOf(name: string, maximumNullPercent: number): Checks {
  return new Checks()
    .report('ColumnName', typeof name === 'string' && /^[^\p{Cc}\p{Cf}]{1,128}$/u.test(name) ? undefined
      : `\`name\` must be 1 to 128 printable characters: got ${shown(name)}`)
    .report('ColumnNulls', unknown('maximumNullPercent', maximumNullPercent, AT_SYNTH))
    .number('ColumnNulls', 'maximumNullPercent', maximumNullPercent, { min: 0, max: 100, unit: 'percent' });
}
