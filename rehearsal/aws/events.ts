import { Iam } from './iam';
import { fitsPattern, inputOf } from './patterns';
import { VirtualClock } from '../clock';
import { Invoked, SimulatedFunction } from '../lambda/functions';
import { Random } from '../random';
import { unqualified } from '../states/arn';
import { Switches } from '../switches';
import { Templates } from '../template/template';

export interface BusEvent {
  readonly 'source': string;
  readonly 'detail-type': string;
  readonly 'detail': unknown;
  readonly 'resources'?: readonly string[];
}

/** What goes wrong with one delivery. */
export interface Delivery {
  /** Seconds until it arrives; nothing for the usual. */
  readonly delaySeconds?: number;
  readonly copies: number;
}

export interface EventsWorld {
  readonly clock: VirtualClock;
  readonly random: Random;
  readonly place: { readonly account: string; readonly region: string };
  readonly switches: Switches;
  readonly find: (arn: string) => SimulatedFunction | undefined;
  readonly invokeAsync: (of: SimulatedFunction, payload: unknown) => Promise<Invoked>;
  readonly startExecution: (input: Readonly<Record<string, unknown>>) => unknown;
  readonly delivery: (event: BusEvent) => Delivery;
  /** Whether releases run on a function: schedules of others are nobody's business in a rehearsal. */
  readonly isOfReleases: (of: SimulatedFunction) => boolean;
}

interface Target extends Readonly<Record<string, unknown>> { readonly Arn: string; readonly RoleArn?: string }
interface Rule {
  readonly name: string;
  readonly arn: string;
  readonly bus: string;
  readonly pattern: unknown;
  readonly schedule?: string;
  readonly targets: readonly Target[];
}

/** At least once, in any order: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rules.html */
const USUAL_DELAY_MS = [200, 1500] as const;
const UNITS_MS: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };
/** A schedule comes within its minute: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-rule-schedule.html */
const WITHIN_MS = 59_999;

/** EventBridge: the rules of the templates, their patterns, targets and input transformers. */
export class Events {
  public readonly seen: { readonly at: number; readonly event: BusEvent }[] = [];
  private rules: readonly Rule[] = [];
  private count = 0;

  constructor(templates: Templates, private readonly iam: Iam, private readonly world: EventsWorld) {
    this.deploy(templates);
  }

  public deploy(templates: Templates): void {
    this.rules = templates.of('AWS::Events::Rule').flatMap(({ ref: name, properties, attribute }) => {
      const { EventPattern: pattern, ScheduleExpression, State, EventBusName = 'default', Targets = [] } = properties;
      return State === 'DISABLED' ? [] : [{
        name,
        arn: attribute('Arn'),
        bus: busOf(String(EventBusName)),
        pattern,
        ...(ScheduleExpression === undefined ? {} : { schedule: String(ScheduleExpression) }),
        targets: Targets as readonly Target[],
      }];
    });
  }

  /** As soon as rules are there, their rates run: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rate-expressions.html */
  public beginSchedules(): void {
    for (const { schedule, ...rule } of this.rules) {
      const targets = rule.targets.filter(({ Arn }) => {
        const of = this.world.find(Arn);
        return of !== undefined && this.world.isOfReleases(of);
      });
      if (schedule !== undefined && targets.length > 0) {
        this.repeat({ ...rule, targets }, rateOf(schedule, rule.name));
      }
    }
  }

  /** PutEvents, by the SDK. */
  public put({ Entries }: Readonly<Record<string, unknown>>): unknown {
    const entries = Entries as readonly { Source: string; DetailType: string; Detail: string; EventBusName?: string }[];
    const answers = entries.map(({ Source, DetailType, Detail, EventBusName = 'default' }) => {
      this.emit({ 'source': Source, 'detail-type': DetailType, 'detail': JSON.parse(Detail) as unknown }, busOf(EventBusName));
      return { EventId: String(this.count) };
    });
    return { FailedEntryCount: 0, Entries: answers };
  }

  /** An event happens; it reaches its targets later. */
  public emit(event: BusEvent, bus = 'default'): void {
    this.seen.push({ at: this.world.clock.now, event });
    const whole = this.whole(event);
    const fits = ({ pattern, bus: on }: Rule) => pattern !== undefined && on === bus && fitsPattern(pattern, whole);
    for (const rule of this.rules.filter(fits)) {
      this.send(rule, whole, USUAL_DELAY_MS);
    }
  }

  /** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-run-lambda-schedule.html: what an event of a schedule looks like */
  private repeat(rule: Rule, milliseconds: number): void {
    this.world.clock.after(milliseconds, () => {
      const event = { 'source': 'aws.events', 'detail-type': 'Scheduled Event', 'resources': [rule.arn], 'detail': {} };
      this.send(rule, this.whole(event), [0, WITHIN_MS]);
      this.repeat(rule, milliseconds);
    });
  }

  private whole(event: BusEvent): BusEvent {
    const { clock, place: { account, region } } = this.world;
    const envelope = { version: '0', id: `event-${++this.count}`, account, region, time: new Date(clock.now).toISOString() };
    return { ...envelope, resources: [], ...event };
  }

  private send(rule: Rule, event: BusEvent, usual: readonly [number, number]): void {
    const { clock, random } = this.world;
    for (const target of rule.targets) {
      const { delaySeconds, copies } = this.world.delivery(event);
      for (let copy = 0; copy < copies; copy++) {
        const delay = delaySeconds === undefined ? random.between(...usual) : delaySeconds * 1000;
        clock.after(delay * (copy + 1), () => { this.deliver(rule, target, event); });
      }
    }
  }

  private deliver(rule: Rule, target: Target, event: BusEvent): void {
    const { Arn, RoleArn } = target;
    const input = inputOf(target, event, this.world.switches);
    const of = this.world.find(Arn);
    if (of !== undefined) {
      if (this.iam.mayInvoke('events.amazonaws.com', Arn, rule.arn)) {
        void this.world.invokeAsync(of, input);
      }
    } else if (Arn.includes(':stateMachine:')) {
      if (this.iam.allows(RoleArn ?? '(no role)', { action: 'states:StartExecution', resource: unqualified(Arn) })) {
        this.world.startExecution({ stateMachineArn: Arn, input: JSON.stringify(input) });
      }
    } else if (!/:(sns|sqs|logs|events):/.test(Arn)) {
      throw new Error(`the simulated EventBridge does not know the target ${Arn} of ${rule.name}`);
    }
  }
}

function rateOf(schedule: string, rule: string): number {
  const [, value, unit] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(schedule) ?? [];
  if (unit === undefined) {
    throw new Error(`the simulated EventBridge does not know the schedule ${schedule} of ${rule}`);
  }
  return Number(value) * UNITS_MS[unit];
}

function busOf(nameOrArn: string): string {
  return nameOrArn.replace(/^.*event-bus\//, '');
}
