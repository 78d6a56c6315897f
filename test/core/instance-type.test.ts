import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Aws, aws_sagemaker as sagemaker, CfnParameter, Lazy, Stack } from 'aws-cdk-lib';
import { MlInstanceType } from '../../lib/core';
import { CDK_RULES, STRICT, SynthReport, synthReport } from '../../tools/synth-report';
import { ENV } from '../support/judged';

const CONSTANTS = Object.entries(MlInstanceType)
  .filter((entry): entry is [string, MlInstanceType] => entry[1] instanceof MlInstanceType);
const typed = (name: string) => MlInstanceType.of(name);

/** What CDK's bundled rules say of an endpoint config on each type; the construct has the type's name. */
function judgedByCdk(names: readonly string[]): SynthReport {
  const before = process.env.CDK_VALIDATION;
  jest.spyOn(console, 'error').mockImplementation(); // CDK prints its whole list with each finding
  delete process.env.CDK_VALIDATION;
  try {
    const app = new App({ outdir: mkdtempSync(join(tmpdir(), 'types-')), context: STRICT });
    const stack = new Stack(app, 'Types', { env: ENV });
    for (const instanceType of names) {
      new sagemaker.CfnEndpointConfig(stack, instanceType, {
        productionVariants: [{ instanceType, modelName: 'model', variantName: 'Stable', initialInstanceCount: 2, initialVariantWeight: 1 }],
      });
    }
    return synthReport(app);
  } finally {
    process.env.CDK_VALIDATION = before;
    jest.restoreAllMocks();
  }
}

describe('the constants', () => {
  test('are types that SageMaker offers for endpoints, as CDK bundles the list', () => {
    const unknown = ['ml.m5.lagre', 'ml.t3.medium'];
    const { open } = judgedByCdk([...CONSTANTS.map(([, { name }]) => name), ...unknown]);
    const refused = open.filter(({ pack, rule }) => pack === CDK_RULES && rule === 'W3030').map(({ path }) => path.replace('Types/', ''));
    expect(refused.sort()).toEqual(unknown); // the rule ran, and found these two alone
  });

  test('cover every type in that list with facts, but for a family that no source describes', () => {
    const [{ description }] = judgedByCdk(['ml.bogus.large']).open.filter(({ rule }) => rule === 'W3030');
    const offered = [...new Set(description.match(/ml\.[a-z0-9-]+\.[a-z0-9]+/g))].filter((name) => name !== 'ml.bogus.large');
    expect(offered.length).toBeGreaterThan(200);
    const unknown = offered.map(typed).filter(({ vcpus, gpus, hasLocalNvme }) => [vcpus, gpus, hasLocalNvme].includes(undefined));
    expect(unknown.map(({ name }) => name)).toEqual(['ml.dl1.24xlarge', 'ml.p6e-gb200.36xlarge']);
  });

  test.each(CONSTANTS)('%s is named after its type', (constant, { name }) => {
    expect(constant).toBe(name.replace(/^ml\./, '').replace('.', '_').toUpperCase());
  });

  test('are the same value as `of` their name', () => {
    expect(CONSTANTS.length).toBeGreaterThan(40);
    CONSTANTS.forEach(([, constant]) => expect(MlInstanceType.of(constant.name)).toEqual(constant));
  });
});

