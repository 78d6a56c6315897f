import { Duration } from 'aws-cdk-lib';
import { demandDuration } from '../core/checks';
import { InvalidProps } from '../core/invalid-props';

/** The units in which a template wants durations here, as a duration calls itself. */
type Unit = 'millis' | 'seconds' | 'minutes';

/** A duration as a number. CDK cannot convert a token between units, so a token has to be given in the unit that is wanted. */
export function durationIn(unit: Unit, prop: string, duration: Duration): number {
  demandDuration(prop, duration);
  if (duration.isUnresolved() && duration.unitLabel() !== unit) {
    throw new InvalidProps('TokenDurationUnit', `\`${prop}\` must not be converted when it is a token: got one in `
      + `${duration.unitLabel()}; give it as Duration.${unit}(token)`);
  }
  switch (unit) {
    case 'millis':
      return duration.toMilliseconds({ integral: false });
    case 'seconds':
      return duration.toSeconds({ integral: false });
    default:
      return duration.toMinutes({ integral: false });
  }
}
