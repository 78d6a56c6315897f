import { Duration } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { MOST_EVENTS, worstHistory } from './execution-history';
import { ReleaseStage } from './release-stage';
import { PATIENT } from './retries';
import { PlanDefinition, SHORTEST_WAIT_SECONDS } from './runtime/contract';
import { Checks, inSeconds } from '../../core/checks';
import { Kinds, listOf, thing } from '../../core/kinds';
import { detectionOf } from '../rollback-alarms';
import { RollbackTrigger } from '../rollback-trigger';
import { ROLLBACK_TRIGGER } from '../serving-kinds';

/** How a release goes out, and what brings it back. */
export interface ReleasePlanOptions {
  /**
   * One to ten stages whose shares of requests rise; the last, and only the last, is `ReleaseStage.full()`.
   * @default - 10 % of requests for two hours, then all of them for one
   */
  readonly stages?: ReleaseStage[];
  /**
   * What rolls a release back: one to ten triggers. Each is an alarm on the candidate, and an alarm acts at once; a rate of 5XX
   * errors is also judged at each tick, for the candidate and for the version before.
   * @default RollbackTrigger.defaults()
   */
  readonly rollbackOn?: RollbackTrigger[];
  /**
   * How often a stage is judged. An alarm does not wait for it. A stage's execution writes down each tick, which bounds it from
   * below: a minute, with the other defaults.
   * @default Duration.minutes(5)
   */
  readonly tick?: Duration;
  /**
   * How many requests the candidate must have had in a stage before it can be healthy: 1 to 1,000,000. Without data nothing goes
   * forward.
   * @default 100
   */
  readonly minimumSamples?: number;
  /**
   * So many ticks in a row without an answer, while the version before has requests, roll back: 1 to 100.
   * @default 5
   */
  readonly inconclusiveLimit?: number;
  /**
   * More ticks in a row than this that could not be read roll back: 1 to 100.
   * @default 4
   */
  readonly consecutiveErrorLimit?: number;
  /**
   * How long a stage may stand still before the release is halted and a person is told: from an hour to 7 days.
   * @default Duration.hours(24)
   */
  readonly maximumHold?: Duration;
  /**
   * How long the endpoint may take to change before the release is halted: from 10 minutes to 4 hours.
   * @default Duration.hours(1)
   */
  readonly updateDeadline?: Duration;
}

type Settings = Omit<PlanDefinition, 'stages' | 'errorRates' | 'alarms'>;

const KINDS: Kinds<ReleasePlanOptions> = {
  stages: listOf(thing('a ReleaseStage, as in ReleaseStage.canary({ percent: 10 })', '_kind', '_judge')),
  rollbackOn: listOf(ROLLBACK_TRIGGER),
};
const MOST_STAGES = 10;
const MOST_TRIGGERS = 10;
const HOUR = 3600;
const DAY = 24 * HOUR;
const LONGEST_PLAN = 30 * DAY;

/**
 * How a release of a progressive endpoint goes out: stages, and the triggers that bring the version before back. A release
 * takes the plan as it is when it starts; a later deployment changes nothing for it.
 */
export class ReleasePlan {
  /** What is used unless told otherwise: 10 % of requests for two hours, then all of them, watched for one. */
  public static standard(): ReleasePlan {
    return ReleasePlan.of({});
  }

  /**
   * Judges the options and keeps them.
   *
   * @throws everything that is wrong with them, at once
   */
  public static of(options: ReleasePlanOptions): ReleasePlan {
    return new ReleasePlan(options);
  }

  /** What rolls a release back. */
  public readonly rollbackOn: RollbackTrigger[];
  /** The stages, in order. */
  public readonly stages: ReleaseStage[];
  private readonly settings: Settings;

  private constructor(options: ReleasePlanOptions) {
    new Checks().kinds(options, KINDS).settle();
    this.stages = [...options.stages ?? standardStages()];
    this.rollbackOn = [...options.rollbackOn ?? RollbackTrigger.defaults()];
    this.settings = settingsOf(options);
    this._judge().settle();
  }

  /**
   * What is wrong with it.
   * @internal
   */
  public _judge(): Checks {
    const checks = new Checks();
    this.checkStages(checks);
    this.checkSettings(checks);
    this.checkHistory(checks);
    checks.report('RollbackTriggerCount', this.rollbackOn.length >= 1 && this.rollbackOn.length <= MOST_TRIGGERS ? undefined
      : `\`rollbackOn\` must hold 1 to ${MOST_TRIGGERS} triggers, or nothing would bring a release back: got ${this.rollbackOn.length}; leave it `
        + 'out for RollbackTrigger.defaults()');
    return checks;
  }

  /**
   * Leaves the questions about tokens with the construct that uses the plan.
   * @internal
   */
  public _settle(scope: IConstruct): void {
    this._judge().settle(scope);
    this.stages.forEach((stage, place) => stage._judge(`stages[${place}].`).settle(scope));
  }

  /**
   * As the handlers read it.
   * @internal
   */
  public _render(alarms: readonly string[]): PlanDefinition {
    return {
      stages: this.stages.map((stage) => stage._render()),
      errorRates: this.rollbackOn.flatMap(({ _judged: rule }) => rule ?? []),
      alarms,
      ...this.settings,
    };
  }

