import { aws_cloudwatch as cw, aws_sns as sns, aws_sqs as sqs, Duration, Names } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { RESTORE_SECONDS } from './retries';
import { HandlerFunction } from '../../core/handler-function';
import { createToldAlarm, WantedAlarm } from '../../core/told-alarm';

/** What is watched, of all releases of a stack. */
export interface ReleaseAlarmsProps {
  readonly topic: sns.ITopicRef;
  readonly releaseMachineArn: string;
  readonly handlers: readonly HandlerFunction[];
  readonly failures: sqs.IQueue;
}

/** What is watched, of the releases of one endpoint. */
export interface EndpointMetrics {
  readonly halted: cw.IMetric;
  readonly restoreSeconds: cw.IMetric;
}

const FIVE_MINUTES = Duration.minutes(5);

/** Alarms on what releases run on; each has an article in docs/runbook.md. */
export class ReleaseAlarms extends Construct {
  public readonly alarms: cw.Alarm[];

  constructor(scope: Construct, id: string, props: ReleaseAlarmsProps) {
    super(scope, id);
    const told = { prefix: `releases/${Names.uniqueResourceName(scope, { maxLength: 200, separator: '-' })}`, topic: props.topic };
    this.alarms = [...executions(props), ...machinery(props)].map((alarm) => createToldAlarm(this, alarm, told));
  }
}

/** The alarms of one endpoint that are about releases and take none back. */
export function createEndpointAlarms(
  scope: Construct, endpointName: string, topic: sns.ITopicRef, { halted, restoreSeconds }: EndpointMetrics,
): cw.Alarm[] {
  const told = { prefix: endpointName, topic };
  return [{
    id: 'ReleaseHalted', description: 'A release stands still and waits for a person.', metric: halted, threshold: 0,
  }, {
    id: 'RestoreTooSlow',
    description: `Traffic took over ${RESTORE_SECONDS / 60} minutes to come back, besides the time in which SageMaker held the endpoint locked.`,
    metric: restoreSeconds,
    threshold: RESTORE_SECONDS,
  }].map((alarm) => createToldAlarm(scope, alarm, told));
}

function executions({ releaseMachineArn }: ReleaseAlarmsProps): WantedAlarm[] {
  const alarm = (id: string, metricName: string, description: string): WantedAlarm => ({
    id,
    description,
    metric: new cw.Metric({
      namespace: 'AWS/States',
      metricName,
      dimensionsMap: { StateMachineArn: releaseMachineArn },
      statistic: cw.Stats.SUM,
      period: FIVE_MINUTES,
    }),
    threshold: 0,
  });
  return [
    alarm('ReleaseExecutionsFailed', 'ExecutionsFailed', 'A release was halted, or its execution broke.'),
    alarm('ReleaseExecutionsTimedOut', 'ExecutionsTimedOut', 'A release ran for 90 days.'),
    alarm('ReleaseExecutionsAborted', 'ExecutionsAborted', 'Somebody stopped the execution of a release; another one takes its traffic back.'),
  ];
}

function machinery({ handlers, failures }: ReleaseAlarmsProps): WantedAlarm[] {
  const usingMetrics = Object.fromEntries(
    handlers.map(({ handler }, index) => [`errors${index}`, handler.metricErrors({ period: FIVE_MINUTES })]));
  return [{
    id: 'ReleaseHandlerErrors',
    description: 'A function of releases ended in an error three times or more within five minutes.',
    metric: new cw.MathExpression({
      expression: `SUM([${Object.keys(usingMetrics).join(', ')}])`, usingMetrics, label: 'Errors of handlers', period: FIVE_MINUTES,
    }),
    threshold: 2,
  }, {
    id: 'ReleaseFailuresQueued',
    description: 'An alarm, an emergency stop or a recovery did not get through to the function that acts on it.',
    metric: failures.metricApproximateNumberOfMessagesVisible({ statistic: cw.Stats.MAXIMUM, period: FIVE_MINUTES }),
    threshold: 0,
  }];
}
