import { VirtualClock } from './clock';
import { Outage } from './scenario';

const MINUTE = 60_000;

/**
 * Times in which nothing of the Region works: no call is answered, no function starts, executions stand still, nobody is served.
 * What is kept, is kept: tables, weights, executions, events that are not delivered yet.
 */
export class Outages {
  constructor(private readonly clock: VirtualClock, private readonly startedAt: number, public readonly all: readonly Outage[]) {}

  public get now(): boolean {
    return this.ending !== undefined;
  }

  /** Returns once it is over. */
  public async over(): Promise<void> {
    for (let end = this.ending; end !== undefined; end = this.ending) {
      await this.clock.sleep(end - this.clock.now);
    }
  }

  /** How much of a time it was. */
  public secondsIn(from: number, to: number): number {
    const spans = this.all.map(({ fromMinutes, toMinutes }) =>
      Math.min(to, this.timeOf(toMinutes)) - Math.max(from, this.timeOf(fromMinutes)));
    return spans.reduce((sum, span) => sum + Math.max(0, span), 0) / 1000;
  }

  private get ending(): number | undefined {
    const { now } = this.clock;
    const found = this.all.find(({ fromMinutes, toMinutes }) => now >= this.timeOf(fromMinutes) && now < this.timeOf(toMinutes));
    return found && this.timeOf(found.toMinutes);
  }

  private timeOf(minutes: number): number {
    return this.startedAt + minutes * MINUTE;
  }
}