  private checkStages(checks: Checks): void {
    const { stages } = this;
    stages.forEach((stage, place) => checks.adopt(stage._judge(`stages[${place}].`)));
    const percents = stages.map(({ percent }) => percent);
    const kinds = stages.map(({ _kind: kind }) => kind);
    checks
      .report('StageCount', stages.length >= 1 && stages.length <= MOST_STAGES ? undefined
        : `\`stages\` must hold 1 to ${MOST_STAGES} stages: got ${stages.length}`)
      .report('LastStageFull', stages.length === 0 || (kinds.indexOf('full') === kinds.length - 1) ? undefined
        : `\`stages\` must end with ReleaseStage.full(), and have it nowhere else: got ${kinds.join(', ')}`)
      .that('StagesMustRise', { percents }, (known) => rises(known.percents) ? undefined
        : `\`stages\` must give the new version more requests each time: got ${known.percents.join(' % -> ')} %; remove or reorder a stage`);
    this.checkBakes(checks);
  }

  private checkBakes(checks: Checks): void {
    const bakes = this.stages.map((stage) => stage._render().bakeSeconds);
    const { slowestDetection: minutes = 0 } = detectionOf(this.rollbackOn);
    checks
      .that('PlanTooLong', { bakes }, (known) => total(known.bakes) <= LONGEST_PLAN ? undefined
        : `\`stages\` must come to at most 30 days: got ${total(known.bakes) / DAY}; shorten a \`bakeTime\``)
      .that('BakeTimeShorterThanDetection', { bakes }, (known) => {
        const place = known.bakes.findIndex((seconds) => seconds < minutes * 60);
        return place < 0 ? undefined : `\`stages[${place}].bakeTime\` must outlast the slowest rollback trigger, which takes up to ${minutes} minutes to `
          + `fire: got ${known.bakes[place]} seconds; give at least Duration.minutes(${minutes}), or a quicker trigger`;
      });
  }

  private checkSettings(checks: Checks): void {
    const {
      minimumSamples, inconclusiveLimit, consecutiveErrorLimit, maxHoldSeconds, updateDeadlineSeconds, tickSeconds,
    } = this.settings;
    checks
      .number('Tick', 'tick', tickSeconds, { min: 1, max: HOUR, whole: true, unit: 'seconds' })
      .number('MinimumSamples', 'minimumSamples', minimumSamples, { min: 1, max: 1_000_000, whole: true, unit: 'requests' })
      .number('InconclusiveLimit', 'inconclusiveLimit', inconclusiveLimit, { min: 1, max: 100, whole: true, unit: 'ticks' })
      .number('ConsecutiveErrorLimit', 'consecutiveErrorLimit', consecutiveErrorLimit, { min: 1, max: 100, whole: true, unit: 'ticks' })
      .number('MaximumHold', 'maximumHold', maxHoldSeconds, { min: HOUR, max: 7 * DAY, whole: true, unit: 'seconds' })
      .number('UpdateDeadline', 'updateDeadline', updateDeadlineSeconds, { min: 600, max: 4 * HOUR, whole: true, unit: 'seconds' });
  }

  private checkHistory(checks: Checks): void {
    const { tickSeconds, updateDeadlineSeconds } = this.settings;
    checks.that('ExecutionHistory', { tickSeconds, updateDeadlineSeconds }, (known) => {
      if (!(known.tickSeconds > 0 && known.updateDeadlineSeconds > 0)) {
        return undefined; // told already
      }
      const events = worstHistory({ ...known, shortestWaitSeconds: SHORTEST_WAIT_SECONDS }, PATIENT);
      return events < MOST_EVENTS ? undefined
        : `\`tick\` must keep a day of a stage under ${MOST_EVENTS} events, at which Step Functions ends an execution: got ${known.tickSeconds} seconds, `
          + `with which it may come to ${events}; give a longer \`tick\` or a shorter \`updateDeadline\``;
    });
  }
}

function standardStages(): ReleaseStage[] {
  return [ReleaseStage.canary({ percent: 10, bakeTime: Duration.hours(2) }), ReleaseStage.full({ bakeTime: Duration.hours(1) })];
}

function settingsOf(options: ReleasePlanOptions): Settings {
  const {
    tick = Duration.minutes(5), maximumHold = Duration.hours(24), updateDeadline = Duration.hours(1),
    minimumSamples = 100, inconclusiveLimit = 5, consecutiveErrorLimit = 4,
  } = options;
  return {
    tickSeconds: inSeconds('tick', tick),
    minimumSamples,
    inconclusiveLimit,
    consecutiveErrorLimit,
    maxHoldSeconds: inSeconds('maximumHold', maximumHold),
    updateDeadlineSeconds: inSeconds('updateDeadline', updateDeadline),
  };
}

function rises(percents: readonly number[]): boolean {
  return percents.every((percent, place) => place === 0 || percent > percents[place - 1]);
}

function total(seconds: readonly number[]): number {
  return seconds.reduce((sum, each) => sum + each, 0);
}
