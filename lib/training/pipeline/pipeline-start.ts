import { aws_scheduler as scheduler } from 'aws-cdk-lib';
import { Checks } from '../../core/checks';
import { shown } from '../../core/invalid-props';
import { needed, thing } from '../../core/kinds';

const SCHEDULE = thing('a ScheduleExpression, as in ScheduleExpression.rate(Duration.days(1))', 'expressionString', 'timeZone');

/** What starts a pipeline by itself. By hand it can be started always. */
export class PipelineStart {
  /**
   * A time, as in `ScheduleExpression.cron({ weekDay: 'MON', hour: '3', minute: '0' })`. When nothing changed since
   * the last time, nothing is trained.
   *
   * @throws InvalidProps `WrongKind`
   */
  public static onSchedule(schedule: scheduler.ScheduleExpression): PipelineStart {
    new Checks().kinds({ schedule }, { schedule: needed(SCHEDULE) }).settle();
    return new PipelineStart(schedule);
  }

  /**
   * An object that is created below the data's prefix. The bucket must send its events to EventBridge (`eventBridgeEnabled`; an
   * `ArtifactStore` does). Several files that arrive together start the pipeline several times: one execution runs, one waits,
   * the others end as `Skipped`. Better name a marker that is written last.
   *
   * @param suffix what the key ends in, such as `_SUCCESS`; without it: any object
   * @throws InvalidProps `ArrivalSuffix`
   */
  public static onArrival(suffix?: string): PipelineStart {
    new Checks().report('ArrivalSuffix', suffix === undefined || typeof suffix === 'string' && /^[A-Za-z0-9!_.()=@:+,/-]{1,128}$/.test(suffix) ? undefined
      : `\`suffix\` must be 1 to 128 letters, digits and !_.()=@:+,/-: got ${shown(suffix)}`).settle();
    return new PipelineStart(undefined, suffix);
  }

  private constructor(
    /**
     * When.
     * @default - when an object arrives
     */
    public readonly schedule?: scheduler.ScheduleExpression,
    /**
     * What the key of an object that arrives ends in.
     * @default - anything
     */
    public readonly suffix?: string,
  ) {}
}
