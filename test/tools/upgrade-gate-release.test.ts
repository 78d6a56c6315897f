import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { completeReferenceApp } from '../../tools/reference-app';
import { Change } from '../../tools/upgrade-gate/change';
import { changesOfApp } from '../../tools/upgrade-gate/compare';
import { faults, parsePermitted, PermittedChange, readPermitted } from '../../tools/upgrade-gate/permitted';
import { keepRelease, newestOf, newestRelease, releasedTemplates, templatesOf } from '../../tools/upgrade-gate/releases';
import { AppTemplates, StackTemplate, TemplateResource, withoutAssetHashes } from '../../tools/upgrade-gate/template';

type Resources = Record<string, TemplateResource>;

const APP = templatesOf(completeReferenceApp);

test('the reference app upgrades from the newest release without a change that nobody permitted', () => {
  const release = newestRelease();
  expect(release).toBeDefined();
  expect(faults(changesOfApp(releasedTemplates(release!), APP), readPermitted())).toEqual([]);
});

describe('the gate stands in the way of the reference app when', () => {
  /** The app as it would be after a mistake in one of its stacks. */
  function after(stack: string, mistake: (resources: Resources) => Resources): AppTemplates {
    const template = APP.get(stack)!;
    return new Map([...APP, [stack, { ...template, Resources: mistake({ ...template.Resources }) } as StackTemplate]]);
  }

  function idOf(stack: string, type: string): string {
    return Object.entries(APP.get(stack)?.Resources ?? {}).find(([, resource]) => resource.Type === type)![0];
  }

  function found(mistaken: AppTemplates): string[] {
    return changesOfApp(APP, mistaken).map(({ logicalId, change }) => `${logicalId} ${change}`);
  }

  const serving = 'MlOnlineInference';

  test('a policy allows more', () => {
    const id = idOf(serving, 'AWS::IAM::ManagedPolicy');
    const PolicyDocument = { Statement: [{ Effect: 'Allow', Action: 's3:*', Resource: '*' }] };
    const mistaken = after(serving, (resources) => ({
      ...resources, [id]: { ...resources[id], Properties: { ...resources[id].Properties, PolicyDocument } },
    }));
    expect(found(mistaken)).toEqual([`${id} permissions-broadened`]);
  });

  test('the endpoint is replaced', () => {
    const id = idOf(serving, 'AWS::SageMaker::Endpoint');
    const mistaken = after(serving, (resources) => ({
      ...resources, [id]: { ...resources[id], Properties: { ...resources[id].Properties, EndpointName: 'other' } },
    }));
    expect(found(mistaken)).toEqual([`${id} stateful-replaced`]);
  });

  test('the key is kept no more', () => {
    const id = idOf(serving, 'AWS::KMS::Key');
    const mistaken = after(serving, (resources) => ({ ...resources, [id]: { ...resources[id], DeletionPolicy: 'Delete' } }));
    expect(found(mistaken)).toEqual([`${id} policy-weakened`]);
  });

  test('the repository has another logical id', () => {
    const id = idOf('MlStores', 'AWS::ECR::Repository');
    const mistaken = after('MlStores', ({ [id]: repository, ...others }) => ({ ...others, Renamed: repository }));
    expect(found(mistaken)).toEqual([`${id} stateful-renamed`]);
  });

  test('a stack is gone', () => {
    expect(found(new Map([...APP].filter(([stack]) => stack !== 'MlStores')))).toEqual(['* stack-removed']);
  });
});

