import {
  App, aws_cloudwatch as cw, aws_iam as iam, aws_kms as kms, aws_sagemaker as sagemaker, aws_sns as sns, CfnParameter, Duration,
  Lazy, RemovalPolicy, Resource, Stack,
} from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { MlInstanceType } from '../../../lib/core';
import { DeploymentPlan, ExistingModel, GuardedEndpoint, GuardedEndpointProps, RollbackTrigger } from '../../../lib/serving';
import { dependencies, waitsFor } from '../../support/dependencies';
import { ENV, openFindings } from '../../support/judged';
import { DIGEST, guardedEndpoint, SHA256 } from '../../support/model-supplies';

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

function messageOf(make: () => unknown): string {
  try {
    make();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('nothing was thrown');
}

function role(): iam.Role {
  return new iam.Role(stack, 'Role', { assumedBy: new iam.ServicePrincipal('sagemaker.amazonaws.com') });
}

describe('the model', () => {
  test('serves an image by digest and an artifact by hash, isolated, in private subnets', () => {
    templateOf({ environment: { LOG_LEVEL: 'info' } }).hasResourceProperties('AWS::SageMaker::Model', {
      EnableNetworkIsolation: true,
      ModelName: Match.absent(),
      VpcConfig: { Subnets: [Match.anyValue(), Match.anyValue()], SecurityGroupIds: [Match.anyValue()] },
      PrimaryContainer: {
        Image: { 'Fn::Join': ['', Match.arrayWith([Match.stringLikeRegexp(`/churn@${DIGEST}$`)])] },
        ModelDataUrl: `s3://our-artifacts/churn/${SHA256}/model.tar.gz`,
        Environment: { LOG_LEVEL: 'info' },
      },
    });
  });

  test('may call out when asked to', () => {
    templateOf({ networkIsolation: false }).hasResourceProperties('AWS::SageMaker::Model', { EnableNetworkIsolation: false });
  });

  test('needs no artifact when the image holds it', () => {
    templateOf({ artifact: undefined }).hasResourceProperties('AWS::SageMaker::Model', { PrimaryContainer: { ModelDataUrl: Match.absent() } });
  });
});

describe('what outlives a replacement and the stack', () => {
  test.each([
    'AWS::SageMaker::Endpoint', 'AWS::SageMaker::EndpointConfig', 'AWS::SageMaker::Model', 'AWS::IAM::Role', 'AWS::KMS::Key', 'AWS::Logs::LogGroup',
  ])('%s is kept', (type) => {
    const found = Object.entries(templateOf().findResources(type)).filter(([id]) => id.startsWith('Endpoint') && !id.startsWith('EndpointSupplies'));
    expect(found).toHaveLength(1);
    expect(found[0][1]).toMatchObject({ DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
  });

  test('so are the security group and the policy the model runs with', () => {
    const template = templateOf();
    template.hasResource('AWS::EC2::SecurityGroup', { DeletionPolicy: 'Retain', Properties: { GroupDescription: 'Model of Test/Endpoint' } });
    template.hasResource('AWS::IAM::ManagedPolicy', {
      DeletionPolicy: 'Retain', Properties: { Description: 'What hosting the model of Test/Endpoint/Model takes' },
    });
  });

  test('neither configuration nor model has a name that a replacement would collide with', () => {
    const template = templateOf();
    template.hasResourceProperties('AWS::SageMaker::EndpointConfig', { EndpointConfigName: Match.absent() });
    template.hasResourceProperties('AWS::SageMaker::Model', { ModelName: Match.absent() });
  });
});

describe('the configuration', () => {
  test('runs two instances in the one slot, whose name carries no version', () => {
    templateOf().hasResourceProperties('AWS::SageMaker::EndpointConfig', {
      ProductionVariants: [{ VariantName: 'Stable', InitialInstanceCount: 2, InitialVariantWeight: 1, InstanceType: 'ml.m5.xlarge' }],
      KmsKeyId: { 'Fn::GetAtt': [Match.stringLikeRegexp('^EndpointKey'), 'Arn'] },
    });
  });

  test.each(['ml.g5.xlarge', 'ml.m5d.xlarge', 'ml.p4d.24xlarge', 'ml.inf2.xlarge'])('takes no key on %s, whose disks encrypt themselves', (name) => {
    templateOf({ instanceType: MlInstanceType.of(name) })
      .hasResourceProperties('AWS::SageMaker::EndpointConfig', { KmsKeyId: Match.absent() });
  });
});

describe('a deployment rolls itself back', () => {
  test('through exactly one policy and the alarms of the new fleet, by name', () => {
    const template = templateOf();
    const [{ Properties: { DeploymentConfig: config } }] = Object.values(template.findResources('AWS::SageMaker::Endpoint'));
    expect(Object.keys(config).sort()).toEqual(['AutoRollbackConfiguration', 'BlueGreenUpdatePolicy']);
    const names = config.AutoRollbackConfiguration.Alarms.map(({ AlarmName }: { AlarmName: { Ref: string } }) => AlarmName.Ref);
    expect(names.sort()).toEqual(Object.keys(template.findResources('AWS::CloudWatch::Alarm')).sort());
    expect(names).toHaveLength(5); // four triggers and the kill switch
  });

  test('every metric of every trigger names the new configuration, and the endpoint by its literal name', () => {
    const template = templateOf();
    const config = only(template, 'AWS::SageMaker::EndpointConfig');
    const metrics = Object.values(template.findResources('AWS::CloudWatch::Alarm'))
      .flatMap(({ Properties }) => Properties.Metrics ?? []).flatMap(({ MetricStat }) => MetricStat ?? []);
    expect(metrics).toHaveLength(8);
    for (const { Metric: { Dimensions: dimensions } } of metrics) {
      expect(dimensions).toEqual([
        { Name: 'EndpointConfigName', Value: { 'Fn::GetAtt': [config, 'EndpointConfigName'] } },
        { Name: 'EndpointName', Value: 'churn' },
        { Name: 'VariantName', Value: 'Stable' },
      ]);
    }
  });

  test('the execution role may describe exactly these alarms', () => {
    const template = templateOf();
    const alarms = Object.keys(template.findResources('AWS::CloudWatch::Alarm'));
    template.hasResourceProperties('AWS::IAM::ManagedPolicy', {
      PolicyDocument: {
        Statement: [{
          Sid: 'ReadRollbackAlarms',
          Effect: 'Allow',
          Action: 'cloudwatch:DescribeAlarms',
          Resource: alarms.map((id) => ({ 'Fn::GetAtt': [id, 'Arn'] })),
        }],
      },
      Roles: [{ Ref: Match.stringLikeRegexp('ExecutionRole') }],
    });
  });

  test('by the triggers that are asked for', () => {
    const template = templateOf({ rollbackOn: [RollbackTrigger.errorRateAbove({ percent: 1 })], killSwitch: false });
    template.resourceCountIs('AWS::CloudWatch::Alarm', 1);
  });

  test('by an alarm of the user, which the role may describe too', () => {
    const alarm = cw.Alarm.fromAlarmArn(stack, 'Ours', 'arn:aws:cloudwatch:eu-west-1:111122223333:alarm:ours');
    const template = templateOf({ rollbackOn: [RollbackTrigger.alarm(alarm)], killSwitch: false });
    template.hasResourceProperties('AWS::SageMaker::Endpoint', {
      DeploymentConfig: { AutoRollbackConfiguration: { Alarms: [{ AlarmName: 'ours' }] } },
    });
    template.hasResourceProperties('AWS::IAM::ManagedPolicy', {
      PolicyDocument: { Statement: [Match.objectLike({ Resource: 'arn:aws:cloudwatch:eu-west-1:111122223333:alarm:ours' })] },
    });
  });

  test('as the plan says', () => {
    templateOf({ instanceCount: 4, deployment: DeploymentPlan.rolling({ batchPercent: 25 }) })
      .hasResourceProperties('AWS::SageMaker::Endpoint', {
        DeploymentConfig: { RollingUpdatePolicy: { MaximumBatchSize: { Type: 'CAPACITY_PERCENT', Value: 25 } }, BlueGreenUpdatePolicy: Match.absent() },
      });
  });

  test('and tells an encrypted topic that CloudWatch may use', () => {
    const template = templateOf();
    template.hasResourceProperties('AWS::SNS::Topic', { KmsMasterKeyId: { 'Fn::GetAtt': [Match.stringLikeRegexp('^EndpointKey'), 'Arn'] } });
    template.hasResourceProperties('AWS::SNS::TopicPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([{
          Sid: 'AlarmsMayPublish',
          Effect: 'Allow',
          Principal: { Service: 'cloudwatch.amazonaws.com' },
          Action: 'sns:Publish',
          Resource: { Ref: Match.anyValue() },
          Condition: { StringEquals: { 'aws:SourceAccount': '111122223333' } },
        }]),
      },
    });
    template.hasResourceProperties('AWS::KMS::Key', {
      KeyPolicy: { Statement: Match.arrayWith([Match.objectLike({ Sid: 'AlarmsMayEncrypt', Action: ['kms:Decrypt', 'kms:GenerateDataKey'] })]) },
    });
  });

  test('by a switch that an operator can press, which lasts ten minutes', () => {
    templateOf().hasResourceProperties('AWS::CloudWatch::Alarm', {
      AlarmName: 'churn/KillSwitch',
      Namespace: 'MlPlatform/KillSwitch',
      MetricName: 'Stop',
      Dimensions: [{ Name: 'EndpointName', Value: 'churn' }],
      Statistic: 'Maximum',
      Threshold: 0,
      ComparisonOperator: 'GreaterThanThreshold',
      EvaluationPeriods: 10,
      DatapointsToAlarm: 1,
      TreatMissingData: 'notBreaching',
    });
  });

  test('or without one, when it is not wanted', () => {
    expect(JSON.stringify(templateOf({ killSwitch: false }).toJSON())).not.toContain('KillSwitch');
  });

  test('or a topic that is brought', () => {
    const template = templateOf({ notify: sns.Topic.fromTopicArn(stack, 'Ours', 'arn:aws:sns:eu-west-1:111122223333:ours') });
    template.resourceCountIs('AWS::SNS::Topic', 0);
    template.allResourcesProperties('AWS::CloudWatch::Alarm', { AlarmActions: ['arn:aws:sns:eu-west-1:111122223333:ours'] });
  });
});

