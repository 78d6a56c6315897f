import { App, aws_cloudwatch as cw, aws_sns as sns, CfnParameter, Duration, Lazy, Stack } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { RollbackTrigger } from '../../lib/serving';
import { detectionOf, RollbackAlarms } from '../../lib/serving/rollback-alarms';
import { ENV } from '../support/judged';

const TARGET = { endpointName: 'churn', variantName: 'Stable', endpointConfigName: 'churn-config' };
const REQUESTS = Match.objectLike({ Metric: Match.objectLike({ MetricName: 'Invocations' }), Stat: 'Sum', Period: 60 });

let app: App;
let stack: Stack;
beforeEach(() => {
  app = new App();
  stack = new Stack(app, 'Test', { env: ENV });
});

function alarms(...triggers: RollbackTrigger[]): RollbackAlarms {
  return new RollbackAlarms(stack, 'Rollback', { prop: 'rollbackOn', triggers, target: TARGET, killSwitch: false, topic: new sns.Topic(stack, 'Topic') });
}

function templateOf(...triggers: RollbackTrigger[]): Template {
  alarms(...triggers);
  return Template.fromStack(stack);
}

/** Each alarm of a template with the minutes it takes at the worst: alignment and lag cost one minute each. */
function worstCaseMinutes(template: Template): Record<string, number> {
  const found = Object.values(template.findResources('AWS::CloudWatch::Alarm'));
  return Object.fromEntries(found.map(({ Properties: alarm }) => {
    const metrics: { MetricStat?: { Period: number } }[] = alarm.Metrics;
    const periods = metrics.flatMap(({ MetricStat }) => MetricStat?.Period ?? []);
    expect(alarm.DatapointsToAlarm).toBe(alarm.EvaluationPeriods);
    const seconds = alarm.EvaluationPeriods * Math.max(...periods) + Math.max(...periods) + 60;
    return [alarm.AlarmName, seconds / 60];
  }));
}

test('by default the fast rule detects within 4 minutes and the slow rule within 7, by the template alone', () => {
  expect(worstCaseMinutes(templateOf(...RollbackTrigger.defaults()))).toEqual({
    'churn/ErrorRate': 7, 'churn/ErrorBurst': 4, 'churn/ModelErrorRate': 4, 'churn/P99Latency': 5,
  });
});

test('what a trigger says of its own detection is what its alarm takes', () => {
  const triggers = [1, 2, 3, 4, 5].map((consecutiveMinutes) => RollbackTrigger.errorRateAbove({ consecutiveMinutes }));
  for (const [index, trigger] of triggers.entries()) {
    const own = new Stack(new App(), 'Own');
    new RollbackAlarms(own, 'Rollback', { prop: 'rollbackOn', triggers: [trigger], target: TARGET, killSwitch: false, topic: new sns.Topic(own, 'Topic') });
    expect(worstCaseMinutes(Template.fromStack(own))).toEqual({ 'churn/ErrorRate': trigger._worstCaseMinutes });
    expect(trigger._worstCaseMinutes).toBe(index + 3);
  }
});

test('errors are the average of 5XX in percent, above 2 for five minutes, on the new fleet alone', () => {
  templateOf(RollbackTrigger.errorRateAbove()).hasResourceProperties('AWS::CloudWatch::Alarm', {
    AlarmName: 'churn/ErrorRate',
    ComparisonOperator: 'GreaterThanThreshold',
    Threshold: 2,
    EvaluationPeriods: 5,
    TreatMissingData: 'notBreaching',
    Metrics: Match.arrayWith([
      Match.objectLike({ Expression: 'IF(FILL(requests, 0) >= 10, 100 * observed, 0)', ReturnData: true }),
      Match.objectLike({
        Id: 'observed',
        MetricStat: {
          Metric: {
            Namespace: 'AWS/SageMaker',
            MetricName: 'Invocation5XXErrors',
            Dimensions: [
              { Name: 'EndpointConfigName', Value: 'churn-config' }, { Name: 'EndpointName', Value: 'churn' },
              { Name: 'VariantName', Value: 'Stable' },
            ],
          },
          Period: 60,
          Stat: 'Average',
        },
      }),
      Match.objectLike({ Id: 'requests', MetricStat: REQUESTS }),
    ]),
  });
});

