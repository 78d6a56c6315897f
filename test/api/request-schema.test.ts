import { App, aws_apigateway as apigateway, CfnParameter, Lazy, Stack, Token } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as fc from 'fast-check';
import { inferenceApi, named } from './supplies';
import { ApiEndpoint } from '../../lib/api';
import { IModelEndpoint } from '../../lib/serving';

const { JsonSchemaType: Type, JsonSchemaVersion: Version } = apigateway;

let stack: Stack;
let endpoint: IModelEndpoint;
beforeEach(() => {
  stack = new Stack(new App(), 'Test');
  endpoint = named(stack, 'churn');
});

const take = (schema: unknown) => ApiEndpoint.realTime(endpoint, { schema: schema as apigateway.JsonSchema });
const modelsOf = (...schemas: unknown[]): unknown[] => {
  inferenceApi(stack, {
    routes: schemas.map((schema, index) => ApiEndpoint.realTime(endpoint, { schema: schema as apigateway.JsonSchema, routeName: `route-${index}` })),
  });
  return Object.values(Template.fromStack(stack).findResources('AWS::ApiGateway::Model')).map(({ Properties }) => Properties.Schema as unknown);
};

/** Every keyword, each as it should be. */
const WHOLE = {
  schema: Version.DRAFT4,
  id: 'http://example.com/claim',
  title: 'A claim',
  description: 'What a claim looks like',
  type: [Type.OBJECT, Type.NULL],
  definitions: {
    'amount': { type: Type.NUMBER, multipleOf: 0.01, minimum: 0, exclusiveMinimum: true, maximum: 1e6, exclusiveMaximum: false },
    'a/b': {},
    'a c': {},
  },
  properties: {
    amount: { ref: '#/definitions/amount' },
    other: { $ref: '#/definitions/a~1b' },
    self: { ref: '#' },
    spaced: { ref: '#/definitions/a%20c' },
    code: {
      type: Type.STRING,
      minLength: 0,
      maxLength: 8,
      pattern: '^[A-Z]+$',
      format: 'date-time',
      enum: ['A', 'B', 1, null, { a: [true] }],
      default: 'A',
    },
    parts: {
      type: Type.ARRAY, items: [{ type: Type.INTEGER }], additionalItems: false, minItems: 1, maxItems: 9, uniqueItems: true,
    },
    rest: { items: { not: { type: Type.BOOLEAN } }, additionalItems: { type: Type.NULL } },
  },
  patternProperties: { '^x-': {} },
  additionalProperties: { anyOf: [{}, { oneOf: [{}] }], allOf: [{}] },
  required: ['amount'],
  minProperties: 1,
  maxProperties: 12,
  dependencies: { code: ['amount'], parts: { required: ['code'] } },
};

test('a schema may have every keyword of draft 4, and comes into the template as it is', () => {
  const [written] = modelsOf(WHOLE);
  const whole = JSON.stringify(WHOLE).replaceAll('"ref":', '"$ref":').replaceAll('"schema":', '"$schema":');
  expect(JSON.stringify(written)).toBe(whole);
});

test('it is judged as draft 4 also where its version is said to be undefined', () => {
  expect(modelsOf({ schema: undefined, type: 'object' })).toEqual([{ $schema: Version.DRAFT4, type: 'object' }]);
});

test('it stays as it was when it was given', () => {
  const properties: Record<string, unknown> = { age: { type: 'number' } };
  const route = take({ properties });
  properties.age = { type: 'nmber' };
  inferenceApi(stack, { routes: [route] });
  expect(JSON.stringify(Template.fromStack(stack).findResources('AWS::ApiGateway::Model'))).toContain('{"age":{"type":"number"}}');
});

