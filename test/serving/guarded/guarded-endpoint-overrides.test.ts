import { App, aws_iam as iam, aws_sagemaker as sagemaker, CfnResource, Stack } from 'aws-cdk-lib';
import { EndpointScaling, VariantHosting } from '../../../lib/serving';
import { ENV } from '../../support/judged';
import { guardedEndpoint } from '../../support/model-supplies';

let app: App;
let stack: Stack;
beforeEach(() => {
  app = new App();
  stack = new Stack(app, 'Test', { env: ENV });
});

function resourceAt(path: string): CfnResource {
  return stack.node.findAll().find(({ node }) => node.path === `Test/${path}`) as CfnResource;
}

const VERIFIER = 'Endpoint/Verifier/Resource/Default';
const PRUNER = 'Endpoint/Pruner/Resource/Default';
const KILL_SWITCH = 'Endpoint/Rollback/KillSwitch/Resource';

test('an override that adds a second policy fails at synth, where strict validation lets it pass', () => {
  const endpoint = guardedEndpoint(stack, { endpointName: 'churn' });
  (endpoint.node.defaultChild as sagemaker.CfnEndpoint).addPropertyOverride('DeploymentConfig.RollingUpdatePolicy', { WaitIntervalInSeconds: 0 });
  expect(() => app.synth()).toThrow('must hold a blue/green or a rolling policy: got both');
});

test.each(['DeploymentConfig', 'DeploymentConfig.AutoRollbackConfiguration'])('an override that removes %s fails at synth', (path) => {
  const endpoint = guardedEndpoint(stack, { endpointName: 'churn' });
  (endpoint.node.defaultChild as sagemaker.CfnEndpoint).addPropertyDeletionOverride(path);
  expect(() => app.synth()).toThrow(path.includes('.') ? '`AutoRollbackConfiguration` must name' : '`DeploymentConfig` must stay');
});

describe('what belongs together stays together', () => {
  test.each<[string, string, unknown]>([
    ['Endpoint/Resource', 'EndpointName', 'fraud'],
    ['Endpoint/Resource', 'EndpointConfigName', 'churn-config-1'],
    [VERIFIER, 'EndpointName', 'fraud'],
    [VERIFIER, 'EndpointConfigName', 'churn-config-1'],
    [VERIFIER, 'Variants', []],
    [VERIFIER, 'Retained', true],
    [VERIFIER, 'ServiceToken', 'arn:aws:lambda:eu-west-1:111122223333:function:other'],
    [PRUNER, 'EndpointName', 'fraud'],
    [PRUNER, 'EndpointConfigName', 'churn-config-1'],
    [PRUNER, 'ServiceToken', 'arn:aws:lambda:eu-west-1:111122223333:function:other'],
    [KILL_SWITCH, 'Namespace', 'AWS/SageMaker'],
    [KILL_SWITCH, 'MetricName', 'Stopp'],
    [KILL_SWITCH, 'Dimensions', []],
    [KILL_SWITCH, 'ComparisonOperator', 'LessThanThreshold'],
    [KILL_SWITCH, 'Threshold', 1],
    [KILL_SWITCH, 'Period', 3600],
    [KILL_SWITCH, 'DatapointsToAlarm', 10],
    [KILL_SWITCH, 'TreatMissingData', 'breaching'],
  ])('%s keeps its %s', (path, property, value) => {
    guardedEndpoint(stack, { endpointName: 'churn' });
    resourceAt(path).addPropertyOverride(property, value);
    expect(() => app.synth()).toThrow(`[Test/${path}] \`${property}\` must stay as it was made, because`);
  });

  test.each([
    [VERIFIER, "`DependsOn` must name 'Test/Endpoint/Resource', because before the update is over there is nothing to verify"],
    [PRUNER, `\`DependsOn\` must name 'Test/${VERIFIER}', because what is deleted before the deployment is verified may be what serves`],
  ])('%s waits', (path, message) => {
    guardedEndpoint(stack, { endpointName: 'churn' });
    resourceAt(path).addDeletionOverride('DependsOn');
    expect(() => app.synth()).toThrow(message);
  });

  test('a verifier of a scaled endpoint waits for what scales it', () => {
    guardedEndpoint(stack, { scaling: EndpointScaling.onInvocations({ min: 2, max: 8, invocationsPerInstance: 600 }) });
    resourceAt(VERIFIER).addOverride('DependsOn', stack.resolve(resourceAt('Endpoint/Resource').logicalId));
    expect(() => app.synth()).toThrow("`DependsOn` must name 'Test/Endpoint/Scaling/Target'");
  });

  test.each([
    ['we scale', { scaling: EndpointScaling.onInvocations({ min: 2, max: 8, invocationsPerInstance: 600 }) }],
    ['SageMaker scales', { hosting: VariantHosting.of({ managedInstances: { min: 2, max: 4 } }) }],
  ])('where %s, an update keeps the counts', (_, changed) => {
    guardedEndpoint(stack, changed);
    resourceAt('Endpoint/Resource').addPropertyDeletionOverride('RetainAllVariantProperties');
    expect(() => app.synth()).toThrow('`RetainAllVariantProperties` must stay as it was made, because an update would set a scaled fleet back');
  });

  test('but what nothing depends on may be overridden, and the same value is no other', () => {
    guardedEndpoint(stack, { endpointName: 'churn' });
    resourceAt('Endpoint/Resource').addPropertyOverride('EndpointName', 'churn');
    resourceAt('Endpoint/Resource').addPropertyOverride('RetainDeploymentConfig', true);
    resourceAt(KILL_SWITCH).addPropertyOverride('AlarmDescription', 'Press it.');
    resourceAt(VERIFIER).addPropertyOverride('ServiceTimeout', '900');
    expect(() => app.synth()).not.toThrow();
  });
});

