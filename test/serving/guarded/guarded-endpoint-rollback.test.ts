import { App, aws_cloudwatch as cw, aws_sns as sns, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { DeploymentPlan, GuardedEndpointProps, RollbackTrigger } from '../../../lib/serving';
import { dependencies, waitsFor } from '../../support/dependencies';
import { ENV } from '../../support/judged';
import { guardedEndpoint } from '../../support/model-supplies';

let stack: Stack;
beforeEach(() => {
  stack = new Stack(new App(), 'Test', { env: ENV });
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
