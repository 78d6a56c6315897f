import { App, aws_cloudwatch as cw, CfnParameter, Duration, Lazy, Stack, Token } from 'aws-cdk-lib';
import * as fc from 'fast-check';
import { ReleasePlan, ReleasePlanOptions, ReleaseStage, RollbackTrigger } from '../../../lib/serving';

const canary = (percent: number, minutes = 30) => ReleaseStage.canary({ percent, bakeTime: Duration.minutes(minutes) });
const full = (minutes = 60) => ReleaseStage.full({ bakeTime: Duration.minutes(minutes) });
const plan = (changed: Partial<ReleasePlanOptions> = {}) => ReleasePlan.of({ stages: [canary(10), full()], ...changed });
const stack = () => new Stack(new App(), 'Test');

test('the standard plan gives 10 % for two hours, then everything for one', () => {
  expect(ReleasePlan.standard()._render(['a'])).toEqual({
    stages: [{ kind: 'canary', percent: 10, bakeSeconds: 7200 }, { kind: 'full', percent: 100, bakeSeconds: 3600 }],
    errorRates: [
      { id: 'ErrorRate', percent: 2, consecutiveMinutes: 5, minimumRequests: 10 },
      { id: 'ErrorBurst', percent: 5, consecutiveMinutes: 2, minimumRequests: 10 },
    ],
    alarms: ['a'],
    tickSeconds: 300,
    minimumSamples: 100,
    inconclusiveLimit: 5,
    consecutiveErrorLimit: 4,
    maxHoldSeconds: 86_400,
    updateDeadlineSeconds: 3600,
  });
});

test('a plan that says nothing of stages has those of the standard plan', () => {
  expect(ReleasePlan.of({ tick: Duration.minutes(2) })._render(['a'])).toEqual({ ...ReleasePlan.standard()._render(['a']), tickSeconds: 120 });
});

describe('a canary', () => {
  test.each([0.01, 1, 10])('takes %p percent', (percent) => {
    expect(ReleaseStage.canary({ percent })._render()).toEqual({ kind: 'canary', percent, bakeSeconds: 1800 });
  });

  test.each([0, -1, 0.009, 10.01, 50, 100, NaN, Infinity])('does not take %p percent, and says that more needs an A/B stage', (percent) => {
    expect(() => ReleaseStage.canary({ percent })).toThrow(
      `\`percent\` must be a number from 0.01 to 10: got ${percent}; a new version gets at most 10 % of requests before an A/B stage`);
  });

  test('passes a token through, and is judged at synth where it becomes a value', () => {
    const parameter = new CfnParameter(stack(), 'Percent', { type: 'Number' });
    expect(() => ReleaseStage.canary({ percent: parameter.valueAsNumber })).not.toThrow();
    const lazy = ReleasePlan.of({ stages: [ReleaseStage.canary({ percent: Lazy.number({ produce: () => 50 }) }), full()] });
    const own = stack();
    lazy._settle(own);
    expect(own.node.validate()).toEqual([expect.stringContaining('`stages[0].percent` must be a number from 0.01 to 10: got 50')]);
  });
});

describe('a bake time', () => {
  test.each([0, 59, 7 * 86_400 + 1])('does not last %d seconds', (seconds) => {
    const bakeTime = Duration.seconds(seconds);
    const text = `\`bakeTime\` must be a whole number from 60 to 604800 seconds: got ${seconds}`;
    expect(() => ReleaseStage.canary({ percent: 1, bakeTime })).toThrow(text);
    expect(() => ReleaseStage.full({ bakeTime })).toThrow(text);
  });

  test.each([60, 7 * 86_400])('may last %d seconds where no trigger of ours needs longer', (seconds) => {
    const brought = cw.Alarm.fromAlarmArn(stack(), 'Brought', 'arn:aws:cloudwatch:eu-west-1:111122223333:alarm:ours');
    const stages = [ReleaseStage.full({ bakeTime: Duration.seconds(seconds) })];
    expect(() => ReleasePlan.of({ stages, rollbackOn: [RollbackTrigger.alarm(brought)] })).not.toThrow();
  });

  test('outlasts the slowest trigger', () => {
    expect(() => plan({ stages: [canary(1, 6), full()] })).toThrow(
      '`stages[0].bakeTime` must outlast the slowest rollback trigger, which takes up to 7 minutes to fire: got 360 seconds; give at least '
      + 'Duration.minutes(7), or a quicker trigger');
    expect(() => plan({ stages: [canary(1, 7), full(7)] })).not.toThrow();
    expect(() => plan({ stages: [canary(1, 4), full(4)], rollbackOn: [RollbackTrigger.errorBurstAbove()] })).not.toThrow();
  });

  test('of all stages is at most a month', () => {
    const week = (percent: number) => canary(percent, 7 * 1440);
    expect(() => plan({ stages: [week(1), week(2), week(3), week(4), full(2 * 1440)] })).not.toThrow();
    expect(() => plan({ stages: [week(1), week(2), week(3), week(4), full(3 * 1440)] })).toThrow('`stages` must come to at most 30 days: got 31');
  });
});