describe('nothing waits in a circle', () => {
  test('configuration, then alarms, then endpoint: the alarms watch the new fleet before the update starts', () => {
    const template = templateOf();
    const config = only(template, 'AWS::SageMaker::EndpointConfig');
    const endpoint = only(template, 'AWS::SageMaker::Endpoint');
    const triggers = Object.keys(template.findResources('AWS::CloudWatch::Alarm')).filter((id) => !id.includes('KillSwitch'));
    expect(triggers).toHaveLength(4);
    for (const alarm of triggers) {
      expect(waitsFor(template, alarm, config)).toBe(true);
      expect(waitsFor(template, endpoint, alarm)).toBe(true);
      expect(waitsFor(template, alarm, endpoint)).toBe(false);
    }
  });

  test('the endpoint waits for the policy that reads the alarms, and the model does not', () => {
    const template = templateOf();
    const [policy] = Object.keys(template.findResources('AWS::IAM::ManagedPolicy', { Properties: { Description: Match.stringLikeRegexp('^Reads the alarms') } }));
    const model = only(template, 'AWS::SageMaker::Model');
    const endpoint = only(template, 'AWS::SageMaker::Endpoint');
    expect(dependencies(template).get(endpoint)).toContain(policy);
    expect(waitsFor(template, model, policy)).toBe(false);
  });

  test('also when an alarm of the user watches a metric of the endpoint', () => {
    const endpoint = guardedEndpoint(stack, { endpointName: 'churn' });
    endpoint.metricErrorRate().createAlarm(stack, 'Watch', { threshold: 0.1, evaluationPeriods: 1 });
    expect(() => Template.fromStack(stack)).not.toThrow();
  });
});