test('model errors count what the container did not answer with a 2XX', () => {
  templateOf(RollbackTrigger.modelErrorRateAbove({ percent: 3 })).hasResourceProperties('AWS::CloudWatch::Alarm', {
    Threshold: 3,
    EvaluationPeriods: 2,
    Metrics: Match.arrayWith([Match.objectLike({
      MetricStat: Match.objectLike({ Metric: Match.objectLike({ MetricName: 'InvocationModelErrors' }), Stat: 'Average' }),
    })]),
  });
});

test('latency is p99, from microseconds to seconds, judged from a hundred requests a minute', () => {
  templateOf(RollbackTrigger.p99LatencyAbove({ limit: Duration.millis(250) })).hasResourceProperties('AWS::CloudWatch::Alarm', {
    Threshold: 0.25,
    EvaluationPeriods: 3,
    Metrics: Match.arrayWith([
      Match.objectLike({ Expression: 'IF(FILL(requests, 0) >= 100, observed / 1000000, 0)' }),
      Match.objectLike({ MetricStat: Match.objectLike({ Metric: Match.objectLike({ MetricName: 'ModelLatency' }), Stat: 'p99' }) }),
    ]),
  });
});

test('every alarm tells somebody and names its article in the runbook', () => {
  const template = templateOf(...RollbackTrigger.defaults());
  const found = Object.values(template.findResources('AWS::CloudWatch::Alarm')).map(({ Properties }) => Properties);
  expect(found).toHaveLength(4);
  for (const { AlarmActions, AlarmDescription, ActionsEnabled } of found) {
    expect(AlarmActions).toEqual([{ Ref: expect.stringMatching(/^Topic/) }]);
    expect(AlarmDescription).toMatch(/Runbook: .*runbook\.md#[a-z0-9-]+$/);
    expect(ActionsEnabled).toBeUndefined(); // enabled unless said otherwise
  }
});

describe('bounds', () => {
  test.each([0, -1, 100.1, NaN, Infinity])('fails for an error rate above %p percent', (percent) => {
    expect(() => RollbackTrigger.errorRateAbove({ percent })).toThrow(`\`percent\` must be above 0 and at most 100: got ${percent}`);
  });

  test.each([0.01, 100])('takes an error rate above %p percent', (percent) => {
    expect(() => RollbackTrigger.errorRateAbove({ percent })).not.toThrow();
  });

  test.each([0, 6, 1.5, NaN])('fails for %p minutes in a row', (consecutiveMinutes) => {
    expect(() => RollbackTrigger.errorBurstAbove({ consecutiveMinutes })).toThrow(`got ${consecutiveMinutes}`);
  });

  test.each([0, 1.5, -1])('fails for a minimum of %p requests', (minimumRequests) => {
    expect(() => RollbackTrigger.modelErrorRateAbove({ minimumRequests })).toThrow(`got ${minimumRequests}`);
  });

  test.each([[Duration.millis(0), '0'], [Duration.seconds(61), '61']])('fails for a latency limit of %s', (limit, got) => {
    expect(() => RollbackTrigger.p99LatencyAbove({ limit })).toThrow(`\`limit\` must be a number from 0.001 to 60 seconds: got ${got}`);
  });

  test('all problems of one trigger at once', () => {
    expect(() => RollbackTrigger.errorRateAbove({ percent: 0, consecutiveMinutes: 9, minimumRequests: 0 }))
      .toThrow(/`consecutiveMinutes`[^]*`minimumRequests`[^]*`percent`/);
  });

  test('a percentage in text is refused', () => {
    expect(() => RollbackTrigger.errorRateAbove({ percent: '2%' as unknown as number })).toThrow("got '2%'");
  });
});

describe('one to ten alarms, each once', () => {
  const brought = (count: number) => Array.from({ length: count }, (_, index) =>
    RollbackTrigger.alarm(cw.Alarm.fromAlarmName(stack, `Alarm${index}`, `ours-${index}`)));

  test.each([1, 10])('%p alarms are taken', (count) => {
    expect(() => alarms(...brought(count))).not.toThrow();
  });

  test.each([0, 11])('%p alarms are refused', (count) => {
    expect(() => alarms(...brought(count)))
      .toThrow(`Test/Rollback: \`rollbackOn\` must hold 1 to 10 triggers, because SageMaker takes 10 alarms: got ${count}`);
  });

  test('a trigger twice is refused', () => {
    expect(() => alarms(RollbackTrigger.errorRateAbove(), RollbackTrigger.errorRateAbove({ percent: 3 }))).toThrow("got 'ErrorRate' more than once");
  });

  test('an alarm twice is refused', () => {
    const alarm = cw.Alarm.fromAlarmName(stack, 'Ours', 'ours');
    expect(() => alarms(RollbackTrigger.alarm(alarm), RollbackTrigger.alarm(alarm))).toThrow("got 'Test/Ours' more than once");
  });
});

describe('an alarm of your own', () => {
  test('is used by name and makes no alarm', () => {
    const made = alarms(RollbackTrigger.alarm(cw.Alarm.fromAlarmName(stack, 'Ours', 'ours')));
    expect(made.names).toEqual(['ours']);
    expect(stack.resolve(made.arns)).toEqual([
      { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':cloudwatch:eu-west-1:111122223333:alarm:ours']] },
    ]);
    Template.fromStack(stack).resourceCountIs('AWS::CloudWatch::Alarm', 0);
  });

  test('tells nothing about detection', () => {
    const made = alarms(RollbackTrigger.alarm(cw.Alarm.fromAlarmName(stack, 'Ours', 'ours')));
    expect(made.names).toEqual(['ours']);
    expect(detectionOf([RollbackTrigger.alarm(cw.Alarm.fromAlarmName(stack, 'Other', 'other'))])).toEqual({});
  });

  test('may not be composite', () => {
    const composite = new cw.CompositeAlarm(stack, 'Composite', { alarmRule: cw.AlarmRule.fromBoolean(true) });
    expect(() => RollbackTrigger.alarm(composite)).toThrow('`alarm` must be a metric alarm: got the composite alarm');
  });

  test('may not be of another Region', () => {
    const elsewhere = new Stack(app, 'Elsewhere', { env: { ...ENV, region: 'us-east-1' } });
    const alarm = cw.Alarm.fromAlarmArn(elsewhere, 'Far', 'arn:aws:cloudwatch:us-east-1:111122223333:alarm:far');
    expect(() => alarms(RollbackTrigger.alarm(alarm))).toThrow('SageMaker would look for that name in eu-west-1');
  });
});

