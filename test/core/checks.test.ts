import { App, Aws, CfnParameter, Duration, Fn, Lazy, Stack, Token } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { cycle, hostileProxy } from './vectors';
import { Checks, inSeconds, Range } from '../../lib/core/checks';
import { InvalidProps } from '../../lib/core/invalid-props';

const WEEK: Range = { min: 1, max: 7, whole: true, unit: 'days', hint: 'split it' };
let app: App;
let thing: Construct;
beforeEach(() => {
  app = new App();
  thing = new Construct(new Stack(app, 'Test'), 'Thing');
});

function judgedNow(value: unknown, range: Range): string | undefined {
  try {
    new Checks().number('Code', 'days', value as number, range).settle();
    return undefined;
  } catch (error) {
    return (error as InvalidProps).message;
  }
}

describe('a number', () => {
  test.each([1, 7, 3])('may be %p in 1 to 7', (value) => expect(judgedNow(value, WEEK)).toBeUndefined());

  test.each([0, 8, 1.5, NaN, Infinity, -Infinity, -0, 0.999999, 7.000001])('may not be %p in 1 to 7, whole', (value) => {
    expect(judgedNow(value, WEEK)).toBe(`\`days\` must be a whole number from 1 to 7 days: got ${value}; split it`);
  });

  test.each([['text', '3', '\'3\''], ['null', null, 'null'], ['a list', [3], 'an object'], ['a Number object', new Number(3), 'an object']])(
    'may not be %s', (_, value, echo) => expect(judgedNow(value, WEEK)).toContain(`got ${echo}`));

  test('may be a fraction where nobody asks for whole numbers', () => {
    expect(judgedNow(0.5, { min: 0, max: 1 })).toBeUndefined();
    expect(judgedNow(1.5, { min: 0, max: 1 })).toBe('`days` must be a number from 0 to 1: got 1.5');
  });

  test('may be minus zero where zero is allowed', () => expect(judgedNow(-0, { min: 0, max: 1 })).toBeUndefined());

  test('may be as large as numbers stay exact where there is no upper end', () => {
    expect(judgedNow(Number.MAX_SAFE_INTEGER, { min: 1 })).toBeUndefined();
    expect(judgedNow(Infinity, { min: 1 })).toBe('`days` must be a number of at least 1: got Infinity');
    expect(judgedNow(0, { min: 1 })).toBe('`days` must be a number of at least 1: got 0');
  });

  test('may be absent', () => expect(judgedNow(undefined, WEEK)).toBeUndefined());

  test('waits for synth when it is a token, and fails there with the path', () => {
    new Checks().number('Code', 'days', Lazy.number({ produce: () => 8 }), WEEK).settle(thing);
    expect(() => app.synth()).toThrow(/\[Test\/Thing\] `days` must be a whole number from 1 to 7 days: got 8; split it/);
  });

  test('may be a token that is right at synth, absent at synth, or known to the deployment only', () => {
    new Checks().number('A', 'days', Lazy.number({ produce: () => 7 }), WEEK)
      .number('B', 'days', Token.asNumber({ resolve: () => undefined }), WEEK)
      .number('C', 'days', new CfnParameter(thing, 'P', { type: 'Number' }).valueAsNumber, WEEK)
      .number('D', 'days', Token.asNumber(Fn.getAtt('Other', 'Count')), WEEK)
      .settle(thing);
    expect(() => app.synth()).not.toThrow();
  });

  test('that looks like a token fails synth with the path and the rule', () => {
    const lookAlike = Token.asNumber({ resolve: () => { throw new Error('no such token'); } });
    new Checks().number('WeekCode', 'days', lookAlike, WEEK).settle(thing);
    expect(() => app.synth()).toThrow(/\[Test\/Thing\] a value cannot be judged \(WeekCode\): .*no such token/);
  });
});

