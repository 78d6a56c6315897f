import { Token } from 'aws-cdk-lib';
import { IConstruct } from 'constructs';
import { wrongTeam } from './team-name';
import { Checks } from '../core/checks';
import { unknown } from '../core/sizes';

/** What a team may use of a queue. */
export interface TeamShareOptions {
  /**
   * How much of the queue the team gets while others wait, as a multiple of a team with 1: from 0.01 to 1000. Nobody waits
   * for capacity that nobody else wants.
   * @default 1
   */
  readonly weight?: number;
  /**
   * The most GPUs that jobs of the team hold at once, for a GPU queue. What is above waits, also while machines are free.
   * @default - no limit but the queue's
   */
  readonly maxGpus?: number;
  /**
   * The most vCPUs that jobs of the team hold at once, for a CPU queue. What is above waits, also while machines are free.
   * @default - no limit but the queue's
   */
  readonly maxVcpus?: number;
}

/**
 * One team's part of a queue: a weight for fair share, and a quota if wanted.
 *
 * The weight is Batch's fair-share scheduling. The quota is a consumable resource of Batch, which counts what jobs hold; a
 * caller who may submit jobs directly can say in the request that a job needs less of it. Through `submitTask()` nobody can.
 *
 * @see https://docs.aws.amazon.com/batch/latest/userguide/job_scheduling.html
 * @see https://docs.aws.amazon.com/batch/latest/userguide/resource-aware-scheduling.html
 */
export class TeamShare {
  /**
   * The part of one team.
   *
   * Throws `TeamName`, `TeamWeight` or `TeamQuota`, all problems at once.
   *
   * @param team 1 to 64 letters and digits: Batch takes nothing else in a share identifier
   */
  public static of(team: string, options: TeamShareOptions = {}): TeamShare {
    return new TeamShare(team, options);
  }

  /** The team's name, which is Batch's share identifier. */
  public readonly team: string;
  /** How much the team gets, as a multiple of a team with 1. */
  public readonly weight: number;
  /**
   * The most GPUs that the team's jobs hold at once.
   * @default - no limit but the queue's
   */
  public readonly maxGpus?: number;
  /**
   * The most vCPUs that the team's jobs hold at once.
   * @default - no limit but the queue's
   */
  public readonly maxVcpus?: number;
  private readonly checks: Checks;

  private constructor(team: string, { weight = 1, maxGpus, maxVcpus }: TeamShareOptions) {
    this.team = team;
    this.weight = weight;
    this.maxGpus = maxGpus;
    this.maxVcpus = maxVcpus;
    const quota = { min: 1, whole: true, hint: 'a team without any would wait for ever, so leave the team out' };
    this.checks = new Checks()
      .report('TeamName', wrongTeam('team', team))
      .report('TeamWeight', unknown('weight', weight, 'Batch wants it as a divisor'))
      .number('TeamWeight', 'weight', Token.isUnresolved(weight) ? undefined : weight, { min: 0.01, max: 1000 })
      .number('TeamQuota', 'maxGpus', maxGpus, quota)
      .number('TeamQuota', 'maxVcpus', maxVcpus, quota);
    this.checks.settle();
  }

  /** @internal */
  public _settle(scope: IConstruct): void {
    this.checks.settle(scope);
  }
}
