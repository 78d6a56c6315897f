import { aws_batch as batch, Duration } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { DEFAULT_TEAM } from './team-name';
import { TeamShare } from './team-share';

/** Four digits, as Batch takes them. */
const DIGITS = 10_000;

/** What the fair share of a queue is made from. */
export interface FairShareProps {
  readonly teams: readonly TeamShare[];
  /** How long what a team used counts against it. */
  readonly decay: Duration;
  readonly hasGpus: boolean;
}

/**
 * Fair share between teams, and their quotas. Every queue has a policy, also one without teams: Batch takes neither a policy
 * from a queue that has one nor one for a queue that was made without.
 */
export class FairShare extends Construct {
  public readonly policy: batch.CfnSchedulingPolicy;
  /** For each team with a quota, the ARN of what counts it. */
  public readonly quotas: ReadonlyMap<string, string>;

  constructor(scope: Construct, id: string, { teams, decay, hasGpus }: FairShareProps) {
    super(scope, id);
    const others = teams.some(({ team }) => team === DEFAULT_TEAM) ? [] : [{ team: DEFAULT_TEAM, weight: 1 }];
    this.policy = new batch.CfnSchedulingPolicy(this, 'Resource', {
      fairsharePolicy: {
        shareDecaySeconds: decay.toSeconds(),
        computeReservation: 0,
        // Batch's factor is a divisor: the lower, the more
        shareDistribution: [...teams, ...others].map(({ team, weight }) => ({
          shareIdentifier: team, weightFactor: Math.round(DIGITS / weight) / DIGITS,
        })),
      },
    });
    this.quotas = new Map(teams.flatMap((team): [string, string][] => {
      const total = hasGpus ? team.maxGpus : team.maxVcpus;
      return total === undefined ? [] : [[team.team, this.createQuota(team.team, total)]];
    }));
  }

  private createQuota(team: string, totalQuantity: number): string {
    return new batch.CfnConsumableResource(this, `Quota${team}`, { resourceType: 'REPLENISHABLE', totalQuantity }).attrConsumableResourceArn;
  }
}
