import { aws_applicationautoscaling as scaling, aws_cloudwatch as cw, Duration } from 'aws-cdk-lib';
import { QUARTER } from './scaling-bounds';
import { PolicyPlace, ScaledVariant, ScalingPolicy } from './scaling-policy';
import { Checks } from '../../core/checks';
import { runbook } from '../../core/runbook';
import { endpointMetric, INVOCATION_METRICS } from '../endpoint-metrics';
import { checkKept } from '../rendered-resource';

/** The load of one instance, and how much of it is enough. */
export interface TrackedLoad {
  readonly metricName: string;
  readonly statistic: 'Sum' | 'Maximum';
  readonly target: number;
}

const OUT_MINUTES = 3;
const IN_MINUTES = 15;
// Removing one of three instances raises the load of the others by half; from 60 % it comes to 90 % of the target.
const IN_SHARE = 0.6;

/** Two step policies and their alarms: one action moves a quarter of the fleet, or one instance. */
export class StepScaling implements ScalingPolicy {
  constructor(private readonly load: TrackedLoad) {}

  /** The steps are what they are between any bounds. */
  public judge(checks: Checks): Checks {
    return checks;
  }

  public attach(place: PolicyPlace): void {
    const out = this.policy(place, 'Out', QUARTER, place.scaleOutCooldown);
    const back = this.policy(place, 'In', -QUARTER, place.scaleInCooldown);
    this.alarm(place, 'ScaleOut', out);
    this.alarm(place, 'ScaleIn', back);
  }

  private policy({ scope, target }: PolicyPlace, direction: 'Out' | 'In', percent: number, cooldown: number): scaling.CfnScalingPolicy {
    const policy = new scaling.CfnScalingPolicy(scope, direction, {
      policyName: `${scope.node.addr}-${direction}`,
      policyType: 'StepScaling',
      scalingTargetId: target.ref,
      stepScalingPolicyConfiguration: {
        adjustmentType: 'PercentChangeInCapacity',
        minAdjustmentMagnitude: 1,
        cooldown,
        metricAggregationType: 'Average',
        stepAdjustments: [{
          scalingAdjustment: percent, ...(percent > 0 ? { metricIntervalLowerBound: 0 } : { metricIntervalUpperBound: 0 }),
        }],
      },
    });
    checkKept(policy, {
      'StepScalingPolicyConfiguration.AdjustmentType': 'PercentChangeInCapacity',
      'StepScalingPolicyConfiguration.MinAdjustmentMagnitude': 1,
      'StepScalingPolicyConfiguration.StepAdjustments': [{
        ScalingAdjustment: percent, ...(percent > 0 ? { MetricIntervalLowerBound: 0 } : { MetricIntervalUpperBound: 0 }),
      }],
    }, 'one action moves at most a quarter of the fleet, or one instance');
    return policy;
  }

  private alarm({ scope, variant }: PolicyPlace, id: 'ScaleOut' | 'ScaleIn', policy: scaling.CfnScalingPolicy): void {
    const out = id === 'ScaleOut';
    const evaluationPeriods = out ? OUT_MINUTES : IN_MINUTES;
    const alarm = new cw.Alarm(scope, id, {
      alarmName: `${variant.endpointName}/${id}`,
      alarmDescription: `${out ? 'Adds' : 'Removes'} a quarter of the instances, or one. ${runbook(id)}`,
      metric: out ? this.metric(variant) : this.metricWithMargin(variant),
      threshold: this.load.target,
      comparisonOperator: out ? cw.ComparisonOperator.GREATER_THAN_THRESHOLD : cw.ComparisonOperator.LESS_THAN_THRESHOLD,
      evaluationPeriods,
      datapointsToAlarm: evaluationPeriods,
      // without requests there are no datapoints, and then nothing needs the instances
      treatMissingData: out ? cw.TreatMissingData.NOT_BREACHING : cw.TreatMissingData.BREACHING,
    });
    alarm.addAlarmAction({ bind: () => ({ alarmActionArn: policy.ref }) });
  }

  private metric(variant: ScaledVariant): cw.Metric {
    return endpointMetric(INVOCATION_METRICS, this.load.metricName, variant, this.load.statistic);
  }

  /** The load as it would feel on a smaller fleet. Dividing it here, and not the target, lets the target be a token. */
  private metricWithMargin(variant: ScaledVariant): cw.MathExpression {
    return new cw.MathExpression({
      expression: `observed / ${IN_SHARE}`,
      usingMetrics: { observed: this.metric(variant) },
      period: Duration.minutes(1),
      label: `${this.load.metricName} on a smaller fleet`,
    });
  }
}
