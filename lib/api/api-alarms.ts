import { aws_cloudwatch as cw, aws_logs as logs, aws_sns as sns, Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { ApiAlarmLimits } from './api-alarm-limits';
import { durationIn } from './durations';
import { Checks } from '../core/checks';
import { runbook } from '../core/runbook';

/** What the alarms of an API watch. */
export interface ApiAlarmsProps {
  readonly apiName: string;
  readonly apiId: string;
  readonly stageName: string;
  readonly accessLogs: logs.ILogGroup;
  readonly limits: ApiAlarmLimits;
  readonly topic: sns.ITopicRef;
}

interface Wanted {
  readonly id: string;
  readonly description: string;
  readonly metric: cw.IMetric;
  readonly threshold: number;
  readonly periods: number;
}

const PERIOD = Duration.minutes(5);
const NAMESPACE = 'MlPlatform/Api';
const FEWEST_REQUESTS = 20; // of a handful, one is a large share
/** Kinds of gateway responses, as the access log names them. */
const THROTTLES = ['THROTTLED', 'QUOTA_EXCEEDED'];
const REFUSALS = ['UNAUTHORIZED', 'EXPIRED_TOKEN', 'INVALID_SIGNATURE', 'ACCESS_DENIED', 'INVALID_API_KEY'];

/**
 * Five alarms of an API. Throttles and refusals have no metric of their own, so they are counted in the access log. Costs: six
 * metrics of alarms, two custom metrics.
 */
export class ApiAlarms extends Construct {
  public readonly alarms: cw.IAlarmRef[];

  constructor(scope: Construct, id: string, private readonly props: ApiAlarmsProps) {
    super(scope, id);
    const limits = { ...DEFAULTS, ...withoutUndefined(props.limits) };
    checkLimits(limits).settle(this);
    this.alarms = [
      this.alarm({
        id: 'ApiClientErrors',
        metric: this.share('4XXError'),
        threshold: limits.clientErrorPercent,
        periods: 3,
        description: 'A large share of requests is refused: callers send something wrong, or we take something less.',
      }),
      this.alarm({
        id: 'ApiServerErrors',
        metric: this.share('5XXError'),
        threshold: limits.serverErrorPercent,
        periods: 2,
        description: 'Requests fail on our side: the endpoint, its permissions or the gateway.',
      }),
      this.alarm({
        id: 'ApiP99Latency',
        metric: this.metric('Latency', 'p99'),
        threshold: durationIn('millis', 'alarms.p99Latency', limits.p99Latency),
        periods: 3,
        description: 'One request in a hundred is slow.',
      }),
      this.alarm({
        id: 'ApiThrottles',
        metric: this.counted('Throttles', THROTTLES),
        threshold: limits.throttledRequests,
        periods: 1,
        description: 'Callers run into a rate or a quota.',
      }),
      this.alarm({
        id: 'ApiRefusedCallers',
        metric: this.counted('Refusals', REFUSALS),
        threshold: limits.refusedCallers,
        periods: 1,
        description: 'Many requests come with a token or key that is not accepted.',
      }),
    ];
  }

  private alarm({ id, description, metric, threshold, periods }: Wanted): cw.IAlarmRef {
    const alarm = new cw.Alarm(this, id, {
      alarmName: `${this.props.apiName}/${id}`,
      alarmDescription: `${description} ${runbook(id)}`,
      metric,
      threshold,
      comparisonOperator: cw.ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: periods,
      datapointsToAlarm: periods,
      treatMissingData: cw.TreatMissingData.NOT_BREACHING, // no requests, no errors
    });
    alarm.addAlarmAction({ bind: () => ({ alarmActionArn: this.props.topic.topicRef.topicArn }) });
    return alarm;
  }

  /** In percent; the average of a metric that is 0 or 1 for each request is a share. */
  private share(metricName: string): cw.MathExpression {
    return new cw.MathExpression({
      expression: `IF(requests >= ${FEWEST_REQUESTS}, 100 * share, 0)`,
      usingMetrics: { share: this.metric(metricName, 'Average'), requests: this.metric('Count', 'Sum') },
      period: PERIOD,
      label: `${metricName} in percent`,
    });
  }

  private metric(metricName: string, statistic: string): cw.Metric {
    const { apiName, stageName } = this.props;
    return new cw.Metric({
      namespace: 'AWS/ApiGateway', metricName, statistic, period: PERIOD, dimensionsMap: { ApiName: apiName, Stage: stageName },
    });
  }

  private counted(metricName: string, errorTypes: readonly string[]): cw.Metric {
    const { accessLogs, apiId } = this.props;
    new logs.MetricFilter(this, metricName, {
      logGroup: accessLogs,
      filterPattern: logs.FilterPattern.any(...errorTypes.map((type) => logs.FilterPattern.stringValue('$.errorType', '=', type))),
      metricNamespace: NAMESPACE,
      metricName,
      metricValue: '1',
      dimensions: { ApiId: '$.apiId' },
    });
    return new cw.Metric({ namespace: NAMESPACE, metricName, statistic: 'Sum', period: PERIOD, dimensionsMap: { ApiId: apiId } });
  }
}

const DEFAULTS: Required<ApiAlarmLimits> = {
  clientErrorPercent: 20, serverErrorPercent: 2, p99Latency: Duration.seconds(5), throttledRequests: 100, refusedCallers: 50,
};

function checkLimits(limits: Required<ApiAlarmLimits>): Checks {
  const { clientErrorPercent, serverErrorPercent, p99Latency, throttledRequests, refusedCallers } = limits;
  const share = { min: 0, max: 100, unit: 'percent' };
  const count = { min: 1, whole: true, unit: 'requests in five minutes' };
  return new Checks()
    .number('AlarmLimit', 'alarms.clientErrorPercent', clientErrorPercent, share)
    .number('AlarmLimit', 'alarms.serverErrorPercent', serverErrorPercent, share)
    .number('AlarmLimit', 'alarms.p99Latency', durationIn('millis', 'alarms.p99Latency', p99Latency), {
      min: 1, max: 29_000, unit: 'milliseconds', hint: 'the gateway gives up after 29 seconds',
    })
    .number('AlarmLimit', 'alarms.throttledRequests', throttledRequests, count)
    .number('AlarmLimit', 'alarms.refusedCallers', refusedCallers, count);
}

function withoutUndefined<T extends object>(values: T): Partial<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Partial<T>;
}
