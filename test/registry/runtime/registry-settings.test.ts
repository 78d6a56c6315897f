import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import * as contract from '../../../lib/registry/runtime/contract';
import { HttpAnswer } from '../../../lib/registry/runtime/http-answer';
import { registrySettings } from '../../../lib/registry/runtime/registry-settings';
import { person } from '../support/callers';
import { gatewayEvent } from '../support/gateway';

const ENVIRONMENT = {
  [contract.ENV_REGISTRY_TABLE]: 'registry',
  [contract.ENV_AUDIT_TABLE]: 'audit',
  [contract.ENV_ARTIFACT_BUCKET]: 'artifacts',
  [contract.ENV_ENVIRONMENT]: 'test',
  [contract.ENV_RUNBOOK]: 'Read on.',
  AWS_REGION: 'eu-west-1',
};
const before = { ...process.env };
beforeEach(() => { process.env = { ...before, ...ENVIRONMENT }; });
afterEach(() => { process.env = before; });

test('lists and minimums may be left out', () => {
  expect(registrySettings()).toEqual({
    registryTable: 'registry',
    auditTable: 'audit',
    artifactBucket: 'artifacts',
    region: 'eu-west-1',
    environment: 'test',
    trustedSessionRoles: [],
    datasetPrefixes: [],
    approvalMinimums: new Map(),
    runbook: 'Read on.',
  });
});

test('lists and minimums are JSON', () => {
  process.env[contract.ENV_TRUSTED_SESSION_ROLES] = '["sso"]';
  process.env[contract.ENV_DATASET_PREFIXES] = '["s3://data"]';
  process.env[contract.ENV_APPROVAL_MINIMUMS] = '{"constructor":{"accuracy":0.9}}';
  expect(registrySettings()).toMatchObject({
    trustedSessionRoles: ['sso'], datasetPrefixes: ['s3://data'], approvalMinimums: new Map([['constructor', { accuracy: 0.9 }]]),
  });
});

test.each(Object.keys(ENVIRONMENT))('%s has to be there', (name) => {
  delete process.env[name];
  expect(registrySettings).toThrow(`the environment variable ${name} is missing`);
});

test.each([
  [contract.ENV_TRUSTED_SESSION_ROLES, 'sso'], [contract.ENV_DATASET_PREFIXES, '{}'], [contract.ENV_APPROVAL_MINIMUMS, '{"fraud":{"accuracyy":1}}'],
])('%s is not %s', (name, value) => {
  process.env[name] = value;
  expect(registrySettings).toThrow(`the environment variable ${name} is not what its construct writes`);
});

describe('the bundle that ships', () => {
  const BUNDLE = join(__dirname, '..', '..', '..', 'handlers', contract.API_BUNDLE, 'index.js');

  /** Runs the handler in a process of its own, as Lambda would, with nobody at the address of AWS. */
  const run = (environment: object) => {
    const event = gatewayEvent({ method: 'GET', target: '/tenants/default/models/fraud/production' }, person('ann'));
    const program = 'require(process.argv[1]).handler(JSON.parse(process.argv[2])).then((answer) => console.log(JSON.stringify(answer)))';
    return spawnSync(process.execPath, ['-e', program, BUNDLE, JSON.stringify(event)], {
      encoding: 'utf8', env: { ...process.env, AWS_ENDPOINT_URL: 'http://127.0.0.1:1', AWS_ACCESS_KEY_ID: 'AKIAX', AWS_SECRET_ACCESS_KEY: 'x', ...environment },
    });
  };

  test('is wired: without a DynamoDB to talk to it says so, soon, and in our words', () => {
    const started = Date.now();
    const answer = JSON.parse(run({}).stdout.trim().split('\n').at(-1) ?? '') as HttpAnswer;
    expect(Date.now() - started).toBeLessThan(20_000);
    expect(answer).toMatchObject({ statusCode: 503, headers: { 'retry-after': '2' } });
    expect(JSON.parse(answer.body)).toMatchObject({ code: 'BUSY', detail: 'the registry could not be read just now; send the same request again' });
  });

  test('does not start without what its construct sets', () => {
    expect(run({ [contract.ENV_AUDIT_TABLE]: '' }).stderr).toContain(`the environment variable ${contract.ENV_AUDIT_TABLE} is missing`);
  });

  test('needs nothing at run time but the SDK', () => {
    const required = [...readFileSync(BUNDLE, 'utf8').matchAll(/require\("([^"]+)"\)/g)].map(([, name]) => name);
    const foreign = required.filter((name) => !name.startsWith('@aws-sdk/') && !isBuiltin(name));
    expect(foreign).toEqual([]);
    expect(required).toContain('@aws-sdk/lib-dynamodb');
  });
});
