import { Size, SizeRoundingBehavior, Token } from 'aws-cdk-lib';
import { InvalidProps } from './invalid-props';
import { needed, SIZE, wrongKind } from './kinds';

/**
 * A size in MiB, as Batch wants it. CDK cannot convert a token between units, so a token in another unit is an error that
 * names the way out.
 */
export function inMebibytes(prop: string, size: Size): number {
  return converted(prop, size, 'mebibytes', () => size.toMebibytes({ rounding: SizeRoundingBehavior.NONE }));
}

/** The same in GiB, for volumes. */
export function inGibibytes(prop: string, size: Size): number {
  return converted(prop, size, 'gibibytes', () => size.toGibibytes({ rounding: SizeRoundingBehavior.NONE }));
}

/** Says that a value has to be known, because something is made of it. */
export function unknown(prop: string, value: unknown, why: string): string | undefined {
  return Token.isUnresolved(value) ? `\`${prop}\` must be known at synth, because ${why}: got a token; write the number itself` : undefined;
}

function converted(prop: string, size: Size, unit: string, convert: () => number): number {
  const [wrong] = wrongKind(prop, size, needed(SIZE));
  if (wrong !== undefined) {
    throw new InvalidProps('WrongKind', wrong);
  }
  try {
    return convert();
  } catch {
    throw new InvalidProps('TokenSize',
      `\`${prop}\` holds a token in another unit, which cannot be converted: give it as Size.${unit}(token)`);
  }
}