describe('what is known', () => {
  // EC2's instance types
  test.each<[string, number, number, boolean]>([
    ['ml.m5.large', 2, 0, false], ['ml.m5.24xlarge', 96, 0, false], ['ml.c5.9xlarge', 36, 0, false], ['ml.c4.8xlarge', 36, 0, false],
    ['ml.m8g.medium', 1, 0, false], ['ml.t2.medium', 2, 0, false], ['ml.t3.medium', 2, 0, false], ['ml.m5d.xlarge', 4, 0, true],
    ['ml.c6gd.large', 2, 0, true], ['ml.m6gd.large', 2, 0, true], ['ml.r6gd.large', 2, 0, true], ['ml.r7gd.medium', 1, 0, true],
    ['ml.c6gn.large', 2, 0, false], ['ml.g4dn.xlarge', 4, 1, true], ['ml.g4dn.12xlarge', 48, 4, true], ['ml.g4dn.16xlarge', 64, 1, true],
    ['ml.g5.16xlarge', 64, 1, true], ['ml.g5.24xlarge', 96, 4, true], ['ml.g5.48xlarge', 192, 8, true], ['ml.g6.12xlarge', 48, 4, true],
    ['ml.g6e.48xlarge', 192, 8, true], ['ml.g7e.12xlarge', 48, 2, true], ['ml.p2.16xlarge', 64, 16, false], ['ml.p3.8xlarge', 32, 4, false],
    ['ml.p4d.24xlarge', 96, 8, true], ['ml.p4de.24xlarge', 96, 8, true], ['ml.p5.4xlarge', 16, 1, true], ['ml.p5.48xlarge', 192, 8, true],
    ['ml.p5en.48xlarge', 192, 8, true], ['ml.p6-b200.48xlarge', 192, 8, true], ['ml.inf1.6xlarge', 24, 0, false],
    ['ml.inf2.xlarge', 4, 0, true], ['ml.trn1.32xlarge', 128, 0, true], ['ml.trn2.48xlarge', 192, 0, true],
  ])('%s has %p vCPUs and %p GPUs; local NVMe: %p', (name, vcpus, gpus, hasLocalNvme) => {
    expect(typed(name)).toMatchObject({ name, vcpus, gpus, hasLocalNvme });
  });

  test.each([['ml.inf1.xlarge', false], ['ml.inf2.xlarge', true], ['ml.m5.large', true], ['ml.z9.large', true]])(
    '%s is shifted in steps: %p', (name, supportsGuardrails) => expect(typed(name)).toMatchObject({ supportsGuardrails }));

  test.each([['ml.t2.medium', true], ['ml.t3.medium', true], ['ml.trn1.2xlarge', false], ['ml.m5.large', false], ['ml.t9x.large', true]])(
    '%s is burstable: %p', (name, burstable) => expect(typed(name)).toMatchObject({ burstable }));

  test('of a family of tomorrow is what its name says, and no more', () => {
    expect(typed('ml.m9gd.large')).toMatchObject({ hasLocalNvme: true, gpus: undefined, vcpus: undefined });
    expect(typed('ml.g9.xlarge')).toMatchObject({ hasLocalNvme: undefined, gpus: undefined, vcpus: undefined });
    expect(typed('ml.family.size')).toMatchObject({ hasLocalNvme: undefined, gpus: undefined, vcpus: undefined });
  });

  test('of a size that is not listed is left open', () => {
    expect(typed('ml.p5.24xlarge').gpus).toBeUndefined();
    expect(typed('ml.c5.metal').vcpus).toBeUndefined();
  });
});

describe('a name', () => {
  test.each(['m5.large', 'ml.m5', 'ml.M5.large', 'ml..large', 'ml.m5.large ', 'ml.m5.large\n', 'ML.m5.large', '', 'ml.m5.large.x', `ml.m5.${'a'.repeat(60)}`])(
    'is refused: %j', (name) => {
      expect(() => typed(name)).toThrow(expect.objectContaining({ name: 'InvalidProps', code: 'InstanceTypeName', message: expect.stringContaining('`name` must') }));
    });

  test.each([12, null, undefined, {}])('is refused when it is no text: %p', (name) => {
    expect(() => typed(name as unknown as string)).toThrow('`name` must be text');
  });

  test.each(['ml.m5.lagre', 'ml.g5.xlrage', 'ml.p5.48xl'])('of a known family is refused with a misspelt size: %s', (name) => {
    expect(() => typed(name)).toThrow(`\`name\` must end in a size such as large or 2xlarge: got '${name}'; look up the sizes of the family`);
  });
});

describe('a token', () => {
  let app: App;
  let stack: Stack;
  beforeEach(() => {
    app = new App();
    stack = new Stack(app, 'Test');
  });

  test.each<[string, () => string]>([
    ['a parameter', () => new CfnParameter(stack, 'P').valueAsString], ['partly literal text', () => `ml.${Aws.REGION}.large`],
  ])('passes through with facts unknown: %s', (_, make) => {
    const name = make();
    const type = typed(name);
    type._settle(stack);
    expect(type.name).toBe(name);
    const { hasLocalNvme, supportsGuardrails, burstable, gpus, vcpus } = type;
    expect([hasLocalNvme, supportsGuardrails, burstable, gpus, vcpus]).toEqual(Array(5).fill(undefined));
    expect(() => app.synth()).not.toThrow();
  });

  test.each([['m5.large', /\[Test\] `name` must be a SageMaker instance type/], ['ml.m5.lagre', /\[Test\] `name` must end in a size/]])(
    'is judged at synth when it is lazy: %s', (name, message) => {
      typed(Lazy.string({ produce: () => name }))._settle(stack);
      expect(() => app.synth()).toThrow(message);
    });

  test('that this app never made is refused', () => {
    expect(() => typed('${Token[TOKEN.999999]}')).toThrow('`name` looks like a token that this app never made');
  });
});
