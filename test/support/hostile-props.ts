import { App, Duration, Lazy, Size, Stack, Token } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as fc from 'fast-check';
import { ENV } from './judged';

/** Makes something with props of which one was changed. */
export type Make = (stack: Stack, changed: object) => void;
/** Of each prop, which hostile values are fine all the same, by their names. */
export type Fine<Props> = Readonly<Record<keyof Required<Props>, string>>;

class Foreign {
  public readonly name = 'churn';
}

/** What nobody means. Each is made anew: tokens belong to an app. */
export const HOSTILE: Readonly<Record<string, () => unknown>> = {
  'undefined': () => undefined,
  'null': () => null,
  'NaN': () => NaN,
  'Infinity': () => Infinity,
  '-1': () => -1,
  '0': () => 0,
  '1.5': () => 1.5,
  '1e300': () => 1e300,
  'true': () => true,
  'a bigint': () => 10n,
  'a symbol': () => Symbol('x'),
  'a function': () => () => 1,
  'no text': () => '',
  'text': () => 'text',
  'a long text': () => 'x'.repeat(100_000),
  'control characters': () => 'a\u0000\u001b[1m\n',
  'an empty list': () => [],
  'a list of null': () => [null],
  'an empty record': () => ({}),
  'a frozen record': () => Object.freeze({}),
  'a record of null': () => ({ epochs: null }),
  'a record of numbers': () => ({ epochs: 5 }),
  'a record of bigints': () => ({ epochs: 5n }),
  'a record under no name': () => ({ '': 'x' }),
  'a record that forges a prototype': () => JSON.parse('{"__proto__":"x"}'),
  'a record that fails': () => Object.defineProperty({}, 'epochs', { enumerable: true, get: () => { throw new Error('boom'); } }),
  'an object without a prototype': () => Object.assign(Object.create(null), { then: 1 }),
  'an object of another class': () => new Foreign(),
  'a proxy': () => new Proxy({}, { get: () => { throw new Error('boom'); } }),
  'a date': () => new Date(0),
  'no time': () => Duration.seconds(0),
  'half a second': () => Duration.millis(500),
  'three days': () => Duration.days(3),
  'an hour as a token': () => Duration.hours(Lazy.number({ produce: () => 1 })),
  'five gibibytes': () => Size.gibibytes(5),
  'five kibibytes': () => Size.kibibytes(5),
  'a reference as text': () => Token.asString({ Ref: 'X' }),
  'a reference as a number': () => Token.asNumber({ Ref: 'X' }),
  'a reference as a list': () => Token.asList({ Ref: 'X' }),
  'a reference': () => Token.asAny({ Ref: 'X' }),
  'lazy text that is wrong': () => Lazy.string({ produce: () => 'a b*\n' }),
  'a lazy number that is wrong': () => Lazy.number({ produce: () => -5 }),
};

export const REFERENCES = 'a reference as text, a reference as a number, a reference as a list, a reference';
export const NUMBER = `undefined, ${REFERENCES}`;
export const LEFT_OUT = 'undefined';
export const RECORD = 'undefined, an empty record, a frozen record';
/** Of props within props, all of which may be left out: keys that there are not are passed over. */
export const OPTIONS = `${RECORD}, a record of null, a record of numbers, a record of bigints, a record under no name, an object without a prototype`;
export const TIME = 'undefined, three days';
export const NOTHING = '';

const FAILED = 'not refused, but failed';

/** `made`, or what it was refused with: at once, or at synth where a token is known. */
export function outcome(make: Make, changed: object): string {
  const stack = new Stack(new App(), 'Test', { env: ENV });
  try {
    make(stack, changed);
  } catch (error) {
    const { name, message } = error as Error;
    return name === 'InvalidProps' ? message : `${FAILED} with ${name}: ${message}`;
  }
  try {
    return JSON.stringify(Template.fromStack(stack).toJSON()) === '' ? 'nothing' : 'made';
  } catch (error) {
    return (error as Error).message;
  }
}

/**
 * Claims that each hostile value of each prop makes a template, because it is listed as fine, or is refused in our words with the
 * prop in them.
 */
export function describeHostileProps(cases: readonly [string, Make, Readonly<Record<string, string>>][]): void {
  describe.each(cases)('%s', (_, make, props) => {
    test.each(Object.entries(props))('takes as `%s` what is fine, and names the prop of anything else', (prop, fine) => {
      const said = Object.entries(HOSTILE).map(([what, value]) => [what, outcome(make, { [prop]: value() })]);
      const refused = said.filter(([, text]) => text !== 'made');
      const made = said.filter(([, text]) => text === 'made').map(([what]) => what);
      expect(refused.filter(([, text]) => text.startsWith(FAILED) || !new RegExp(`\`${prop}[\`.[]`).test(text))).toEqual([]);
      expect(made).toEqual(Object.keys(HOSTILE).filter((what) => fine.split(', ').includes(what)));
      expect(refused.filter(([, text]) => /[\u0000\u001b]/.test(text) || text.length > 4000)).toEqual([]); // for a terminal
    });

    test('names all props that are null at once', () => {
      const said = outcome(make, Object.fromEntries(Object.keys(props).map((prop) => [prop, null])));
      expect(Object.keys(props).filter((prop) => !said.includes(`\`${prop}\` must be `))).toEqual([]);
    });

    test('makes a template or refuses the props, whatever they are', () => {
      const anything = fc.anything({ withBigInt: true, withDate: true, withMap: true, withSet: true, withNullPrototype: true });
      const several = fc.dictionary(fc.constantFrom(...Object.keys(props)), anything, { minKeys: 1, maxKeys: 3 });
      fc.assert(fc.property(several, (changed) => { expect(outcome(make, changed)).not.toMatch(FAILED); }), { numRuns: 25 });
    });
  });
}

/** Claims that props which are none are refused, in our words. */
export function testPropsThatAreNone(cases: readonly [string, (props: never) => unknown][]): void {
  test.each(cases)('props that are none are refused: %s', (_, make) => {
    const fails = new Proxy({ x: 1 }, { get: () => { throw new Error('boom'); } });
    for (const props of [null, 5, [], JSON.parse('{"__proto__":{}}'), fails]) {
      expect(() => make(props as never)).toThrow('`props` must');
    }
  });
}
