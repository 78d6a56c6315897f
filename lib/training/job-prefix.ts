import { Checks } from '../core/checks';
import { shown } from '../core/invalid-props';

/** S3's safe characters; `*`, `?` and `$` would widen the policy that names the folder. */
const PREFIX = /^(?:[A-Za-z0-9!_.()=@:+,-]+\/)+$/;

/** A folder of a bucket that a policy names. */
export function checkPrefix(checks: Checks, prefix: string, prop = 'prefix'): void {
  checks.that('JobPrefix', { prefix }, (known) => {
    const value: unknown = known.prefix;
    const fits = typeof value === 'string' && value.length <= 512 && PREFIX.test(value)
      && !value.split('/').some((folder) => folder === '.' || folder === '..');
    return fits ? undefined
      : `\`${prop}\` must be a folder, as in 'churn/checkpoints/': letters, digits and !_.()=@:+,- between single slashes, / at the end: got ${shown(value)}`;
  });
}