describe('the role', () => {
  test('may be assumed by SageMaker for this account alone', () => {
    templateOf().hasResourceProperties('AWS::IAM::Role', {
      AssumeRolePolicyDocument: {
        Statement: [{
          Effect: 'Allow',
          Action: 'sts:AssumeRole',
          Principal: { Service: 'sagemaker.amazonaws.com' },
          Condition: { StringEquals: { 'aws:SourceAccount': '111122223333' } },
        }],
      },
      ManagedPolicyArns: Match.absent(),
      Policies: Match.absent(),
    });
  });

  test('names every action, and no wildcard but where no ARN exists', () => {
    const policies = Object.values(templateOf().findResources('AWS::IAM::ManagedPolicy'))
      .filter(({ Properties }) => Properties.Roles.some((named: { Ref: string }) => named.Ref.includes('ExecutionRole')));
    expect(policies).toHaveLength(2);
    const statements = policies.flatMap(({ Properties }) => Properties.PolicyDocument.Statement);
    expect(statements.flatMap(({ Action }) => Action).filter((action: string) => action.includes('*'))).toEqual([]);
    const anywhere = statements.filter(({ Resource: resources }) => [resources].flat().includes('*')).flatMap(({ Action }) => Action);
    expect(anywhere.sort()).toEqual([
      'cloudwatch:PutMetricData', 'ec2:DescribeDhcpOptions', 'ec2:DescribeNetworkInterfaces', 'ec2:DescribeSecurityGroups',
      'ec2:DescribeSubnets', 'ec2:DescribeVpcs', 'ecr:GetAuthorizationToken',
    ]);
  });

  test('reads every version of the model, since the old fleet still runs the old one', () => {
    templateOf().hasResourceProperties('AWS::IAM::ManagedPolicy', {
      PolicyDocument: {
        Statement: Match.arrayWith([Match.objectLike({
          Action: 's3:GetObject', Resource: { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':s3:::our-artifacts/churn/*']] },
        })]),
      },
    });
  });
});

