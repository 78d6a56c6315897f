import { BusEvent, Delivery } from './aws/events';
import { UpdateTrouble } from './aws/sagemaker';
import { Moment } from './hands';
import { Outages } from './outages';
import { Random } from './random';
import { CallFault, Scenario } from './scenario';

/** A call that a handler makes. */
export interface Called { readonly function: string; readonly service: string; readonly operation: string }

/** Decides what goes wrong, by the scenario: the same for the same seed. */
export class Faults {
  private readonly seenCalls = new Map<CallFault, number>();
  private readonly hits = new Map<CallFault, number>();
  private readonly updates = new Map<object, number>();

  constructor(
    private readonly scenario: Scenario, private readonly random: Random, private readonly moment: () => Moment,
    private readonly outages: Outages,
  ) {}

  public ofCall(call: Called): CallFault['do'] | undefined {
    // each fault counts the calls that fit it, whether or not another one strikes
    const striking = (this.scenario.calls ?? []).filter((fault) => this.fits(fault, call)).filter((fault) => this.strikes(fault));
    return this.outages.now ? 'unavailable' : striking[0]?.do;
  }

  public ofUpdate(operation: string): UpdateTrouble | undefined {
    const found = (this.scenario.updates ?? []).find((fault) => {
      if ((fault.operation ?? operation) !== operation) {
        return false;
      }
      const seen = (this.updates.get(fault) ?? 0) + 1;
      this.updates.set(fault, seen);
      const { nth = 1, times = 1 } = fault;
      return seen >= nth && seen < nth + times;
    });
    return found?.do;
  }

  public ofEvent({ source }: BusEvent): Delivery {
    const fault = (this.scenario.events ?? []).filter((each) => (each.source ?? source) === source)
      .find(({ chance = 1 }) => this.random.next() < chance);
    return { copies: fault?.copies ?? 1, ...(fault?.delaySeconds === undefined ? {} : { delaySeconds: fault.delaySeconds }) };
  }

  private fits(fault: CallFault, call: Called): boolean {
    return (fault.function ?? call.function) === call.function && (fault.service ?? call.service) === call.service
      && (fault.operation ?? call.operation) === call.operation
      && this.moment().minutes >= (fault.afterMinutes ?? -Infinity) && (fault.when?.(this.moment()) ?? true);
  }

  private strikes(fault: CallFault): boolean {
    const { nth = 1, times = 1, chance } = fault;
    const hit = this.hits.get(fault) ?? 0;
    const seen = (this.seenCalls.get(fault) ?? 0) + 1;
    this.seenCalls.set(fault, seen);
    const strikes = chance === undefined ? seen >= nth && seen < nth + times : hit < times && this.random.next() < chance;
    this.hits.set(fault, hit + Number(strikes));
    return strikes;
  }
}
