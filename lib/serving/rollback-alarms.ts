import { aws_cloudwatch as cw, aws_sns as sns, Stack, Token } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { MetricTarget } from './endpoint-metrics';
import { RollbackTrigger } from './rollback-trigger';
import { Checks } from '../core/checks';
import { shown } from '../core/invalid-props';
import { runbook } from '../core/runbook';

/** SageMaker takes one to ten alarm names. */
const MOST_ALARMS = 10;

/** What the alarms of one endpoint are made from. */
export interface RollbackAlarmsProps {
  /** The prop that the triggers came from, for messages. */
  readonly prop: string;
  readonly triggers: readonly RollbackTrigger[];
  /** The fleet that is watched. */
  readonly target: MetricTarget;
  /** Who is told. */
  readonly topic: sns.ITopicRef;
}

/**
 * The alarms that end a deployment: made from triggers, scoped to the new fleet, or brought by the user. They have stable
 * names, so an update points the same alarm at the new configuration before the endpoint begins to change.
 */
export class RollbackAlarms extends Construct {
  /** Every alarm, in the order of the triggers. */
  public readonly alarms: readonly cw.IAlarmRef[];

  constructor(scope: Construct, id: string, private readonly props: RollbackAlarmsProps) {
    super(scope, id);
    this.checkTriggers();
    this.alarms = props.triggers.map((trigger) => trigger._brought ?? this.createAlarm(trigger));
  }

  /** The alarms as SageMaker wants them: by name. */
  public get names(): string[] {
    return this.alarms.map(({ alarmRef }) => alarmRef.alarmName);
  }

  /** The alarms as IAM wants them. */
  public get arns(): string[] {
    return this.alarms.map(({ alarmRef }) => alarmRef.alarmArn);
  }

  /** Minutes until the quickest and the slowest of our alarms fire at the worst. */
  public get detection(): { fastestDetection?: number; slowestDetection?: number } {
    const minutes = this.props.triggers.flatMap(({ _worstCaseMinutes: known }) => known ?? []);
    return minutes.length === 0 ? {} : { fastestDetection: Math.min(...minutes), slowestDetection: Math.max(...minutes) };
  }

  private checkTriggers(): void {
    const { prop, triggers } = this.props;
    const checks = new Checks().that('RollbackAlarmCount', { count: triggers.length }, ({ count }) =>
      count >= 1 && count <= MOST_ALARMS ? undefined
        : `\`${prop}\` must hold 1 to ${MOST_ALARMS} triggers, as many alarms as SageMaker takes: got ${count}`);
    for (const id of repeated(triggers.map((trigger) => trigger._wanted?.id ?? trigger._brought?.node.path ?? ''))) {
      checks.report('RollbackTriggerTwice', `\`${prop}\` must name each trigger once: got ${shown(id)} more than once`);
    }
    for (const trigger of triggers) {
      trigger._settle(this);
      checks.report('RollbackAlarmElsewhere', this.elsewhere(trigger));
    }
    checks.settle(this);
  }

  /** SageMaker looks an alarm up by name, in its own account and Region. */
  private elsewhere({ _brought: alarm }: RollbackTrigger): string | undefined {
    const here = Stack.of(this);
    const differs = (theirs: string, ours: string) => !Token.isUnresolved(theirs) && !Token.isUnresolved(ours) && theirs !== ours;
    const { prop } = this.props;
    return alarm !== undefined && (differs(alarm.env.account, here.account) || differs(alarm.env.region, here.region))
      ? `\`${prop}\` must name alarms of the endpoint's own account and Region: got ${shown(alarm.node.path)} of `
        + `${alarm.env.account} in ${alarm.env.region}; SageMaker would look for that name in ${here.region}`
      : undefined;
  }

  private createAlarm(trigger: RollbackTrigger): cw.IAlarm {
    const { target, topic } = this.props;
    const { id, description, metric, threshold, consecutiveMinutes } = trigger._wanted!;
    const alarm = new cw.Alarm(this, id, {
      alarmName: `${target.endpointName}/${id}`,
      alarmDescription: `${description} A deployment that is running rolls back. ${runbook(id)}`,
      metric: metric(target),
      threshold,
      comparisonOperator: cw.ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: consecutiveMinutes,
      datapointsToAlarm: consecutiveMinutes,
      treatMissingData: cw.TreatMissingData.NOT_BREACHING, // before its first request a new fleet has no data at all
    });
    alarm.addAlarmAction({ bind: () => ({ alarmActionArn: topic.topicRef.topicArn }) });
    return alarm;
  }
}

function repeated(ids: readonly string[]): Set<string> {
  return new Set(ids.filter((id, index) => ids.indexOf(id) !== index));
}