describe('tokens', () => {
  test('pass in every number', () => {
    const parameter = (id: string) => new CfnParameter(stack, id, { type: 'Number' }).valueAsNumber;
    const trigger = RollbackTrigger.errorRateAbove({
      percent: parameter('Percent'), consecutiveMinutes: parameter('Minutes'), minimumRequests: parameter('Requests'),
    });
    expect(trigger._worstCaseMinutes).toBeUndefined();
    templateOf(trigger).hasResourceProperties('AWS::CloudWatch::Alarm', {
      Threshold: { Ref: 'Percent' },
      EvaluationPeriods: { Ref: 'Minutes' },
      Metrics: Match.arrayWith([Match.objectLike({
        Expression: { 'Fn::Join': ['', ['IF(FILL(requests, 0) >= ', { Ref: 'Requests' }, ', 100 * observed, 0)']] },
      })]),
    });
  });

  test('pass as a latency limit in seconds', () => {
    const seconds = new CfnParameter(stack, 'Seconds', { type: 'Number' }).valueAsNumber;
    templateOf(RollbackTrigger.p99LatencyAbove({ limit: Duration.seconds(seconds) }))
      .hasResourceProperties('AWS::CloudWatch::Alarm', { Threshold: { Ref: 'Seconds' } });
  });

  test('are judged at synth when they resolve', () => {
    alarms(RollbackTrigger.errorRateAbove({ percent: Lazy.number({ produce: () => 0 }) }));
    expect(() => app.synth()).toThrow('`percent` must be above 0 and at most 100: got 0');
  });
});
