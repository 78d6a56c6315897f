import { AwsError } from './error';
import { evaluate, Series } from './math';
import { Metrics, MetricName } from './metrics';
import { VirtualClock } from '../clock';
import { Switches } from '../switches';
import { Found } from '../template/template';

export type AlarmState = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';
export interface SimulatedAlarm {
  readonly name: string;
  readonly arn: string;
  properties: Readonly<Record<string, unknown>>;
  state: AlarmState;
  reason: string;
  since: number;
}

interface Dimension { readonly Name: string; readonly Value: string }
interface Query {
  readonly Id: string;
  readonly Expression?: string;
  readonly MetricStat?: {
    readonly Metric: { readonly Namespace: string; readonly MetricName: string; readonly Dimensions?: readonly Dimension[] };
    readonly Period: number;
    readonly Stat: string;
  };
  readonly ReturnData?: boolean;
  readonly Period?: number;
}

interface Rule {
  readonly EvaluationPeriods?: number;
  readonly DatapointsToAlarm?: number;
  readonly Threshold?: number;
  readonly ComparisonOperator?: string;
  readonly TreatMissingData?: string;
}

const MINUTE = 60_000;
/**
 * CloudWatch looks at more periods than it was told to, and takes the newest with data: "evaluation range", alarm evaluation
 * page.
 */
const MORE_PERIODS = 2;

/** Metrics and metric alarms. Rules from aws-facts.md section 3 and the alarm evaluation page of the CloudWatch guide. */
export class CloudWatch {
  public readonly metrics: Metrics;
  public readonly alarms = new Map<string, SimulatedAlarm>();
  constructor(private readonly clock: VirtualClock, private readonly lag: () => number, private readonly switches: Switches) {
    this.metrics = new Metrics(clock);
  }

  public onState: (alarm: SimulatedAlarm, before: AlarmState) => void = () => undefined;
  /** Makes a value that was read into another, or fails: a scenario's fault. */
  public reading: (value: number) => number = (value) => value;

  /** An alarm of a template. It begins without data; one that is updated keeps its state (aws-facts.md section 3). */
  public add({ properties }: Pick<Found, 'properties'>, name: string, arn: string): void {
    const { state, reason, since } = this.alarms.get(name)
      ?? { state: 'INSUFFICIENT_DATA' as const, reason: 'Unchecked: Initial alarm creation', since: this.clock.now };
    const alarm: SimulatedAlarm = { name, arn, properties, state, reason, since };
    this.judge(alarm); // what it cannot evaluate has to show before the rehearsal begins
    this.alarms.set(name, alarm);
  }

  /** The state stays: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html */
  public define(name: string, changed: Readonly<Record<string, unknown>> | undefined): void {
    const alarm = this.alarms.get(name);
    if (alarm === undefined) {
      throw new Error(`there is no alarm ${name}; there are ${[...this.alarms.keys()].join(', ')}`);
    }
    if (changed === undefined) {
      this.alarms.delete(name);
    } else {
      alarm.properties = { ...alarm.properties, ...changed };
    }
  }

  public act(operation: string, input: Readonly<Record<string, unknown>>): unknown {
    switch (operation) {
      case 'GetMetricData': return this.getMetricData(input);
      case 'DescribeAlarms': return this.describeAlarms(input);
      case 'SetAlarmState': return this.setAlarmState(input);
      default: throw new Error(`the simulated CloudWatch knows no ${operation}`);
    }
  }

  /** Once a minute, for every alarm. */
  public evaluateAlarms(): void {
    this.alarms.forEach((alarm) => {
      const { state, reason } = this.judge(alarm);
      this.move(alarm, state, reason);
    });
  }

  private getMetricData({ MetricDataQueries, StartTime, EndTime, ScanBy }: Readonly<Record<string, unknown>>): unknown {
    const queries = MetricDataQueries as readonly Query[];
    const [from, to] = [time(StartTime), time(EndTime)];
    if (!(from < to)) {
      throw new AwsError('ValidationError', 'The parameter StartTime must be less than the parameter EndTime.');
    }
    const all = this.seriesOf(queries, Math.floor(from / MINUTE) * MINUTE, to);
    const MetricDataResults = queries.filter(({ ReturnData }) => ReturnData !== false).map(({ Id }) => {
      const oldestFirst = [...all[Id]];
      const points = ScanBy === 'TimestampAscending' ? oldestFirst : oldestFirst.reverse();
      return {
        Id, Label: Id, Timestamps: points.map(([at]) => new Date(at)), Values: points.map(([, value]) => this.reading(value)), StatusCode: 'Complete',
      };
    });
    return { MetricDataResults, Messages: [] };
  }

  private seriesOf(queries: readonly Query[], from: number, to: number): Record<string, Series> {
    const all: Record<string, Series> = {};
    for (const { Id, MetricStat } of queries) {
      if (MetricStat !== undefined) {
        const { Metric: { Namespace: namespace, MetricName: metric, Dimensions = [] }, Period, Stat } = MetricStat;
        const dimensions = Object.fromEntries(Dimensions.map(({ Name, Value }) => [Name, Value]));
        all[Id] = this.metrics.series({ namespace, metric, dimensions }, Stat, Period, from, to);
      }
    }
    for (const { Id, Expression } of queries.filter((query) => query.Expression !== undefined)) {
      const times = Array.from({ length: Math.max(0, Math.ceil((to - from) / MINUTE)) }, (_each, place) => from + place * MINUTE);
      all[Id] = evaluate(Expression ?? '', all, times, this.switches.fillOfNothing);
    }
    return all;
  }

