import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { bundleHandlers, handlersIn, licencesOfHandlers, writeBundles } from '../../tools/bundle-handlers';
import { licencesOf, packagesIn } from '../../tools/bundled-licences';
import { ResponseServer } from '../core/runtime/response-server';
import { request } from '../serving/guarded/runtime/requests';

const ROOT = join(__dirname, '..', '..');
const HANDLERS = join(ROOT, 'handlers');
/** Those that answer CloudFormation. */
const NAMES = ['config-pruner', 'deployment-verifier'];
const ALL = handlersIn(ROOT).map((path) => basename(path, '.lambda.ts'));

/** What ships, as it lies there. */
function shipped(name: string): string {
  const file = join(HANDLERS, name, 'index.js');
  if (!existsSync(file)) {
    throw new Error(`handlers/${name}/index.js is missing: run \`npm run compile\` first, which bundles the handlers`);
  }
  return readFileSync(file, 'utf8');
}

const bundles = bundleHandlers(ROOT);

describe('the bundles', () => {
  test('are one for each *.lambda.ts', () => {
    expect(bundles.map(({ name }) => name)).toEqual(ALL);
    expect(ALL).toEqual(expect.arrayContaining(NAMES));
  });

  test.each(ALL)('that ship are those of the sources: %s', (name) => {
    expect(shipped(name) === bundles.find((bundle) => bundle.name === name)?.code).toBe(true);
  });

  test('are the same bytes from another folder', () => {
    const copy = mkdtempSync(join(tmpdir(), 'elsewhere-'));
    cpSync(join(ROOT, 'lib'), join(copy, 'lib'), { recursive: true });
    writeFileSync(join(copy, 'tsconfig.json'), JSON.stringify({ compilerOptions: { target: 'es5', alwaysStrict: true } }));
    symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
    const again = bundleHandlers(copy);
    rmSync(copy, { recursive: true });
    expect(again.map(({ name }) => name)).toEqual(bundles.map(({ name }) => name));
    expect(again.filter(({ code }, place) => code !== bundles[place].code)).toEqual([]);
  });

  test.each(ALL)('hold no path and nothing of the CDK: %s', (name) => {
    const code = shipped(name);
    expect(code.includes(ROOT)).toBe(false);
    // not the whole bundle in the message. esbuild names CommonJS modules by their path from the root, which is the same anywhere
    expect(/\/[^"'`\s]*\/node_modules|aws-cdk-lib|sourceMappingURL/.exec(code)?.[0]).toBeUndefined();
  });

  test.each(ALL)('leave out what Lambda brings, and nothing else: %s', (name) => {
    const required = [...shipped(name).matchAll(/require\("([^"]+)"\)/g)].map(([, module]) => module);
    expect(required).not.toEqual([]);
    expect(required.filter((module) => !isBuiltin(module) && !module.startsWith('@aws-sdk/'))).toEqual([]);
  });

  test.each(ALL)('are small: %s', (name) => {
    expect(gzipSync(shipped(name)).length).toBeLessThanOrEqual(120_000);
  });
});

describe('the licences of what is inside', () => {
  const packages = packagesIn(bundles.flatMap(({ inputs }) => inputs));
  const shippedLicences = readFileSync(join(ROOT, 'handlers', 'LICENCES.txt'), 'utf8');

  test.each(packages)('go with it: %s', (folder) => {
    const { name, version } = JSON.parse(readFileSync(join(ROOT, folder, 'package.json'), 'utf8')) as Record<string, string>;
    const entry = shippedLicences.split('-'.repeat(80)).find((each) => each.split('\n').includes(`${name} ${version}`));
    expect(entry).toMatch(/Permission is hereby granted|Redistribution and use|Apache License|Permission to use, copy, modify/);
  });

  test('are those of the packages that esbuild names', () => {
    expect(packages).toEqual(expect.arrayContaining(['node_modules/zod', 'node_modules/aws4', 'node_modules/@aws-lambda-powertools/logger']));
    expect(licencesOfHandlers(ROOT, bundles)).toBe(shippedLicences);
  });

  test('are looked for when a package brings no text', () => {
    const root = mkdtempSync(join(tmpdir(), 'licences-'));
    const bring = (name: string, license: string, file?: string) => {
      const folder = join(root, 'node_modules', name);
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, 'package.json'), JSON.stringify({ name, version: '1.0.0', license, author: { name: 'A. Author' } }));
      writeFileSync(join(folder, file ?? 'README.md'), 'what it says');
      return `node_modules/${name}/index.js`;
    };
    expect(licencesOf(root, [bring('with', 'Odd', 'LICENSE-MIT.txt')])).toBe('with 1.0.0\n\nwhat it says\n');
    expect(licencesOf(root, [bring('without', 'BSD-2-Clause')])).toContain('Copyright (c) A. Author\n\nRedistribution');
    const odd = bring('odd', 'Odd');
    expect(() => licencesOf(root, [odd])).toThrow('odd is bundled, has the licence Odd and no text of it');
    rmSync(root, { recursive: true });
  });
});

test('two handlers of one name are refused', () => {
  const root = mkdtempSync(join(tmpdir(), 'twins-'));
  for (const area of ['a', 'b']) {
    mkdirSync(join(root, 'lib', area, 'runtime'), { recursive: true });
    writeFileSync(join(root, 'lib', area, 'runtime', 'twin.lambda.ts'), '');
  }
  expect(() => bundleHandlers(root)).toThrow('two handlers are called twin');
  rmSync(root, { recursive: true });
});

test('writing removes the bundle of a handler that is no more', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bundles-'));
  writeBundles([{ name: 'old', code: '1' }, { name: 'kept', code: '1' }], folder, 'ours');
  writeBundles([{ name: 'kept', code: '2' }], folder, 'ours');
  expect(readdirSync(folder).sort()).toEqual(['LICENCES.txt', 'kept']);
  expect(readdirSync(join(folder, 'kept'))).toEqual(['index.js']);
  expect(readFileSync(join(folder, 'kept', 'index.js'), 'utf8')).toBe('2');
  rmSync(folder, { recursive: true });
});

