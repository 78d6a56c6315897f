import { Duration } from 'aws-cdk-lib';
import { StageDefinition, StageKind } from './runtime/contract';
import { Checks, inSeconds } from '../../core/checks';

/** A stage in which the candidate serves a small share of requests. */
export interface CanaryStageOptions {
  /**
   * The candidate's share of requests, in percent: from 0.01 to 10. SageMaker spreads requests by weight, so it is the share over
   * many requests, not of each minute.
   */
  readonly percent: number;
  /**
   * How long the stage must be healthy before the next one begins: from a minute to 7 days. Only time in which the candidate
   * was seen to be healthy counts.
   * @default Duration.minutes(30)
   */
  readonly bakeTime?: Duration;
}

/** The stage in which the candidate serves everything, and the version before is still there to go back to. */
export interface FullStageOptions {
  /**
   * How long the stage must be healthy before the version before is let go: from a minute to 7 days.
   * @default Duration.hours(1)
   */
  readonly bakeTime?: Duration;
}

/** A new version has to pass an A/B stage before it may have more requests than this. */
const MOST_BEFORE_AB_TEST = 10;
/** SageMaker holds weights as 32-bit floats, in which a smaller one would vanish. */
const SMALLEST_PERCENT = 0.01;
const ONE_MINUTE = 60;
/** Longer than any stage needs: what could be learnt in a week is learnt. */
const LONGEST_BAKE = 7 * 24 * 3600;

/** One stage of a release: how much of the requests the new version gets, and for how long it must be healthy. */
export class ReleaseStage {
  /**
   * Some requests go to the candidate, most stay with the version before.
   *
   * @throws if `percent` is more than 10: a larger share needs an A/B stage before it
   */
  public static canary(options: CanaryStageOptions): ReleaseStage {
    return new ReleaseStage('canary', options.percent, inSeconds('bakeTime', options.bakeTime ?? Duration.minutes(30)));
  }

  /** All requests go to the candidate; the version before stays warm until the stage is over. It is the last of a plan. */
  public static full(options: FullStageOptions = {}): ReleaseStage {
    return new ReleaseStage('full', 100, inSeconds('bakeTime', options.bakeTime ?? Duration.hours(1)));
  }

  private constructor(
    /** @internal */
    public readonly _kind: StageKind,
    /** The candidate's share of requests, in percent. */
    public readonly percent: number,
    private readonly bakeSeconds: number,
  ) {
    this._judge().settle();
  }

  /**
   * What is wrong with it; the plan asks again, where tokens may be known.
   * @internal
   */
  public _judge(path = ''): Checks {
    const checks = new Checks().number('StageBakeTime', `${path}bakeTime`, this.bakeSeconds, {
      min: ONE_MINUTE, max: LONGEST_BAKE, whole: true, unit: 'seconds', hint: 'from a minute to 7 days',
    });
    return this._kind === 'full' ? checks : checks.number('CanaryPercent', `${path}percent`, this.percent, {
      min: SMALLEST_PERCENT,
      max: MOST_BEFORE_AB_TEST,
      hint: `a new version gets at most ${MOST_BEFORE_AB_TEST} % of requests before an A/B stage, and there is none yet: go on with `
        + 'ReleaseStage.full()',
    });
  }

  /**
   * As the handlers read it.
   * @internal
   */
  public _render(): StageDefinition {
    return { kind: this._kind, percent: this.percent, bakeSeconds: this.bakeSeconds };
  }
}