test.each<[string, unknown, string]>([
  ['type', 'strng', '`schema.type` must be null, boolean, object, array, number, integer, string or a list of different ones of these: got \'strng\''],
  ['type', [], 'got an object'], ['type', ['string', 'string'], 'got an object'], ['type', ['string', 'any'], 'got an object'], ['type', null, 'got null'],
  ['schema', Version.DRAFT7, '`schema.schema` must be DRAFT4, which is what the gateway judges by: got \'http://json-schema.org/draft-07/schema#\''],
  ['$schema', 'draft-04', '`schema.$schema` must be DRAFT4'],
  ['id', 5, 'must be text'], ['title', {}, 'must be text'], ['description', null, 'must be text'], ['format', true, 'must be text'],
  ['minimum', NaN, '`schema.minimum` must be a finite number: got NaN'], ['minimum', '3', 'must be a finite number: got \'3\''],
  ['maximum', Infinity, '`schema.maximum` must be a finite number: got Infinity'],
  ['multipleOf', 0, '`schema.multipleOf` must be a finite number above 0: got 0'], ['multipleOf', NaN, 'got NaN'], ['multipleOf', Infinity, 'got Infinity'],
  ['minLength', -1, '`schema.minLength` must be a whole number from 0 to 9007199254740991: got -1'], ['maxLength', 1.5, 'got 1.5'], ['minItems', '1', 'got \'1\''],
  ['maxItems', NaN, 'got NaN'], ['minProperties', true, 'got true'], ['maxProperties', Infinity, 'got Infinity'],
  ['uniqueItems', 'yes', '`schema.uniqueItems` must be true or false: got \'yes\''],
  ['exclusiveMinimum', 3, '`schema.exclusiveMinimum` must be true or false: got 3'], ['exclusiveMaximum', 3, 'must be true or false: got 3'],
  ['exclusiveMinimum', true, '`schema.exclusiveMinimum` must stand beside `minimum`'], ['exclusiveMaximum', true, 'must stand beside `maximum`'],
  ['pattern', '(', '`schema.pattern` must be a regular expression as text: got \'(\''], ['pattern', /a/, 'got an object'], ['pattern', '(?i)a', 'got \'(?i)a\''],
  ['enum', [], '`schema.enum` must be a list of at least one JSON value, each once'], ['enum', [1, 1], 'got an object'], ['enum', 'a', 'got \'a\''],
  ['enum', [NaN], 'got an object'], ['enum', [new Date(0)], 'got an object'], ['enum', [{ ref: 'x' }], 'without keys ref or schema, which CDK renames'],
  ['enum', [undefined], 'got an object'],
  ['default', () => 1, '`schema.default` must be JSON without keys ref or schema'], ['default', { a: [Infinity] }, 'got an object'],
  ['default', JSON.parse('{"__proto__":1}'), 'got an object'],
  ['required', [], '`schema.required` must be a list of at least one name, each once'], ['required', true, 'got true'], ['required', ['a', 'a'], 'got an object'],
  ['required', ['a', 1], 'got an object'],
  ['properties', ['a'], '`schema.properties` must be an object of schemas'], ['properties', new Map([['a', {}]]), 'got an object'],
  ['properties', JSON.parse('{"__proto__":{}}'), 'none of them called __proto__'],
  ['properties', { a: [] }, '`schema.properties.a` must be a JSON schema, an object: got an object'],
  ['definitions', { a: true }, '`schema.definitions.a` must be a JSON schema, an object: got true'],
  ['patternProperties', { '[': {} }, '`schema.patternProperties` must be an object of schemas under regular expressions'],
  ['dependencies', { a: [] }, '`schema.dependencies` must be an object of schemas, or of lists of at least one name'], ['dependencies', { a: [1] }, 'got an object'],
  ['dependencies', { a: 'b' }, '`schema.dependencies.a` must be a JSON schema'],
  ['items', [], '`schema.items` must be a schema or a list of at least one'], ['items', true, 'got true'],
  ['items', [{}, 5], '`schema.items[1]` must be a JSON schema, an object: got 5'],
  ['additionalItems', 'no', '`schema.additionalItems` must be true, false or a schema: got \'no\''], ['additionalProperties', null, 'got null'],
  ['allOf', {}, '`schema.allOf` must be a list of at least one schema'], ['anyOf', [], 'got an object'], ['oneOf', [null], '`schema.oneOf[0]` must be'],
  ['not', [{}], '`schema.not` must be a schema'],
  ['ref', 'https://example.com/other.json', '`schema.ref` must be a place in the same schema'], ['$ref', 5, 'must be a place in the same schema'],
  ['ref', '#/definitions/none', '`schema.ref` must lead to a schema that is there: got \'#/definitions/none\''], ['$ref', '#/definitions/%', 'must lead to'],
])('its keyword %s may not be %p', (keyword, value, message) => {
  expect(() => take({ [keyword]: value })).toThrow(message);
});

test.each([
  'contains', 'propertyNames', 'const', 'if', 'then', 'else', 'examples', '$id', '$comment', 'example', 'nullable', 'readOnly', 'discriminator',
  'requried', 'constructor', 'toString', 'x-order', '',
])('it has no keyword %j, which the gateway does not know', (keyword) => {
  expect(() => take({ properties: { a: { anyOf: [{ [keyword]: {} }] } } }))
    .toThrow(`\`schema.properties.a.anyOf[0]\` must use keywords of draft 4 only: got '${keyword}'`);
});

test('everything that is wrong with it is told at once, with its place', () => {
  expect(() => take({ type: 'objct', properties: { 'age\u001b[1m': { minimum: NaN } }, required: [] }))
    .toThrow(/`schema\.type`[^]*`schema\.properties\.age\\u001b\[1m\.minimum`[^]*`schema\.required`/);
});

