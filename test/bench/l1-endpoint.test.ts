import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { benchApp, ENDPOINTS_PER_STACK, Variant, VARIANT_NAMES } from '../../bench/bench-app';
import { CASES, caseOf } from '../../bench/cases';
import { recorded, replay } from '../../bench/replay';
import { differences } from '../../bench/same-resources';
import * as library from '../../lib';
import { hashOf } from '../../lib/audit/audit-record';

/** The resources of the serving stacks. */
function stacks(variant: Variant, endpoints: number): Stack[] {
  const app = benchApp({ variant, endpoints, outdir: mkdtempSync(join(tmpdir(), 'bench-')), library });
  return app.node.children.filter((child): child is Stack => Stack.isStack(child));
}

type Resources = Parameters<typeof differences>[0];

function resources(variant: Variant, endpoints = 1): Resources {
  const serving = stacks(variant, endpoints).find(({ node }) => node.id === 'Serving0')!;
  return Template.fromStack(serving).toJSON().Resources as Resources;
}

test('the hand-written app makes the same resources as ours', () => {
  expect(differences(resources('ours', 2), resources('l1', 2))).toEqual([]);
});

test.each(VARIANT_NAMES)('%s has an endpoint for each that was asked for', (variant) => {
  const types = Object.values(resources(variant, 3)).map(({ Type: type }) => type);
  expect(types.filter((type) => type === 'AWS::SageMaker::Endpoint')).toHaveLength(3);
});

test.each(VARIANT_NAMES)('a full stack of %s keeps the limit of 500 resources', (variant) => {
  expect(Object.keys(resources(variant, ENDPOINTS_PER_STACK)).length).toBeLessThanOrEqual(500);
});

test.each([[1, 1], [ENDPOINTS_PER_STACK, 1], [ENDPOINTS_PER_STACK + 1, 2]])('%p endpoints take %p serving stacks', (endpoints, count) => {
  expect(stacks('l1-minimum', endpoints)).toHaveLength(count + 1); // and the one with the network
});

describe('the templates of a case, as raw L1 resources,', () => {
  /** Templates by stack, without the paths of constructs, and the names of what is packed. */
  function written(fill: (app: App) => void): { outdir: string; templates: object; packed: string[] } {
    const outdir = mkdtempSync(join(tmpdir(), 'bench-'));
    const app = new App({ outdir });
    fill(app);
    app.synth();
    const { stacks: all } = recorded(outdir);
    const templates = all.map(({ name, template }) => [name, JSON.parse(JSON.stringify(template, (key, value: unknown) =>
      key === 'aws:cdk:path' ? undefined : key === 'DependsOn' ? [value].flat().sort() : value).replaceAll(',"Metadata":{}', '')) as object]);
    const packed = readdirSync(outdir).filter((name) => name.startsWith('asset.')).flatMap((folder) =>
      readdirSync(join(outdir, folder)).map((file) => `${file} ${hashOf(readFileSync(join(outdir, folder, file), 'utf8'))}`));
    return { outdir, templates: Object.fromEntries(templates) as object, packed: packed.sort() };
  }

  test.each(CASES.map((each) => [each.name, each] as const))('are those of ours: %s', (_name, { ours }) => {
    const { outdir, templates, packed } = written((app) => ours(app, 2, library));
    const raw = written((app) => replay(app, recorded(outdir)));
    expect(raw.templates).toEqual(templates);
    expect(raw.packed).toEqual(packed);
  });

  test('are refused when they hold what is not replayed', () => {
    const folder = mkdtempSync(join(tmpdir(), 'bench-'));
    writeFileSync(join(folder, 'A.template.json'), JSON.stringify({ Resources: {}, Conditions: {} }));
    expect(() => recorded(folder)).toThrow('a template has Conditions, which is not replayed yet');
  });

  test('are found by the name of their case', () => {
    expect(caseOf('model-registry').what).toContain('ModelRegistryStack');
    expect(() => caseOf('nothing')).toThrow('there is no case nothing; there are guarded-endpoint, model-registry');
  });
});

describe('the comparison', () => {
  const key = (id: string) => ({ [id]: { Type: 'AWS::KMS::Key', Properties: { EnableKeyRotation: true } } });
  const logs = (keyId: string, extra: object = {}) => ({
    Logs: { Type: 'AWS::Logs::LogGroup', Properties: { KmsKeyId: { 'Fn::GetAtt': [keyId, 'Arn'] } }, ...extra },
  });

  test('does not see logical ids, metadata and the order of dependencies', () => {
    expect(differences(
      { ...key('A'), ...logs('A', { DependsOn: ['A', 'X'], Metadata: { path: 'a' } }) },
      { ...logs('B', { DependsOn: ['X', 'B'], Metadata: { path: 'b' } }), ...key('B') },
    )).toEqual([]);
  });

  test('does not see the name of an endpoint, wherever it stands', () => {
    const named = (name: string) => ({
      E: { Type: 'AWS::SageMaker::Endpoint', Properties: { EndpointName: name } },
      A: { Type: 'AWS::CloudWatch::Alarm', Properties: { AlarmName: `${name}/ErrorRate` } },
    });
    expect(differences(named('one'), named('other'))).toEqual([]);
  });

  test('does not see the address of a construct in a name, and sees the rest of the name', () => {
    const named = (digit: string, rest: string) => ({
      P: { Type: 'AWS::ApplicationAutoScaling::ScalingPolicy', Properties: { PolicyName: `c8${digit.repeat(40)}-${rest}` } },
    });
    expect(differences(named('1', 'Out'), named('2', 'Out'))).toEqual([]);
    expect(differences(named('1', 'Out'), named('1', 'In'))).toHaveLength(2);
  });

  test.each<[string, Resources, Resources, number]>([
    ['a resource too many', { ...key('A'), ...key('B') }, key('A'), 1],
    ['another property', key('A'), { A: { Type: 'AWS::KMS::Key', Properties: { EnableKeyRotation: false } } }, 2],
    ['a policy that is missing', logs('A', { DeletionPolicy: 'Retain' }), logs('A'), 2],
    ['a dependency that is missing', { ...key('A'), ...logs('A', { DependsOn: 'A' }) }, { ...key('A'), ...logs('A') }, 2],
    ['a reference to another resource', { ...key('A'), T: { Type: 'AWS::SNS::Topic' }, ...logs('A') },
      { ...key('A'), T: { Type: 'AWS::SNS::Topic' }, ...logs('T') }, 2],
  ])('sees %s', (_, one, other, count) => {
    expect(differences(one, other)).toHaveLength(count);
  });
});
