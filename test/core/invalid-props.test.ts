import { App, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { cycle, hostileProxy } from './vectors';
import { InvalidProps, shown } from '../../lib/core/invalid-props';

describe('a shown value', () => {
  test.each<[string, unknown, string]>([
    ['text', 'ab', '\'ab\''], ['empty text', '', '\'\''], ['a number', 12, '12'], ['NaN', NaN, 'NaN'], ['true', true, 'true'],
    ['nothing', undefined, 'undefined'], ['null', null, 'null'], ['a bigint', 12n, '12n'], ['a symbol', Symbol('x'), 'a symbol'],
    ['a function', () => 'x', 'a function'], ['a list', ['ab'], 'an object'], ['a cycle', cycle(), 'an object'],
    ['a hostile proxy', hostileProxy(), 'an object'],
  ])('says what %s is', (_, value, expected) => {
    expect(shown(value)).toBe(expected);
  });

  test('is cut at 64 characters', () => {
    expect(shown('a'.repeat(64))).toBe(`'${'a'.repeat(64)}'`);
    expect(shown('a'.repeat(65))).toBe(`'${'a'.repeat(63)}…'`);
    expect(shown(10n ** 80n)).toHaveLength(64);
  });

  test.each([
    ['\u0000', '\\u0000'], ['\n', '\\u000a'], ['\u001b', '\\u001b'], ['\u007f', '\\u007f'], ['\u0085', '\\u0085'],
    ['\u00ad', '\\u00ad'], ['\u061c', '\\u061c'], ['\u200b', '\\u200b'], ['\u200f', '\\u200f'], ['\u2028', '\\u2028'],
    ['\u202e', '\\u202e'], ['\u2066', '\\u2066'], ['\ufeff', '\\ufeff'], ['\ud800', '\\ud800'], ['\u{e0041}', '\\u{e0041}'],
  ])('escapes what a terminal would act on or hide: %j', (character, escaped) => {
    expect(shown(`a${character}b`)).toBe(`'a${escaped}b'`);
  });

  test.each(['ü', 'б', '😀', '\u0301'])('leaves %j as it is', (character) => {
    expect(shown(`a${character}`)).toBe(`'a${character}'`);
  });

  test('is cut between characters, not inside one', () => {
    expect(shown(`${'a'.repeat(62)}😀😀`)).toBe(`'${'a'.repeat(62)}…'`);
  });

  test('runs no code of the value', () => {
    const ran = jest.fn(() => 'harmless');
    const value = {
      toString: ran, toJSON: ran, valueOf: ran, [Symbol.toPrimitive]: ran, get [Symbol.toStringTag]() { return ran(); },
    };
    expect(shown(value)).toBe('an object');
    expect(ran).not.toHaveBeenCalled();
  });
});

describe('InvalidProps', () => {
  const one = { code: 'One', message: '`a` must be b: got c' };
  const two = { code: 'Two', message: '`d` must be e: got f' };

  test('names one problem on the line of the construct', () => {
    const thing = new Construct(new Stack(new App(), 'Test'), 'Thing');
    const error = InvalidProps.of([one], thing);
    expect(error.message).toBe('Test/Thing: `a` must be b: got c');
    expect(error).toMatchObject({ name: 'InvalidProps', code: 'One', constructPath: 'Test/Thing', problems: [one] });
  });

  test('lists several problems, one on each line', () => {
    const error = InvalidProps.of([one, two], new Stack(new App(), 'Test'));
    expect(error.message).toBe('Test: \n  - `a` must be b: got c\n  - `d` must be e: got f');
    expect(error).toMatchObject({ code: 'One', problems: [one, two] });
  });

  test('has no path for a value that has no place yet', () => {
    const error = InvalidProps.of([one]);
    expect(error.message).toBe('`a` must be b: got c');
    expect(error.constructPath).toBeUndefined();
  });

  test('calls the app App, since its path is empty', () => {
    expect(new InvalidProps('One', 'x', new App()).message).toBe('App: x');
  });

  test('is an error with a stack, for tools that print one', () => {
    expect(new InvalidProps('One', 'x')).toBeInstanceOf(Error);
    expect(new InvalidProps('One', 'x').stack).toContain('invalid-props.test');
  });
});
