import { aws_logs as logs } from 'aws-cdk-lib';
import * as fc from 'fast-check';
import { matches } from './filter-pattern';

const { all, any, booleanValue, exists, isNull, notExists, numberValue, stringValue } = logs.FilterPattern;
const EVENT = { name: 'UpdateTrail', count: 3, ok: false, gone: null, inner: { list: ['a', { deep: 'b' }] } };

test.each<[string, boolean]>([
  ['{ $.name = "UpdateTrail" }', true],
  ['{ $.name = "updatetrail" }', false],
  ['{ $.name = "Update*" }', true],
  ['{ $.name = "*Trail" }', true],
  ['{ $.name = "Trail*" }', false],
  ['{ $.name = "*" }', true],
  ['{ $.nothing = "*" }', false],
  ['{ $.name != "DeleteTrail" }', true],
  ['{ $.name != "Update*" }', false],
  ['{ $.nothing != "x" }', false],
  ['{ $.nothing NOT EXISTS }', true],
  ['{ $.name NOT EXISTS }', false],
  ['{ $.gone EXISTS }', true],
  ['{ $.name EXISTS }', true],
  ['{ $.ok IS FALSE }', true],
  ['{ $.ok IS TRUE }', false],
  ['{ $.nothing IS FALSE }', false],
  ['{ $.gone IS NULL }', true],
  ['{ $.nothing IS NULL }', false],
  ['{ $.count > 2 }', true],
  ['{ $.count >= 4 }', false],
  ['{ $.count = 3 }', true],
  ['{ $.count != 3 }', false],
  ['{ $.name > 2 }', false],
  ['{ $.inner.list[1].deep = "b" }', true],
  ['{ $.inner.list[0].deep = "b" }', false],
  ['{ ($.name = "x") || ($.count = 3) }', true],
  ['{ ($.name = "x") || ($.count = 4) }', false],
  ['{ ($.name = "UpdateTrail") && ($.count = 3) && ($.ok IS FALSE) }', true],
  ['{ ($.name = "UpdateTrail") && ($.count = 3) && ($.ok IS TRUE) }', false],
  ['{ (($.name = "x") || ($.count = 3)) && ($.ok IS FALSE) }', true],
  ['{ ($.name = "x") && (($.count = 3) || ($.ok IS FALSE)) }', false],
])('%s is %p', (pattern, expected) => {
  expect(matches(pattern, EVENT)).toBe(expected);
});

test.each([
  ['{ $.name = "a*b" }', 'wildcard'],
  ['{ $.name = "*a*" }', 'wildcard'],
  ['{ ($.a = 1) && ($.b = 2) || ($.c = 3) }', 'binds first'],
  ['{ $.name = "x"', 'ends too early'],
  ['{ $.name = "x" } }', 'more after the end'],
  ['$.name = "x"', '{ belongs here'],
  ['{ "x" = $.name }', 'begins with a field'],
  ['{ $.name IS MAYBE }', 'IS takes'],
  ['{ $.name NOT NULL }', 'EXISTS belongs here'],
  ['{ $.name =~ "x" }', 'not a pattern'],
  [`{ $.name = "${'x'.repeat(1024)}" }`, 'at most 1024'],
  ['{ $.name EXISTS && }', 'begins with a field'],
])('%s is an error', (pattern, message) => {
  expect(() => matches(pattern, EVENT)).toThrow(message);
});

test('says of what the CDK renders the same as a few lines of code', () => {
  const value = fc.constantFrom('a', 'ab', 'b', undefined);
  const event = fc.record({ x: value, y: value });
  const leaf = fc.record({ field: fc.constantFrom('x' as const, 'y' as const), text: fc.constantFrom('a', 'ab', 'a*', '*b'), kind: fc.nat(3) });
  const some = { minLength: 1, maxLength: 3 };
  fc.assert(fc.property(event, fc.array(fc.array(leaf, some), some), (given, groups) => {
    const pattern = any(...groups.map((group) => all(...group.map(({ field, text, kind }) => [
      stringValue(`$.${field}`, '=', text), stringValue(`$.${field}`, '!=', text), exists(`$.${field}`), notExists(`$.${field}`),
    ][kind]))));
    const expected = groups.some((group) => group.every(({ field, text, kind }) => {
      const is = given[field];
      const equal = is !== undefined && new RegExp(`^${text.replace('*', '.*')}$`).test(is);
      return [equal, is !== undefined && !equal, is !== undefined, is === undefined][kind];
    }));
    expect(matches(pattern.logPatternString, JSON.parse(JSON.stringify(given)) as object)).toBe(expected);
  }), { numRuns: 300 });
});

test('reads everything else that the CDK writes', () => {
  expect(matches(booleanValue('$.ok', false).logPatternString, EVENT)).toBe(true);
  expect(matches(numberValue('$.count', '<=', 3).logPatternString, EVENT)).toBe(true);
  expect(matches(isNull('$.gone').logPatternString, EVENT)).toBe(true);
});
