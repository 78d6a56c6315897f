import { App, aws_cloudwatch as cw, aws_iam as iam, aws_sagemaker as sagemaker, CfnParameter, Duration, Lazy, Resource, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { MlInstanceType } from '../../../lib/core';
import { DeploymentPlan, ExistingModel, GuardedEndpoint, GuardedEndpointProps, RollbackTrigger } from '../../../lib/serving';
import { waitsFor } from '../../support/dependencies';
import { ENV } from '../../support/judged';
import { messageOf } from '../../support/message-of';
import { guardedEndpoint } from '../../support/model-supplies';

let app: App;
let stack: Stack;
beforeEach(() => {
  app = new App();
  stack = new Stack(app, 'Test', { env: ENV });
});

function templateOf(changed: Partial<GuardedEndpointProps> = {}): Template {
  guardedEndpoint(stack, { endpointName: 'churn', ...changed });
  return Template.fromStack(stack);
}

function only(template: Template, type: string): string {
  const found = Object.keys(template.findResources(type));
  expect(found).toHaveLength(1);
  return found[0];
}

function role(): iam.Role {
  return new iam.Role(stack, 'Role', { assumedBy: new iam.ServicePrincipal('sagemaker.amazonaws.com') });
}

describe('an existing model', () => {
  test('by name is all an endpoint needs', () => {
    const template = templateOf({ existingModel: ExistingModel.named('churn-7', role()) });
    template.resourceCountIs('AWS::SageMaker::Model', 0);
    template.hasResourceProperties('AWS::SageMaker::EndpointConfig', { ProductionVariants: [Match.objectLike({ ModelName: 'churn-7' })] });
  });

  test('by reference gives its name, which is the last part of its ARN', () => {
    class ModelElsewhere extends Resource implements sagemaker.IModelRef {
      public readonly modelRef = { modelArn: 'arn:aws:sagemaker:eu-west-1:111122223333:model/churn-7' };
    }
    const model = new ModelElsewhere(stack, 'Model');
    templateOf({ existingModel: ExistingModel.of(model, role()) })
      .hasResourceProperties('AWS::SageMaker::EndpointConfig', { ProductionVariants: [Match.objectLike({ ModelName: 'churn-7' })] });
  });

  test('of the same stack is waited for', () => {
    const executionRole = role();
    const model = new sagemaker.CfnModel(stack, 'Model', { executionRoleArn: executionRole.roleArn });
    const template = templateOf({ existingModel: ExistingModel.of(model, executionRole) });
    const config = only(template, 'AWS::SageMaker::EndpointConfig');
    expect(waitsFor(template, config, 'Model')).toBe(true);
  });

  test('its role may describe the rollback alarms', () => {
    templateOf({ existingModel: ExistingModel.named('churn-7', role()) })
      .hasResourceProperties('AWS::IAM::ManagedPolicy', { Roles: [{ Ref: Match.stringLikeRegexp('^Role') }] });
  });

  test('stands alone', () => {
    const existingModel = ExistingModel.named('churn-7', role());
    expect(() => templateOf({ existingModel, environment: {}, networkIsolation: true }))
      .toThrow('`existingModel` must stand alone, because its maker decided these already: got `environment`, `networkIsolation` as well');
  });

  test.each(['', '-a', 'a-', 'a_b', 'a'.repeat(64), 'a\n'])('fails for the name %j', (name) => {
    expect(() => ExistingModel.named(name, role())).toThrow('`modelName` must be');
  });
});

describe('bad input', () => {
  test('is named all at once, under the path of the construct', () => {
    const instanceType = MlInstanceType.of('ml.inf1.xlarge');
    const message = messageOf(() => new GuardedEndpoint(stack, 'Bad', { endpointName: 'A_', instanceCount: 1, instanceType }));
    expect(message).toMatch(/^Test\/Bad: /);
    for (const prop of ['endpointName', 'instanceCount', 'instanceType', 'image', 'network']) {
      expect(message).toContain(`\n  - \`${prop}\` must `);
    }
  });

  test('of the container, the plan and the triggers is named together with the rest', () => {
    const message = messageOf(() => templateOf({
      environment: { HF_TOKEN: 'x' }, deployment: DeploymentPlan.canary({ percent: 10 }), rollbackOn: [], endpointName: 'A_',
    }));
    for (const prop of ['endpointName', 'environment', 'percent', 'rollbackOn']) {
      expect(message).toContain(`\n  - \`${prop}\` `);
    }
  });

  test.each([0, 1, 2.5, NaN])('fails for %p instances', (instanceCount) => {
    expect(() => templateOf({ instanceCount })).toThrow('`instanceCount` must be a whole number of at least 2');
  });

  test('fails for Inf1, where guardrails silently do not apply', () => {
    expect(() => templateOf({ instanceType: MlInstanceType.of('ml.inf1.6xlarge') })).toThrow("got 'ml.inf1.6xlarge', for which SageMaker falls back");
  });

  test('is named when a program without types leaves it out', () => {
    expect(() => new GuardedEndpoint(stack, 'Bad', {} as never)).toThrow('`instanceType` must be an MlInstanceType');
    const message = messageOf(() => new GuardedEndpoint(stack, 'Worse', { instanceType: MlInstanceType.M5_XLARGE }));
    for (const prop of ['image', 'network']) {
      expect(message).toContain(`\`${prop}\` must be given`);
    }
  });

  test('fails for a canary that the instance count cannot express', () => {
    expect(() => templateOf({ deployment: DeploymentPlan.canary({ percent: 10 }) })).toThrow('Test/Endpoint: `percent` of a canary');
  });

  test('fails for a bake shorter than its alarms need', () => {
    const deployment = DeploymentPlan.canary({ bakeTime: Duration.minutes(3) });
    expect(() => templateOf({ deployment })).toThrow('`bakeTime` must outlast the fastest rollback trigger, which takes up to 4 minutes');
  });

  test('fails for more than ten alarms', () => {
    const rollbackOn = Array.from({ length: 11 }, (_, index) => RollbackTrigger.alarm(cw.Alarm.fromAlarmName(stack, `A${index}`, `a${index}`)));
    expect(() => templateOf({ rollbackOn })).toThrow('must hold 1 to 9 triggers, because SageMaker takes 10 alarms and the kill switch is one');
  });

  test.each(['DB_PASSWORD', 'apiKey', 'AWS_SECRET_ACCESS_KEY', 'HF_TOKEN', 'dbCredentials', 'PRIVATE_KEY_PATH', 'SLACK_TOKEN'])(
    'fails for the environment name %s', (name) => {
      expect(() => templateOf({ environment: { [name]: 'x' } })).toThrow(`got the name '${name}'`);
    });

  test.each(['MAX_TOTAL_TOKENS', 'TOKENIZERS_PARALLELISM', 'EOS_TOKEN', 'MONKEY', 'KEYBOARD', 'SAGEMAKER_PROGRAM'])(
    'takes the environment name %s', (name) => {
      expect(() => templateOf({ environment: { [name]: 'x' } })).not.toThrow();
    });

  test.each([`AKIA${'A'.repeat(16)}`, '-----BEGIN RSA PRIVATE KEY-----', `hf_${'a'.repeat(34)}`])('fails for a value that looks like a key, and keeps it to itself', (value) => {
    const message = messageOf(() => templateOf({ environment: { SETTING: value } }));
    expect(message).toContain('`environment.SETTING` must not carry secrets');
    expect(message).not.toContain(value);
  });

  test('fails for a value that would fetch a secret at deployment', () => {
    expect(() => templateOf({ environment: { SETTING: '{{resolve:secretsmanager:x}}' } })).toThrow('`environment.SETTING`');
  });

  test.each([100, 101])('counts %p environment entries', (count) => {
    const environment = Object.fromEntries(Array.from({ length: count }, (_, index) => [`SETTING_${index}`, 'x']));
    const make = expect(() => templateOf({ environment }));
    (count <= 100 ? make.not : make).toThrow('`environment` must have at most 100 entries');
  });
});

describe('tokens', () => {
  const text = (id: string) => new CfnParameter(stack, id).valueAsString;

  test('pass in every string and number prop', () => {
    const template = templateOf({
      endpointName: text('Name'),
      environment: { SETTING: text('Setting') },
      instanceType: MlInstanceType.of(text('Type')),
      instanceCount: new CfnParameter(stack, 'Count', { type: 'Number' }).valueAsNumber,
    });
    template.hasResourceProperties('AWS::SageMaker::Endpoint', { EndpointName: { Ref: 'Name' } });
    template.hasResourceProperties('AWS::SageMaker::Model', { PrimaryContainer: { Environment: { SETTING: { Ref: 'Setting' } } } });
    template.hasResourceProperties('AWS::SageMaker::EndpointConfig', {
      ProductionVariants: [Match.objectLike({ InstanceType: { Ref: 'Type' }, InitialInstanceCount: { Ref: 'Count' } })],
    });
    template.hasResourceProperties('AWS::CloudWatch::Alarm', { AlarmName: { 'Fn::Join': ['', [{ Ref: 'Name' }, '/ErrorRate']] } });
  });

  test('of an existing model pass', () => {
    templateOf({ existingModel: ExistingModel.named(text('Model'), role()) })
      .hasResourceProperties('AWS::SageMaker::EndpointConfig', { ProductionVariants: [Match.objectLike({ ModelName: { Ref: 'Model' } })] });
  });

  test.each([
    ['endpointName', { endpointName: Lazy.string({ produce: () => 'A_' }) }],
    ['instanceCount', { instanceCount: Lazy.number({ produce: () => 1 }) }],
    ['environment.SETTING', { environment: { SETTING: Lazy.string({ produce: () => `AKIA${'A'.repeat(16)}` }) } }],
  ])('a lazy %s is judged at synth', (prop, changed) => {
    guardedEndpoint(stack, { endpointName: 'churn', ...changed });
    expect(() => app.synth()).toThrow(`\`${prop}\``);
  });
});