describe('what is permitted', () => {
  const change: Change = { stack: 'Ml', logicalId: 'Policy', change: 'permissions-broadened', what: ['+ a', '- b'] };
  const permitted: PermittedChange = { ...change, what: [...change.what], reason: 'The pruner has to list configurations.' };

  test('passes', () => {
    expect(faults([change], [permitted])).toEqual([]);
  });

  test('may name its lines in any order', () => {
    expect(faults([change], [{ ...permitted, what: ['- b', '+ a'] }])).toEqual([]);
  });

  test('fails when it matches nothing', () => {
    const stale = /^Ml\/Policy: docs\/permitted-changes.json permits .*take the entry out/;
    expect(faults([], [permitted])).toEqual([expect.stringMatching(stale)]);
  });

  test.each<[string, Partial<Change>]>([
    ['another stack', { stack: 'Other' }],
    ['another resource', { logicalId: 'Other' }],
    ['another kind of change', { change: 'policy-weakened' }],
    ['one line more', { what: ['+ a', '+ c', '- b'] }],
    ['one line less', { what: ['+ a'] }],
  ])('does not reach %s', (_, other) => {
    expect(faults([{ ...change, ...other }], [permitted])).toHaveLength(2); // the change, and the permission that fits none
  });

  test('is asked for with stack, logical id, what changes, and the entry to add', () => {
    const [fault] = faults([change], []);
    expect(fault).toMatch(/^Ml\/Policy: permissions-broadened: /);
    expect(fault).toContain('    + a\n    - b\n');
    const entry = fault.split('\n').at(-1)!.trim().replace('"reason":""', '"reason":"The pruner has to list configurations."');
    expect(faults([change], parsePermitted(`[${entry}]`))).toEqual([]);
  });

  test.each([
    ['no reason', { reason: '' }], ['a reason of blanks', { reason: ' '.repeat(40) }], ['a reason that says nothing', { reason: 'ok' }],
    ['a misspelt kind', { change: 'permission-broadened' }], ['no lines', { what: [] }], ['a key too many', { until: '2.0.0' }],
  ])('is refused with %s', (_, wrong) => {
    expect(() => parsePermitted(JSON.stringify([{ ...permitted, ...wrong }]))).toThrow();
  });
});

describe('a release', () => {
  const templates: AppTemplates = new Map([['Ml', { Resources: { Alarm: { Type: 'AWS::CloudWatch::Alarm' } } }]]);
  const folder = () => mkdtempSync(join(tmpdir(), 'released-'));

  test('reads as it was kept', () => {
    const kept = folder();
    keepRelease('1.2.3', templates, kept);
    expect(releasedTemplates('1.2.3', kept)).toEqual(templates);
    expect(newestRelease(kept)).toBe('1.2.3');
  });

  test('is never kept twice', () => {
    const kept = folder();
    keepRelease('1.2.3', templates, kept);
    expect(() => keepRelease('1.2.3', new Map(), kept)).toThrow('what is released does not change');
    expect(releasedTemplates('1.2.3', kept)).toEqual(templates);
  });

  test.each(['latest', '1.2', 'v1.2.3', '../1.2.3', ''])('is not called %p', (version) => {
    const kept = folder();
    expect(() => keepRelease(version, templates, kept)).toThrow('must read like 1.2.3');
    expect(existsSync(join(kept, version, 'Ml.template.json'))).toBe(false);
  });

  test.each<[string[], string | undefined]>([
    [['1.2.10', '1.2.9', '1.10.0', '1.9.0'], '1.10.0'],
    [['1.0.0-beta.2', '1.0.0', '1.0.0-beta.10'], '1.0.0'],
    [['1.0.0-beta.2', '1.0.0-beta.10'], '1.0.0-beta.10'],
    [['0.0.0-baseline', '0.1.0'], '0.1.0'],
    [['README.md'], undefined],
    [[], undefined],
  ])('of %p, the newest is %p', (versions, newest) => {
    expect(newestOf(versions)).toBe(newest);
    expect(newestOf([...versions].reverse())).toBe(newest);
  });
});

test('hashes of assets are masked, other digests are not', () => {
  const hash = 'a'.repeat(64);
  const text = JSON.stringify({ Resources: { F: { Type: 'T', Properties: { S3Key: `${hash}.zip`, Path: `asset.${hash}`, Image: `sha256:${hash}` } } } });
  expect(withoutAssetHashes(text).Resources?.F.Properties).toEqual({ S3Key: '<asset>.zip', Path: 'asset.<asset>', Image: `sha256:${hash}` });
});
