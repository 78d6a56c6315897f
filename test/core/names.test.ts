import { App, Aws, CfnParameter, CfnResource, Fn, Lazy, SecretValue, Stack, Token } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Construct } from 'constructs';
import { cycle, hostileProxy, twoFaced, valueOf, VECTORS } from './vectors';
import { Checks } from '../../lib/core/checks';
import { InvalidProps } from '../../lib/core/invalid-props';
import {
  checkFreeText, checkLocalPath, checkName, checkS3Uri, checkTags, derivedName, NameKind,
} from '../../lib/core/names';
import { ownProps } from '../../lib/core/own-props';
import { physicalName } from '../../lib/core/physical-name';

const DIGEST = `sha256:${'0123456789abcdef'.repeat(4)}`;
let app: App;
let stack: Stack;
beforeEach(() => {
  app = new App();
  stack = new Stack(app, 'Test');
});

/** A construct as ours are: it judges in its constructor, and writes what it was given into the template. */
class Named extends Construct {
  constructor(scope: Construct, id: string, judge: (checks: Checks) => Checks, value?: unknown) {
    super(scope, id);
    judge(new Checks()).settle(this);
    new CfnResource(this, 'Resource', { type: 'AWS::SageMaker::Model', properties: { Name: value } });
  }
}

function named(kind: NameKind, value: unknown): Named {
  return new Named(stack, 'Thing', (checks) => checkName(checks, kind, 'name', value), value);
}

function problemOf(judge: (checks: Checks) => Checks): InvalidProps | undefined {
  try {
    judge(new Checks()).settle(stack);
  } catch (error) {
    expect(error).toBeInstanceOf(InvalidProps);
    return error as InvalidProps;
  }
  return undefined;
}

describe('plain values', () => {
  const onlyNames = VECTORS.filter(({ kind, id }) =>
    ['modelId', 'versionText', 'versionPointer', 'endpointName', 'featureName', 'featureGroupName', 'pipelineId', 'imageUri',
      'instanceTypeName', 'tagKey', 'tagValue', 'inferenceId', 'customAttributes', 'freeText', 'localPath', 's3Uri'].includes(kind)
    && id !== 'V17').map((vector) => ({ ...vector, title: `${vector.id}: ${vector.kind}, ${vector.reason}` }));

  test.each(onlyNames)('P6, P8 $title: $expected as a prop', (vector) => {
    const value = valueOf(vector);
    const problem = problemOf((checks) => {
      switch (vector.kind) {
        case 'freeText': return checkFreeText(checks, 'theProp', value);
        case 'localPath': return checkLocalPath(checks, 'theProp', value, vector.root);
        case 's3Uri': return checkS3Uri(checks, 'theProp', value, vector.root);
        default: return checkName(checks, vector.kind as NameKind, 'theProp', value);
      }
    });
    expect(problem === undefined ? 'accept' : 'reject').toBe(vector.expected);
    if (problem !== undefined) {
      expect(problem.message).toMatch(/^Test: `theProp` must [^]*: got |^Test: `theProp` has no approved root/);
      expect(problem.message.length).toBeLessThan(700);
      // what is left of a raw control, format or half character would act on the reader's terminal
      expect(problem.message).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}]/u);
    }
  });

  test('nothing given is somebody else\'s question', () => {
    expect(problemOf((checks) => checkName(checks, 'modelId', 'name', undefined))).toBeUndefined();
    expect(problemOf((checks) => checkLocalPath(checks, 'path', undefined, Aws.REGION))).toBeUndefined();
  });

  test('V7 echo 64 characters of a long value', () => {
    const message = problemOf((checks) => checkName(checks, 'modelId', 'name', 'a'.repeat(100_000)))?.message;
    expect(message).toBe(`Test: \`name\` must have at most 64 characters: got '${'a'.repeat(63)}…'; shorten it`);
  });

  test.each([['a proxy that throws', hostileProxy()], ['a cycle', cycle()], ['a function', () => 'ab'], ['a bigint', 12n]])(
    '%s gets a clean error', (_, value) => {
      expect(problemOf((checks) => checkName(checks, 'modelId', 'name', value))?.problems).toEqual([
        { code: 'ModelId', message: expect.stringMatching(/^`name` must be text, given as a plain string: got /) },
      ]);
    });

  test('all names of one object are judged together', () => {
    const problem = problemOf((checks) => checkFreeText(
      checkName(checkName(checks, 'modelId', 'model', 'A'), 'endpointName', 'endpoint', 'b_c'), 'description', '{{resolve:x}}'));
    expect(problem?.problems.map(({ code }) => code)).toEqual(['ModelId', 'EndpointName', 'FreeText']);
  });

  test('free text may be longer where the construct says so', () => {
    expect(problemOf((checks) => checkFreeText(checks, 'notes', 'a'.repeat(2000), 2000))).toBeUndefined();
    expect(problemOf((checks) => checkFreeText(checks, 'notes', 'a'.repeat(2001), 2000))?.message).toContain('at most 2000 characters');
  });
});