describe('logs', () => {
  test('are encrypted and kept for three months', () => {
    templateOf().hasResourceProperties('AWS::Logs::LogGroup', {
      LogGroupName: '/aws/sagemaker/Endpoints/churn', RetentionInDays: 90, KmsKeyId: { 'Fn::GetAtt': [Match.stringLikeRegexp('^EndpointKey'), 'Arn'] },
    });
  });

  test('may be encrypted by CloudWatch Logs for this one group', () => {
    templateOf().hasResourceProperties('AWS::KMS::Key', {
      KeyPolicy: {
        Statement: Match.arrayWith([Match.objectLike({
          Sid: 'EncryptEndpointLogs',
          Condition: {
            ArnEquals: {
              'kms:EncryptionContext:aws:logs:arn': {
                'Fn::Join': ['', [
                  'arn:', { Ref: 'AWS::Partition' }, ':logs:', { Ref: 'AWS::Region' }, ':', { Ref: 'AWS::AccountId' },
                  ':log-group:/aws/sagemaker/Endpoints/churn',
                ]],
              },
            },
          },
        })]),
      },
    });
  });
});

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

test('a name that is left out is derived from the path, known at synth, and stays', () => {
  const endpoint = guardedEndpoint(stack);
  expect(endpoint.endpointName).toMatch(/^[a-z0-9](-*[a-z0-9]){0,62}$/);
  expect(endpoint.endpointName).toBe(guardedEndpoint(new Stack(new App(), 'Test')).endpointName);
  Template.fromStack(stack).hasResourceProperties('AWS::SageMaker::Endpoint', { EndpointName: endpoint.endpointName });
});

test('the key, the log group, the role and the alarms are at hand', () => {
  const endpoint = guardedEndpoint(stack, { encryptionKey: new kms.Key(stack, 'Ours', { enableKeyRotation: true }) });
  expect(endpoint.encryptionKey.node.path).toBe('Test/Ours');
  expect(stack.resolve(endpoint.logGroup.logGroupName)).toEqual({ Ref: expect.stringMatching(/^EndpointLogs/) });
  expect(endpoint.executionRole).toBeInstanceOf(iam.Role);
  expect(endpoint.rollbackAlarms).toHaveLength(5);
  Template.fromStack(stack).resourceCountIs('AWS::KMS::Key', 3); // ours, the network's, the handlers'
});

test('the endpoint itself is the default child', () => {
  expect(guardedEndpoint(stack).node.defaultChild).toBeInstanceOf(sagemaker.CfnEndpoint);
});

describe('five packs find nothing open', () => {
  test.each(['ml.m5.xlarge', 'ml.g5.xlarge'])('with nothing but what is required, on %s', (name) => {
    expect(openFindings((judged) => guardedEndpoint(judged, { instanceType: MlInstanceType.of(name) }))).toEqual([]);
  });

  test('with an existing model', () => {
    expect(openFindings((judged) => guardedEndpoint(judged, {
      existingModel: ExistingModel.named('churn-7', new iam.Role(judged, 'Role', { assumedBy: new iam.ServicePrincipal('sagemaker.amazonaws.com') })),
    }))).toEqual([]);
  });

  test('but an endpoint whose key is taken away is found', () => {
    const findings = openFindings((judged) => {
      const endpoint = guardedEndpoint(judged);
      (endpoint.node.findChild('Config') as sagemaker.CfnEndpointConfig).kmsKeyId = undefined;
    });
    expect(findings).toContain('HIPAA.Security-SageMakerEndpointConfigurationKMSKeyConfigured at Test/Endpoint/Config');
  });
});

test('removal policies of a stack-wide aspect are the user\'s: the endpoint can be let go on purpose', () => {
  const endpoint = guardedEndpoint(stack, { endpointName: 'churn' });
  endpoint.applyRemovalPolicy(RemovalPolicy.DESTROY);
  Template.fromStack(stack).hasResource('AWS::SageMaker::Endpoint', { DeletionPolicy: 'Delete' });
});