describe('the pruner deletes only what carries the tag', () => {
  const POLICY = 'MlPlatformConfigPruner/Policy/Resource';
  const TAGGED = { StringEquals: { 'aws:ResourceTag/cdk-ml-platform:endpoint': ['churn'] } };
  const MESSAGE = '`Condition` of what the pruner may delete must name the tag cdk-ml-platform:endpoint';

  /** One statement more, behind our own. */
  function withStatement(statement: object): () => unknown {
    guardedEndpoint(stack, { endpointName: 'churn' });
    resourceAt(POLICY).addPropertyOverride('PolicyDocument.Statement.8', statement);
    return () => app.synth();
  }

  test.each<string | string[]>([
    '*', 'sagemaker:*', 'SageMaker:deletemodel', 'sagemaker:DeleteModelPackage', 'sagemaker:Del*', 'sagemaker:De*', 'sagemaker:?elete*',
    's*', ['sagemaker:DescribeEndpoint', 'sagemaker:DeleteEndpointConfig'],
  ] as string[])('so %j needs the condition', (Action) => {
    expect(withStatement({ Effect: 'Allow', Action, Resource: '*' })).toThrow(MESSAGE);
  });

  test('so a statement about all but some actions needs it', () => {
    expect(withStatement({ Effect: 'Allow', NotAction: 's3:*', Resource: '*' })).toThrow(MESSAGE);
  });

  test.each<[string, object]>([
    ['another condition', { StringEquals: { 'aws:ResourceTag/team': 'ml' } }],
    ['a condition that also holds without the tag', { StringEqualsIfExists: TAGGED.StringEquals }],
  ])('so %s is none', (_, Condition) => {
    expect(withStatement({ Effect: 'Allow', Action: 'sagemaker:DeleteModel', Resource: '*', Condition })).toThrow(MESSAGE);
  });

  test.each<[string, object]>([
    ['a deletion with it', { Effect: 'Allow', Action: 'sagemaker:DeleteModel', Resource: '*', Condition: TAGGED }],
    ['a deny', { Effect: 'Deny', Action: 'sagemaker:*', Resource: '*' }],
    ['reading', { Effect: 'Allow', Action: ['sagemaker:DescribeModel', 'sagemaker:List*'], Resource: '*' }],
    ['another service', { Effect: 'Allow', Action: 's3:DeleteObject', Resource: '*' }],
  ])('%s passes', (_, statement) => {
    expect(withStatement(statement)).not.toThrow();
  });

  test('is said once, for however many endpoints of the stack', () => {
    guardedEndpoint(stack, { endpointName: 'churn' });
    guardedEndpoint(stack, { endpointName: 'fraud' }, 'Second');
    const policy = stack.node.findChild('MlPlatformConfigPruner').node.findChild('Policy') as iam.ManagedPolicy;
    policy.addStatements(new iam.PolicyStatement({ actions: ['sagemaker:DeleteModel'], resources: ['*'] }));
    let message = '';
    try {
      app.synth();
    } catch (error) {
      message = (error as Error).message;
    }
    expect(message.split(MESSAGE)).toHaveLength(2);
  });
});
