import { App, aws_logs as logs, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { MlNetwork, MlNetworkProps } from '../../lib/network';

function templateOf(props?: MlNetworkProps): Template {
  const stack = new Stack(new App(), 'Test');
  new MlNetwork(stack, 'Network', props);
  return Template.fromStack(stack);
}

describe('flow logs', () => {
  test('record all traffic of the VPC', () => {
    const template = templateOf();
    template.hasResourceProperties('AWS::EC2::FlowLog', {
      ResourceId: { Ref: Match.stringLikeRegexp('^Network') },
      ResourceType: 'VPC',
      TrafficType: 'ALL',
      LogDestinationType: 'cloud-watch-logs',
      LogGroupName: { Ref: Match.stringLikeRegexp('^NetworkFlowLogsLogGroup') },
    });
  });

  test('are encrypted with a rotated key, kept a year, and outlive the stack', () => {
    const template = templateOf();
    template.hasResourceProperties('AWS::KMS::Key', { EnableKeyRotation: true });
    template.hasResource('AWS::KMS::Key', { DeletionPolicy: 'Retain' });
    template.hasResourceProperties('AWS::Logs::LogGroup', {
      RetentionInDays: 365, KmsKeyId: { 'Fn::GetAtt': [Match.stringLikeRegexp('^NetworkFlowLogsKey'), 'Arn'] },
    });
    template.hasResource('AWS::Logs::LogGroup', { DeletionPolicy: 'Retain' });
  });

  test('are kept as long as asked', () => {
    templateOf({ flowLogRetention: logs.RetentionDays.TEN_YEARS }).hasResourceProperties('AWS::Logs::LogGroup', { RetentionInDays: 3653 });
  });

  test('let the logs service use the key for this log group and no other', () => {
    const template = templateOf();
    const [group] = Object.values(template.findResources('AWS::Logs::LogGroup')) as { Properties: { LogGroupName: { 'Fn::Join': [string, unknown[]] } } }[];
    const [prefix, life] = group.Properties.LogGroupName['Fn::Join'][1] as [string, unknown];
    const arn = ['arn:', { Ref: 'AWS::Partition' }, ':logs:', { Ref: 'AWS::Region' }, ':', { Ref: 'AWS::AccountId' }, `:log-group:${prefix}`, life];
    template.hasResourceProperties('AWS::KMS::Key', {
      KeyPolicy: {
        Statement: Match.arrayWith([Match.objectLike({
          Sid: 'EncryptFlowLogs',
          Effect: 'Allow',
          Condition: { ArnEquals: { 'kms:EncryptionContext:aws:logs:arn': { 'Fn::Join': ['', arn] } } },
        })]),
      },
    });
    expect(life).toEqual({ 'Fn::Select': [2, { 'Fn::Split': ['/', { Ref: 'AWS::StackId' }] }] });
  });

  test('are written by a role that only flow logs of this account can take, to this group only', () => {
    const template = templateOf();
    template.hasResourceProperties('AWS::IAM::Role', {
      AssumeRolePolicyDocument: {
        Statement: [Match.objectLike({
          Principal: { Service: 'vpc-flow-logs.amazonaws.com' },
          Condition: {
            StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } },
            ArnLike: { 'aws:SourceArn': { 'Fn::Join': ['', Match.arrayWith([':vpc-flow-log/*'])] } },
          },
        })],
      },
    });
    template.hasResourceProperties('AWS::IAM::ManagedPolicy', {
      PolicyDocument: {
        Statement: [{
          Action: ['logs:CreateLogStream', 'logs:DescribeLogStreams', 'logs:PutLogEvents'],
          Effect: 'Allow',
          Resource: { 'Fn::GetAtt': [Match.stringLikeRegexp('^NetworkFlowLogsLogGroup'), 'Arn'] },
        }],
      },
    });
  });
});
