import { aws_s3 as s3, Duration } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { TRIALS } from './addresses';
import { Checks } from '../core/checks';
import { wholeDays } from '../core/days';

/** How long training output that nobody registered is kept. */
export class TrialRetention {
  /**
   * Deletes what lies under `trials/` at this age: whole days, at least one.
   *
   * @param age A token must be given in days.
   */
  public static of(age: Duration): TrialRetention {
    return new TrialRetention(age);
  }

  private readonly checks = new Checks();

  private constructor(private readonly age: Duration) {
    wholeDays(this.checks, 'RetentionInWholeDays', 'age', age);
    this.checks.settle();
  }

  /** @internal */
  public _render(scope: IConstruct): s3.LifecycleRule {
    this.checks.settle(scope);
    // in a versioned bucket, expiry alone only hides the object; S3 removes the delete marker that is left by itself
    return {
      id: 'ExpireTrials', prefix: `${TRIALS}/`, expiration: this.age, noncurrentVersionExpiration: Duration.days(1),
    };
  }
}
