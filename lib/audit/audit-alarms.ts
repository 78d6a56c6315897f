import { aws_cloudwatch as cw, aws_iam as iam, aws_logs as logs, aws_s3 as s3, aws_sns as sns, Duration, Names } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { AuditSignal } from './audit-signal';
import { eventPatterns, EventSignal, LONGEST_PATTERN, MOST_OWNERS } from './event-patterns';
import { Checks } from '../core/checks';
import { InvalidProps, shown } from '../core/invalid-props';
import { BUCKET_REF, Kinds, listOf, needed, ROLE, thing, TOPIC } from '../core/kinds';
import { ownProps } from '../core/own-props';
import { runbook } from '../core/runbook';

const NAMESPACE = 'MlPlatform/Audit';
/** CloudTrail delivers after five minutes on average, so a point may arrive late: alarms look back a quarter of an hour. */
const PERIOD = Duration.minutes(5);
const PERIODS = 3;
const SILENT_HOURS = 3;
const LONGEST_DIMENSION = 255;

/** What `AuditAlarms` are made from. */
export interface AuditAlarmsProps {
  /** The log group that CloudTrail writes to. If the trail covers all Regions, so do the alarms. */
  readonly logGroup: logs.ILogGroup;
  /** Who is told. If the topic is encrypted, its key must let `cloudwatch.amazonaws.com` use it. */
  readonly notify: sns.ITopicRef;
  /**
   * The bucket that the trail's files go to: changes of its policy, lifecycle, versions or lock count as changes of the trail.
   * @default - only changes of the trail itself and of its log group
   */
  readonly bucket?: s3.IBucketRef;
  /**
   * How many denied calls within five minutes are a burst: a whole number, at least 1.
   * @default 25
   */
  readonly deniedCalls?: number;
  /**
   * Roles that may change endpoints, at most four: more do not fit into a filter pattern.
   * @default - only CloudFormation, whoever deploys with it, and Application Auto Scaling
   */
  readonly owners?: iam.IRole[];
}

const KINDS: Kinds<AuditAlarmsProps> = {
  logGroup: needed(thing('a log group, made or imported', 'logGroupName', 'logGroupArn')),
  notify: needed(TOPIC),
  bucket: BUCKET_REF,
  owners: listOf(ROLE),
};

/** What an alarm says of a signal. */
const SENTENCES: Record<AuditSignal, string> = {
  [AuditSignal.TRAIL_CHANGED]: 'The audit trail, or where it is kept, was changed or somebody tried to.',
  [AuditSignal.TRAIL_SILENT]: `No audit record has arrived for ${SILENT_HOURS} hours.`,
  [AuditSignal.KEY_ENDANGERED]: 'A KMS key was disabled or is to be deleted; what it encrypts cannot be read then.',
  [AuditSignal.ENDPOINT_CHANGED]: 'An endpoint was changed or deleted, and not by a deployment or its scaling.',
  [AuditSignal.ALARM_SILENCED]: 'An alarm, a metric filter or a topic was deleted or switched off, and not by a deployment.',
  [AuditSignal.ROOT_USED]: 'Somebody used the root user.',
  [AuditSignal.ACCESS_DENIED]: 'Many calls were denied in a short time.',
};

/**
 * Alarms on what nobody should do unseen, read from the log group of a CloudTrail trail. An `AuditTrail` has them; make them by
 * themselves for a trail that somebody else made, such as that of an organization.
 *
 * Costs: seven alarms, and the custom metrics behind six of them.
 *
 * Throws `DeniedCallsOutOfRange`, `TooManyOwners` or `LogGroupNameTooLong`, all problems at once; before them `WrongKind`.
 */
export class AuditAlarms extends Construct {
  private readonly name: string;
  private readonly logGroup: logs.ILogGroup;
  private readonly alarms: ReadonlyMap<AuditSignal, cw.Alarm>;

  constructor(scope: Construct, id: string, audited: AuditAlarmsProps) {
    super(scope, id);
    const props = ownProps(audited);
    new Checks().kinds(props, KINDS).settle(this);
    const deniedCalls = props.deniedCalls ?? 25;
    const owners = props.owners ?? [];
    this.check(props);
    this.name = Names.uniqueResourceName(this, { maxLength: 200, separator: '-', allowedSpecialCharacters: '-' });
    this.logGroup = props.logGroup;
    this.createFilters(props, owners);
    const signals = Object.values(AuditSignal);
    this.alarms = new Map(signals.map((signal) => [signal, this.createAlarm(signal, deniedCalls, props.notify)]));
  }

  /** The alarm of a signal, to give it another action. */
  public alarm(signal: AuditSignal): cw.IAlarm {
    const alarm = this.alarms.get(signal);
    if (alarm === undefined) {
      throw this.noSignal(signal);
    }
    return alarm;
  }

