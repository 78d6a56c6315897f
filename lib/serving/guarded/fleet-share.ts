import { aws_sagemaker as sagemaker } from 'aws-cdk-lib';
import { Checks } from '../../core/checks';
import { InvalidProps, shown } from '../../core/invalid-props';

/** A share as a user gave it: one of the two, or neither. */
export interface GivenShare {
  readonly instances?: number;
  readonly percent?: number;
}

/** What SageMaker allows a share to be, and how a user calls it. */
export interface ShareRule {
  readonly what: string;
  readonly instancesProp: string;
  readonly percentProp: string;
  /** Percent of the fleet; a share is one whole instance at least in any case. */
  readonly leastPercent: number;
  readonly mostPercent: number;
}

/**
 * A share of a fleet that comes to whole instances. SageMaker rounds percentages in a way it does not document, so a share
 * that would have to be rounded is refused: nobody could say how much traffic it takes.
 */
export class FleetShare {
  constructor(
    private readonly type: 'INSTANCE_COUNT' | 'CAPACITY_PERCENT',
    public readonly value: number,
    private readonly rule: ShareRule,
  ) {}

  /** How many such shares make a fleet; `value` is this share's, without tokens. */
  public steps(value: number, instanceCount: number): number {
    return Math.ceil(instanceCount / Math.max(this.instances(value, instanceCount), 1));
  }

  /** Refuses what no fleet can express. */
  public checkBounds(checks: Checks): void {
    const { instancesProp, percentProp } = this.rule;
    if (this.type === 'INSTANCE_COUNT') {
      checks.number('ShareOutOfRange', instancesProp, this.value, { min: 1, whole: true });
    } else {
      checks.number('ShareOutOfRange', percentProp, this.value, { min: 1, max: 100, whole: true, unit: 'percent' });
    }
  }

  /** Refuses a share that the fleet cannot express, and names the ones it can. */
  public checkFits(checks: Checks, instanceCount: number): void {
    checks.that('ShareNotExpressible', { value: this.value, instanceCount }, ({ value, instanceCount: count }) => {
      const instances = this.instances(value, count);
      const [least, most] = this.bounds(count);
      const fits = Number.isInteger(instances) && instances >= least && instances <= most;
      return fits ? undefined : this.explain(value, count, least, most);
    });
  }

  public render(): sagemaker.CfnEndpoint.CapacitySizeProperty {
    return { type: this.type, value: this.value };
  }

  private instances(value: number, instanceCount: number): number {
    return this.type === 'INSTANCE_COUNT' ? value : value * instanceCount / 100;
  }

  private bounds(instanceCount: number): [number, number] {
    const { leastPercent, mostPercent } = this.rule;
    return [Math.max(1, Math.ceil(instanceCount * leastPercent / 100)), Math.floor(instanceCount * mostPercent / 100)];
  }

  private explain(value: number, count: number, least: number, most: number): string {
    const { what, instancesProp, percentProp, leastPercent, mostPercent } = this.rule;
    const bounds = leastPercent > 0 ? `${leastPercent} to ${mostPercent} %` : `at most ${mostPercent} %`;
    const [prop, got] = this.type === 'INSTANCE_COUNT'
      ? [instancesProp, `${shown(value)} of ${count} instances`]
      : [percentProp, `${shown(value)} % of ${count} instances, which is ${this.instances(value, count)}`];
    const wayOut = most < least
      ? `${count === 1 ? 'one instance has no such share' : `${count} instances have no such share`}; give the endpoint more instances`
      : `the smallest share of ${count} instances is ${least} (${Math.round(10_000 * least / count) / 100} %)`;
    return `\`${prop}\` of ${what} must come to whole instances, ${bounds} of the fleet: got ${got}; ${wayOut}, `
      + 'or release a share of requests with a progressive endpoint';
  }
}

/** The share a user gave, or one instance. */
export function shareOf({ instances, percent }: GivenShare, rule: ShareRule): FleetShare {
  if (instances !== undefined && percent !== undefined) {
    throw new InvalidProps('ShareGivenTwice',
      `\`${rule.percentProp}\` and \`${rule.instancesProp}\` say the same thing: got ${shown(percent)} and ${shown(instances)}; give one`);
  }
  return percent === undefined
    ? new FleetShare('INSTANCE_COUNT', instances ?? 1, rule)
    : new FleetShare('CAPACITY_PERCENT', percent, rule);
}
