import { App, aws_iam as iam, CfnParameter, Lazy, Stack } from 'aws-cdk-lib';
import { ArtifactStore } from '../../lib/artifacts';

const SHA256 = 'a'.repeat(64);

let stack: Stack;
beforeEach(() => { stack = new Stack(new App(), 'Test'); });

describe('artifact', () => {
  const uriOf = (model: string, sha256: string) => stack.resolve(new ArtifactStore(stack, 'Store').artifact(model, sha256).uri);
  const bucketRef = { Ref: 'StoreC1F82936' };

  test.each(['fraud-detection', 'a1', 'a__b', 'con', 'latest', 'trials2', 'undefined', 'a'.repeat(64)])('lies at the content-addressed key of %s', (model) => {
    expect(uriOf(model, SHA256)).toEqual({ 'Fn::Join': ['', ['s3://', bucketRef, `/${model}/${SHA256}/model.tar.gz`]] });
  });

  test.each([
    '', 'a', '-a', 'a_', 'a.b', '../a', 'a/b', 'ab\n', 'ab\0', 'A1', '\u0430bc', 'cafe\u0301', '\u200bab', 'a*', 'a?b', '${aws:username}',
    '__proto__', '{{resolve:ssm:x}}', 'a'.repeat(65), 'a'.repeat(100_000), 12, Symbol('ab'), new String('ab'), { toString: () => 'ab' }, null, undefined,
  ])('refuses the model %p', (model) => {
    expect(() => uriOf(model as string, SHA256)).toThrow(/Test\/Store: `model` must/);
  });

  test('refuses a model named trials, whose artifacts would expire', () => {
    expect(() => uriOf('trials', SHA256)).toThrow("`model` must not be 'trials', under which training output expires");
  });

  test.each([
    '', 'latest', 'a'.repeat(63), 'a'.repeat(65), `${SHA256}\n`, `sha256:${SHA256}`, 'g'.repeat(64), `../${'a'.repeat(61)}`, '*', 7, null, undefined,
    Symbol('a'), new String(SHA256),
  ])('refuses the hash %p', (sha256) => {
    expect(() => uriOf('churn', sha256 as string)).toThrow('`sha256` must be the SHA-256 of model.tar.gz, 64 lower-case hex digits: got');
  });

  test('says how to write a hash in upper case', () => {
    expect(() => uriOf('churn', 'A'.repeat(64))).toThrow('write the letters in lower case');
  });

  test('names all that is wrong at once', () => {
    expect(() => uriOf('A', 'latest')).toThrow(/`model` must[^]*`sha256` must/);
  });

  test('passes on what only the deployment knows', () => {
    const model = new CfnParameter(stack, 'Model').valueAsString;
    const sha256 = new CfnParameter(stack, 'Sha').valueAsString;
    expect(uriOf(model, sha256)).toEqual({
      'Fn::Join': ['', ['s3://', bucketRef, '/', { Ref: 'Model' }, '/', { Ref: 'Sha' }, '/model.tar.gz']],
    });
  });

  test.each([
    ['A', SHA256, '`model` must'], ['trials', SHA256, 'trials'], ['churn', 'latest', '`sha256` must'],
  ])('judges lazy values at synth: %s, %s', (model, sha256, message) => {
    const app = new App();
    new ArtifactStore(new Stack(app, 'Lazy'), 'Store').artifact(Lazy.string({ produce: () => model }), Lazy.string({ produce: () => sha256 }));
    expect(() => app.synth()).toThrow(message);
  });

  test.each([['${Token[TOKEN.999999]}', SHA256, '`model`'], ['churn', '${Token[TOKEN.999999]}', '`sha256`']])(
    'refuses what only looks like a token: %s, %s', (model, sha256, prop) => {
      expect(() => uriOf(model, sha256)).toThrow(`${prop} looks like a token`);
    });

  test('judges the literal part of a hash that is half a token', () => {
    expect(() => uriOf('churn', `latest-${new CfnParameter(stack, 'Sha').valueAsString}`)).toThrow('`sha256` must');
  });
});

test.each(['A', 'trials', '*', 'a/b'])('grantAdd refuses the model %p', (model) => {
  const role = new iam.Role(stack, 'Role', { assumedBy: new iam.AccountRootPrincipal() });
  expect(() => new ArtifactStore(stack, 'Store').grantAdd(role, model)).toThrow('Test/Store: `model` must');
});
