import { DescribeAlarmsCommand, DescribeAlarmsCommandInput } from '@aws-sdk/client-cloudwatch';
import { AlarmReadings } from './decide';
import { BaseWorld, MetricsWorld } from './release-world';
import { retried } from './retried';

const MOST_NAMES = 100; // of a DescribeAlarms

/** The states of alarms by name. What is not there is missing; `unreadable`: nobody can tell of any. */
export async function readAlarms(names: readonly string[], world: BaseWorld & MetricsWorld): Promise<AlarmReadings> {
  const states: Record<string, string> = {};
  try {
    for (let from = 0; from < names.length; from += MOST_NAMES) {
      const input: DescribeAlarmsCommandInput = {
        AlarmNames: names.slice(from, from + MOST_NAMES), AlarmTypes: ['MetricAlarm'], MaxRecords: MOST_NAMES,
      };
      const page = await retried(() => world.cloudwatch.send(new DescribeAlarmsCommand(input)), world);
      for (const { AlarmName, StateValue } of page.MetricAlarms ?? []) {
        states[AlarmName ?? ''] = StateValue ?? '';
      }
    }
    return { states };
  } catch (error) {
    world.log.warn('the alarms cannot be read', { error });
    return 'unreadable';
  }
}
