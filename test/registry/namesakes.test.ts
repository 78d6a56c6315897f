import { App, Stack, Stage } from 'aws-cdk-lib';
import { stores } from './registries';
import { ModelRegistry } from '../../lib/registry';
import { ENV } from '../support/judged';
import { guardedEndpoint } from '../support/model-supplies';

const TWICE = "`environment` must be unique in an account and Region: got 'production', which 'One/Registry' has; name one of them otherwise";

let app: App;
beforeEach(() => { app = new App(); });

const registry = (stack: Stack, id = 'Registry', environment?: string) =>
  new ModelRegistry(stack, id, { ...stores(stack.node.tryFindChild('Stores') === undefined ? stack : new Stack(stack, `${id}Of`)), environment });

describe('a second registry of an environment', () => {
  test('is refused at synth in the same stack, in one sentence', () => {
    const stack = new Stack(app, 'One');
    const [first, second] = [registry(stack), registry(stack, 'Second')];
    expect(first.node.validate()).toEqual([]);
    expect(second.node.validate()).toEqual([TWICE]);
    expect(() => app.synth()).toThrow(TWICE);
  });

  test('is refused in another stack of the same account and Region, and of the same stage', () => {
    registry(new Stack(app, 'One', { env: ENV }));
    expect(registry(new Stack(app, 'Other', { env: ENV })).node.validate()).toEqual([TWICE]);
    const stage = new Stage(app, 'Prod');
    registry(new Stack(stage, 'One'));
    expect(registry(new Stack(stage, 'Other')).node.validate()).toEqual([expect.stringContaining("'production', which 'Prod/One/Registry' has")]);
  });

  test.each([
    ['under another name', () => registry(new Stack(app, 'Other', { env: ENV }), 'Registry', 'staging')],
    ['in another Region', () => registry(new Stack(app, 'Other', { env: { ...ENV, region: 'us-east-1' } }))],
    ['in a stage that may go elsewhere', () => registry(new Stack(new Stage(app, 'Prod'), 'Other'))],
  ])('is taken %s', (_, make) => {
    registry(new Stack(app, 'One', { env: ENV }));
    expect(make().node.validate()).toEqual([]);
  });

  test('is nothing that an import makes, nor an endpoint of that name', () => {
    const stack = new Stack(app, 'One');
    ModelRegistry.fromAttributes(stack, 'Imported', { apiId: 'abcdefghij' });
    guardedEndpoint(stack, { endpointName: 'production' });
    expect(registry(stack).node.validate()).toEqual([]);
  });
});
