import { App, aws_s3 as s3, CfnResource, Lazy, Stack } from 'aws-cdk-lib';
import { referenceFree } from '../../lib/core/reference-free';

let app: App;
let stack: Stack;
beforeEach(() => {
  app = new App();
  stack = new Stack(app, 'Test');
});

function propertyOf(list: unknown): unknown {
  new CfnResource(stack, 'Resource', { type: 'Test::Some::Resource', properties: { List: list } });
  const { Resources } = app.synth().getStackByName('Test').template as { Resources: { Resource: { Properties: { List: unknown } } } };
  return Resources.Resource.Properties.List;
}

/** A list that counts how often somebody goes through it. */
function counted(): { readonly list: object[]; readonly times: () => number } {
  let times = 0;
  const element = Object.defineProperty({}, 'Name', {
    enumerable: true,
    get: () => {
      times += 1;
      return 'a';
    },
  });
  return { list: [element], times: () => times };
}

test('is in the template what it is', () => {
  const list = [{ Name: 'a', Inner: { Values: [1, true, 'b'] } }, {}];
  expect(propertyOf(referenceFree(list))).toEqual(list);
});

test('is gone through once less than by CDK alone', () => {
  const plain = counted();
  propertyOf(plain.list);
  app = new App();
  stack = new Stack(app, 'Test');
  const { list, times } = counted();
  const free = referenceFree(list);
  const looked = times();
  propertyOf(free);
  expect(times() - looked).toBe(plain.times() - 1);
});

test.each<[where: string, list: (name: string) => unknown[]]>([
  ['an element', (name) => [name]],
  ['a value', (name) => [{ Name: name }]],
  ['a part of a text', (name) => [{ Inner: [{ Name: `arn:${name}` }] }]],
  ['a lazy value', (name) => [{ Name: Lazy.any({ produce: () => name }) }]],
])('with a reference to another stack as %s it brings the value from there', (_, list) => {
  const other = new Stack(app, 'Other');
  const { bucketName } = new s3.Bucket(other, 'Bucket');
  const text = JSON.stringify(propertyOf(referenceFree(list(bucketName))));
  expect(text).toContain('Fn::ImportValue');
  expect(Object.keys((app.synth().getStackByName('Other').template as { Outputs: object }).Outputs)).toHaveLength(1);
});

test('as a text says what it is', () => {
  expect(String(referenceFree(['a']))).toBe('a list without references');
});
