import { aws_cloudwatch as cw, aws_sns as sns, Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { CHECK_INTERVAL } from './registry-retention';
import { createToldAlarm, WantedAlarm } from '../core/told-alarm';

/** What is watched, by name. */
export interface RegistryMetrics {
  readonly serverErrors: cw.IMetric;
  readonly handlerErrors: cw.IMetric;
  /** Milliseconds. */
  readonly journalAge: cw.IMetric;
  readonly failures: cw.IMetric;
  readonly emergencies: cw.IMetric;
  readonly rowsChanged: cw.IMetric;
  readonly copiesDiffer: cw.IMetric;
  readonly retainedMissing: cw.IMetric;
  /** How many checks ended, over two intervals. */
  readonly checksDone: cw.IMetric;
}

/** What the alarms are made from. */
export interface RegistryAlarmsProps {
  readonly environment: string;
  readonly topic: sns.ITopicRef;
  readonly metrics: RegistryMetrics;
}

const LATE = Duration.minutes(5);

/** The alarms of a registry; each has an article in docs/runbook.md. */
export class RegistryAlarms extends Construct {
  public readonly alarms: cw.Alarm[];

  constructor(scope: Construct, id: string, { environment, topic, metrics }: RegistryAlarmsProps) {
    super(scope, id);
    const told = { prefix: `model-registry/${environment}`, topic };
    this.alarms = wanted(metrics).map((alarm) => createToldAlarm(this, alarm, told));
  }
}

function wanted(metrics: RegistryMetrics): WantedAlarm[] {
  return [{
    id: 'RegistryServerErrors',
    description: 'Three or more requests to the registry failed on our side within five minutes.',
    metric: metrics.serverErrors,
    threshold: 2,
  }, {
    id: 'RegistryHandlerErrors',
    description: 'A function of the registry ended in an error: a request, a copy of an audit record or a check of retained versions.',
    metric: metrics.handlerErrors,
    threshold: 0,
  }, {
    id: 'AuditJournalLate',
    description: `Audit records wait longer than ${LATE.toMinutes()} minutes for their copy. A record that waits 20 hours is given up.`,
    metric: metrics.journalAge,
    threshold: LATE.toMilliseconds(),
    periods: 2,
  }, {
    id: 'RegistryFailuresQueued',
    description: 'An audit record was given up, or a check of retained versions could not run: the queue of failures is not empty.',
    metric: metrics.failures,
    threshold: 0,
  }, {
    id: 'EmergencyRevocation',
    description: 'Somebody revoked a version in an emergency. If it was in production, another version is now, or none.',
    metric: metrics.emergencies,
    threshold: 0,
  }, {
    id: 'AuditRowsChanged',
    description: 'Somebody changed, removed or forged a row of the audit table. Nothing of ours does that.',
    metric: metrics.rowsChanged,
    threshold: 0,
  }, {
    id: 'AuditCopiesDiffer',
    description: 'The copy of an audit record exists already and says something else than the record.',
    metric: metrics.copiesDiffer,
    threshold: 0,
  }, {
    id: 'RetainedVersionMissing',
    description: 'The artifact or the image of a version in production, in history or in a release is gone: a rollback to it would fail.',
    metric: metrics.retainedMissing,
    threshold: 0,
    periods: 2,
    datapoints: 1, // it stays in ALARM until the next check finds everything
  }, {
    id: 'RetentionNotChecked',
    description: `No check of retained versions ended in ${2 * CHECK_INTERVAL.toHours()} hours.`,
    metric: metrics.checksDone,
    threshold: 1,
    wantsData: true,
  }];
}