describe('stages', () => {
  test.each([
    ['nothing', [], '`stages` must hold 1 to 10 stages: got 0'],
    ['only a canary', [canary(1)], '`stages` must end with ReleaseStage.full(), and have it nowhere else: got canary'],
    ['a canary after the full one', [full(), canary(1)], 'got full, canary'],
    ['two full ones', [full(), full()], 'got full, full'],
    ['a smaller share after a larger', [canary(10), canary(5), full()],
      '`stages` must give the new version more requests each time: got 10 % -> 5 % -> 100 %; remove or reorder a stage'],
    ['the same share twice', [canary(5), canary(5), full()], 'got 5 % -> 5 % -> 100 %'],
    ['eleven', [...Array.from({ length: 10 }, (_, place) => canary(place + 1)), full()], 'got 11'],
  ])('are not %s', (_, stages, text) => {
    expect(() => ReleasePlan.of({ stages })).toThrow(text);
  });

  test('may be the full one alone', () => {
    expect(() => ReleasePlan.of({ stages: [full()] })).not.toThrow();
  });

  test('of any rising shares up to ten percent make a plan, and of any others none', () => {
    const percent = fc.integer({ min: 1, max: 1000 }).map((hundredths) => hundredths / 100);
    const percents = fc.array(percent, { minLength: 1, maxLength: 9 });
    fc.assert(fc.property(percents, (shares) => {
      const rises = shares.every((share, place) => place === 0 || share > shares[place - 1]);
      const make = () => ReleasePlan.of({ stages: [...shares.map((share) => canary(share)), full()] });
      rises ? expect(make).not.toThrow() : expect(make).toThrow('more requests each time');
    }), { numRuns: 50 });
  });
});

describe('settings', () => {
  test.each<[string, Partial<ReleasePlanOptions>, string]>([
    ['rollbackOn', { rollbackOn: [] }, '`rollbackOn` must hold 1 to 10 triggers, or nothing would bring a release back: got 0'],
    ['minimumSamples', { minimumSamples: 0 }, '`minimumSamples` must be a whole number from 1 to 1000000 requests: got 0'],
    ['inconclusiveLimit', { inconclusiveLimit: 0 }, '`inconclusiveLimit` must be a whole number from 1 to 100 ticks: got 0'],
    ['consecutiveErrorLimit', { consecutiveErrorLimit: 1.5 }, '`consecutiveErrorLimit` must be a whole number from 1 to 100 ticks: got 1.5'],
    ['maximumHold', { maximumHold: Duration.minutes(59) }, '`maximumHold` must be a whole number from 3600 to 604800 seconds: got 3540'],
    ['updateDeadline', { updateDeadline: Duration.minutes(9) }, '`updateDeadline` must be a whole number from 600 to 14400 seconds: got 540'],
    ['tick', { tick: Duration.minutes(61) }, '`tick` must be a whole number from 1 to 3600 seconds: got 3660'],
    ['tick', { tick: Duration.seconds(30) }, '`tick` must keep a day of a stage under 25000 events, at which Step Functions ends an execution: got 30'],
    ['tick', { tick: Duration.minutes(1), updateDeadline: Duration.hours(4) }, 'give a longer `tick` or a shorter `updateDeadline`'],
  ])('%s is refused out of bounds', (_, changed, text) => {
    expect(() => plan(changed)).toThrow(text);
  });

  test('may be as short as a minute for a tick', () => {
    expect(() => plan({ tick: Duration.minutes(1) })).not.toThrow();
  });

  test('pass tokens through', () => {
    expect(() => plan({ tick: Duration.seconds(Token.asNumber({ Ref: 'Tick' })), minimumSamples: Token.asNumber({ Ref: 'Samples' }) })).not.toThrow();
  });

  test('say everything that is wrong at once', () => {
    const wrong = () => ReleasePlan.of({ stages: [canary(5), canary(2)], rollbackOn: [], minimumSamples: 0 });
    expect(wrong).toThrow('more requests each time');
    expect(wrong).toThrow('must end with ReleaseStage.full()');
    expect(wrong).toThrow('`rollbackOn` must hold 1 to 10 triggers');
    expect(wrong).toThrow('`minimumSamples`');
  });
});