test('it may have properties that are called like keywords', () => {
  const schema = { properties: { contains: { type: 'string' }, if: { type: 'string' }, ref: {}, schema: {} }, enum: [{ const: 1 }], default: { then: 1 } };
  expect(modelsOf(schema)).toEqual([{ $schema: Version.DRAFT4, ...schema }]);
});

test('it must be plain JSON, of a size that the gateway takes', () => {
  const cycle: { properties: Record<string, unknown> } = { properties: {} };
  cycle.properties.self = cycle;
  expect(() => take(cycle)).toThrow(/plain JSON.*got something else/);
  expect(() => take({ multipleOf: 1n })).toThrow(/plain JSON/);
  expect(() => take({ title: 'x'.repeat(400_001) })).toThrow(/at most 400000 characters/);
  expect(() => take(new Proxy({}, { ownKeys: () => { throw new Error('no'); } }))).toThrow(/plain JSON/);
});

test('it is not nested deeper than anybody reads', () => {
  const nested = (levels: number) => Array.from({ length: levels }).reduce<object>((inner) => ({ not: inner }), {});
  expect(() => take(nested(50))).not.toThrow();
  expect(() => take(nested(51))).toThrow(/more than 50 levels deep/);
  expect(() => take({ default: Array.from({ length: 60 }).reduce<unknown[]>((inner) => [inner], []) })).toThrow('`schema.default` must be JSON');
});

test.each([null, 5, 'schema', [], [{}], new Date(0), () => ({})])('it is not %p', (schema) => {
  expect(() => take(schema)).toThrow('`schema` must be a JSON schema, an object: got');
});

describe('tokens in it', () => {
  test('pass, in every place', () => {
    const word = new CfnParameter(stack, 'Word').valueAsString;
    const words = new CfnParameter(stack, 'Words', { type: 'CommaDelimitedList' }).valueAsList;
    const number = new CfnParameter(stack, 'Number', { type: 'Number' }).valueAsNumber;
    const any = Token.asAny({ Ref: 'Word' });
    const [written] = modelsOf({
      properties: { a: { type: word, enum: [any, 'b'], minimum: number, pattern: word }, b: any, c: { ref: '#/properties/b/properties/d' }, d: { type: [any, 'null'] } }, required: words, title: word,
    });
    expect(written).toMatchObject({
      properties: { a: { type: { Ref: 'Word' }, enum: [{ Ref: 'Word' }, 'b'], minimum: { Ref: 'Number' } }, b: { Ref: 'Word' } }, required: { Ref: 'Words' },
    });
  });

  test('do not hide what is wrong beside them', () => {
    expect(() => take({ title: new CfnParameter(stack, 'Word').valueAsString, type: 'strng' })).toThrow('`schema.type`');
  });

  test('are judged when they are known at synth', () => {
    inferenceApi(stack, { routes: [take({ properties: { age: { type: Lazy.string({ produce: () => 'strng' }) } } })] });
    expect(() => Template.fromStack(stack)).toThrow(/`schema\.properties\.age\.type` must be.*got 'strng'/);
  });

  test('make two schemas of two, although they look the same', () => {
    const schemas = ['A', 'B'].map((name) => ({ default: Token.asAny({ Ref: new CfnParameter(stack, name).logicalId }) }));
    expect(modelsOf(...schemas)).toEqual([expect.objectContaining({ default: { Ref: 'A' } }), expect.objectContaining({ default: { Ref: 'B' } })]);
  });
});

describe('whatever a keyword holds', () => {
  const value = fc.oneof(
    fc.anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true }),
    fc.constantFrom<unknown>(...Object.values(Type), {}, [{}], NaN, Infinity, -1, true), fc.nat(),
    fc.uniqueArray(fc.string(), { minLength: 1 }), fc.dictionary(fc.string(), fc.constant({})),
  );
  const keyword = fc.constantFrom(...Object.keys(WHOLE), ...Object.keys(WHOLE.properties.code), ...Object.keys(WHOLE.properties.parts), 'not', 'allOf', 'minimum');
  const schema = fc.dictionary(keyword, value, { maxKeys: 3 });

  test('the gateway gets that and nothing else, or the message names the place', () => {
    let taken = 0;
    fc.assert(fc.property(schema, (given) => {
      try {
        take(given);
      } catch (error) {
        expect(error).toMatchObject({ name: 'InvalidProps', message: expect.stringMatching(/`schema[.`]/) });
        return;
      }
      taken += 1;
      // what JSON would drop or change is not taken
      expect(JSON.parse(JSON.stringify(given))).toEqual(given);
    }), { numRuns: 2000 });
    expect(taken).toBeGreaterThan(100);
  });
});