  /**
   * How often a signal was seen, five minutes each. For `TRAIL_SILENT`: how many records arrived, one hour each.
   *
   * @param signal What to count.
   * @param options How to look at it, as for any metric.
   */
  public metric(signal: AuditSignal, options?: cw.MetricOptions): cw.Metric {
    if (!Object.values(AuditSignal).includes(signal)) {
      throw this.noSignal(signal); // a metric of another name has no data, and an alarm on it never fires
    }
    return signal === AuditSignal.TRAIL_SILENT
      ? new cw.Metric({
        namespace: 'AWS/Logs',
        metricName: 'IncomingLogEvents',
        dimensionsMap: { LogGroupName: this.logGroup.logGroupName },
        period: Duration.hours(1),
        statistic: cw.Stats.SUM,
        ...options,
      })
      : new cw.Metric({
        namespace: NAMESPACE, metricName: this.metricName(signal), period: PERIOD, statistic: cw.Stats.SUM, ...options,
      });
  }

  private noSignal(signal: unknown): InvalidProps {
    return new InvalidProps('AuditSignal', `\`signal\` must be one of AuditSignal: got ${shown(signal)}`, this);
  }

  private check(props: AuditAlarmsProps): void {
    const { logGroupName } = props.logGroup;
    checkAlarms(new Checks(), props)
      .that('LogGroupNameTooLong', { logGroupName }, ({ logGroupName: name }) => name.length <= LONGEST_DIMENSION ? undefined
        : `\`logGroup\` must have a name of at most ${LONGEST_DIMENSION} characters, or CloudWatch cannot tell when it falls silent: got `
          + shown(name))
      .settle(this);
  }

  /** One metric for a signal, counted by as many filters as it has patterns: a pattern has 1024 characters. */
  private createFilters({ logGroup, bucket }: AuditAlarmsProps, owners: readonly iam.IRole[]): void {
    const patterns = eventPatterns({
      ownerRoleNames: owners.map(({ roleName }) => roleName),
      logGroupName: logGroup.logGroupName,
      bucketName: bucket?.bucketRef.bucketName,
    });
    for (const [signal, alternatives] of Object.entries(patterns)) {
      alternatives.forEach((filterPattern, place) => new logs.MetricFilter(this, `${signal}Filter${place === 0 ? '' : place + 1}`, {
        logGroup,
        filterPattern,
        metricNamespace: NAMESPACE,
        metricName: this.metricName(signal as EventSignal),
        metricValue: '1',
      }));
    }
  }

  private createAlarm(signal: AuditSignal, deniedCalls: number, topic: sns.ITopicRef): cw.Alarm {
    const alarm = new cw.Alarm(this, signal, {
      alarmName: `${this.name}/${signal}`,
      alarmDescription: `${SENTENCES[signal]} ${runbook(signal)}`,
      metric: this.metric(signal),
      ...signal === AuditSignal.TRAIL_SILENT ? SILENCE : EVENT,
      threshold: signal === AuditSignal.ACCESS_DENIED ? deniedCalls : 1,
    });
    alarm.addAlarmAction({ bind: () => ({ alarmActionArn: topic.topicRef.topicArn }) });
    return alarm;
  }

  /** Of this construct only: a filter gives its metric no dimension, so another trail of the account would be counted as well. */
  private metricName(signal: EventSignal): string {
    return `${this.name}/${signal}`;
  }
}

/** What a trail and its alarms both are told. */
export function checkAlarms(checks: Checks, { deniedCalls, owners = [] }: Pick<AuditAlarmsProps, 'deniedCalls' | 'owners'>): Checks {
  return checks.number('DeniedCallsOutOfRange', 'deniedCalls', deniedCalls, { min: 1, whole: true, hint: 'use 1 to hear of every one' })
    .report('TooManyOwners', owners.length <= MOST_OWNERS ? undefined
      : `\`owners\` must name at most ${MOST_OWNERS} roles, because a filter pattern has ${LONGEST_PATTERN} characters: got `
        + `${owners.length}; let them share a role, or deploy with CloudFormation, which is always an owner`);
}

const EVENT = {
  comparisonOperator: cw.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
  evaluationPeriods: PERIODS,
  datapointsToAlarm: 1,
  treatMissingData: cw.TreatMissingData.NOT_BREACHING, // a filter that matches nothing writes nothing
};

const SILENCE = {
  comparisonOperator: cw.ComparisonOperator.LESS_THAN_THRESHOLD,
  evaluationPeriods: SILENT_HOURS,
  datapointsToAlarm: SILENT_HOURS,
  treatMissingData: cw.TreatMissingData.BREACHING, // nothing at all is what is meant
};
