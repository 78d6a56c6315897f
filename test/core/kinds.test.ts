import { aws_iam as iam, aws_kms as kms, aws_s3 as s3, aws_sns as sns, Duration, Lazy, Size, Stack, Token } from 'aws-cdk-lib';
import { Checks, demandDuration, inSeconds } from '../../lib/core/checks';
import {
  BUCKET, DURATION, FLAG, KEY, Kind, listOf, needed, RECORD, recordOf, SIZE, structOf, TEXT, thing, TOPIC, wrongKind, wrongKinds,
} from '../../lib/core/kinds';

const wrong = (value: unknown, kind?: Kind) => wrongKind('prop', value, kind);
const boom = () => { throw new Error('boom'); };

test.each<[string, Kind, () => unknown[], unknown[]]>([
  ['a flag', FLAG, () => [true, false, Token.asAny({ Ref: 'X' }), Token.asString({ Ref: 'X' })], ['true', 0, {}, []]],
  ['text', TEXT, () => ['', 'x', Token.asString({ Ref: 'X' })], [5, ['x'], {}, Symbol('x')]],
  ['a duration', DURATION, () => [Duration.days(1), Duration.days(Lazy.number({ produce: () => 1 }))], [86_400, 'PT1H', { toSeconds: 1 }, Size.gibibytes(1)]],
  ['a size', SIZE, () => [Size.gibibytes(1)], [1, '1 GiB', Duration.days(1)]],
  ['a bucket', BUCKET, () => [s3.Bucket.fromBucketName(new Stack(), 'B', 'bucket'), new s3.Bucket(new Stack(), 'B')], ['b', {}, new kms.Key(new Stack(), 'K')]],
  ['a key', KEY, () => [new kms.Key(new Stack(), 'K'), kms.Key.fromKeyArn(new Stack(), 'K', 'arn:aws:kms:eu-west-1:111122223333:key/k')],
    ['alias/k', new s3.Bucket(new Stack(), 'B')]],
  ['a topic', TOPIC, () => [new sns.Topic(new Stack(), 'T'), new sns.CfnTopic(new Stack(), 'T')], ['arn:aws:sns:eu-west-1:111122223333:t', {}]],
  ['a record', RECORD, () => [{}, { a: 1 }, Object.create(null)],
    [[], 'x', new Map(), new Date(0), JSON.parse('{"__proto__":1}'), Object.defineProperty({}, 'a', { enumerable: true, get: boom }),
      new Proxy({}, { get: boom }), { toJSON: () => '' }, Token.asAny({ Ref: 'X' })]],
  ['a list', listOf(TEXT), () => [[], ['a']], ['a', {}, Token.asList({ Ref: 'X' })]],
])('what is %s, and what is not', (_, kind, makeFine, others) => {
  for (const value of [undefined, ...makeFine()]) {
    expect(wrong(value, kind)).toEqual([]);
  }
  for (const value of [null, NaN, ...others]) {
    expect(wrong(value, kind)).toEqual([expect.stringMatching(new RegExp(`^\`prop\` must be ${kind.rule.replace(/[().]/g, '\\$&')}: got `))]);
  }
});

test('what is needed may not be left out', () => {
  expect(wrong(undefined, needed(TEXT))).toEqual(['`prop` must be text: got undefined']);
  expect(wrong('', needed(TEXT))).toEqual([]);
});

test.each([undefined, null, 5])('a hint stands behind what was got: %p', (value) => {
  const hinted = needed(TEXT, 'try a word');
  expect(wrong(value, hinted)).toEqual([`\`prop\` must be text: got ${value}; try a word`]);
  expect(wrong(value, needed(hinted))).toEqual(wrong(value, hinted)); // elements of a list are needed once more
});

test('a thing has its members, whoever made it', () => {
  const role = thing('a role', 'roleName', 'grantPrincipal');
  expect(wrong(iam.Role.fromRoleName(new Stack(), 'R', 'r'), role)).toEqual([]);
  expect(wrong({ roleName: 'r' }, role)).toEqual(['`prop` must be a role: got an object']);
  expect(wrong(new Proxy({}, { has: boom }), role)).toEqual(['`prop` must be a role: got an object']);
});

test('elements are named by their place', () => {
  expect(wrong(['a', 1, null], listOf(TEXT))).toEqual(['`prop[1]` must be text: got 1', '`prop[2]` must be text: got null']);
  expect(wrong({ 'a': 1, 'b\u001b': undefined }, recordOf(TEXT))).toEqual(['`prop.a` must be text: got 1', '`prop.b\\u001b` must be text: got undefined']);
});

test('props within props are judged too', () => {
  const limits = structOf<{ readonly age?: Duration }>({ age: DURATION });
  expect(wrong({ age: Duration.hours(1) }, limits)).toEqual([]);
  expect(wrong({ age: 5 }, limits)).toEqual(['`prop.age` must be a Duration, as in Duration.hours(1): got 5']);
  expect(wrong(Object.defineProperty({}, 'age', { get: boom }), limits)).toEqual(['`prop` must be a plain object: got an object']);
});

test('props are judged all at once, and null is no way to leave one out', () => {
  interface Props { readonly name?: string; readonly count?: number; readonly flag?: boolean }
  const props = { name: 5, count: null, flag: 'yes' } as unknown as Props;
  expect(wrongKinds(props, { name: TEXT, flag: FLAG })).toEqual([
    '`name` must be text: got 5', '`count` must be a value or left out: got null', '`flag` must be true or false: got \'yes\'',
  ]);
  expect(() => new Checks().kinds(props, { name: TEXT, flag: FLAG }).settle()).toThrow(/`name`[^]*`count`[^]*`flag`/);
  expect(wrongKinds<Props>({}, { name: needed(TEXT) })).toEqual(['`name` must be text: got undefined']);
});

test.each([5, 'PT1H', null, undefined, {}])('%p is no duration, and says so wherever seconds are asked for', (value) => {
  expect(() => inSeconds('timeout', value as unknown as Duration)).toThrow('`timeout` must be a Duration, as in Duration.hours(1): got');
  expect(() => demandDuration('timeout', value as unknown as Duration)).toThrow('`timeout` must be a Duration');
});
