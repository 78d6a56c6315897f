import { Duration } from 'aws-cdk-lib';
import { Checks, demandDuration } from './checks';

/** S3 and ECR count in days; 100 years are the longest that S3 locks an object. */
export const HUNDRED_YEARS_IN_DAYS = 36500;

/** A duration in whole days, from one to 100 years; what is wrong with it goes to `checks`. */
export function wholeDays(checks: Checks, code: string, prop: string, duration: Duration): number {
  demandDuration(prop, duration);
  if (duration.isUnresolved() && duration.unitLabel() !== 'days') {
    checks.report(code, `\`${prop}\` holds a token in ${duration.unitLabel()}, which cannot be converted: give it as Duration.days(token)`);
    return Number.NaN;
  }
  const days = duration.toDays({ integral: false });
  checks.number(code, prop, days, { min: 1, max: HUNDRED_YEARS_IN_DAYS, whole: true, unit: 'days' });
  return days;
}
