import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { apiApp, ApiVariant } from '../../bench/api-app';
import { MOST_ENDPOINTS } from '../../bench/api-place';
import { apiReport, ApiSummary, apiTargets } from '../../bench/api-report';
import { callsOfLambda, endpointCosts, lambdaInvocations } from '../../bench/api-resources';
import { differences } from '../../bench/same-resources';
import { isMet } from '../../bench/targets';
import * as library from '../../lib';

type Resources = Parameters<typeof differences>[0];

/** What an endpoint more changes; of what it refers to, no more than that it is there. */
const OF_ENDPOINTS = ['AWS::ApiGateway::Resource', 'AWS::ApiGateway::Method', 'AWS::Cognito::UserPoolResourceServer', 'AWS::IAM::ManagedPolicy'];
const REFERRED_TO = ['AWS::ApiGateway::RestApi', 'AWS::ApiGateway::Authorizer', 'AWS::ApiGateway::RequestValidator', 'AWS::Cognito::UserPool'];

function template(variant: ApiVariant, endpointsEach: number): Template {
  const app = apiApp({ variant, apis: 1, endpointsEach, outdir: mkdtempSync(join(tmpdir(), 'bench-')), library });
  return Template.fromStack(app.node.findChild('Api0') as Stack);
}

function ofEndpoints(made: Template, change: (resources: Resources) => Resources = (all) => all): Resources {
  const resources = (made.toJSON() as { Resources: Resources }).Resources;
  const called = Object.values(resources).find(({ Type: type }) => type === 'AWS::ApiGateway::Method')!.Properties as { Integration: Called };
  const [role] = called.Integration.Credentials['Fn::GetAtt'];
  return change(Object.fromEntries(Object.entries(resources).flatMap(([id, { Type: type, Properties: properties }]) =>
    OF_ENDPOINTS.includes(type) ? [[id, { Type: type, Properties: properties }]]
      : REFERRED_TO.includes(type) || id === role ? [[id, { Type: type }]] : [])) as Record<string, Resources[string]>);
}
interface Called {
  readonly Credentials: { readonly 'Fn::GetAtt': readonly string[] };
}

test('the hand-written API has the same resources for its endpoints as ours', () => {
  const [ours, l1] = (['ours', 'l1'] as const).map((variant) => template(variant, 3));
  expect(differences(ofEndpoints(ours), ofEndpoints(l1))).toEqual([]);
  const [mine, theirs] = [ours, l1].map((made) => Object.values(made.findResources('AWS::ApiGateway::Stage'))[0].Properties.MethodSettings as unknown);
  expect(theirs).toEqual(mine);
  const changed = ofEndpoints(l1, (all) => Object.fromEntries(Object.entries(all).map(([id, resource]) =>
    [id, JSON.parse(JSON.stringify(resource).replaceAll('models-0/churn-1:invoke', 'models-0/churn-2:invoke')) as Resources[string]])));
  expect(differences(ofEndpoints(ours), changed)).toHaveLength(2); // ours, and the one with a scope of another endpoint
});

test('an API of the bench takes as many endpoints as an API can', () => {
  template('ours', MOST_ENDPOINTS).resourceCountIs('AWS::ApiGateway::Method', 2 * MOST_ENDPOINTS);
});

describe('the promises', () => {
  const summary = (more: Partial<ApiSummary> = {}): ApiSummary =>
    ({ costs: [{ kind: 'real-time', resources: 6 }], times: { ours: [11, 11, 30], l1: [10, 10, 10] }, lambdaInvocations: 0, ...more });
  const missed = (more: Partial<ApiSummary>) =>
    apiTargets(summary(more)).filter((target) => !isMet(target)).map(({ what }) => what);

  test('are kept up to their limits', () => {
    expect(missed({})).toEqual([]);
  });

  test.each<[string, Partial<ApiSummary>]>([
    ['resources of one endpoint more: real-time', { costs: [{ kind: 'real-time', resources: 7 }] }],
    ['processor time for one endpoint more, against L1 by hand', { times: { ours: [12, 12, 1], l1: [10, 10, 10] } }],
    ['Lambda invocations of one request', { lambdaInvocations: 1 }],
  ])('are missed beyond them: %s', (what, more) => {
    expect(missed(more)).toEqual([what]);
    expect(apiReport(summary(more)).split('\n').filter((line) => line.startsWith('MISSED'))).toHaveLength(1);
  });

  test('on resources are kept by every kind of endpoint', () => {
    expect(endpointCosts().map(({ resources }) => resources)).toEqual([5, 5, 6, 5, 5, 5, 6]);
  });

  test('on Lambda is kept, and a function in the path would be counted', () => {
    expect(lambdaInvocations()).toBe(0);
    const uri = { 'Fn::Join': ['', ['arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/x/invocations']] };
    expect(callsOfLambda([
      { Type: 'AWS::ApiGateway::Method', Properties: { Integration: { Uri: uri } } },
      { Type: 'AWS::ApiGateway::Authorizer', Properties: { Type: 'TOKEN' } },
    ])).toBe(2);
  });
});
