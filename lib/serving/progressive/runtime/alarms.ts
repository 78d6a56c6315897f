import { DescribeAlarmsCommand, DescribeAlarmsCommandInput, MetricAlarm } from '@aws-sdk/client-cloudwatch';
import { AlarmReadings } from './decide';
import { BaseWorld, MetricsWorld } from './release-world';
import { retried } from './retried';
import { hashOf } from '../../../audit/audit-record';

const MOST_NAMES = 100; // of a DescribeAlarms

/**
 * What decides when an alarm fires. Whom it tells, and what it is called, decides nothing. Named one by one: what a later SDK
 * shows besides would make every alarm look changed. https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricAlarm.html
 */
const DECIDING = [
  'ActionsEnabled', 'Namespace', 'MetricName', 'Dimensions', 'Statistic', 'ExtendedStatistic', 'Period', 'Unit', 'Metrics', 'ThresholdMetricId',
  'EvaluationPeriods', 'DatapointsToAlarm', 'Threshold', 'ComparisonOperator', 'TreatMissingData', 'EvaluateLowSampleCountPercentile',
  'EvaluationCriteria', 'EvaluationInterval', 'EvaluationWindow', 'WarmUpConfiguration',
] as const satisfies readonly (keyof MetricAlarm)[];

/** States and definitions of alarms by name. What is not there is missing; `unreadable`: nobody can tell of any. */
export async function readAlarms(names: readonly string[], world: BaseWorld & MetricsWorld): Promise<AlarmReadings> {
  const states: Record<string, string> = {};
  const definitions: Record<string, string> = {};
  try {
    for (let from = 0; from < names.length; from += MOST_NAMES) {
      const input: DescribeAlarmsCommandInput = {
        AlarmNames: names.slice(from, from + MOST_NAMES), AlarmTypes: ['MetricAlarm'], MaxRecords: MOST_NAMES,
      };
      const page = await retried(() => world.cloudwatch.send(new DescribeAlarmsCommand(input)), world);
      for (const alarm of page.MetricAlarms ?? []) {
        const { AlarmName = '', StateValue = '' } = alarm;
        states[AlarmName] = StateValue;
        definitions[AlarmName] = digestOf(alarm);
      }
    }
    return { states, definitions };
  } catch (error) {
    world.log.warn('the alarms cannot be read', { error });
    return 'unreadable';
  }
}

function digestOf(alarm: MetricAlarm): string {
  return hashOf(text(Object.fromEntries(DECIDING.map((name) => [name, alarm[name]]))));
}

/** The same for the same definition, in whatever order its dimensions and metrics are shown. */
function text(value: unknown): string {
  if (Array.isArray(value)) {
    return `[${value.map(text).sort().join()}]`;
  }
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
    return `{${entries.map(([name, inner]) => `${JSON.stringify(name)}:${text(inner)}`).sort().join()}}`;
  }
  return JSON.stringify(value);
}
