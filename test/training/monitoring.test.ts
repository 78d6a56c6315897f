import { App, Duration, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { trainingQueue } from './supplies';
import { COUNTED, SAMPLED } from '../../lib/training/runtime/contract';
import { ENV } from '../support/judged';

const QUEUE_ARN = { 'Fn::GetAtt': ['Queue4A7E3555', 'JobQueueArn'] };

let stack: Stack;
let template: Template;
beforeEach(() => {
  stack = new Stack(new App(), 'Test', { env: ENV });
  trainingQueue(stack, {
    runnableLimit: Duration.hours(8),
    limits: { runnableJobs: 7, runnableAge: Duration.hours(2), reclaims: 3, idlePercent: 20 },
  });
  template = Template.fromStack(stack);
});

interface Alarm {
  readonly AlarmName: string;
  readonly AlarmDescription: string;
  readonly MetricName: string;
  readonly Namespace: string;
}

function alarms(): Alarm[] {
  return Object.values(template.findResources('AWS::CloudWatch::Alarm')).map(({ Properties }) => Properties as Alarm);
}

describe('the alarms of a queue', () => {
  test.each<[string, object]>([
    ['TrainingQueueDeep', { MetricName: 'RunnableJobs', Threshold: 7, EvaluationPeriods: 6, Period: 300, Statistic: 'Maximum', TreatMissingData: 'breaching' }],
    ['TrainingQueueStuck', { MetricName: 'HeadOfQueueAge', Threshold: 21_600, EvaluationPeriods: 1, Statistic: 'Maximum', TreatMissingData: 'notBreaching' }],
    ['TrainingJobWaits', { MetricName: 'OldestRunnableAge', Threshold: 7200, EvaluationPeriods: 1, Statistic: 'Maximum', TreatMissingData: 'notBreaching' }],
    ['TrainingQueueBlocked', { MetricName: 'BlockedEvents', Threshold: 0, EvaluationPeriods: 1, Statistic: 'Sum' }],
    ['TrainingJobsFailed', { MetricName: 'FailedJobs', Threshold: 0, Statistic: 'Sum', Period: 300 }],
    ['TrainingReclaims', { MetricName: 'ReclaimedJobs', Threshold: 3, Statistic: 'Sum', Period: 3600 }],
    ['TrainingCapacityIdle', { MetricName: 'IdlePercent', Threshold: 20, EvaluationPeriods: 12, Statistic: 'Minimum', TreatMissingData: 'notBreaching' }],
  ])('%s', (name, expected) => {
    template.hasResourceProperties('AWS::CloudWatch::Alarm', {
      ...expected,
      AlarmName: Match.stringLikeRegexp(`^Test-Queue-[0-9A-F]+/${name}$`),
      Namespace: 'MlPlatform/Training',
      Dimensions: [{ Name: 'JobQueue', Value: QUEUE_ARN }],
      ComparisonOperator: 'GreaterThanThreshold',
      AlarmActions: [{ Ref: Match.stringLikeRegexp('^QueueNotifications') }],
    });
  });

  test('say what they mean and where to read on, each in an article of its own', () => {
    const links = alarms().map(({ AlarmDescription: description }) =>
      /^[A-Z].*\. Runbook: .*runbook\.md#(.*)$/.exec(description)?.[1]);
    expect([...links].sort()).toEqual([
      'training-capacity-idle', 'training-job-waits', 'training-jobs-failed', 'training-queue-blocked', 'training-queue-deep', 'training-queue-stuck', 'training-reclaims',
    ]);
  });

  test('look at nothing that nobody measures or counts', () => {
    const made: string[] = [...Object.values(SAMPLED), ...Object.values(COUNTED)];
    expect(alarms().filter(({ MetricName, Namespace }) => !made.includes(MetricName) || Namespace !== 'MlPlatform/Training')).toEqual([]);
  });
});

describe('the events of a queue', () => {
  test('are recorded, all of this queue and of no other', () => {
    template.hasResourceProperties('AWS::Events::Rule', {
      EventPattern: {
        'source': ['aws.batch'], 'detail-type': ['Batch Job State Change', 'Batch Job Queue Blocked'], 'detail': { jobQueue: [QUEUE_ARN] },
      },
      Targets: [Match.objectLike({ Arn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^QueueEventsLogs'), 'Arn'] } })],
    });
  });

  test('lie in an encrypted log group that outlives the stack', () => {
    template.hasResource('AWS::Logs::LogGroup', {
      Properties: {
        KmsKeyId: { 'Fn::GetAtt': [Match.stringLikeRegexp('^QueueKey'), 'Arn'] },
        RetentionInDays: 90,
        LogGroupName: { 'Fn::Join': ['', [Match.stringLikeRegexp('^/aws/events/ml-platform/training/'), Match.anyValue()]] },
      },
      DeletionPolicy: 'Retain',
    });
  });

  test('may be written by EventBridge, there and nowhere else, before the first comes', () => {
    template.hasResourceProperties('AWS::Logs::ResourcePolicy', {
      PolicyDocument: { 'Fn::Join': ['', Match.arrayWith([Match.stringLikeRegexp('log-group:/aws/events/ml-platform/training/\\*:\\*')])] },
    });
    template.hasResource('AWS::Events::Rule', { DependsOn: [Match.stringLikeRegexp('^MlPlatformTrainingEvents')] });
  });

  test.each<[string, string, string]>([
    ['FailedJobs', 'status = "FAILED"', 'Batch Job State Change'], ['SucceededJobs', 'status = "SUCCEEDED"', 'Batch Job State Change'],
    ['ReclaimedJobs', '(($.detail.attempts[0].statusReason = "Host EC2*") || ($.detail.attempts[0].container.exitCode = 143))', 'Batch Job State Change'],
    ['BlockedEvents', 'detail-type', 'Batch Job Queue Blocked'],
  ])('are counted: %s', (metric, condition, type) => {
    const filters = Object.values(template.findResources('AWS::Logs::MetricFilter')).map(({ Properties }) => Properties as {
      FilterPattern: string; MetricTransformations: object[];
    });
    const [filter] = filters.filter(({ MetricTransformations: [each] }) =>
      (each as { MetricName: string }).MetricName === metric);
    expect(filter.FilterPattern).toContain(condition);
    expect(filter.FilterPattern).toContain(`$.detail-type = "${type}"`);
    expect(filter.MetricTransformations).toEqual([{
      MetricName: metric, MetricNamespace: 'MlPlatform/Training', MetricValue: '1', Dimensions: [{ Key: 'JobQueue', Value: '$.detail.jobQueue' }],
    }]);
  });
});

describe('the sampler', () => {
  test('is called every five minutes, with the queue and its environments', () => {
    template.hasResourceProperties('AWS::Events::Rule', {
      ScheduleExpression: 'rate(5 minutes)',
      Targets: [Match.objectLike({
        Input: { 'Fn::Join': ['', ['{"jobQueue":"', QUEUE_ARN, '","computeEnvironments":["', { Ref: Match.stringLikeRegexp('Spot') }, '"]}']] },
      })],
    });
  });

  test('may be called by that schedule only', () => {
    template.hasResourceProperties('AWS::Lambda::Permission', {
      Principal: 'events.amazonaws.com', SourceArn: { 'Fn::GetAtt': [Match.stringLikeRegexp('^QueueSamplerRule'), 'Arn'] },
    });
  });

  test('reads this queue and lists jobs, and changes nothing', () => {
    const statements = Object.values(template.findResources('AWS::IAM::ManagedPolicy')).flatMap(({ Properties }) =>
      Properties.PolicyDocument.Statement as { Action: string | string[]; Resource: unknown }[]);
    const batch = statements.filter(({ Action }) => [Action].flat().some((action) => action.startsWith('batch:')));
    expect(batch.map(({ Action, Resource }) => [Action, Resource])).toEqual([
      ['batch:GetJobQueueSnapshot', QUEUE_ARN], [['batch:DescribeComputeEnvironments', 'batch:ListJobs'], '*'],
    ]);
  });
});

test('the metrics of a queue can be put on a dashboard', () => {
  const queue = trainingQueue(new Stack(new App(), 'Other', { env: ENV }));
  const metrics = [
    queue.metricRunnableJobs(), queue.metricHeadOfQueueAge(), queue.metricOldestRunnableAge(), queue.metricProvisionedVcpus(),
    queue.metricIdlePercent(), queue.metricSucceededJobs(), queue.metricFailedJobs(), queue.metricReclaimedJobs(),
  ];
  expect(metrics.map(({ metricName, statistic }) => `${metricName} ${statistic}`)).toEqual([
    'RunnableJobs Maximum', 'HeadOfQueueAge Maximum', 'OldestRunnableAge Maximum', 'ProvisionedVcpus Maximum',
    'IdlePercent Maximum', 'SucceededJobs Sum', 'FailedJobs Sum', 'ReclaimedJobs Sum',
  ]);
  expect(queue.metricFailedJobs({ period: Duration.hours(1) }).period).toEqual(Duration.hours(1));
});
