import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { MlInstanceType } from '../../../lib/core';
import { EndpointScaling, GuardedEndpointProps } from '../../../lib/serving';
import { guardedEndpoint } from '../../support/model-supplies';

const SCALING = EndpointScaling.onInvocations({ min: 2, max: 4, invocationsPerInstance: 100 });

function made(context: object, changed: Partial<GuardedEndpointProps>): App {
  const app = new App({ context: { ...context } });
  guardedEndpoint(new Stack(app, 'Test'), { endpointName: 'churn', scaling: SCALING, ...changed });
  return app;
}

/** A folder with the template of an endpoint, as if it were deployed. */
function deployed(changed: Partial<GuardedEndpointProps> = {}): object {
  const folder = mkdtempSync(join(tmpdir(), 'deployed-'));
  const template = Template.fromStack(made({}, changed).node.findChild('Test') as Stack);
  writeFileSync(join(folder, 'Test.template.json'), JSON.stringify(template.toJSON()));
  return { 'cdk-ml-platform:deployedTemplates': folder };
}

const C5 = { instanceType: MlInstanceType.of('ml.c5.xlarge') };

test('a new type on a variant that is autoscaled is refused, with the way round', () => {
  expect(() => made(deployed(), C5).synth()).toThrow("got 'ml.c5.xlarge' over 'ml.m5.xlarge'; deploy without `scaling`, then with the new type");
});

test.each([
  ['the same type', () => made(deployed(), {})],
  ['a new type on a fleet of fixed size', () => made(deployed({ scaling: undefined }), C5)],
  ['a new type when scaling goes first', () => made(deployed(), { ...C5, scaling: undefined })],
  ['a first deployment', () => made({ 'cdk-ml-platform:deployedTemplates': mkdtempSync(join(tmpdir(), 'none-')) }, C5)],
  ['a deployment that is not compared', () => made({}, C5)],
])('%s passes', (_, make) => {
  expect(() => make().synth()).not.toThrow();
});
