import { Written } from './aws/dynamodb/fake-dynamodb';
import { SimulatedEndpoint } from './aws/sagemaker';
import { VirtualClock } from './clock';
import { HeadSeen, Invariants } from './invariants';
import { AlarmEntry, AnswerEntry, CallEntry, PageEntry, TimelineEntry, WeightsEntry } from './result';

const MINUTE = 60_000;

export interface JournalTables { readonly releases: string; readonly audit: string }

/** Everything that happens, as it happens. */
export class Journal {
  public readonly timeline: TimelineEntry[] = [];
  public readonly weights: WeightsEntry[] = [];
  public readonly calls: CallEntry[] = [];
  public readonly alarms: AlarmEntry[] = [];
  public readonly pages: PageEntry[] = [];
  public readonly answers: AnswerEntry[] = [];
  public readonly audit: Readonly<Record<string, unknown>>[] = [];
  /** What handlers wrote to their logs as warnings and errors. */
  public readonly logs: string[] = [];
  public readonly heads = new Map<string, HeadSeen>();
  /** Every release of any endpoint, as its head showed it last. */
  public readonly releases = new Map<string, NonNullable<HeadSeen['release']>>();
  public invocations = 0;
  /** Something changed that an act may wait for. */
  public changed = true;
  /** What the simulation does not know: the rehearsal ends with it. */
  public broken?: unknown;
  /** The endpoint that the rehearsal is about. */
  public endpointName = '';

  /** @param startedAt when the scenario begins: minutes count from there */
  constructor(private readonly clock: VirtualClock, public readonly startedAt: number, private readonly tables: JournalTables) {}

  public get minutes(): number {
    return (this.clock.now - this.startedAt) / MINUTE;
  }

  /** What came before the scenario is forgotten; state and records stay. */
  public begin(): void {
    [this.timeline, this.weights, this.calls, this.alarms, this.pages].forEach((list: unknown[]) => { list.length = 0; });
    this.invocations = 0;
    this.changed = true;
  }

  public note(kind: TimelineEntry['kind'], text: string): void {
    this.timeline.push({ minutes: this.minutes, kind, text });
  }

  public called(by: string, service: string, operation: string, error?: string): void {
    this.calls.push({ minutes: this.minutes, function: by, service, operation, ...(error === undefined ? {} : { error }) });
  }

  public alarmChanged(alarm: string, from: string, to: string): void {
    this.changed = true;
    this.alarms.push({ minutes: this.minutes, alarm, from, to });
    this.note('alarm', `${alarm}: ${from} -> ${to}`);
  }

  public paged(from: string, subject: string, message: string): void {
    this.pages.push({ minutes: this.minutes, from, subject, message });
    this.note('page', `${subject} (from ${from})`);
  }

  public endpointChanged(endpoint: SimulatedEndpoint, what: string): void {
    this.changed = true;
    if (endpoint.name !== this.endpointName) {
      return;
    }
    const { status } = endpoint;
    const { percent } = this.weighed(endpoint);
    const shares = Object.entries(percent).map(([slot, share]) => `${slot} ${share} %`).join(', ');
    this.note('endpoint', `${status}: ${what}${shares === '' ? '' : ` · ${shares}`}`);
  }

  /** What has requests from here on. */
  public weighed(endpoint: SimulatedEndpoint): WeightsEntry {
    const { status, configName: config } = endpoint;
    const entry = { minutes: this.minutes, status, config, percent: percentOf(endpoint) };
    this.weights.push(entry);
    return entry;
  }

  /** What a request to DynamoDB wrote: heads and records. */
  public written(written: readonly Written[], invariants: Invariants): void {
    for (const { table, before, after } of written) {
      if (table === this.tables.audit && after !== undefined) {
        this.recorded(JSON.parse(String(after.record)) as Readonly<Record<string, unknown>>);
      }
      if (table === this.tables.releases && after?.sk === 'HEAD') {
        const head = after as unknown as HeadSeen;
        const endpoint = String(after.pk).replace(/^ENDPOINT#/, '');
        this.heads.set(endpoint, head);
        if (head.release !== undefined) {
          this.releases.set(head.release.releaseId, head.release);
        }
        invariants.headWritten(endpoint, before as HeadSeen | undefined, head, written);
        this.changed = true;
      }
    }
  }

  private recorded(record: Readonly<Record<string, unknown>>): void {
    const { action, outcome, reason } = record;
    this.audit.push(record);
    this.note('release', `${String(action).replace(/^.*\./, '')} ${String(outcome)}${reason === undefined ? '' : `: ${String(reason)}`}`);
  }
}

/** Shares of requests by slot, in percent. */
export function percentOf(endpoint: SimulatedEndpoint | undefined): Record<string, number> {
  const slots = endpoint?.slots ?? [];
  const sum = slots.reduce((total, { currentWeight }) => total + currentWeight, 0);
  const share = (weight: number) => (sum === 0 ? 0 : Math.round(weight / sum * 1000) / 10);
  return Object.fromEntries(slots.map(({ name, currentWeight }) => [name, share(currentWeight)]));
}
