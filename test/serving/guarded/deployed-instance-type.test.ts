import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { MlInstanceType } from '../../../lib/core';
import { EndpointScaling, GuardedEndpointProps } from '../../../lib/serving';
import { guardedEndpoint } from '../../support/model-supplies';

const SCALING = EndpointScaling.onInvocations({ min: 2, max: 4, invocationsPerInstance: 100 });
const TRACKING = EndpointScaling.targetTrackingOnInvocations({ min: 2, max: 3, invocationsPerInstance: 100 });

function made(context: object, changed: Partial<GuardedEndpointProps>): App {
  const app = new App({ context: { ...context } });
  guardedEndpoint(new Stack(app, 'Test'), { endpointName: 'churn', scaling: SCALING, ...changed });
  return app;
}

interface DeployedTemplate {
  readonly Resources: Record<string, { Type: string; Properties: Record<string, unknown> }>;
}

/** A folder with the template of an endpoint, as if it were deployed. */
function deployed(
  changed: Partial<GuardedEndpointProps> = {}, alter: (template: DeployedTemplate) => void = () => undefined,
): object {
  const folder = mkdtempSync(join(tmpdir(), 'deployed-'));
  const template = Template.fromStack(made({}, changed).node.findChild('Test') as Stack).toJSON() as DeployedTemplate;
  alter(template);
  writeFileSync(join(folder, 'Test.template.json'), JSON.stringify(template));
  return { 'cdk-ml-platform:deployedTemplates': folder };
}

function otherEndpointScaled({ Resources: resources }: DeployedTemplate): void {
  const target = Object.values(resources).find(({ Type: type }) => type === 'AWS::ApplicationAutoScaling::ScalableTarget')!;
  target.Properties.ResourceId = 'endpoint/other/variant/Stable';
}

const C5 = { instanceType: MlInstanceType.of('ml.c5.xlarge') };

test.each<[string, Partial<GuardedEndpointProps>, Partial<GuardedEndpointProps>]>([
  ['by steps', {}, {}],
  ['by target tracking', { scaling: TRACKING }, { scaling: TRACKING }],
  ['by another policy from now on', {}, { scaling: TRACKING }],
  // CloudFormation deletes what left the template after it has updated the rest
  ['until this deployment', {}, { scaling: undefined }],
])('a new type on a variant that is autoscaled %s is refused, with the way round', (_, before, now) => {
  expect(() => made(deployed(before), { ...C5, ...now }).synth())
    .toThrow("got 'ml.c5.xlarge' over 'ml.m5.xlarge'; deploy without `scaling`, then with the new type");
});

test.each([
  ['the same type', () => made(deployed(), {})],
  ['a new type on a fleet of fixed size', () => made(deployed({ scaling: undefined }), C5)],
  ['a new type when scaling went in an earlier deployment', () => made(deployed({ scaling: undefined }), { ...C5, scaling: undefined })],
  ['the same type when scaling goes', () => made(deployed(), { scaling: undefined })],
  ['a new type where another endpoint of the stack is autoscaled', () => made(deployed({}, otherEndpointScaled), C5)],
  ['a first deployment', () => made({ 'cdk-ml-platform:deployedTemplates': mkdtempSync(join(tmpdir(), 'none-')) }, C5)],
  ['a deployment that is not compared', () => made({}, C5)],
])('%s passes', (_, make) => {
  expect(() => make().synth()).not.toThrow();
});

test.each([['/no/such/folder', "got '/no/such/folder'"], [__filename, 'got '], [true, 'got true']])(
  'a folder that is none is an error, because nothing would be compared: %p', (folder, got) => {
    const app = made({ 'cdk-ml-platform:deployedTemplates': folder }, C5);
    expect(() => app.synth()).toThrow('the context `cdk-ml-platform:deployedTemplates` must name a folder, or nothing is compared');
    expect(() => app.synth()).toThrow(got);
  });