  private describeAlarms({ AlarmNames, StateValue, AlarmTypes }: Readonly<Record<string, unknown>>): unknown {
    const names = AlarmNames as readonly string[] | undefined;
    const MetricAlarms = [...this.alarms.values()].filter(({ name, state }) =>
      (names === undefined || names.includes(name)) && (StateValue === undefined || state === StateValue))
      .map(({ name, arn, state, reason, since, properties: { Tags: _tags, ...properties } }) => ({
        // a template has the names of the API: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricAlarm.html
        ...properties,
        AlarmName: name,
        AlarmArn: arn,
        StateValue: state,
        StateReason: reason,
        StateUpdatedTimestamp: new Date(since),
        ActionsEnabled: properties.ActionsEnabled ?? true,
      }));
    return AlarmTypes === undefined || (AlarmTypes as string[]).includes('MetricAlarm') ? { MetricAlarms, CompositeAlarms: [] } : { MetricAlarms: [], CompositeAlarms: [] };
  }

  private setAlarmState({ AlarmName, StateValue, StateReason }: Readonly<Record<string, unknown>>): unknown {
    const alarm = this.alarms.get(String(AlarmName));
    if (alarm === undefined) {
      throw new AwsError('ResourceNotFound', `The alarm ${String(AlarmName)} does not exist`, 404);
    }
    this.move(alarm, StateValue as AlarmState, String(StateReason));
    return {};
  }

  private move(alarm: SimulatedAlarm, state: AlarmState, reason: string): void {
    const before = alarm.state;
    if (before !== state) {
      Object.assign(alarm, { state, reason, since: this.clock.now });
      this.onState(alarm, before);
    }
  }

  private judge({ name, properties, state }: SimulatedAlarm): { state: AlarmState; reason: string } {
    const {
      EvaluationPeriods: periods = 1, DatapointsToAlarm: toAlarm = periods, Threshold: threshold, ComparisonOperator: comparison,
      TreatMissingData: missing = 'missing',
    } = properties as Rule;
    if (threshold === undefined) {
      throw new Error(`the simulated CloudWatch knows only alarms with a threshold, and ${name} has none`);
    }
    const { series, period } = this.watched(properties, periods);
    const newest = this.newest(properties, period);
    const looked = Array.from({ length: periods + MORE_PERIODS }, (_each, place) => series.get(newest - place * period));
    const values = looked.filter((value) => value !== undefined).slice(0, periods);
    const breaching = values.filter((value) => breaches(comparison, value, Number(threshold))).length;
    const filled = missing === 'breaching' ? breaching + periods - values.length : breaching;
    if (filled >= toAlarm) {
      return { state: 'ALARM', reason: `Threshold Crossed: ${filled} out of the last ${periods} datapoints were breaching ${threshold}` };
    }
    if (values.length === 0 && missing === 'missing') {
      return { state: 'INSUFFICIENT_DATA', reason: 'Insufficient Data: no datapoints were received' };
    }
    if (values.length === 0 && missing === 'notBreaching' && this.switches.alarmWithoutData === 'INSUFFICIENT_DATA') {
      return { state: 'INSUFFICIENT_DATA', reason: 'Insufficient Data: no datapoints were received' };
    }
    return values.length === 0 && missing === 'ignore' ? { state, reason: '' } : { state: 'OK', reason: `Threshold not crossed: ${threshold}` };
  }

  private watched(properties: Readonly<Record<string, unknown>>, periods: number): { series: Series; period: number } {
    const { Metrics: queries, Namespace, MetricName: metric, Dimensions, Statistic, ExtendedStatistic, Period } = properties as {
      Metrics?: readonly Query[];
      Namespace?: string;
      MetricName?: string;
      Dimensions?: { Name: string; Value: string }[];
      Statistic?: string;
      ExtendedStatistic?: string;
      Period?: number;
    };
    const all = queries ?? [{
      Id: 'watched',
      ReturnData: true,
      MetricStat: {
        Metric: { Namespace: Namespace ?? '', MetricName: metric ?? '', Dimensions }, Period: Period ?? 60, Stat: Statistic ?? ExtendedStatistic ?? 'Average',
      },
    }];
    const seconds = all.find(({ MetricStat }) => MetricStat !== undefined)?.MetricStat?.Period ?? 60;
    const period = seconds * 1000;
    const last = this.newest(properties, period);
    const from = last - (periods + MORE_PERIODS - 1) * period;
    const shown = all.find(({ ReturnData }) => ReturnData !== false)?.Id ?? '';
    return { series: this.seriesOf(all, from, last + period)[shown] ?? new Map(), period };
  }

  /** The start of the newest period that an alarm looks at. */
  private newest(properties: Readonly<Record<string, unknown>>, period: number): number {
    const waits = properties.Metrics !== undefined && this.switches.fillReachesUnpublished === 'no' ? this.lag() : 0;
    return Math.floor((this.clock.now - waits) / period) * period - period;
  }
}

function breaches(comparison: string | undefined, value: number, threshold: number): boolean {
  switch (comparison) {
    case 'GreaterThanThreshold': return value > threshold;
    case 'GreaterThanOrEqualToThreshold': return value >= threshold;
    case 'LessThanThreshold': return value < threshold;
    case 'LessThanOrEqualToThreshold': return value <= threshold;
    default: throw new Error(`the simulated CloudWatch knows no comparison ${comparison}`);
  }
}

function time(value: unknown): number {
  return value instanceof Date ? value.getTime() : typeof value === 'number' ? value * 1000 : Date.parse(String(value));
}

export type { MetricName };