describe('a question', () => {
  test('is asked at once when all values are known', () => {
    const judge = jest.fn(() => undefined);
    new Checks().that('Code', { a: 1, b: ['x'], c: { d: null } }, judge).settle(thing);
    expect(judge).toHaveBeenCalledTimes(1);
    app.synth();
    expect(judge).toHaveBeenCalledTimes(1);
  });

  test.each<[string, () => object]>([
    ['a value', () => ({ a: Lazy.string({ produce: () => 'x' }) })],
    ['partly literal text', () => ({ a: `-${Lazy.string({ produce: () => 'x' })}` })],
    ['a list', () => ({ a: ['y', Lazy.string({ produce: () => 'x' })] })],
    ['an encoded list', () => ({ a: Lazy.list({ produce: () => ['x'] }) })],
    ['a record in a list', () => ({ a: [{ b: { c: Lazy.number({ produce: () => 3 }) } }] })],
    ['a record without a prototype', () => ({ a: Object.assign(Object.create(null) as object, { b: Lazy.number({ produce: () => 3 }) }) })],
  ])('waits for synth when %s holds a token', (_, make) => {
    const judge = jest.fn(() => 'wrong');
    new Checks().that('Code', make(), judge).settle(thing);
    expect(judge).not.toHaveBeenCalled();
    expect(() => app.synth()).toThrow(/\[Test\/Thing\] wrong/);
    expect(JSON.stringify(judge.mock.calls)).not.toContain('Token[');
  });

  test.each<[string, () => object]>([
    ['a reference', () => ({ a: Aws.REGION })],
    ['a reference deep inside', () => ({ a: [{ b: [Aws.REGION] }], c: 1 })],
    ['a function', () => ({ a: Fn.select(0, Fn.split(',', Aws.REGION)) })],
    ['a lazy reference', () => ({ a: Lazy.string({ produce: () => Aws.REGION }) })],
    ['a reference beside a lazy value', () => ({ a: Aws.REGION, b: Lazy.number({ produce: () => 1 }) })],
  ])('is never asked when only the deployment knows: %s', (_, make) => {
    const judge = jest.fn(() => 'wrong');
    new Checks().that('Code', make(), judge).settle(thing);
    expect(() => app.synth()).not.toThrow();
    expect(judge).not.toHaveBeenCalled();
  });

  test('gets a Duration back as a Duration when it waited for another value', () => {
    const values = { bake: Duration.minutes(5), stages: Lazy.number({ produce: () => 3 }) };
    new Checks().that('Code', values, ({ bake, stages }) => `${bake.toSeconds()} seconds, ${stages} stages`).settle(thing);
    expect(() => app.synth()).toThrow(/\[Test\/Thing\] 300 seconds, 3 stages/);
  });

  test.each([['a proxy that throws', hostileProxy()], ['a cycle', cycle()], ['a getter that throws', { get a() { throw new Error('raw'); } }]])(
    'about %s is put to the judge, not stumbled over', (_, value) => {
      const judge = jest.fn(() => 'wrong');
      expect(() => new Checks().that('Code', { value }, judge).settle()).toThrow(new InvalidProps('Code', 'wrong'));
      expect(judge).toHaveBeenCalledTimes(1);
    });

  test('about a list that is reached on very many ways walks it once', () => {
    let reads = 0;
    let list: unknown[] = new Proxy([], { get: (target, key): unknown => { reads += 1; return Reflect.get(target, key); } });
    for (let level = 0; level < 16; level++) {
      list = [list, list];
    }
    new Checks().that('Code', { list }, () => undefined).settle();
    expect(reads).toBeLessThan(20);
  });

  test('about the same list twice is no cycle', () => {
    const shared = [Lazy.string({ produce: () => 'x' })];
    const judge = jest.fn(() => undefined);
    new Checks().that('Code', { a: ['plain'], b: shared, c: shared }, judge).settle(thing);
    app.synth();
    expect(judge).toHaveBeenCalledWith({ a: ['plain'], b: ['x'], c: ['x'] });
  });
});

describe('settling', () => {
  test('throws all problems at once, in order', () => {
    const checks = new Checks().number('A', 'a', 0, WEEK).report('B', 'second').report('C', undefined).that('D', {}, () => 'third');
    expect(() => checks.settle(thing)).toThrow(expect.objectContaining({
      code: 'A', constructPath: 'Test/Thing', problems: [expect.objectContaining({ code: 'A' }), { code: 'B', message: 'second' }, { code: 'D', message: 'third' }],
    }));
  });

  test('throws nothing when nothing is wrong', () => {
    expect(() => new Checks().number('A', 'a', 1, WEEK).settle(thing)).not.toThrow();
  });

  test('without a construct keeps the open questions for the one that comes', () => {
    const checks = new Checks().number('A', 'a', Lazy.number({ produce: () => 9 }), WEEK);
    checks.settle();
    checks.settle(thing);
    expect(() => app.synth()).toThrow(/\[Test\/Thing\] `a` must be/);
  });

  test('reports all open questions of a construct at synth', () => {
    new Checks().number('A', 'a', Lazy.number({ produce: () => 9 }), WEEK).number('B', 'b', Lazy.number({ produce: () => 0 }), WEEK)
      .settle(thing);
    expect(() => app.synth()).toThrow(/`a` must be[^]*`b` must be/);
  });
});

describe('a duration in seconds', () => {
  test.each([[Duration.minutes(5), 300], [Duration.millis(1500), 1.5], [Duration.seconds(0), 0], [Duration.days(1), 86400]])(
    '%s is %p', (duration, seconds) => expect(inSeconds('bakeTime', duration)).toBe(seconds));

  test('passes a token in seconds on', () => {
    const token = new CfnParameter(thing, 'P', { type: 'Number' }).valueAsNumber;
    expect(inSeconds('bakeTime', Duration.seconds(token))).toBe(token);
  });

  test('refuses a token in another unit and names the way out', () => {
    const token = new CfnParameter(thing, 'P', { type: 'Number' }).valueAsNumber;
    expect(() => inSeconds('bakeTime', Duration.minutes(token)))
      .toThrow(new InvalidProps('TokenDurationInSeconds', '`bakeTime` holds a token in minutes, which cannot be converted: give it as Duration.seconds(token)'));
  });
});
