import { App, CfnParameter, Stack, Stage } from 'aws-cdk-lib';
import { GuardedEndpoint } from '../../lib/serving';
import { ENV } from '../support/judged';
import { guardedEndpoint } from '../support/model-supplies';
import { progressiveEndpoint } from './progressive/progressive-supplies';

const TWICE = "`endpointName` must be unique in an account and Region: got 'churn', which 'One/Endpoint' has; name one of them otherwise";

let app: App;
beforeEach(() => { app = new App(); });

const churn = (stack: Stack, id = 'Endpoint') => guardedEndpoint(stack, { endpointName: 'churn' }, id);

describe('a second endpoint of a name', () => {
  test('is refused at synth in the same stack, and only the second', () => {
    const stack = new Stack(app, 'One');
    const [first, second] = [churn(stack), churn(stack, 'Second')];
    expect(first.node.validate()).toEqual([]);
    expect(second.node.validate()).toEqual([TWICE]);
    expect(() => app.synth()).toThrow(TWICE);
  });

  test('is refused in another stack of the same account and Region', () => {
    churn(new Stack(app, 'One', { env: ENV }));
    expect(churn(new Stack(app, 'Other', { env: ENV })).node.validate()).toEqual([TWICE]);
  });

  test('is refused once, however many there are', () => {
    const stack = new Stack(app, 'One');
    churn(stack);
    churn(stack, 'Second');
    expect(churn(stack, 'Third').node.validate()).toEqual([TWICE]);
  });

  test('is refused when releases own the other one', () => {
    const stack = new Stack(app, 'One');
    const released = progressiveEndpoint(stack, { endpointName: 'churn' });
    expect(churn(stack, 'Guarded').node.validate()).toEqual([expect.stringContaining(`'churn', which '${released.node.path}' has`)]);
  });

  test('is refused when it is the one that releases own', () => {
    const stack = new Stack(app, 'One');
    churn(stack, 'Guarded');
    expect(progressiveEndpoint(stack, { endpointName: 'churn' }).node.validate())
      .toContainEqual(expect.stringContaining("'churn', which 'One/Guarded' has"));
  });

  test.each([
    ['in another Region', () => churn(new Stack(app, 'Other', { env: { ...ENV, region: 'us-east-1' } }))],
    ['in a stage that may go elsewhere', () => churn(new Stack(new Stage(app, 'Prod'), 'Other'))],
    ['in another app', () => churn(new Stack(new App(), 'One', { env: ENV }))],
  ])('is taken %s', (_, make) => {
    churn(new Stack(app, 'One', { env: ENV }));
    churn(new Stack(new Stage(app, 'Dev'), 'Other'));
    expect(make().node.validate()).toEqual([]);
  });

  test('is taken when the first was removed', () => {
    const stack = new Stack(app, 'One');
    churn(stack);
    stack.node.tryRemoveChild('Endpoint');
    expect(churn(stack, 'Second').node.validate()).toEqual([]);
  });

  test('is nothing that a mere name makes', () => {
    const stack = new Stack(app, 'One');
    GuardedEndpoint.fromEndpointName(stack, 'Named', 'churn');
    expect(churn(stack).node.validate()).toEqual([]);
  });

  test('cannot be told of names that the deployment decides', () => {
    const stack = new Stack(app, 'One');
    const endpointName = new CfnParameter(stack, 'Name').valueAsString;
    guardedEndpoint(stack, { endpointName });
    expect(guardedEndpoint(stack, { endpointName }, 'Second').node.validate()).toEqual([]);
  });
});