/**
 * Runs the shipped file in a Node of its own, as Lambda would, with stand-ins for the SDK that it must find outside itself:
 * an endpoint on `cfg-1` and a stack that is being updated.
 */
describe('the shipped file', () => {
  let folder: string;
  let server: ResponseServer;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'lambda-'));
    server = await ResponseServer.start();
  });
  afterEach(async () => {
    await server.stop();
    rmSync(folder, { recursive: true });
  });

  async function invoke(name: string, event: object, env: Record<string, string> = { RUNBOOK: 'the article' }): Promise<string> {
    shipped(name);
    cpSync(join(HANDLERS, name), folder, { recursive: true });
    for (const [client, exports] of Object.entries({ 'client-sagemaker': SAGEMAKER, 'client-cloudformation': CLOUDFORMATION })) {
      mkdirSync(join(folder, 'node_modules', '@aws-sdk', client), { recursive: true });
      writeFileSync(join(folder, 'node_modules', '@aws-sdk', client, 'index.js'), exports);
    }
    writeFileSync(join(folder, 'invoke.js'), `
      const { handler } = require('./index.js');
      handler(JSON.parse(process.argv[2]), { getRemainingTimeInMillis: () => 400000 });
    `);
    const { stdout } = await promisify(execFile)(process.execPath, ['invoke.js', JSON.stringify(event)], {
      cwd: folder, env: { PATH: process.env.PATH, ...env },
    });
    return stdout;
  }
  const event = (config: string, changed: object = {}) => ({
    ...request(),
    ResponseURL: server.url,
    ResourceProperties: { ...request().ResourceProperties, EndpointConfigName: config },
    ...changed,
  });

  test('verifies a deployment', async () => {
    const stdout = await invoke('deployment-verifier', event('cfg-1'));
    expect(server.answer()).toMatchObject({ Status: 'SUCCESS', RequestId: 'request-1', PhysicalResourceId: 'verifier-1' });
    expect(JSON.parse(stdout)).toMatchObject({ outcome: 'AS_WANTED', resourceName: 'churn', details: { wantedConfig: 'cfg-1' } });
  });

  test('answers a malformed request of a deployment with a reason', async () => {
    await invoke('deployment-verifier', event('', {}));
    expect(server.answer()).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('EndpointConfigName') });
  });

  test('answers when its construct did not make it', async () => {
    await invoke('deployment-verifier', event('cfg-1'), {});
    expect(server.answer()).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('RUNBOOK') });
  });

  test('prunes', async () => {
    const stdout = await invoke('config-pruner', event('cfg-1', { OldResourceProperties: { EndpointConfigName: 'cfg-0' } }));
    expect(server.answer()).toMatchObject({ Status: 'SUCCESS' });
    expect(JSON.parse(stdout)).toMatchObject({ action: 'endpoint.configs.prune', outcome: 'NOTHING_TO_PRUNE' });
  });

  test('does not fail a deployment over a malformed request to prune', async () => {
    await invoke('config-pruner', event('cfg-1', { ResourceProperties: {} }));
    expect(server.answer()).toMatchObject({ Status: 'SUCCESS', Reason: expect.stringContaining('malformed') });
  });

  test.each(NAMES)('answers a deletion: %s', async (name) => {
    await invoke(name, event('cfg-1', { RequestType: 'Delete' }));
    expect(server.answer().Status).toBe('SUCCESS');
  });
});

const SAGEMAKER = `
  const answers = {
    DescribeEndpoint: {
      EndpointStatus: 'InService', EndpointConfigName: 'cfg-1', ProductionVariants: [{
        VariantName: 'Stable', CurrentWeight: 1, DesiredWeight: 1, CurrentInstanceCount: 2, DesiredInstanceCount: 2,
      }],
    },
    ListEndpoints: { Endpoints: [{ EndpointName: 'churn' }] },
  };
  exports.SageMakerClient = class { async send({ name }) { return answers[name] ?? {}; } };
  for (const name of [
    'DeleteEndpointConfig', 'DeleteModel', 'DescribeEndpoint', 'DescribeEndpointConfig', 'ListEndpointConfigs', 'ListEndpoints',
    'ListModels', 'ListTags',
  ]) {
    exports[name + 'Command'] = class { name = name; };
  }
`;
const CLOUDFORMATION = `
  exports.DescribeStacksCommand = class {};
  exports.CloudFormationClient = class { async send() { return { Stacks: [{ StackStatus: 'UPDATE_IN_PROGRESS' }] }; } };
`;
