import { App, aws_ecr as ecr, aws_s3 as s3, Stack, Stage } from 'aws-cdk-lib';
import { elsewhere, inOtherRegion, isBeside, isElsewhere, placeOf } from '../../lib/core/elsewhere';

const [IRELAND, VIRGINIA] = ['eu-west-1', 'us-east-1'].map((region) => ({ account: '111122223333', region }));
const OTHER_ACCOUNT = { account: '444455556666', region: 'eu-west-1' };

let app: App;
beforeEach(() => { app = new App(); });

const pair = (one?: object, other?: object): [Stack, Stack] => [new Stack(app, 'One', { env: one }), new Stack(app, 'Other', { env: other })];

test.each([
  ['another Region', IRELAND, VIRGINIA, true],
  ['another account', IRELAND, OTHER_ACCOUNT, true],
  ['the same', IRELAND, IRELAND, false],
  ['nobody knows where', IRELAND, undefined, false],
])('a stack in %s', (_, one, other, answer) => {
  expect(isElsewhere(...pair(one, other))).toBe(answer);
});

test.each([
  ['the same account and Region', IRELAND, IRELAND, true],
  ['another Region', IRELAND, VIRGINIA, false],
  ['the place that one deployment decides', undefined, undefined, true],
  ['nobody knows where', IRELAND, undefined, false],
])('stacks in %s are beside each other: %p, %p', (_, one, other, answer) => {
  expect(isBeside(...pair(one, other))).toBe(answer);
});

test('stages whose places nobody knows are not beside each other, those of one place are', () => {
  const stackIn = (id: string, env?: object) => new Stack(new Stage(app, id, { env }), 'Stack');
  expect(isBeside(stackIn('Dev'), stackIn('Prod'))).toBe(false);
  expect(isBeside(stackIn('Blue', IRELAND), stackIn('Green', IRELAND))).toBe(true);
});

test.each([
  ['another Region', VIRGINIA, 'in the account and Region', 'in the Region'], ['another account', OTHER_ACCOUNT, 'in the account and Region', undefined],
  ['the same', IRELAND, undefined, undefined],
])('what lies in %s is refused where it has to lie beside its user, and where its Region decides', (_, env, beside, region) => {
  const [user, used] = pair(IRELAND, env);
  const told = (where?: string) => where && `\`store\` must lie ${where} of what uses it: got 'Other' in '${env.account}/${env.region}'; make one beside it`;
  expect(elsewhere('store', user, used, 'make one beside it')).toBe(told(beside));
  expect(inOtherRegion('store', user, used, 'make one beside it')).toBe(told(region));
});

test('a place is written as account and Region', () => expect(placeOf(new Stack(app, 'One', { env: IRELAND }))).toBe('111122223333/eu-west-1'));

describe('what a stack imports lies where its ARN or its attributes say', () => {
  const repository = (stack: Stack) => ecr.Repository.fromRepositoryArn(stack, 'Images', 'arn:aws:ecr:us-east-1:111122223333:repository/models');
  const bucket = (stack: Stack) => s3.Bucket.fromBucketAttributes(stack, 'Bucket', { bucketName: 'models', region: 'us-east-1' });

  test.each([['a repository', repository, 'One/Images'], ['a bucket', bucket, 'One/Bucket']])('%s', (_, imported, path) => {
    const [ireland, virginia] = pair(IRELAND, VIRGINIA);
    const used = imported(ireland);
    expect(inOtherRegion('artifact', ireland, used, 'copy it')).toBe(
      `\`artifact\` must lie in the Region of what uses it: got '${path}' in '111122223333/us-east-1'; copy it`);
    expect(inOtherRegion('artifact', virginia, used, 'copy it')).toBeUndefined();
    expect([isElsewhere(ireland, used), isElsewhere(virginia, used)]).toEqual([true, false]);
  });

  test('and in the stack, where they do not', () => {
    const [ireland, virginia] = pair(IRELAND, VIRGINIA);
    const used = s3.Bucket.fromBucketArn(ireland, 'Bucket', 'arn:aws:s3:::models');
    expect([isElsewhere(ireland, used), isElsewhere(virginia, used)]).toEqual([false, true]);
  });
});

test('what nobody knows of a place is written so', () => {
  expect(placeOf(new Stack(app, 'One', { env: { region: 'eu-west-1' } }))).toBe('unknown-account/eu-west-1');
});
