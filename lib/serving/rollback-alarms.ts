import { aws_cloudwatch as cw, aws_sns as sns, CfnResource, Duration, Stack, Token } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { MetricTarget } from './endpoint-metrics';
import { checkKept } from './rendered-resource';
import { RollbackTrigger } from './rollback-trigger';
import { Checks } from '../core/checks';
import { shown } from '../core/invalid-props';
import { runbook } from '../core/runbook';

/** SageMaker takes one to ten alarm names; a release reads as many at each look. */
const MOST_ALARMS = 10;

/** The triggers of one endpoint. */
export interface TriggersOfEndpoint {
  /** The prop that the triggers came from, for messages. */
  readonly prop: string;
  readonly triggers: readonly RollbackTrigger[];
  /** Whether an operator can force a rollback. */
  readonly killSwitch: boolean;
  /**
   * What the triggers take back, for people.
   * @default 'deployment'
   */
  readonly takesBack?: 'deployment' | 'release';
}

/** What the alarms of one endpoint are made from. */
export interface RollbackAlarmsProps extends TriggersOfEndpoint {
  /** The fleet that is watched. */
  readonly target: MetricTarget;
  /** Who is told. */
  readonly topic: sns.ITopicRef;
}

/** What an operator publishes to end a deployment (docs/runbook.md, "kill-switch"). */
const KILL_SWITCH_METRIC = { namespace: 'MlPlatform/KillSwitch', metricName: 'Stop', statistic: 'Maximum', period: Duration.minutes(1) };
const KILL_SWITCH_MINUTES = 10; // how long one press lasts

/**
 * The alarms that end a deployment: made from triggers, scoped to the new fleet, or brought by the user. They have stable
 * names, so an update points the same alarm at the new configuration before the endpoint begins to change.
 */
export class RollbackAlarms extends Construct {
  /** Every alarm, in the order of the triggers. */
  public readonly alarms: readonly cw.IAlarmRef[];

  constructor(scope: Construct, id: string, private readonly props: RollbackAlarmsProps) {
    super(scope, id);
    judgeTriggers(this, props).settle(this);
    props.triggers.forEach((trigger) => { trigger._settle(this); });
    const triggered = props.triggers.map((trigger) => trigger._brought ?? this.createAlarm(trigger));
    this.alarms = props.killSwitch ? [...triggered, this.createKillSwitch()] : triggered;
  }

  /** The alarms as SageMaker wants them: by name. */
  public get names(): string[] {
    return this.alarms.map(({ alarmRef }) => alarmRef.alarmName);
  }

  /** The alarms as IAM wants them. */
  public get arns(): string[] {
    return this.alarms.map(({ alarmRef }) => alarmRef.alarmArn);
  }

  /** Fires when somebody publishes a point: a press lasts ten minutes, and an alarm that is only set goes back at once. */
  private createKillSwitch(): cw.IAlarm {
    const { endpointName } = this.props.target;
    const alarm = new cw.Alarm(this, 'KillSwitch', {
      alarmName: `${endpointName}/KillSwitch`,
      alarmDescription: `Somebody wants the deployment that is running to roll back. ${runbook('KillSwitch')}`,
      metric: new cw.Metric({ ...KILL_SWITCH_METRIC, dimensionsMap: { EndpointName: endpointName } }),
      threshold: 0,
      comparisonOperator: cw.ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: KILL_SWITCH_MINUTES,
      datapointsToAlarm: 1,
      treatMissingData: cw.TreatMissingData.NOT_BREACHING,
    });
    checkKept(alarm.node.defaultChild as CfnResource, {
      Namespace: KILL_SWITCH_METRIC.namespace,
      MetricName: KILL_SWITCH_METRIC.metricName,
      Dimensions: [{ Name: 'EndpointName', Value: endpointName }],
      ComparisonOperator: cw.ComparisonOperator.GREATER_THAN_THRESHOLD,
      Threshold: 0,
      Period: KILL_SWITCH_METRIC.period.toSeconds(),
      DatapointsToAlarm: 1,
      TreatMissingData: cw.TreatMissingData.NOT_BREACHING,
    }, 'one press, as in the runbook, has to fire it, and nothing else may');
    return this.telling(alarm);
  }

  private createAlarm(trigger: RollbackTrigger): cw.IAlarm {
    const { target, takesBack = 'deployment' } = this.props;
    const { id, description, metric, threshold, consecutiveMinutes } = trigger._wanted!;
    return this.telling(new cw.Alarm(this, id, {
      alarmName: `${target.endpointName}/${id}`,
      alarmDescription: `${description} A ${takesBack} that is running rolls back. ${runbook(id)}`,
      metric: metric(target),
      threshold,
      comparisonOperator: cw.ComparisonOperator.GREATER_THAN_THRESHOLD,
      evaluationPeriods: consecutiveMinutes,
      datapointsToAlarm: consecutiveMinutes,
      treatMissingData: cw.TreatMissingData.NOT_BREACHING, // before its first request a new fleet has no data at all
    }));
  }

  private telling(alarm: cw.Alarm): cw.Alarm {
    alarm.addAlarmAction({ bind: () => ({ alarmActionArn: this.props.topic.topicRef.topicArn }) });
    return alarm;
  }
}

/** Minutes until the quickest and the slowest of our own alarms fire at the worst. */
export function detectionOf(triggers: readonly RollbackTrigger[]): { fastestDetection?: number; slowestDetection?: number } {
  const minutes = triggers.flatMap(({ _worstCaseMinutes: known }) => known ?? []);
  return minutes.length === 0 ? {} : { fastestDetection: Math.min(...minutes), slowestDetection: Math.max(...minutes) };
}

/** Whether SageMaker can take the triggers of an endpoint. */
export function judgeTriggers(scope: Construct, { prop, triggers, killSwitch, takesBack }: TriggersOfEndpoint): Checks {
  const reader = takesBack === 'release' ? 'a release' : 'SageMaker';
  const most = killSwitch ? MOST_ALARMS - 1 : MOST_ALARMS;
  const checks = new Checks().report('RollbackAlarmCount', triggers.length >= 1 && triggers.length <= most ? undefined
    : `\`${prop}\` must hold 1 to ${most} triggers, because ${reader} takes ${MOST_ALARMS} alarms${killSwitch
      ? ' and the kill switch is one' : ''}: got ${triggers.length}`);
  for (const id of repeated(triggers.map((trigger) => trigger._wanted?.id ?? trigger._brought?.node.path ?? ''))) {
    checks.report('RollbackTriggerTwice', `\`${prop}\` must name each trigger once: got ${shown(id)} more than once`);
  }
  triggers.forEach((trigger) => checks.report('RollbackAlarmElsewhere', elsewhere(scope, prop, trigger, reader)));
  return checks;
}

/** An alarm is looked up by name, in its own account and Region. */
function elsewhere(scope: Construct, prop: string, { _brought: alarm }: RollbackTrigger, reader: string): string | undefined {
  const here = Stack.of(scope);
  const differs = (theirs: string, ours: string) => !Token.isUnresolved(theirs) && !Token.isUnresolved(ours) && theirs !== ours;
  return alarm !== undefined && (differs(alarm.env.account, here.account) || differs(alarm.env.region, here.region))
    ? `\`${prop}\` must name alarms of the endpoint's own account and Region: got ${shown(alarm.node.path)} of `
      + `${alarm.env.account} in ${alarm.env.region}; ${reader} would look for that name in ${here.region}`
    : undefined;
}

function repeated(ids: readonly string[]): Set<string> {
  return new Set(ids.filter((id, index) => ids.indexOf(id) !== index));
}
