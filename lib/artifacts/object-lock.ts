import { aws_s3 as s3, Duration } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { Checks } from '../core/checks';
import { wholeDays } from '../core/days';

/**
 * A period in which S3 itself refuses to delete an object version, whoever asks.
 *
 * The lock is a default of the whole bucket: output under `trials/` is locked too, and is removed only after the period.
 * A bucket that has a lock can never be without one again.
 */
export class ObjectLock {
  /**
   * Nobody deletes a version in this period, except a principal with `s3:BypassGovernanceRetention` that asks for it.
   *
   * @param period Whole days, from 1 to 36500; a token must be given in days.
   */
  public static governance(period: Duration): ObjectLock {
    return new ObjectLock('GOVERNANCE', period);
  }

  /**
   * Nobody deletes a version in this period: not the root user, not AWS Support. The period of a stored object can never
   * be shortened, and its storage is paid for until the end. Choose it only if a regulator asks for it.
   *
   * @param period Whole days, from 1 to 36500; a token must be given in days.
   */
  public static compliance(period: Duration): ObjectLock {
    return new ObjectLock('COMPLIANCE', period);
  }

  private readonly checks = new Checks();
  private readonly days: number;

  private constructor(private readonly mode: string, period: Duration) {
    this.days = wholeDays(this.checks, 'LockInWholeDays', 'period', period);
    this.checks.settle();
  }

  /** @internal */
  public _render(scope: IConstruct): s3.CfnBucket.ObjectLockConfigurationProperty {
    this.checks.settle(scope);
    return { objectLockEnabled: 'Enabled', rule: { defaultRetention: { mode: this.mode, days: this.days } } };
  }
}