describe('P5 tokens', () => {
  test.each<[string, () => unknown]>([
    ['a parameter', () => new CfnParameter(stack, 'P').valueAsString],
    ['a pseudo parameter', () => Aws.STACK_NAME],
    ['an attribute', () => Fn.getAtt('Other', 'Name').toString()],
    ['an intrinsic object', () => Fn.conditionIf('Yes', 'a', 'b')],
    ['a join', () => Fn.join('-', ['a', Aws.REGION])],
    ['partly literal text', () => `my-${Aws.STACK_NAME}`],
  ])('%s passes by identity', (_, make) => {
    const value = make();
    const checks = new Checks();
    expect(checkName(checks, 'modelId', 'name', value)).toBe(checks);
    new Named(stack, 'Thing', () => checks, value);
    Template.fromStack(stack).hasResourceProperties('AWS::SageMaker::Model', { Name: stack.resolve(value) as unknown });
  });

  test('a lazy value is judged at synth, and a wrong one fails it with the path of the construct', () => {
    named('modelId', Lazy.string({ produce: () => 'No_Model' }));
    expect(() => app.synth()).toThrow(/\[Test\/Thing\] `name` must be 2 to 64 characters [^]*: got 'No_Model'/);
  });

  test('a lazy value that is right at synth passes', () => {
    const value = Lazy.string({ produce: () => 'a-model' });
    named('modelId', value);
    Template.fromStack(stack).hasResourceProperties('AWS::SageMaker::Model', { Name: 'a-model' });
  });

  test('a lazy value that says that there is none passes', () => {
    named('modelId', Lazy.string({ produce: () => undefined }));
    expect(() => app.synth()).not.toThrow();
  });

  test.each([['a number', Lazy.number({ produce: () => 12 })], ['a list', Lazy.list({ produce: () => ['ab'] })]])(
    'a lazy value that becomes %s is no text', (_, value) => {
      named('modelId', value);
      expect(() => app.synth()).toThrow(/must be text/);
    });

  test('a secret in free text is refused when it resolves', () => {
    const value = SecretValue.secretsManager('password').unsafeUnwrap();
    new Named(stack, 'Thing', (checks) => checkFreeText(checks, 'description', value), value);
    expect(() => app.synth()).toThrow(/`description` must not hold {{resolve:/);
  });

  test.each<[NameKind, string]>([['modelId', '${Token[TOKEN.999999]}'], ['modelId', 'ab-${Token[TOKEN.999999]}'],
    ['endpointName', '${Token[AWS.StackName.999999]}']])('V17 the look-alike %s %j is named, not stumbled over', (kind, value) => {
    const problem = problemOf((checks) => checkName(checks, kind, 'name', value));
    expect(problem?.message).toBe(`Test: \`name\` looks like a token that this app never made: got '${value}'; write the text itself`);
    expect(problem?.code).toBe('UnknownToken');
  });

  test('a look-alike is refused in free text and paths too', () => {
    const value = '/data/${Token[TOKEN.999999]}';
    expect(problemOf((checks) => checkLocalPath(checkFreeText(checks, 'text', value), 'path', value))?.problems)
      .toHaveLength(2);
  });

  test('${AWS::StackName} is ordinary text', () => {
    expect(problemOf((checks) => checkName(checks, 'endpointName', 'name', '${AWS::StackName}'))?.code).toBe('EndpointName');
  });
});

describe('partly literal text', () => {
  const region = Aws.REGION;

  test.each<[NameKind, string]>([
    ['modelId', `My-${region}`], ['modelId', `${region}.x`], ['modelId', `${region}\n`], ['modelId', `a\u0000${region}`],
    ['endpointName', `a_${region}`], ['versionText', `1.2.3_${region}`], ['featureName', `a-${region}`],
    ['featureGroupName', `a.${region}`], ['pipelineId', `a b${region}`], ['imageUri', `{{resolve:ssm:x}}${region}`],
    ['tagKey', `{${region}`], ['tagValue', `\n${region}`], ['inferenceId', `\u00fc${region}`],
    ['customAttributes', `${region}\r\nX: y`], ['instanceTypeName', `ML.${region}.large`], ['versionPointer', `${region}/x`],
  ])('%s %j is refused for a character that no value may hold', (kind, value) => {
    const problem = problemOf((checks) => checkName(checks, kind, 'name', value));
    expect(problem?.message).toMatch(/^Test: `name` must .*: got '/);
    expect(problem?.message).toContain('…');
  });

  test('more literal text than the longest value is refused', () => {
    expect(problemOf((checks) => checkName(checks, 'endpointName', 'name', `${'a'.repeat(63)}${region}`))).toBeUndefined();
    expect(problemOf((checks) => checkName(checks, 'endpointName', 'name', `${'a'.repeat(64)}${region}`))?.message)
      .toContain('at most 63 characters');
  });

  test('a piece alone need not fit: - at its end is inside the whole', () => {
    expect(problemOf((checks) => checkName(checks, 'endpointName', 'name', `-${region}-`))).toBeUndefined();
  });

  test('what is right in pieces is judged whole at synth', () => {
    named('endpointName', `-${Lazy.string({ produce: () => 'ab' })}`);
    expect(() => app.synth()).toThrow(/\[Test\/Thing\] `name` must be 2 to 63 [^]*: got '-ab'/);
  });

  test.each([`${region}{{resolve:ssm:x}}`, `{{RESOLVE:${region}`, `${region}\u202e`, `\u001b${region}`])(
    'free text %j is refused for what a piece holds', (value) => {
      expect(problemOf((checks) => checkFreeText(checks, 'text', value))?.code).toBe('FreeText');
    });

  test('free text around a token passes', () => {
    expect(problemOf((checks) => checkFreeText(checks, 'text', `Fraud in ${region},\n{{all}} of it`))).toBeUndefined();
  });

  test.each([[`${region}:latest`], [`${region}`.concat(':1.2.3')], [`${region}@sha256:ABC`], [`${region}@sha256:`], [`repo@sha512:${region}${'0'.repeat(65)}`]])(
    'an image that ends %j cannot be pinned', (value) => {
      expect(problemOf((checks) => checkName(checks, 'imageUri', 'image', value))?.message).toContain('pinned by @sha256:');
    });

  test.each([[`${region}@${DIGEST}`], [`repo@sha256:${region}`], [`${region}${'0'.repeat(64)}`], [`repo@${region}abc`], [`${region}`]])(
    'an image that ends %j may be pinned', (value) => {
      expect(problemOf((checks) => checkName(checks, 'imageUri', 'image', value))).toBeUndefined();
    });

  test.each([`s3://${region}/approved/../x`, `s3://${region}//x`, `s3://bkt/${region}/..`, `s3://bkt/./${region}`,
    `s3://${region}/a%2e`, `s3://bkt/a\\${region}`, `s3://bkt/${region}\u2024`])('the S3 place %j is refused', (value) => {
    expect(problemOf((checks) => checkS3Uri(checks, 'uri', value))?.code).toBe('S3Uri');
  });

  test.each([`s3://${region}/approved/x`, `s3://bkt/${region}/`, `s3://bkt/a..${region}..b/c`, `${region}/x`, `s3://bkt/${region}`])(
    'the S3 place %j may be right', (value) => {
      expect(problemOf((checks) => checkS3Uri(checks, 'uri', value))).toBeUndefined();
    });

  test('an approved root that is a token is compared at synth', () => {
    const root = Lazy.string({ produce: () => '/data/approved' });
    new Named(stack, 'Right', (checks) => checkLocalPath(checks, 'path', '/data/approved/x', root));
    new Named(stack, 'Wrong', (checks) => checkLocalPath(checks, 'path', '/data/approvedX/x', root));
    expect(() => app.synth())
      .toThrow(/errors:\s+\[Test\/Wrong\] `path` must lie below the approved root \/data\/approved: got [^[]*$/);
  });

  test('a path that is wrong below any root is refused before its root is known', () => {
    expect(problemOf((checks) => checkLocalPath(checks, 'path', '/data/../x', Aws.REGION))?.code).toBe('LocalPath');
  });
});

describe('tags', () => {
  const tags = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, 'v']));

  test('are judged key by key and value by value', () => {
    expect(problemOf((checks) => checkTags(checks, 'tags', { 'aws:x': 'v', 'team': 'a{b', 'ok': Aws.REGION }))?.problems).toEqual([
      { code: 'TagKey', message: '`tags` must not begin with aws:, which AWS keeps for itself: got \'aws:x\'' },
      { code: 'TagValue', message: expect.stringMatching(/^`tags\.team` must be at most 256 .*: got 'a{b'$/) },
    ]);
  });

  test('are at most 50, those of the library included', () => {
    expect(problemOf((checks) => checkTags(checks, 'tags', tags(48), 2))).toBeUndefined();
    expect(problemOf((checks) => checkTags(checks, 'tags', tags(49), 2))?.message).toContain('at most 50 tags, those of this library included: got 51');
    expect(problemOf((checks) => checkTags(checks, 'tags', undefined, 2))).toBeUndefined();
  });

  test('do not reach a prototype', () => {
    expect(problemOf((checks) => checkTags(checks, 'tags', JSON.parse('{"__proto__": "x"}') as Record<string, string>))?.code)
      .toBe('RecordKeys');
  });
});

describe('names derived from an id', () => {
  test('are its physical name', () => {
    expect(derivedName('modelName', 'a_b')).toBe(physicalName('a_b'));
  });

  test('are refused for a token, whose text is only a placeholder', () => {
    expect(() => derivedName('modelName', Aws.STACK_NAME)).toThrow('`modelName` must be literal');
    expect(() => derivedName('modelName', Token.asString({ Ref: 'X' }))).toThrow(InvalidProps);
  });
});

describe('own props', () => {
  test('V35 are read once: a getter cannot answer differently later', () => {
    const props = ownProps(twoFaced());
    expect([props.modelId, props.modelId]).toEqual(['ab', 'ab']);
    new Named(stack, 'Thing', (checks) => checkName(checks, 'modelId', 'modelId', props.modelId), props.modelId);
    expect(JSON.stringify(Template.fromStack(stack))).not.toContain('../x');
  });

  test('keep values by identity, tokens and constructs included', () => {
    const given = Object.freeze({ stack, token: Aws.REGION, none: undefined });
    const props = ownProps(given);
    expect(props.stack).toBe(stack);
    expect(props).toEqual(given);
    expect(props).not.toBe(given);
  });

  test('leave out what is inherited', () => {
    expect(ownProps(Object.create({ inherited: 1 }, { own: { value: 2, enumerable: true } }) as object)).toEqual({ own: 2 });
  });

  test.each([['__proto__', JSON.parse('{"__proto__": {}}') as object], ['constructor', { constructor: 1 }], ['prototype', { prototype: 1 }]])(
    'refuse the key %s', (_, props) => {
      expect(() => ownProps(props)).toThrow(InvalidProps);
    });

  test.each([['a proxy that throws', hostileProxy()], ['a getter that throws', { get a() { throw new Error('raw'); } }]])(
    'refuse %s cleanly', (_, props) => {
      expect(() => ownProps(props)).toThrow(InvalidProps);
    });
});
